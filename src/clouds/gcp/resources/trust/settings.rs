//! The settings of the provider as a state has them.

use std::collections::BTreeSet;

use super::model::TrustModel;
use crate::clouds::gcp::dialect::{PoolName, ProviderName, ProviderSettings, same_expression};

/// `None` when it has none yet.
pub fn settings_of(state: &TrustModel) -> Option<ProviderSettings> {
    let pool = PoolName::new(state.project_number.text()?, state.pool_id()?);
    let name = ProviderName::new(pool, state.provider_id()?);
    let audiences = state.accepted_audiences.strings().flatten()?;
    let is_default = audiences == name.default_audiences().into_iter().collect();
    Some(ProviderSettings {
        name: name.to_string(),
        issuer_uri: state.issuer.text()?.to_owned(),
        allowed_audiences: if is_default { BTreeSet::new() } else { audiences },
        attribute_mapping: state.effective_attribute_mapping.members().flatten()?,
        attribute_condition: state.effective_attribute_condition.text()?.to_owned(),
        disabled: None,
    })
}

/// Whether two providers decide alike, however their expressions are spaced.
pub fn same_settings(one: &ProviderSettings, other: &ProviderSettings) -> bool {
    one.issuer_uri == other.issuer_uri
        && one.allowed_audiences == other.allowed_audiences
        && one.attribute_mapping.len() == other.attribute_mapping.len()
        && one.attribute_mapping.iter().all(|(key, text)| {
            other
                .attribute_mapping
                .get(key)
                .is_some_and(|found| same_expression(text, found))
        })
        && same_expression(&one.attribute_condition, &other.attribute_condition)
}
