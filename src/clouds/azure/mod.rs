//! Microsoft Azure: federated identity credentials of a managed identity or an application in Microsoft Entra.

pub mod dialect;
mod functions;

pub use functions::functions;
