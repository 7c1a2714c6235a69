//! What there is to say about the way from the issuer to its keys.

use crate::oidc::discovery::Metadata;
use crate::oidc::fetch::Document;
use crate::trust::{Finding, Severity};

use super::report::finding;

/// Judges where the key set lies, and how the documents are served.
pub(super) fn findings(metadata: &Metadata, documents: [&Document; 2]) -> Vec<Finding> {
    let mut findings: Vec<_> = documents.into_iter().filter_map(of_content_type).collect();
    findings.extend(of_jwks_host(metadata));
    findings.extend(of_algorithms(metadata));
    findings
}

fn of_content_type(document: &Document) -> Option<Finding> {
    let found = document.content_type.as_deref().unwrap_or_default();
    let essence = found.split(';').next().unwrap_or_default().trim();
    let is_json =
        essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json");
    (!is_json).then(|| {
        let message = format!("`{}` is served as `{essence}`, not as JSON", document.url);
        finding(
            "content-type",
            Severity::Low,
            message,
            "serve it as `application/json`",
        )
    })
}

fn of_jwks_host(metadata: &Metadata) -> Option<Finding> {
    let issuer = metadata.issuer().host().to_ascii_lowercase();
    let keys = metadata.jwks_uri().host_str().unwrap_or_default();
    if issuer == keys {
        return None;
    }
    let severity = match domain(&issuer) == domain(keys) {
        true => Severity::Low,
        false => Severity::Medium,
    };
    let message = format!("the keys of `{issuer}` lie on `{keys}`: who controls that host signs tokens too");
    let fix = "serve the key set from the issuer's own host";
    Some(finding("jwks-transport", severity, message, fix))
}

/// The last two labels: coarse, good enough to tell one's own name from a stranger's.
fn domain(host: &str) -> &str {
    let before_last = host.rfind('.').and_then(|at| host.get(..at)?.rfind('.'));
    before_last.and_then(|at| host.get(at + 1..)).unwrap_or(host)
}

fn of_algorithms(metadata: &Metadata) -> Option<Finding> {
    let Some(listed) = metadata.algorithms() else {
        let message = "the discovery document does not list its signature algorithms".to_owned();
        let fix = "publish `id_token_signing_alg_values_supported`";
        return Some(finding("algorithms", Severity::Low, message, fix));
    };
    listed.contains(&"none").then(|| {
        let message = "the issuer announces tokens without signature (`none`)".to_owned();
        finding(
            "algorithms",
            Severity::Low,
            message,
            "take `none` out of the list",
        )
    })
}
