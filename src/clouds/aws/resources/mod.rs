//! What Terraform sees of AWS as managed resources.

pub mod trust;

pub use trust::AwsTrustResource;
