//! The data sources of AWS: they report, and never fail because of a finding.

mod oidc_provider;
mod trust_policy;

use super::configuration::Configuration;
use crate::framework::Parts;

/// Every data source of AWS.
pub(super) fn parts(configuration: &Configuration) -> Parts {
    Parts::default()
        .data_source(oidc_provider::OidcProviderSource::new(configuration.clone()))
        .data_source(trust_policy::TrustPolicySource::new(configuration.clone()))
}
