//! Where secrets may be sent.
//!
//! SECURITY: a credentials file may come from somebody else, and names the addresses that tokens and keys are sent to.
//! Only Google's own hosts of the service, the endpoint that the user configured, and this machine are taken.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::file::Document;
use crate::clouds::gcp::client::endpoint::{Api, Endpoints, is_loopback};
use crate::clouds::gcp::client::error::GcpError;
use crate::clouds::redact::clean;

/// The address a file names for an API; the configured endpoint in place of Google's own host.
///
/// # Errors
/// Another host.
pub(super) fn of_api(
    document: Document<'_>,
    name: &str,
    text: &str,
    (api, endpoints): (Api, &Endpoints),
) -> Result<Url, GcpError> {
    let url = parse(document, name, text)?;
    let named = endpoints.named(api);
    if is_loopback(&url) || named.is_some_and(|endpoint| endpoint.is_origin_of(&url)) {
        return Ok(url);
    }
    if !is_plain_https(&url) || !is_google(api, &url) {
        return Err(refused(document, name, &url, api.host()));
    }
    match named {
        Some(_) => {
            let path = url.path().trim_start_matches('/');
            endpoints.url(api, path).map_err(GcpError::configuration)
        }
        None => Ok(url),
    }
}

/// Where users' log-ins are renewed.
///
/// # Errors
/// Another host.
pub(super) fn of_login(document: Document<'_>, name: &str, text: &str) -> Result<Url, GcpError> {
    let url = parse(document, name, text)?;
    let hosts = [
        "oauth2.googleapis.com",
        "accounts.google.com",
        "www.googleapis.com",
    ];
    let is_google = is_plain_https(&url) && url.host_str().is_some_and(|host| hosts.contains(&host));
    if is_google || is_loopback(&url) {
        return Ok(url);
    }
    Err(refused(document, name, &url, "oauth2.googleapis.com"))
}

/// Where the workload's own token is asked for: encrypted, on this machine, or on its link, where the metadata servers are.
///
/// # Errors
/// Plain `http` to another host.
pub(super) fn of_subject(document: Document<'_>, name: &str, text: &str) -> Result<Url, GcpError> {
    let url = parse(document, name, text)?;
    if url.scheme() == "https" || (url.scheme() == "http" && is_near(&url)) {
        return Ok(url);
    }
    let host = clean(url.host_str().unwrap_or_default());
    Err(document.wrong(&format!(
        "expected `{name}` to begin with `https://` (or `http://` on this machine or its metadata server), found another \
         address, on `{host}`"
    )))
}

/// On this machine or its own link.
pub(super) fn is_near(url: &Url) -> bool {
    let metadata = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    let google = Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254);
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback() || address == Ipv4Addr::new(169, 254, 169, 254),
        Some(Host::Ipv6(address)) => address.is_loopback() || address == metadata || address == google,
        _ => is_loopback(url),
    }
}

fn parse(document: Document<'_>, name: &str, text: &str) -> Result<Url, GcpError> {
    let wrong = || document.wrong(&format!("expected an address as `{name}`, found something else"));
    let url = Url::parse(text).map_err(|_| wrong())?;
    let nobody = url.username().is_empty() && url.password().is_none();
    if matches!(url.scheme(), "http" | "https") && url.host().is_some() && nobody {
        return Ok(url);
    }
    Err(wrong())
}

fn is_plain_https(url: &Url) -> bool {
    url.scheme() == "https" && url.port().is_none()
}

/// `sts.googleapis.com`, `sts.REGION.rep.googleapis.com`, `REGION-sts.googleapis.com`, `sts-NAME.p.googleapis.com`.
fn is_google(api: Api, url: &Url) -> bool {
    let Some(service) = api.host().strip_suffix(".googleapis.com") else {
        return false;
    };
    let host = url
        .host_str()
        .and_then(|host| host.strip_suffix(".googleapis.com"));
    let labels: Vec<&str> = host.unwrap_or_default().split('.').collect();
    match labels.as_slice() {
        [one] => *one == service || one.ends_with(&format!("-{service}")),
        [first, "p"] => first.starts_with(&format!("{service}-")),
        [first, rest @ ..] => *first == service && matches!(rest, ["mtls"] | [_] | [_, "rep"]),
        [] => false,
    }
}

fn refused(document: Document<'_>, name: &str, url: &Url, expected: &str) -> GcpError {
    let found = clean(url.host_str().unwrap_or_default());
    document
        .wrong(&format!(
            "expected `{name}` on `{expected}` over https, found the host `{found}`, which would get the token"
        ))
        .with_hint("if the host is yours, name it in `endpoints` of the provider; if not, do not use the file")
}
