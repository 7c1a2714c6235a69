//! Who trusts: one folder per cloud, the same names in each; the list of clouds, and what all of them share.

mod cloud;
mod environment;
#[cfg(test)]
mod fake;
mod judged;
mod laboratory;
mod limits;
mod patience;
mod redact;
mod token_source;

pub mod aws;
pub mod azure;
pub mod deciding;
pub mod gcp;
pub mod guardrail;
pub mod trust_arguments;

pub use cloud::{Cloud, Common};
pub use environment::Environment;
pub use judged::Judged;
pub use laboratory::LaboratoryGuard;
pub use limits::Limits;
pub use patience::Effect;

use crate::framework::Parts;

/// What every cloud offers that needs no configuration.
pub fn functions() -> Parts {
    aws::functions().and(gcp::functions()).and(azure::functions())
}

/// Every cloud, unconfigured. A new cloud is a folder and a line here.
pub fn all() -> Vec<Box<dyn Cloud>> {
    vec![Box::new(aws::Aws::default()), Box::new(gcp::Gcp::default())]
}
