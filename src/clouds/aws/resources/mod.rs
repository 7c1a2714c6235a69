//! What Terraform sees of AWS as managed resources.

pub mod oidc_provider;
pub mod trust;

pub use oidc_provider::OidcProviderResource;
pub use trust::AwsTrustResource;
