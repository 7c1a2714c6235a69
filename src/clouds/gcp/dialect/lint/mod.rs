//! From a provider to what the linter looks at, and the rules that only Google Cloud has.
//!
//! A condition becomes alternatives of tests (bounded; what tests cannot say counts as true), attributes are what the
//! mapping makes of claims, and a binding narrows whom the trust is about. Each alternative is a branch; a token that shows
//! something is always one that [`evaluate`](super::evaluate) accepts.

mod asked;
mod atom;
mod branches;
mod condition;
mod conjunction;
mod rules;
mod side;
mod token;
mod twin;

pub use rules::RULES;

use std::cell::RefCell;

use super::name::{PoolName, ProviderName};
use super::principal::Principal;
use super::provider::{Provider, ProviderError, ProviderSettings};
use crate::lint::{IssuerFacts, examine, sorted};
use crate::trust::Finding;
use branches::Setting;
use condition::Reader;
use rules::Looked;

/// Everything the rules find about one provider, the worst first, then by rule, witness and value. `bindings` are those that
/// the trust is about; none: whoever gets a token exchanged. `facts` says what is known about an issuer, given without its
/// scheme; [`IssuerFacts::of`] asks the catalogue.
///
/// A name that cannot be read, such as one that is not known yet, is stood in for: default audiences are then those of a
/// provider of another name.
pub fn lint(
    settings: &ProviderSettings,
    bindings: &[Principal],
    facts: &dyn Fn(&str) -> IssuerFacts,
) -> Vec<Finding> {
    sorted(found(settings, bindings, facts))
}

/// The same for all providers of a pool, with what they do to each other.
pub fn lint_pool(
    providers: &[ProviderSettings],
    bindings: &[Principal],
    facts: &dyn Fn(&str) -> IssuerFacts,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = providers
        .iter()
        .flat_map(|one| found(one, bindings, facts))
        .collect();
    let read: Vec<Provider> = providers
        .iter()
        .filter_map(|one| parse(one, bindings).ok())
        .collect();
    let settings: Vec<Setting<'_>> = read
        .iter()
        .map(|provider| setting(provider, bindings, facts))
        .collect();
    findings.extend(rules::of_pool(&settings));
    sorted(findings)
}

fn found(
    settings: &ProviderSettings,
    bindings: &[Principal],
    facts: &dyn Fn(&str) -> IssuerFacts,
) -> Vec<Finding> {
    let provider = match parse(settings, bindings) {
        Ok(provider) => provider,
        Err(error) => return rules::unreadable(settings, &error, &facts(url_of(&settings.issuer_uri))),
    };
    let setting = setting(&provider, bindings, facts);
    let reader = Reader::new(&provider, &setting.facts);
    let ways = setting.ways(&reader);
    let examined = ways.iter().map(|way| examine(&way.branch)).collect();
    let looked = Looked {
        settings,
        setting: &setting,
        reader: &reader,
        ways: &ways,
        examined,
    };
    looked.findings()
}

fn setting<'a>(
    provider: &'a Provider,
    bindings: &'a [Principal],
    facts: &dyn Fn(&str) -> IssuerFacts,
) -> Setting<'a> {
    let url = url_of(&provider.issuer_uri).to_owned();
    Setting {
        provider,
        bindings,
        facts: facts(&url),
        url,
        refused: RefCell::new(None),
    }
}

fn url_of(issuer: &str) -> &str {
    issuer.strip_prefix("https://").unwrap_or(issuer)
}

/// Reads a provider, whatever its name.
fn parse(settings: &ProviderSettings, bindings: &[Principal]) -> Result<Provider, ProviderError> {
    if ProviderName::parse(&settings.name).is_ok() {
        return Provider::parse(settings);
    }
    let pool = bindings.first().map_or_else(
        || "projects/0/locations/global/workloadIdentityPools/this-pool".to_owned(),
        |binding: &Principal| PoolName::to_string(&binding.pool),
    );
    Provider::parse(&ProviderSettings {
        name: format!("{pool}/providers/this-provider"),
        ..settings.clone()
    })
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod twin_tests;
#[cfg(test)]
mod vectors;
