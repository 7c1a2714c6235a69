//! The report about an issuer, and how it is made.

use serde::Serialize;
use url::Url;

use crate::oidc::discovery::{DiscoveryError, Metadata, discover, fetch_key_set};
use crate::oidc::fetch::{Document, Fetcher, certificate_pem, thumbprint};
use crate::oidc::jwk::{Key, PublicKey};
use crate::oidc::key_set::KeySet;
use crate::oidc::policy::Profile;
use crate::trust::{Finding, IssuerUrl, Severity};

use super::{key_findings, transport_findings, uploadable_keys, url_findings};

/// What is known about an issuer that answers.
#[derive(Clone, Debug)]
pub struct IssuerReport {
    pub metadata: Metadata,
    pub key_set: KeySet,
    pub keys: Vec<KeyReport>,
    /// The key set with the members that Google Cloud accepts, for `oidc.jwksJson`.
    pub jwks_json: String,
    /// The host of the key set first, then, when it is another one, the host of the discovery document.
    pub hosts: Vec<HostChain>,
    /// What each cloud would refuse, and what is unwise; worst first.
    pub findings: Vec<Finding>,
}

/// The certificates that a host presents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostChain {
    /// Host, with its port when the URL names one.
    pub host: String,
    /// PEM, the host's own certificate first; empty when there is no TLS.
    pub certificate_chain: Vec<String>,
    /// What AWS calls the thumbprint: SHA-1 of the last certificate presented, in lower-case hex.
    pub thumbprint: Option<String>,
}

/// One key as shown to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyReport {
    pub kid: Option<String>,
    /// `RSA`, `EC`, or whatever is published.
    pub kty: Option<String>,
    /// The algorithm the issuer means the key for, when it says so.
    pub alg: Option<String>,
    /// `sig`, `enc`, or nothing.
    #[serde(rename = "use")]
    pub usage: Option<String>,
    /// The curve of an EC key.
    pub crv: Option<&'static str>,
    /// Bits of the modulus of an RSA key.
    pub bits: Option<usize>,
    /// SHA-256 thumbprint (RFC 7638).
    pub thumbprint: Option<String>,
    /// Why a verifier does not use this key.
    pub fault: Option<String>,
}

/// Fetches discovery document, key set and certificates, and judges them.
///
/// # Errors
/// One of the documents cannot be had or is not usable. Findings are never an error.
pub async fn inspect(fetcher: &Fetcher, issuer: &IssuerUrl) -> Result<IssuerReport, DiscoveryError> {
    let (metadata, document) = discover(fetcher, issuer).await?;
    let (key_set, keys_document) = fetch_key_set(fetcher, &metadata).await?;
    Ok(IssuerReport::new(metadata, key_set, &document, &keys_document))
}

impl IssuerReport {
    fn new(metadata: Metadata, key_set: KeySet, document: &Document, keys_document: &Document) -> Self {
        let mut findings = url_findings::findings(metadata.issuer());
        findings.extend(transport_findings::findings(&metadata, [document, keys_document]));
        findings.extend(key_findings::findings(&key_set));
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let keys_host = HostChain::new(keys_document);
        let other = Some(HostChain::new(document)).filter(|other| other.host != keys_host.host);
        let hosts = std::iter::once(keys_host).chain(other).collect();
        Self {
            keys: key_set.keys().iter().map(KeyReport::new).collect(),
            jwks_json: uploadable_keys::jwks_json(&key_set),
            metadata,
            key_set,
            hosts,
            findings,
        }
    }

    /// The thumbprint for AWS: that of the host of the key set.
    pub fn thumbprint(&self) -> Option<&str> {
        self.hosts.first().and_then(|host| host.thumbprint.as_deref())
    }

    /// The thumbprints of both hosts, each once.
    pub fn thumbprints(&self) -> Vec<&str> {
        let mut all: Vec<_> = self
            .hosts
            .iter()
            .filter_map(|host| host.thumbprint.as_deref())
            .collect();
        all.dedup();
        all
    }

    /// The certificates of the host of the key set, as PEM.
    pub fn certificate_chain(&self) -> &[String] {
        self.hosts.first().map_or(&[], |host| &host.certificate_chain)
    }
}

impl HostChain {
    fn new(document: &Document) -> Self {
        Self {
            host: authority(&document.url),
            certificate_chain: document.chain.iter().map(|one| certificate_pem(one)).collect(),
            thumbprint: thumbprint(&document.chain),
        }
    }
}

impl KeyReport {
    fn new(key: &Key) -> Self {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let public_key = key.public_key().ok();
        Self {
            kid: text(key.kid()),
            kty: text(key.key_type()),
            alg: text(key.algorithm_label()),
            usage: text(key.usage()),
            crv: public_key.and_then(|public_key| match public_key {
                PublicKey::Ec { curve, .. } => Some(curve.name()),
                PublicKey::Rsa { .. } => None,
            }),
            bits: public_key.and_then(PublicKey::modulus_bits),
            thumbprint: key.thumbprint(),
            fault: key.usable(&Profile::STRICT).err().map(|fault| fault.to_string()),
        }
    }
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A finding about an issuer: there is no foreign token to show.
pub(super) fn finding(rule: &'static str, severity: Severity, message: String, fix: &str) -> Finding {
    Finding {
        rule,
        severity,
        message,
        fix: fix.to_owned(),
        witness: None,
        value: None,
        accepted: None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::oidc::scripted::{Script, discovery_document};
    use serde_json::json;

    #[tokio::test]
    async fn both_hosts_are_reported_with_the_host_of_the_keys_first() {
        let script = Arc::new(Script::default());
        let issuer = "https://issuer.example";
        let mut document = discovery_document(issuer);
        document["jwks_uri"] = json!("https://keys.other.example/jwks");
        script.answer(
            "https://issuer.example/.well-known/openid-configuration",
            &document,
        );
        script.answer(
            "https://keys.other.example/jwks",
            &json!({ "keys": [{ "kty": "RSA", "kid": "a" }] }),
        );
        script.present("issuer.example", vec![b"leaf".to_vec(), b"top".to_vec()]);
        script.present("keys.other.example", vec![b"abc".to_vec()]);
        let fetcher = Fetcher::over(script, false);
        let report = inspect(&fetcher, &IssuerUrl::parse(issuer).unwrap())
            .await
            .unwrap();
        assert_eq!(
            report.thumbprint(),
            Some("a9993e364706816aba3e25717850c26c9cd0d89d")
        );
        assert_eq!(report.thumbprints().len(), 2);
        assert_eq!(report.hosts[1].host, "issuer.example");
        assert_eq!(report.hosts[1].certificate_chain.len(), 2);
        assert!(report.keys[0].fault.is_some());
        assert_eq!(report.jwks_json, r#"{"keys":[]}"#);
        let severities: Vec<_> = report.findings.iter().map(|finding| finding.severity).collect();
        assert!(severities.is_sorted_by(|a, b| a >= b), "{severities:?}");
        assert!(
            report
                .findings
                .iter()
                .any(|finding| finding.rule == "jwks-transport")
        );
    }
}
