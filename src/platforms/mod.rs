//! Who signs: the catalogue of platforms, one TOML file each, and the platforms that a configuration declares itself.
//!
//! Owns what is known about issuers: their URLs, who shares them, how their subjects are made, what their tokens carry.
//! Knows no cloud beyond the names of fields that the catalogue keeps for one. Nothing is parsed before it is asked for.

mod catalogue;
mod claim;
mod compose;
mod document;
mod entry;
mod error;
mod file;
#[cfg(test)]
pub(crate) mod filled;
mod grammar;
mod hosting;
mod infer;
mod members;
mod parse;
mod platform;
mod proof;
mod template;
mod tenancy;
mod tenant;
mod token_source;
mod variable;

pub use catalogue::{by_id, ids};
pub use claim::{ClaimForm, ClaimKind};
pub use compose::{ComposeError, Values};
pub use error::PlatformError;
pub use file::DeclaredBy;
pub use grammar::PatternError;
pub use hosting::{IssuerWarning, issuer_warnings};
pub use infer::{Inference, check_declaration, infer, infer_with};
pub use parse::Reading;
pub use platform::{Azp, Chooser, IssuerForm, Platform, Presence, SubjectForm};
pub use template::{Template, TemplatePart};
pub use tenancy::Tenancy;
pub use tenant::{ForeignToken, Tenant, TenantSource};
pub use token_source::{
    EnvName, HttpMethod, RequestBody, TokenPlace, TokenRequest, TokenResponse, TokenSource,
    generic_token_sources,
};
pub use variable::Variable;

#[cfg(test)]
mod tests;
