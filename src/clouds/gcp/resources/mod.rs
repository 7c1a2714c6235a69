//! What Terraform manages at Google Cloud.

mod trust;

pub use trust::GcpTrustResource;
