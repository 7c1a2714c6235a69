//! Pure: render a trust into federated identity credentials, read them back, evaluate claims against them,
//! judge them.
//!
//! Owns what Microsoft Entra says and means: credentials, the expression language, which issuers may have expressions, limits.
//! Knows no API, makes no call, reads no clock. Where the vendor does not say what a thing means, the answer is
//! [`crate::trust::Verdict::Unknown`], and the step says what is not known.

mod azure_trust;
mod credential;
mod environment;
pub mod evaluate;
pub mod expression;
pub mod issuers;
pub mod limits;
mod lint;
mod name;
mod read_back;
mod render;
#[cfg(test)]
mod trust_strategy;

pub use azure_trust::AzureTrust;
pub use credential::{Credential, Draft, Holder, Matching};
pub use environment::{AzureEnvironment, UnknownEnvironment};
pub use evaluate::evaluate_azure;
pub use expression::{Clause, Comparand, Expression, ExpressionError, Operator};
pub use lint::{RULES, lint};
pub use name::credential_name;
pub use read_back::{ReadBackError, read_back};
pub use render::{RenderError, RenderMistake, render};
