//! The issuer of a credential: Entra stores any text, and compares it letter by letter with `iss`.

use super::super::limits::{self, Loopback};
use crate::lint::{IssuerFacts, rules};
use crate::trust::{Finding, IssuerUrl, Severity};

/// The rule that all clouds have about issuers; what it says of URLs is added to here.
pub(super) const RULE: &str = "issuer-url";

/// As the catalogue and the rules name it; a text that is no issuer URL is left as it is.
pub(super) fn without_scheme(issuer: &str) -> String {
    IssuerUrl::parse(issuer).map_or_else(|_| issuer.to_owned(), |url| url.without_scheme().to_owned())
}

/// Whether no token that Entra accepts has it.
pub(super) fn is_impossible(issuer: &str) -> bool {
    problem(issuer).is_some()
}

fn problem(issuer: &str) -> Option<String> {
    match IssuerUrl::parse(issuer) {
        Err(error) => Some(error.to_string()),
        Ok(url) => limits::issuer(&url, Loopback::Allowed)
            .err()
            .map(|e| e.to_string()),
    }
}

/// That no token has this issuer.
pub(super) fn check(issuer: &str) -> Option<Finding> {
    let problem = problem(issuer).or_else(|| near_miss(issuer))?;
    let rule = rules().find(|rule| rule.id == RULE)?;
    Some(rule.found(Severity::High, issuer.to_owned(), problem))
}

/// An issuer that is nobody's, beside one that is a platform's.
fn near_miss(issuer: &str) -> Option<String> {
    let known = |text: &str| {
        let platforms = IssuerUrl::parse(text)
            .map(|url| IssuerFacts::of(url.without_scheme()).platforms)
            .unwrap_or_default();
        platforms.into_iter().next()
    };
    if known(issuer).is_some() {
        return None;
    }
    let lower = issuer.to_ascii_lowercase();
    let slashed = |text: &str| match text.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{text}/"),
    };
    let others = [slashed(issuer), lower.clone(), slashed(&lower)];
    let (other, platform) = others
        .into_iter()
        .find_map(|text| Some((known(&text)?, text)))
        .map(|(platform, text)| (text, platform))?;
    Some(format!(
        "expected the issuer of {} as it stands in its tokens, `{other}`, found `{issuer}`, which no token has",
        platform.name
    ))
}
