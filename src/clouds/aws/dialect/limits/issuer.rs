//! The issuer as the URL of an IAM OIDC provider.

use super::error::{Limit, LimitError};
use crate::platforms::{IssuerWarning, issuer_warnings};
use crate::trust::{IssuerUrl, Loopback, Place, quoted, reach};

/// Checks an issuer for AWS: `https`, a name and no address, no port, at most 255 characters. A loopback issuer may have a
/// port, and be an address, where that is allowed.
///
/// # Errors
/// What IAM or STS would refuse.
pub fn issuer(issuer: &IssuerUrl, loopback: Loopback) -> Result<Vec<IssuerWarning>, LimitError> {
    let wrong = |expected: &str| LimitError::new(Limit::Issuer, expected, quoted(issuer.as_str()));
    if issuer.as_str().len() > 255 {
        return Err(wrong("an issuer URL of at most 255 characters"));
    }
    if reach(issuer, loopback, "AWS", Limit::Issuer)? == Place::ThisMachine {
        return Ok(Vec::new());
    }
    if issuer
        .without_scheme()
        .split('/')
        .next()
        .is_some_and(|authority| authority.contains(':'))
    {
        return Err(wrong("an issuer URL without a port, which AWS does not take"));
    }
    Ok(issuer_warnings(issuer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_files::shared_json;

    fn judged(url: &str) -> &'static str {
        match IssuerUrl::parse(url).map(|url| issuer(&url, Loopback::Refused)) {
            Ok(Ok(warnings)) if warnings.is_empty() => "ok",
            Ok(Ok(_)) => "warn",
            Ok(Err(_)) | Err(_) => "reject",
        }
    }

    #[test]
    fn every_row_of_the_vectors() {
        let Some(rows) = shared_json("vectors/issuer_urls.json") else {
            return;
        };
        let rows = rows.as_array().unwrap();
        assert_eq!(rows.len(), 22);
        for row in rows {
            let url = row["issuer_url"].as_str().unwrap();
            assert_eq!(judged(url), row["aws"].as_str().unwrap(), "{} {url}", row["id"]);
        }
    }

    #[test]
    fn loopback_only_where_allowed() {
        for url in [
            "http://localhost:8080",
            "https://127.0.0.1:8443/x",
            "https://[::1]:1",
        ] {
            let url = IssuerUrl::parse(url).unwrap();
            assert!(issuer(&url, Loopback::Allowed).is_ok());
            let refused = issuer(&url, Loopback::Refused).unwrap_err().to_string();
            assert!(refused.contains("allow_loopback_issuers = true"), "{refused}");
        }
        assert_eq!(judged("https://issuer.example:443"), "reject");
        assert_eq!(judged("https://issuer.example:"), "reject");
        assert_eq!(
            judged(&format!("https://issuer.example/{}", "x".repeat(300))),
            "reject"
        );
    }
}
