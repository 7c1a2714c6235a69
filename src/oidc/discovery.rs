//! The discovery document (OpenID Connect Discovery 1.0, section 3) and the key set it points at.

use serde_json::{Map, Value};
use url::Url;

use crate::trust::IssuerUrl;

use super::algorithm::Algorithm;
use super::excerpt::{excerpt, excerpt_of};
use super::fetch::{Document, FetchError, Fetcher, Reach};
use super::json::{self, Duplicates, JsonError};
use super::key_set::{KeySet, KeySetError};

/// What an issuer says of itself, checked: it is the issuer that was asked for, and its keys may be fetched.
#[derive(Clone, Debug)]
pub struct Metadata {
    issuer: IssuerUrl,
    jwks_uri: Url,
    members: Map<String, Value>,
}

/// Why an issuer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("the discovery document is not readable: {0}")]
    Json(#[from] JsonError),
    #[error("expected a discovery document that is a JSON object, found another value")]
    Shape,
    #[error("expected `issuer` to be `{expected}`, byte for byte, found `{found}`")]
    IssuerMismatch { expected: String, found: String },
    #[error("expected an absolute `https` URL in `jwks_uri`, found `{found}`: {reason}")]
    JwksUri { found: String, reason: String },
    #[error(
        "expected an algorithm that clouds accept in `id_token_signing_alg_values_supported` (RS256, ES256 …), found `{0}`"
    )]
    NoAlgorithm(String),
    #[error(transparent)]
    KeySet(#[from] KeySetError),
}

impl DiscoveryError {
    /// True for a fault that may pass by itself.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.is_temporary())
    }
}

/// Fetches and checks the discovery document of an issuer.
///
/// # Errors
/// The document cannot be had, or breaks a rule.
pub async fn discover(fetcher: &Fetcher, issuer: &IssuerUrl) -> Result<(Metadata, Document), DiscoveryError> {
    let document = fetcher.get(&issuer.discovery_url()).await?;
    let metadata = Metadata::parse(issuer, &document.body)?;
    Ok((metadata, document))
}

/// Fetches the key set that checked metadata points at.
///
/// # Errors
/// The document cannot be had, or is no key set.
pub async fn fetch_key_set(
    fetcher: &Fetcher,
    metadata: &Metadata,
) -> Result<(KeySet, Document), DiscoveryError> {
    let document = fetcher.get(metadata.jwks_uri().as_str()).await?;
    Ok((KeySet::parse(&document.body)?, document))
}

impl Metadata {
    /// Reads the document that `issuer` published. Unknown members are ignored.
    ///
    /// SECURITY: `issuer` inside must be the one that was asked for, else one issuer could speak for another
    /// (section 4.3); `jwks_uri` must not lead into an internal network.
    ///
    /// # Errors
    /// See [`DiscoveryError`].
    pub fn parse(issuer: &IssuerUrl, document: &[u8]) -> Result<Self, DiscoveryError> {
        let members = json::parse_object(document, Duplicates::Refuse)?.ok_or(DiscoveryError::Shape)?;
        let named = members.get("issuer").unwrap_or(&Value::Null);
        if named.as_str() != Some(issuer.as_str()) {
            return Err(DiscoveryError::IssuerMismatch {
                expected: issuer.to_string(),
                found: excerpt_of(named),
            });
        }
        let jwks_uri = jwks_uri(issuer, members.get("jwks_uri"))?;
        let metadata = Self {
            issuer: issuer.clone(),
            jwks_uri,
            members,
        };
        metadata.check_algorithms()?;
        Ok(metadata)
    }

    pub fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    /// Where the key set is.
    pub fn jwks_uri(&self) -> &Url {
        &self.jwks_uri
    }

    /// `id_token_signing_alg_values_supported`, as published; nothing when the issuer leaves it out.
    pub fn algorithms(&self) -> Option<Vec<&str>> {
        let listed = self
            .members
            .get("id_token_signing_alg_values_supported")?
            .as_array()?;
        Some(listed.iter().filter_map(Value::as_str).collect())
    }

    /// All members, as published.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// The list is required by the specification; some issuers leave it out, which says nothing about their keys.
    fn check_algorithms(&self) -> Result<(), DiscoveryError> {
        match self.members.get("id_token_signing_alg_values_supported") {
            None => Ok(()),
            Some(listed) => {
                let names = self.algorithms().unwrap_or_default();
                if names.iter().any(|name| Algorithm::from_name(name).is_some()) {
                    return Ok(());
                }
                Err(DiscoveryError::NoAlgorithm(excerpt_of(listed)))
            }
        }
    }
}

fn jwks_uri(issuer: &IssuerUrl, found: Option<&Value>) -> Result<Url, DiscoveryError> {
    let text = found.and_then(Value::as_str).unwrap_or_default();
    let refused = |reason: &str| DiscoveryError::JwksUri {
        found: found.map_or_else(String::new, |_| excerpt(text)),
        reason: reason.to_owned(),
    };
    let url = Url::parse(text).map_err(|e| refused(&e.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it holds a user name or password"));
    }
    if url.fragment().is_some() {
        return Err(refused("it has a fragment"));
    }
    match Reach::of(&url) {
        Reach::Refused(reason) => return Err(refused(reason)),
        // a public issuer has no business with this machine
        Reach::Loopback if !issuer.is_loopback() => return Err(refused("its host is this machine")),
        Reach::Loopback if url.scheme() == "http" && !issuer.is_https() => {}
        Reach::Loopback | Reach::Public if url.scheme() == "https" => {}
        Reach::Loopback | Reach::Public => return Err(refused("it is not `https`")),
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(issuer: &str, document: &Value) -> Result<Metadata, DiscoveryError> {
        Metadata::parse(
            &IssuerUrl::parse(issuer).unwrap(),
            document.to_string().as_bytes(),
        )
    }

    #[test]
    fn a_development_issuer_may_use_http_and_nobody_else() {
        let document = |issuer: &str, jwks: &str| json!({ "issuer": issuer, "jwks_uri": jwks });
        let local = "http://localhost:8080";
        assert!(parse(local, &document(local, "http://localhost:8080/keys")).is_ok());
        assert!(parse(local, &document(local, "http://keys.example/keys")).is_err());
        let local = "https://localhost:8080/team";
        assert!(parse(local, &document(local, "https://localhost:8080/team/keys")).is_ok());
        assert!(parse(local, &document(local, "http://localhost:8080/team/keys")).is_err());
        let public = "https://issuer.example";
        assert!(parse(public, &document(public, "https://localhost/keys")).is_err());
    }
}
