//! `issuer-url`: a URL that can be taken for another, that somebody else may hold later, or that no cloud accepts.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::platforms::issuer_warnings;
use crate::trust::IssuerUrl;
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "issuer-url",
        title: "The issuer's URL is doubtful",
        class: Class::Outage,
        meaning: "The URL of the issuer can be taken for another, may become somebody else's, or is none that a cloud accepts.",
        fix: "use the issuer exactly as it stands in the tokens' `iss`, on a domain of your own",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let url = &analysis.branch.issuer;
    let hit = |severity, message: String| Hit {
        severity,
        value: url.clone(),
        message,
        witness: None,
    };
    let issuer = match IssuerUrl::parse(&format!("https://{url}")) {
        Ok(issuer) => issuer,
        Err(error) => return vec![hit(Severity::High, error.to_string())],
    };
    // A machine's own issuer is meant for that machine.
    if issuer.is_loopback() {
        return vec![hit(
            Severity::Info,
            format!("`{url}` is an issuer on this machine, which no cloud can reach"),
        )];
    }
    let mut found: Vec<Hit> = issuer_warnings(&issuer)
        .into_iter()
        .map(|warning| hit(Severity::Medium, warning.to_string()))
        .collect();
    if issuer.port().is_some() {
        let message = format!("`{url}` has a port, and clouds accept issuers on the usual port only");
        found.push(hit(Severity::Medium, message));
    }
    if url.ends_with('/') && analysis.branch.facts.platforms.is_empty() {
        let message = format!("`{url}` ends in a slash: it is another issuer than the same without it");
        found.push(hit(Severity::Low, message));
    }
    found
}
