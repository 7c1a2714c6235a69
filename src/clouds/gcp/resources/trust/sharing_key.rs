//! Other providers of the pool that could give their tokens the key by which bindings know ours.

use std::collections::BTreeSet;

use super::model::TrustModel;
use crate::clouds::gcp::client::PoolProvider;
use crate::clouds::gcp::dialect::{Principal, ProviderName, ProviderSettings, lint_pool};
use crate::lint::IssuerFacts;

/// Those that Read finds.
pub fn strangers(
    state: &TrustModel,
    name: &ProviderName,
    ours: Option<&PoolProvider>,
    others: &[PoolProvider],
) -> Vec<String> {
    let Some(ours) = ours else { return Vec::new() };
    let principals: BTreeSet<String> = state.principals.strings().flatten().unwrap_or_default();
    sharing_key(name, &ours.settings(false), &principals, others)
}

/// The ids of the providers that could map a binding key of ours.
pub fn sharing_key(
    name: &ProviderName,
    ours: &ProviderSettings,
    principals: &BTreeSet<String>,
    others: &[PoolProvider],
) -> Vec<String> {
    let bindings: Vec<_> = principals
        .iter()
        .filter_map(|text| Principal::parse(text).ok())
        .collect();
    let shares = |other: &&PoolProvider| {
        let pair = [ours.clone(), other.settings(false)];
        let found = lint_pool(&pair, &bindings, &IssuerFacts::of);
        found.iter().any(|finding| finding.rule == "binding-key-shared")
    };
    let others = others.iter().filter(|other| other.name != *name);
    others
        .filter(shares)
        .map(|other| other.name.id().to_owned())
        .collect()
}
