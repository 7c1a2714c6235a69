//! Identifiers and secrets out of the system's randomness.

use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER};
use ring::rand::{SecureRandom, SystemRandom};

use super::ApiError;

/// A request id: a random UUID (RFC 9562, version 4).
pub fn request_id() -> Result<String, ApiError> {
    let mut raw: [u8; 16] = bytes()?;
    let [.., version, _, variant, _, _, _, _, _, _, _] = &mut raw;
    *version = (*version & 0x0f) | 0x40;
    *variant = (*variant & 0x3f) | 0x80;
    let hex = HEXLOWER.encode(&raw);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok(format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    ))
}

/// The unique id of an IAM entity: its prefix (`AROA`, `ANPA`, `AIPA`) and 17 more characters.
pub fn unique_id(prefix: &str) -> Result<String, ApiError> {
    let raw: [u8; 11] = bytes()?;
    Ok(format!(
        "{prefix}{}",
        BASE32_NOPAD.encode(&raw).get(..17).unwrap_or_default()
    ))
}

/// An access key id: its prefix (`AKIA`, `ASIA`) and 16 more characters.
pub fn access_key_id(prefix: &str) -> Result<String, ApiError> {
    let raw: [u8; 10] = bytes()?;
    Ok(format!("{prefix}{}", BASE32_NOPAD.encode(&raw)))
}

/// A secret access key: 40 characters.
pub fn secret_key() -> Result<String, ApiError> {
    Ok(BASE64.encode(&bytes::<30>()?))
}

/// A session token: opaque, 352 characters.
pub fn session_token() -> Result<String, ApiError> {
    Ok(BASE64.encode(&bytes::<264>()?))
}

fn bytes<const N: usize>() -> Result<[u8; N], ApiError> {
    let mut raw = [0; N];
    SystemRandom::new()
        .fill(&mut raw)
        .map_err(|_| ApiError::service_failure())?;
    Ok(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let id = request_id().unwrap();
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&id.as_bytes()[19]));
        assert_eq!(unique_id("AROA").unwrap().len(), 21);
        assert_eq!(access_key_id("AKIA").unwrap().len(), 20);
        assert_eq!(secret_key().unwrap().len(), 40);
        assert_ne!(secret_key().unwrap(), secret_key().unwrap());
    }
}
