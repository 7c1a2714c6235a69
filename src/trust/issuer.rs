//! An issuer URL, exactly as tokens carry it in `iss`.

use std::fmt;
use std::net::IpAddr;

/// An issuer identifier (OpenID Connect Core 1.0, section 2; Discovery 1.0, section 3): kept byte for byte, because
/// every cloud compares it byte for byte.
///
/// `http`, IP addresses and ports can be built only where a rule of the caller asks for it: see [`IssuerUrl::parse`]
/// and [`IssuerUrl::is_loopback`]. Rules of a single cloud (AWS knows no ports) live with that cloud.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssuerUrl(String);

/// Why a text is no issuer URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    #[error("expected an issuer URL, found an empty string")]
    Empty,
    #[error("expected an issuer URL without white space or control characters, found `{0}`")]
    WhiteSpace(String),
    #[error("expected an issuer URL that starts with `https://`, found `{0}`")]
    NotHttps(String),
    #[error("expected an ASCII host (punycode for international names), found `{0}`")]
    NotAscii(String),
    #[error("expected an issuer URL without user name or password, found one in `{0}`")]
    UserInfo(String),
    #[error("expected an issuer URL without query, found `{0}`")]
    Query(String),
    #[error("expected an issuer URL without fragment, found `{0}`")]
    Fragment(String),
    #[error("expected a path without `.` and `..` segments, found `{0}`")]
    DotSegment(String),
    #[error(
        "expected the issuer, found the address of its discovery document; leave out `/.well-known/openid-configuration` in `{0}`"
    )]
    DiscoveryDocument(String),
    #[error("expected a host name, found the address `{0}`")]
    Address(String),
    #[error("expected a host of at most 253 characters with labels of 1 to 63 (RFC 1035), found `{0}`")]
    HostLength(String),
    #[error("expected a path without empty segments, found `//` in `{0}`")]
    EmptySegment(String),
    #[error(
        "expected a path of the characters that a URL may have (RFC 3986, section 3.3), found `{found}` in `{text}`"
    )]
    PathCharacter { text: String, found: char },
    #[error("expected a URL, found `{text}`: {reason}")]
    Malformed { text: String, reason: String },
}

impl IssuerUrl {
    /// Reads an issuer URL: `https`, a host name, an optional port and path. `http` and an address are accepted on
    /// loopback hosts only, where a development issuer may live; whether that is allowed is the caller's decision.
    ///
    /// # Errors
    /// What is wrong with the text, one variant per mistake.
    pub fn parse(text: &str) -> Result<Self, IssuerError> {
        let found = || text.to_owned();
        if text.is_empty() {
            return Err(IssuerError::Empty);
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(IssuerError::WhiteSpace(found()));
        }
        if !text.is_ascii() {
            return Err(IssuerError::NotAscii(found()));
        }
        let (plain, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (false, rest),
            (None, Some(rest)) => (true, rest),
            (None, None) => return Err(IssuerError::NotHttps(found())),
        };
        if rest.contains('#') {
            return Err(IssuerError::Fragment(found()));
        }
        if rest.contains('?') {
            return Err(IssuerError::Query(found()));
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(IssuerError::UserInfo(found()));
        }
        if authority.is_empty() || rest.contains('\\') {
            return Err(IssuerError::Malformed {
                text: found(),
                reason: "it names no host".to_owned(),
            });
        }
        let decoded = path.to_ascii_lowercase().replace("%2e", ".");
        if decoded
            .split('/')
            .any(|segment| segment == "." || segment == "..")
        {
            return Err(IssuerError::DotSegment(found()));
        }
        if decoded.contains(".well-known/openid-configuration") {
            return Err(IssuerError::DiscoveryDocument(found()));
        }
        if rest.contains("//") {
            return Err(IssuerError::EmptySegment(found()));
        }
        if let Some(wrong) = wrong_in_path(path) {
            return Err(IssuerError::PathCharacter {
                text: found(),
                found: wrong,
            });
        }
        let parsed = url::Url::parse(text).map_err(|e| IssuerError::Malformed {
            text: found(),
            reason: e.to_string(),
        })?;
        let issuer = Self(found());
        let is_address = !matches!(parsed.host(), Some(url::Host::Domain(_)));
        let host = issuer.host().trim_end_matches('.');
        let too_long = host.len() > 253 || host.split('.').any(|label| label.is_empty() || label.len() > 63);
        if !is_address && too_long {
            return Err(IssuerError::HostLength(host.to_owned()));
        }
        if plain && !issuer.is_loopback() {
            return Err(IssuerError::NotHttps(found()));
        }
        if is_address && !issuer.is_loopback() {
            return Err(IssuerError::Address(found()));
        }
        Ok(issuer)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text after `https://`, path and trailing slash kept: what ARNs and condition keys carry.
    pub fn without_scheme(&self) -> &str {
        self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest)
    }

    /// Host, without port, as written (an IPv6 address in brackets).
    pub fn host(&self) -> &str {
        let authority = self.authority();
        if authority.starts_with('[') {
            return authority.split_inclusive(']').next().unwrap_or(authority);
        }
        authority.split_once(':').map_or(authority, |(host, _)| host)
    }

    /// The port, when the URL names one.
    pub fn port(&self) -> Option<u16> {
        let authority = self.authority();
        authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok())
    }

    /// Path with its leading slash; empty when there is none.
    pub fn path(&self) -> &str {
        let rest = self.without_scheme();
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("")
    }

    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// True for `localhost`, names below `.localhost`, `127.0.0.0/8` and `::1`.
    pub fn is_loopback(&self) -> bool {
        let host = self.host().to_ascii_lowercase();
        if host == "localhost" || host.ends_with(".localhost") {
            return true;
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Where the discovery document is (Discovery 1.0, section 4: a trailing slash is removed first).
    pub fn discovery_url(&self) -> String {
        format!(
            "{}/.well-known/openid-configuration",
            self.0.trim_end_matches('/')
        )
    }

    fn authority(&self) -> &str {
        let rest = self.without_scheme();
        rest.split_once('/').map_or(rest, |(authority, _)| authority)
    }
}

/// The first character that a path may not have: a percent sign only stands before two hexadecimal digits.
fn wrong_in_path(path: &str) -> Option<char> {
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        let fine = match c {
            '%' => (0..2).all(|_| chars.next().is_some_and(|digit| digit.is_ascii_hexdigit())),
            _ => c.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@".contains(c),
        };
        if !fine {
            return Some(c);
        }
    }
    None
}

impl fmt::Display for IssuerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
