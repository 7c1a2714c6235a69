//! Whether a cloud can reach an issuer at all, by what its URL says.

use super::IssuerUrl;
use super::limit::{LimitError, quoted};

/// Whether development issuers on loopback hosts are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loopback {
    Allowed,
    Refused,
}

/// Where an issuer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    ThisMachine,
    /// By name, over `https`.
    Public,
}

/// What every cloud asks of the URL of an issuer: `https` and the name of a host, or this machine where that is allowed.
///
/// # Errors
/// What `cloud` would refuse, or could not reach.
pub fn reach<L>(
    issuer: &IssuerUrl,
    loopback: Loopback,
    cloud: &str,
    limit: L,
) -> Result<Place, LimitError<L>> {
    let found = quoted(issuer.as_str());
    if issuer.is_loopback() {
        return match loopback {
            Loopback::Allowed => Ok(Place::ThisMachine),
            Loopback::Refused => {
                let expected = format!("an issuer that {cloud} can reach");
                Err(LimitError::new(limit, expected, found).fix(
                    "for a development issuer say `allow_loopback_issuers = true` in the provider block",
                ))
            }
        };
    }
    if !issuer.is_https() {
        return Err(LimitError::new(
            limit,
            "an issuer URL that starts with `https://`",
            found,
        ));
    }
    // RFC 1035, 2.3.4.
    let mut labels = issuer.host().split('.');
    match labels.find(|label| label.is_empty() || label.len() > 63) {
        Some(label) => Err(
            LimitError::new(limit, "a host whose parts have 1 to 63 characters", found)
                .fix(format!("mend {}", quoted(label))),
        ),
        None => Ok(Place::Public),
    }
}
