//! Who trusts: one folder per cloud, the same names in each; the list of clouds, and what all of them share.

mod cloud;
mod environment;

pub mod aws;
pub mod azure;
pub mod gcp;
pub mod guardrail;
pub mod trust_arguments;

pub use cloud::{Cloud, Common};
pub use environment::Environment;

/// Every cloud, unconfigured. A new cloud is a folder and a line here.
pub fn all() -> Vec<Box<dyn Cloud>> {
    vec![Box::new(aws::Aws::default())]
}
