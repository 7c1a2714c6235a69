//! Identifiers and secrets out of the system's randomness.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use ring::rand::{SecureRandom, SystemRandom};

use super::ApiError;

/// The unique id of a service account: 21 digits.
pub fn unique_id() -> Result<String, ApiError> {
    let raw: [u8; 20] = bytes()?;
    let digits: String = raw.iter().map(|byte| char::from(b'0' + byte % 10)).collect();
    Ok(format!("1{digits}"))
}

/// The id of an operation: 32 letters and digits, a `b` first, filled up with zeros.
pub fn operation_id() -> Result<String, ApiError> {
    Ok(format!("b{}{}", HEXLOWER.encode(&bytes::<8>()?), "0".repeat(15)))
}

/// The etag of a policy.
pub fn etag() -> Result<String, ApiError> {
    Ok(BASE64.encode(&bytes::<9>()?))
}

/// An access token: opaque.
pub fn access_token() -> Result<String, ApiError> {
    Ok(format!("ya29.{}", BASE64URL_NOPAD.encode(&bytes::<96>()?)))
}

/// A refresh token, or a client's secret.
pub fn secret() -> Result<String, ApiError> {
    Ok(format!("1//{}", BASE64URL_NOPAD.encode(&bytes::<48>()?)))
}

/// The id of a request, for watchers.
pub fn request_id() -> Result<String, ApiError> {
    Ok(HEXLOWER.encode(&bytes::<16>()?))
}

fn bytes<const N: usize>() -> Result<[u8; N], ApiError> {
    let mut raw = [0; N];
    SystemRandom::new()
        .fill(&mut raw)
        .map_err(|_| ApiError::internal())?;
    Ok(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let id = unique_id().unwrap();
        assert!(id.len() == 21 && id.bytes().all(|b| b.is_ascii_digit()), "{id}");
        let operation = operation_id().unwrap();
        assert!(operation.len() == 32 && operation.starts_with('b'), "{operation}");
        assert_ne!(access_token().unwrap(), access_token().unwrap());
        assert_eq!(etag().unwrap().len(), 12);
    }
}
