//! What the host of an issuer says about who may sign under it, now or later. The same for every cloud.

use crate::trust::IssuerUrl;

/// Something about an issuer that works, and that one should know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerWarning {
    #[error(
        "the host `{host}` is an international name, `{shown}`: compare it letter by letter with the one you mean"
    )]
    Punycode { host: String, shown: String },
    #[error("the host `{0}` has no domain: a cloud can only reach issuers on the public internet")]
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
        "the host `{0}` has upper-case letters, and clouds compare issuers letter by letter with the tokens' `iss`"
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

/// What one should know about the host of an issuer before trusting it.
pub fn issuer_warnings(issuer: &IssuerUrl) -> Vec<IssuerWarning> {
    warnings(issuer.host())
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

    #[test]
    fn international_names_are_shown() {
        assert_eq!(shown("xn--isser-lva.example"), "isüser.example");
        assert_eq!(shown("xn--mnchen-3ya.xn--p1ai"), "münchen.рф");
        assert_eq!(shown("xn--!!.example"), "xn--!!.example");
    }
}
