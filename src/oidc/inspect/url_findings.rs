//! What the clouds would say of an issuer URL.

use crate::trust::{Finding, IssuerUrl, Severity};

use super::acceptor::ACCEPTORS;
use super::{hosting, punycode};

/// DNS names (RFC 1035, section 2.3.4).
const MAX_LABEL: usize = 63;

/// Judges a URL that is a valid issuer URL.
pub(super) fn findings(issuer: &IssuerUrl) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut push = |severity, message: String, fix: &str| findings.push(finding(severity, message, fix));
    let host = issuer.host();
    if issuer.is_loopback() || !issuer.is_https() {
        let message = format!("no cloud reaches `{host}`: it is this machine");
        push(Severity::High, message, "use this issuer with the sandbox only");
        return findings;
    }
    if host.split('.').any(|label| label.len() > MAX_LABEL) {
        let message = format!("no cloud resolves `{host}`: a label has more than {MAX_LABEL} characters");
        push(Severity::High, message, "use a host name that exists");
    }
    for acceptor in &ACCEPTORS {
        let chars = issuer.as_str().len();
        if chars > acceptor.max_url_chars {
            let (name, limit) = (acceptor.name, acceptor.max_url_chars);
            let message = format!("{name} takes at most {limit} characters, the issuer has {chars}");
            push(Severity::High, message, "use a shorter path");
        }
        if let Some(port) = issuer.port() {
            let fix = "serve the issuer on port 443";
            if acceptor.accepts_ports {
                let message = format!("{} is not known to fetch keys from port {port}", acceptor.name);
                push(Severity::Low, message, fix);
            } else {
                let message = format!("{} takes no issuer with a port, found {port}", acceptor.name);
                push(Severity::High, message, fix);
            }
        }
    }
    if let Some(readable) = punycode::decoded(host) {
        let message = format!("`{host}` reads `{readable}`; letters that look alike make another issuer");
        push(
            Severity::Medium,
            message,
            "compare it letter by letter with the issuer you mean",
        );
    }
    if !host.contains('.') {
        let message = format!("`{host}` is a name of one label, which the clouds cannot resolve");
        push(Severity::Medium, message, "use a full host name");
    }
    if host.chars().any(|c| c.is_ascii_uppercase()) {
        let message = format!("`{host}` has upper-case letters; tokens are compared byte for byte");
        push(
            Severity::Medium,
            message,
            "write the host as the tokens do, which is nearly always lower case",
        );
    }
    if issuer.path().ends_with('/') {
        let message = "the issuer ends with a slash; without it, it would be another issuer".to_owned();
        push(Severity::Info, message, "copy the issuer from `iss` of a token");
    }
    if let Some(risk) = hosting::risk(host) {
        findings.push(super::report::finding(
            super::DANGLING,
            Severity::Medium,
            format!("`{host}` is {risk}"),
            "use a host name of a domain you own",
        ));
    }
    findings
}

fn finding(severity: Severity, message: String, fix: &str) -> Finding {
    super::report::finding("issuer-url", severity, message, fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::vectors::vectors;

    /// The worst that is said of a URL for one cloud. A finding that begins with a cloud's name is for that cloud.
    fn verdict(url: &str, cloud: &str) -> &'static str {
        let Ok(issuer) = IssuerUrl::parse(url) else {
            return "reject";
        };
        let names: Vec<_> = ACCEPTORS.iter().map(|acceptor| acceptor.name).collect();
        let concerns = |finding: &Finding| {
            let named = names.iter().find(|name| finding.message.starts_with(*name));
            named.is_none_or(|name| *name == cloud)
        };
        let worst = findings(&issuer)
            .into_iter()
            .filter(concerns)
            .map(|one| one.severity)
            .max();
        match worst {
            Some(Severity::High | Severity::Critical) => "reject",
            Some(Severity::Low | Severity::Medium) => "warn",
            Some(Severity::Info) | None => "ok",
        }
    }

    #[test]
    fn urls_are_judged_as_the_vectors_say() {
        let Some(all) = vectors("issuer_urls.json") else {
            return;
        };
        let rows = all.as_array().unwrap();
        assert_eq!(rows.len(), 22);
        for row in rows {
            let url = row["issuer_url"].as_str().unwrap();
            for (column, cloud) in [("aws", "AWS"), ("gcp", "Google Cloud"), ("azure", "Azure")] {
                assert_eq!(verdict(url, cloud), row[column], "{} {url} {cloud}", row["id"]);
            }
        }
    }
}
