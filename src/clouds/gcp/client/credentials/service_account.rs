//! The key of a service account: it signs its own tokens (AIP-4111).

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;

use super::exchange::Exchange;
use super::file::Document;
use super::token::Token;
use super::{SCOPE, unusable};
use crate::clouds::gcp::client::error::GcpError;

/// As long as Google takes one.
const LIFETIME: u64 = 3_600;
/// A clock that goes a little fast signs nothing of the future.
const SKEW: Duration = Duration::from_secs(10);

/// A `service_account` file.
#[derive(Clone, Debug)]
pub(super) struct ServiceAccountKey {
    email: String,
    key_id: Option<String>,
    key: Arc<RsaKeyPair>,
    quota_project: Option<String>,
}

impl ServiceAccountKey {
    /// # Errors
    /// A member that is missing, or a key that is none.
    pub fn read(document: Document<'_>, exchange: &Exchange<'_>) -> Result<Self, GcpError> {
        let pem = document.secret("private_key")?;
        let wrong = |what: &str| {
            document.wrong(&format!(
                "expected an RSA key in PEM as `private_key`, found {what}"
            ))
        };
        let der = PrivateKeyDer::from_pem_slice(pem.expose().as_bytes()).map_err(|_| wrong("no PEM"))?;
        let key = match &der {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(wrong("another key")),
        };
        Ok(Self {
            email: document.text("client_email")?.to_owned(),
            key_id: document.optional("private_key_id")?.map(str::to_owned),
            key: Arc::new(key.map_err(|_| wrong("another key"))?),
            quota_project: document.quota_project(exchange)?,
        })
    }

    /// The signed statement is the access token itself; nobody is asked.
    ///
    /// # Errors
    /// No randomness to sign with.
    pub fn token(&self) -> Result<Token, GcpError> {
        let begin = SystemTime::now();
        let text = self.signed(begin - SKEW)?;
        let token = Token::living(text, begin, Some(LIFETIME - SKEW.as_secs()));
        Ok(token.counted_against(self.quota_project.as_deref()))
    }

    fn signed(&self, at: SystemTime) -> Result<String, GcpError> {
        let issued = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut header = json!({"alg": "RS256", "typ": "JWT"});
        if let (Some(id), Some(members)) = (&self.key_id, header.as_object_mut()) {
            members.insert("kid".to_owned(), id.clone().into());
        }
        let claims = json!({
            "iss": self.email,
            "sub": self.email,
            "scope": SCOPE,
            "iat": issued,
            "exp": issued + LIFETIME,
        });
        let part = |value: &serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let mut text = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .map_err(|_| unusable("the key of the service account could not sign"))?;
        text.push('.');
        text.push_str(&BASE64URL_NOPAD.encode(&signature));
        Ok(text)
    }
}
