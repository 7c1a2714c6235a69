//! The issuer of a provider.

use super::error::{Limit, LimitError, quoted};
use crate::platforms::{IssuerWarning, issuer_warnings};
use crate::trust::IssuerUrl;

/// Whether development issuers on loopback hosts are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loopback {
    Allowed,
    Refused,
}

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
    let wrong = |expected: &str| LimitError::new(Limit::Issuer, expected, quoted(issuer.as_str()));
    if issuer.is_loopback() {
        return match loopback {
            Loopback::Allowed => Ok(Vec::new()),
            Loopback::Refused => Err(wrong("an issuer that Google can reach")
                .fix("for a development issuer say `allow_loopback_issuers = true` in the provider block")),
        };
    }
    if !issuer.is_https() {
        return Err(wrong("an issuer URL that starts with `https://`"));
    }
    let part = issuer
        .host()
        .split('.')
        .find(|part| part.is_empty() || part.len() > 63);
    if let Some(part) = part {
        return Err(wrong("a host whose parts have 1 to 63 characters").fix(format!("mend {}", quoted(part))));
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
