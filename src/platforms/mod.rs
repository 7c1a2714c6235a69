//! Who signs: the catalogue of platforms, one TOML file each, and the platforms that a configuration declares itself.
//!
//! Owns what is known about issuers: their URLs, who shares them, how their subjects are made, what their tokens carry.
//! Knows no cloud beyond the names of fields that the catalogue keeps for one. Nothing is parsed before it is asked for.

mod alphabet;
mod catalogue;
mod entry;
mod file;
mod hosting;
mod infer;
mod platform;
mod template;
mod tenancy;
mod variable;

pub use catalogue::{by_id, ids};
pub use entry::PlatformError;
pub use hosting::{IssuerWarning, issuer_warnings};
pub use infer::{Inference, check_declaration, infer};
pub use platform::{Azp, Chooser, IssuerForm, Platform, Presence, SubjectForm};
pub use template::{Template, TemplatePart};
pub use tenancy::Tenancy;
pub use variable::Variable;
