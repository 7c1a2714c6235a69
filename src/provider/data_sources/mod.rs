//! Data sources that belong to no cloud.

mod issuer;

pub(super) use issuer::IssuerSource;
