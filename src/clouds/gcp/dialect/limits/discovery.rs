//! Where Google looks for the keys of an issuer, when not at the usual place.

use super::error::{Limit, LimitError};
use crate::trust::{IssuerUrl, quoted};

const LONGEST: usize = 2_000;
const MARK: &str = "/.well-known/";

/// Checks the address of a discovery document: `https`, at most 2,000 characters, the issuer's host and port, and a path with
/// `/.well-known/…` before or after the path of the issuer.
///
/// # Errors
/// The first rule that it breaks.
pub fn discovery_uri(uri: &str, issuer: &IssuerUrl) -> Result<(), LimitError> {
    let wrong = |expected: String| LimitError::new(Limit::DiscoveryUri, expected, quoted(uri));
    if uri.chars().count() > LONGEST {
        return Err(wrong(format!("an address of at most {LONGEST} characters")));
    }
    let (scheme, rest) = uri.split_once("://").unwrap_or(("", uri));
    let of_issuer = issuer.without_scheme().split('/').next().unwrap_or("");
    let issuer_scheme = if issuer.is_https() { "https" } else { "http" };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    if scheme != issuer_scheme || authority != of_issuer {
        return Err(wrong(format!(
            "an address below `{issuer_scheme}://{of_issuer}`, where the issuer is"
        )));
    }
    let own = issuer.path().trim_end_matches('/');
    let named = |path: &str| {
        path.strip_prefix(MARK)
            .is_some_and(|name| !name.is_empty() && !name.starts_with('/'))
    };
    let behind = path.strip_prefix(own).is_some_and(named);
    // `/.well-known/name/path/of/issuer`
    let ahead = path.strip_suffix(own).is_some_and(named);
    if path.contains(['?', '#']) || !(behind || ahead) {
        let expected = format!("a path with `{MARK}NAME` before or after the issuer's own, `{own}`");
        return Err(wrong(expected).fix(format!("the usual place is `{}`", issuer.discovery_url())));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let issuer = IssuerUrl::parse("https://issuer.example:8443/a/b").unwrap();
        for good in [
            "https://issuer.example:8443/a/b/.well-known/openid-configuration",
            "https://issuer.example:8443/.well-known/oauth-authorization-server/a/b",
        ] {
            assert_eq!(discovery_uri(good, &issuer), Ok(()), "{good}");
        }
        for (bad, expected) in [
            (
                "http://issuer.example:8443/a/b/.well-known/x",
                "expected an address below `https://issuer.example:8443`",
            ),
            (
                "https://issuer.example/a/b/.well-known/x",
                "expected an address below",
            ),
            (
                "https://other.example:8443/a/b/.well-known/x",
                "expected an address below",
            ),
            (
                "https://issuer.example:8443/a/b/.well-known/",
                "expected a path with",
            ),
            (
                "https://issuer.example:8443/.well-known/x",
                "expected a path with",
            ),
            (
                "https://issuer.example:8443/a/b/openid-configuration",
                "expected a path with",
            ),
            (
                "https://issuer.example:8443/a/b/.well-known/x?y",
                "expected a path with",
            ),
            (
                &format!(
                    "https://issuer.example:8443/a/b/.well-known/{}",
                    "x".repeat(2_000)
                ),
                "expected an address of at most 2000",
            ),
        ] {
            let error = discovery_uri(bad, &issuer).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        let plain = IssuerUrl::parse("https://issuer.example/").unwrap();
        assert_eq!(
            discovery_uri("https://issuer.example/.well-known/x", &plain),
            Ok(())
        );
    }
}
