//! The issuer of a provider.

use super::error::{Limit, LimitError};
use crate::platforms::{IssuerWarning, issuer_warnings};
use crate::trust::{IssuerUrl, Loopback, Place, reach};

/// Something about an issuer that works, and that one should know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerRemark {
    #[error(transparent)]
    Host(IssuerWarning),
    #[error(
        "the issuer names the port {0}: Google fetches its keys there, and other clouds take no issuer with a port"
    )]
    Port(u16),
}

/// Checks an issuer for Google: `https` and the name of a host. A loopback issuer is for an emulator only.
///
/// # Errors
/// What Google would refuse, or could not reach.
pub fn issuer(issuer: &IssuerUrl, loopback: Loopback) -> Result<Vec<IssuerRemark>, LimitError> {
    if reach(issuer, loopback, "Google", Limit::Issuer)? == Place::ThisMachine {
        return Ok(Vec::new());
    }
    let port = issuer.port().map(IssuerRemark::Port);
    Ok(issuer_warnings(issuer)
        .into_iter()
        .map(IssuerRemark::Host)
        .chain(port)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_files::shared_json;

    #[test]
    fn every_row_of_the_vectors() {
        let Some(rows) = shared_json("vectors/issuer_urls.json") else {
            return;
        };
        let rows = rows.as_array().unwrap();
        assert_eq!(rows.len(), 22);
        for row in rows {
            let url = row["issuer_url"].as_str().unwrap();
            let judged = match IssuerUrl::parse(url).map(|url| issuer(&url, Loopback::Refused)) {
                Ok(Ok(remarks)) if remarks.is_empty() => "ok",
                Ok(Ok(_)) => "warn",
                Ok(Err(_)) | Err(_) => "reject",
            };
            assert_eq!(judged, row["gcp"].as_str().unwrap(), "{} {url}", row["id"]);
        }
    }

    #[test]
    fn loopback_only_where_allowed() {
        let url = IssuerUrl::parse("http://localhost:8080").unwrap();
        assert_eq!(issuer(&url, Loopback::Allowed), Ok(Vec::new()));
        let refused = issuer(&url, Loopback::Refused).unwrap_err().to_string();
        assert!(refused.contains("allow_loopback_issuers = true"), "{refused}");
    }
}
