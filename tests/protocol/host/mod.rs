//! A host written here: starts the fixture provider as go-plugin does, and calls it over the wire.

mod certificate;
mod clients;
mod connection;
mod process;

pub use certificate::HostCertificate;
pub use clients::{go_plugin, health, tfplugin6};
pub use process::{Plugin, command};
