//! What a change of a provider lets in that was refused before, and refuses that was let in.
//!
//! Tokens that both sides speak of are tried; one that passes here and fails there is the proof. That there is none is only
//! said where every token that may be is decided like one of those that were tried.

use std::collections::BTreeSet;

use serde_json::json;

use super::evaluate::evaluate;
use super::gcp_trust::Rendered;
use super::lint::lint;
use super::provider::{Provider, ProviderError, ProviderSettings};
use super::read_back::{read_back, same_expression};
use crate::lint::IssuerFacts;
use crate::trust::{Audience, Claims, Finding, IssuerUrl, Trust, Verdict, sample};

/// Examples of tokens about which two providers differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Refused before, accepted after.
    pub admits: Option<Claims>,
    /// Accepted before, refused after.
    pub refuses: Option<Claims>,
    /// No such token was found, and not all that may be were tried: whether the change lets anybody in is not known.
    pub may_admit: bool,
}

/// Whom the change from one provider to another lets in, and whom it shuts out; without a first one, whom the second does.
///
/// # Errors
/// Expressions that cannot be read.
pub fn difference(
    before: Option<&ProviderSettings>,
    after: &ProviderSettings,
    facts: &dyn Fn(&str) -> IssuerFacts,
) -> Result<Difference, ProviderError> {
    let new = Provider::parse(after)?;
    let read = |settings| Provider::parse(settings).map(|provider| (settings, provider));
    let old = before.map(read).transpose()?;
    if before.is_some_and(|before| decide_alike(before, after)) {
        return Ok(Difference::default());
    }
    let (of_new, is_complete) = tokens(after, &new, facts);
    let (of_old, _) = old
        .as_ref()
        .map_or_else(Default::default, |(settings, provider)| {
            tokens(settings, provider, facts)
        });
    // what the arguments can say has no test that a further claim makes fail
    let is_plain =
        |(settings, provider): &(&ProviderSettings, Provider)| trust_of(settings, provider).is_some();
    let is_complete = is_complete && old.as_ref().is_none_or(is_plain);
    let now = |claims: &Claims| evaluate(&new, claims, None).decision.verdict;
    let then = |claims: &Claims| match &old {
        Some((_, provider)) => evaluate(provider, claims, None).decision.verdict,
        None => Verdict::Deny,
    };
    let all = || of_new.iter().chain(&of_old);
    let admits = all().find(|claims| now(claims) == Verdict::Allow && then(claims) == Verdict::Deny);
    let refuses = all().find(|claims| then(claims) == Verdict::Allow && now(claims) == Verdict::Deny);
    let is_settled = |claims: &Claims| then(claims) == Verdict::Allow || now(claims) == Verdict::Deny;
    let may_admit = admits.is_none() && !(is_complete && of_new.iter().all(is_settled));
    Ok(Difference {
        admits: admits.cloned(),
        refuses: refuses.cloned(),
        may_admit,
    })
}

/// Whether every token is decided in the same way.
fn decide_alike(one: &ProviderSettings, other: &ProviderSettings) -> bool {
    // default audiences are those of the name
    let same_name = one.name == other.name || !one.allowed_audiences.is_empty();
    one.issuer_uri == other.issuer_uri
        && one.allowed_audiences == other.allowed_audiences
        && same_name
        && one.attribute_mapping == other.attribute_mapping
        && same_expression(&one.attribute_condition, &other.attribute_condition)
        && one.disabled == other.disabled
}

/// Tokens that a provider speaks of, and whether every token that it accepts is like one of them.
fn tokens(
    settings: &ProviderSettings,
    provider: &Provider,
    facts: &dyn Fn(&str) -> IssuerFacts,
) -> (Vec<Claims>, bool) {
    let (meant, is_complete) = match trust_of(settings, provider) {
        Some(trust) => sample::tokens(&trust),
        None => (Vec::new(), false),
    };
    // those that a stranger can really have say the most
    let mut all: Vec<Claims> = witnesses(&lint(settings, &[], facts)).collect();
    if settings.attribute_condition.trim().is_empty() {
        let mut token = Claims::default();
        token.insert("iss", json!(settings.issuer_uri));
        token.insert("aud", json!(provider.accepted_audiences().first()));
        token.insert("sub", json!("any"));
        all.push(token);
    }
    all.extend(meant);
    (all, is_complete)
}

fn witnesses(findings: &[Finding]) -> impl Iterator<Item = Claims> + '_ {
    let texts = findings.iter().filter_map(|finding| finding.witness.as_deref());
    texts.filter_map(|text| serde_json::from_str(text).ok().map(Claims::new))
}

/// The trust that the settings say, if the trust arguments can say it.
fn trust_of(settings: &ProviderSettings, provider: &Provider) -> Option<Trust> {
    let audiences = provider.accepted_audiences();
    let audiences = audiences.iter().map(|text| Audience::parse(text));
    let rendered = Rendered {
        issuer_uri: IssuerUrl::parse(&settings.issuer_uri).ok()?,
        allowed_audiences: audiences.collect::<Result<BTreeSet<_>, _>>().ok()?,
        attribute_condition: settings.attribute_condition.clone(),
    };
    Some(read_back(&rendered).ok()?.trust)
}

#[cfg(test)]
mod tests;
