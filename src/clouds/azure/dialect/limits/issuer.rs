//! The issuer of a credential.

use super::LONGEST;
use super::error::{Limit, LimitError};
use crate::platforms::{IssuerWarning, issuer_warnings};
use crate::trust::{IssuerUrl, Loopback, Place, quoted, reach};

/// Something about an issuer that Entra stores, and that one should know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerRemark {
    #[error(transparent)]
    Host(IssuerWarning),
    #[error(
        "the issuer names the port {0}; other clouds take none, and Entra has to reach it from the public internet"
    )]
    Port(u16),
}

/// Checks an issuer for Entra: `https`, a name and no address, at most 600 characters. A loopback issuer may be an address and
/// use `http`, where that is allowed.
///
/// # Errors
/// What Entra would refuse, or store and never match.
pub fn issuer(issuer: &IssuerUrl, loopback: Loopback) -> Result<Vec<IssuerRemark>, LimitError> {
    let wrong = |expected: &str| LimitError::new(Limit::Issuer, expected, quoted(issuer.as_str()));
    if issuer.as_str().chars().count() > LONGEST {
        return Err(wrong("an issuer URL of at most 600 characters"));
    }
    if reach(issuer, loopback, "Microsoft Entra", Limit::Issuer)? == Place::ThisMachine {
        return Ok(Vec::new());
    }
    let mut remarks: Vec<IssuerRemark> = issuer.port().map(IssuerRemark::Port).into_iter().collect();
    remarks.extend(issuer_warnings(issuer).into_iter().map(IssuerRemark::Host));
    Ok(remarks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_files::shared_json;

    fn judged(url: &str) -> &'static str {
        match IssuerUrl::parse(url).map(|url| issuer(&url, Loopback::Refused)) {
            Ok(Ok(remarks)) if remarks.is_empty() => "ok",
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
            assert_eq!(judged(url), row["azure"].as_str().unwrap(), "{} {url}", row["id"]);
        }
    }

    #[test]
    fn lengths_and_loopback() {
        let url = |n: usize| format!("https://issuer.example/{}", "x".repeat(n - 23));
        assert_eq!(judged(&url(600)), "ok");
        assert_eq!(judged(&url(601)), "reject");
        for url in ["http://localhost:8080", "https://127.0.0.1:8443/x"] {
            let url = IssuerUrl::parse(url).unwrap();
            assert_eq!(issuer(&url, Loopback::Allowed), Ok(Vec::new()));
            let refused = issuer(&url, Loopback::Refused).unwrap_err().to_string();
            assert!(refused.contains("allow_loopback_issuers = true"), "{refused}");
        }
    }
}
