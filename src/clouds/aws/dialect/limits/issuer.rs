//! The issuer as the URL of an IAM OIDC provider.

use super::error::{Limit, LimitError, quoted};
use crate::trust::IssuerUrl;

/// Whether development issuers on loopback hosts are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loopback {
    Allowed,
    Refused,
}

/// Something about an issuer that works, and that one should know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerWarning {
    #[error(
        "the host `{host}` is an international name, `{shown}`: compare it letter by letter with the one you mean"
    )]
    Punycode { host: String, shown: String },
    #[error("the host `{0}` has no domain: AWS can only reach issuers on the public internet")]
    SingleLabel(String),
    #[error(
        "the issuer lives in an object store (`{0}`): when the bucket is deleted, whoever creates one of that name signs tokens"
    )]
    ObjectStore(String),
    #[error(
        "the issuer lives behind a tunnel (`{0}`): the name is given to somebody else when the tunnel ends"
    )]
    Tunnel(String),
    #[error("the issuer lives under a name that can be given up and taken by somebody else (`{0}`)")]
    ReusableName(String),
    #[error(
        "the host `{0}` has upper-case letters, and AWS compares issuers letter by letter with the tokens' `iss`"
    )]
    UpperCase(String),
}

const OBJECT_STORES: [&str; 5] = [
    "storage.googleapis.com",
    "storage.cloud.google.com",
    "blob.core.windows.net",
    "digitaloceanspaces.com",
    "r2.dev",
];
const TUNNELS: [&str; 8] = [
    "ngrok-free.app",
    "ngrok-free.dev",
    "ngrok.app",
    "ngrok.dev",
    "ngrok.io",
    "trycloudflare.com",
    "loca.lt",
    "serveo.net",
];
const REUSABLE: [&str; 9] = [
    "github.io",
    "gitlab.io",
    "netlify.app",
    "vercel.app",
    "pages.dev",
    "web.app",
    "firebaseapp.com",
    "azurewebsites.net",
    "herokuapp.com",
];

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
    if issuer.is_loopback() {
        return match loopback {
            Loopback::Allowed => Ok(Vec::new()),
            Loopback::Refused => Err(wrong("an issuer that AWS can reach")
                .fix("for a development issuer say `allow_loopback_issuers = true` in the provider block")),
        };
    }
    if !issuer.is_https() {
        return Err(wrong("an issuer URL that starts with `https://`"));
    }
    if issuer
        .without_scheme()
        .split('/')
        .next()
        .is_some_and(|authority| authority.contains(':'))
    {
        return Err(wrong("an issuer URL without a port, which AWS does not take"));
    }
    if let Some(label) = issuer
        .host()
        .split('.')
        .find(|label| label.is_empty() || label.len() > 63)
    {
        return Err(
            wrong("a host whose parts have 1 to 63 characters").fix(format!("mend {}", quoted(label)))
        );
    }
    Ok(warnings(issuer.host()))
}

fn warnings(host: &str) -> Vec<IssuerWarning> {
    let mut warnings = Vec::new();
    let lower = host.to_ascii_lowercase();
    let below = |domains: &[&str]| {
        domains.iter().any(|domain| {
            lower
                .strip_suffix(domain)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    };
    if lower != host {
        warnings.push(IssuerWarning::UpperCase(host.to_owned()));
    }
    if lower.split('.').any(|label| label.starts_with("xn--")) {
        warnings.push(IssuerWarning::Punycode {
            host: host.to_owned(),
            shown: shown(&lower),
        });
    }
    if !lower.contains('.') {
        warnings.push(IssuerWarning::SingleLabel(host.to_owned()));
    }
    if below(&OBJECT_STORES) || is_s3(&lower) {
        warnings.push(IssuerWarning::ObjectStore(host.to_owned()));
    }
    if below(&TUNNELS) {
        warnings.push(IssuerWarning::Tunnel(host.to_owned()));
    }
    if below(&REUSABLE) {
        warnings.push(IssuerWarning::ReusableName(host.to_owned()));
    }
    warnings
}

/// `s3.REGION.amazonaws.com`, `BUCKET.s3-website…`, in any partition.
fn is_s3(host: &str) -> bool {
    let of_aws = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
    of_aws
        && host
            .split('.')
            .any(|label| label == "s3" || label.starts_with("s3-"))
}

/// The host with its international labels decoded (RFC 3492).
fn shown(host: &str) -> String {
    let labels = host.split('.').map(|label| match label.strip_prefix("xn--") {
        Some(encoded) => decode(encoded).unwrap_or_else(|| label.to_owned()),
        None => label.to_owned(),
    });
    labels.collect::<Vec<_>>().join(".")
}

/// Punycode, RFC 3492, section 6.2.
fn decode(encoded: &str) -> Option<String> {
    let (basic, extended) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut output: Vec<char> = basic.chars().collect();
    let (mut code, mut at, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = extended.bytes();
    while digits.len() > 0 {
        let (before, mut weight, mut k) = (at, 1_u32, 36_u32);
        loop {
            let digit = match digits.next()? {
                letter @ b'a'..=b'z' => u32::from(letter - b'a'),
                number @ b'0'..=b'9' => u32::from(number - b'0') + 26,
                _ => return None,
            };
            at = at.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            k += 36;
        }
        let length = u32::try_from(output.len()).ok()?.checked_add(1)?;
        bias = adapt(at - before, length, before == 0);
        code = code.checked_add(at / length)?;
        at %= length;
        output.insert(usize::try_from(at).ok()?, char::from_u32(code)?);
        at += 1;
    }
    Some(output.into_iter().collect())
}

fn adapt(delta: u32, length: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
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

    #[test]
    fn international_names_are_shown() {
        assert_eq!(shown("xn--isser-lva.example"), "isüser.example");
        assert_eq!(shown("xn--mnchen-3ya.xn--p1ai"), "münchen.рф");
        assert_eq!(shown("xn--!!.example"), "xn--!!.example");
    }
}
