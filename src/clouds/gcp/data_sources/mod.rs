//! The data sources of Google Cloud: they report, and never fail because of a finding.

mod pool;

use super::configuration::Configuration;
use crate::framework::Parts;

/// Every data source of Google Cloud.
pub(super) fn parts(configuration: &Configuration) -> Parts {
    Parts::default().data_source(pool::PoolSource::new(configuration.clone()))
}
