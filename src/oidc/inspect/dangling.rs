//! `dangling-issuer`: trusts of an issuer whose name is free. Whoever takes the name signs tokens for all of them.

use super::hosting;
use crate::oidc::discovery::DiscoveryError;
use crate::oidc::fetch::FetchError;
use crate::trust::IssuerUrl;

pub(crate) const DANGLING: &str = "dangling-issuer";

/// What to say of an issuer that cannot be inspected because it is not there: its host does not resolve, or nothing lies at a
/// name that others may take. A fault of one's own network looks the same, so it is said as a condition.
pub fn dangling(error: &DiscoveryError, issuer: &IssuerUrl) -> Option<&'static str> {
    match error {
        DiscoveryError::Fetch(FetchError::NotResolved { .. }) => Some(
            "dangling-issuer, critical: if the name is gone for others too, whoever registers it signs tokens for every trust of this issuer; take the name back, or remove the trusts",
        ),
        DiscoveryError::Fetch(FetchError::Status {
            status: 404 | 410, ..
        }) if hosting::risk(issuer.host()).is_some() => Some(
            "dangling-issuer, critical: if nobody holds the name any more, whoever takes it signs tokens for every trust of this issuer; take the name back, or remove the trusts",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_gone() {
        let url = |text: &str| IssuerUrl::parse(text).unwrap();
        let (own, bucket) = (
            url("https://oidc.acme.example"),
            url("https://acme.s3.amazonaws.com"),
        );
        let status = |status| {
            DiscoveryError::Fetch(FetchError::Status {
                url: "https://x".to_owned(),
                status,
            })
        };
        let gone = DiscoveryError::Fetch(FetchError::NotResolved {
            host: "oidc.acme.example".to_owned(),
            reason: "no such host".to_owned(),
        });
        assert!(dangling(&gone, &own).unwrap().starts_with(DANGLING));
        assert!(dangling(&status(404), &bucket).unwrap().starts_with(DANGLING));
        assert_eq!(dangling(&status(404), &own), None);
        assert_eq!(dangling(&status(503), &bucket), None);
        assert_eq!(dangling(&DiscoveryError::Shape, &bucket), None);
    }
}
