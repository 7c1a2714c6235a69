//! The claims of a token to be minted, and what may not be in them.

use data_encoding::HEXLOWER;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::trust::IssuerUrl;

const DEFAULT_LIFETIME: u64 = 300;

/// What a caller asks for. Everything is optional: without any of it the token names its issuer and its times.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenRequest {
    /// Any claims; they replace the ones that are put in by default (`iat`, `nbf`, `exp`, `jti`).
    pub claims: Map<String, Value>,
    /// `RS256` (the default) or `ES256`.
    pub alg: Option<String>,
    /// A published key; by default the newest of the algorithm.
    pub kid: Option<String>,
    /// Seconds between `iat` and `exp`, 300 by default.
    pub lifetime: Option<u64>,
    /// Claims to leave out.
    pub omit: Vec<String>,
}

/// Why these claims are not minted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    #[error(
        "expected `iss` to be `{own}`, found {found}; somebody else's tokens are minted only with `--as-issuer`"
    )]
    ForeignIssuer { own: String, found: String },
    #[error("the system gives no randomness")]
    Randomness,
}

/// Composes the claims of one token of the issuer `own`.
///
/// SECURITY: `iss` is the issuer's own, or one that the person who started the sandbox named; it may be left out.
pub fn claims(
    request: &TokenRequest,
    own: &IssuerUrl,
    others: &[IssuerUrl],
    now: i64,
) -> Result<Map<String, Value>, MintError> {
    let lifetime = i64::try_from(request.lifetime.unwrap_or(DEFAULT_LIFETIME)).unwrap_or(i64::MAX);
    let mut id = [0; 16];
    SystemRandom::new()
        .fill(&mut id)
        .map_err(|_| MintError::Randomness)?;
    let mut claims = Map::new();
    claims.insert("iss".to_owned(), json!(own.as_str()));
    claims.insert("iat".to_owned(), json!(now));
    claims.insert("nbf".to_owned(), json!(now));
    claims.insert("exp".to_owned(), json!(now.saturating_add(lifetime)));
    claims.insert("jti".to_owned(), json!(HEXLOWER.encode(&id)));
    claims.extend(request.claims.clone());
    for name in &request.omit {
        claims.remove(name);
    }
    let named = claims.get("iss");
    let permitted = named.is_none_or(|named| {
        let mut issuers = std::iter::once(own).chain(others);
        issuers.any(|issuer| named.as_str() == Some(issuer.as_str()))
    });
    if !permitted {
        let found = named.map_or_else(String::new, Value::to_string);
        return Err(MintError::ForeignIssuer {
            own: own.to_string(),
            found,
        });
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "https://localhost:1/team";

    fn mint(request: Value, others: &[&str]) -> Result<Map<String, Value>, MintError> {
        let request: TokenRequest = serde_json::from_value(request).unwrap();
        let others: Vec<_> = others.iter().map(|one| IssuerUrl::parse(one).unwrap()).collect();
        claims(&request, &IssuerUrl::parse(OWN).unwrap(), &others, 1000)
    }

    #[test]
    fn any_claims_but_a_foreign_issuer() {
        let minted = mint(
            json!({ "claims": { "sub": "a", "aud": ["b"], "exp": 5 }, "omit": ["nbf"] }),
            &[],
        )
        .unwrap();
        assert_eq!(minted["iss"], OWN);
        assert_eq!((&minted["exp"], &minted["iat"]), (&json!(5), &json!(1000)));
        assert!(!minted.contains_key("nbf"));
        for iss in [
            json!("https://token.actions.githubusercontent.com"),
            json!("https://localhost:1"),
            json!([OWN]),
            json!(null),
            json!("https://localhost:1/team/"),
            json!(1),
        ] {
            let refused = mint(json!({ "claims": { "iss": iss } }), &[]);
            assert!(matches!(refused, Err(MintError::ForeignIssuer { .. })), "{iss}");
        }
        assert!(!mint(json!({ "omit": ["iss"] }), &[]).unwrap().contains_key("iss"));
    }

    #[test]
    fn an_issuer_that_was_named_at_the_start_may_be_imitated() {
        let other = "https://token.example";
        let minted = mint(json!({ "claims": { "iss": other }, "lifetime": 60 }), &[other]).unwrap();
        assert_eq!((&minted["iss"], &minted["exp"]), (&json!(other), &json!(1060)));
    }
}
