//! The canonical form of a request, which is what Signature Version 4 signs.

use data_encoding::HEXLOWER;
use ring::digest;

use super::sigv4::Signed;

/// Method, path, query, the named headers and the digest of the body.
///
/// # Errors
/// The name of a header that is said to be signed and is not there.
pub fn canonical_request<'n>(request: &Signed<'_>, signed_headers: &'n [String]) -> Result<String, &'n str> {
    let mut headers = String::new();
    for name in signed_headers {
        let value = canonical_header(request, name).ok_or(name.as_str())?;
        headers.push_str(&format!("{name}:{value}\n"));
    }
    Ok(format!(
        "{}\n{}\n{}\n{headers}\n{}\n{}",
        request.method,
        request.uri.path(),
        canonical_query(request.uri.query().unwrap_or_default()),
        signed_headers.join(";"),
        sha256_hex(request.body)
    ))
}

pub fn sha256_hex(data: &[u8]) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, data).as_ref())
}

/// Values joined by commas, outer white space gone, inner runs of spaces made one. HTTP/2 carries the host in the
/// `:authority` pseudo header, which is part of the URI here.
fn canonical_header(request: &Signed<'_>, name: &str) -> Option<String> {
    let values: Vec<String> = request
        .headers
        .get_all(name)
        .iter()
        .map(|value| {
            String::from_utf8_lossy(value.as_bytes())
                .split_ascii_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    if values.is_empty() && name == "host" {
        return request.uri.authority().map(|authority| authority.to_string());
    }
    (!values.is_empty()).then(|| values.join(","))
}

/// Parameters sorted by name, then by value, as they are encoded.
fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(&str, &str)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect();
    pairs.sort_unstable();
    pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}
