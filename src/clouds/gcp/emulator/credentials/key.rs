//! An RSA key of the emulated Google: made for one run, used for RS256, known by its mark.

use std::sync::Arc;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use ring::rand::{SecureRandom, SystemRandom};
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use rsa::pkcs8::EncodePrivateKey;
use serde_json::{Map, Value, json};

use crate::oidc::SANDBOX_KID_PREFIX;
use crate::trust::Secret;

const BITS: usize = 2_048;

/// A key pair with its id.
#[derive(Clone)]
pub struct RsaKey {
    id: String,
    pem: Secret<String>,
    pair: Arc<RsaKeyPair>,
}

impl RsaKey {
    /// Makes a key, which takes a good part of a second; nothing without randomness.
    ///
    /// ring makes no RSA keys; `rsa` does and is used for nothing else (its signing leaks timing, RUSTSEC-2023-0071).
    pub fn generate() -> Option<Self> {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS).ok()?;
        let document = key.to_pkcs8_der().ok()?;
        let mut mark = [0; 8];
        SystemRandom::new().fill(&mut mark).ok()?;
        Some(Self {
            // SECURITY: the prefix is how a real cloud's side of the house knows these keys
            id: format!("{SANDBOX_KID_PREFIX}google-{}", HEXLOWER.encode(&mark)),
            pem: pem(document.as_bytes()),
            pair: Arc::new(RsaKeyPair::from_pkcs8(document.as_bytes()).ok()?),
        })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// The private half, for a key file.
    pub fn pem(&self) -> &Secret<String> {
        &self.pem
    }

    /// The public half as a JSON Web Key.
    pub fn jwk(&self) -> Value {
        let public = PublicKeyComponents::<Vec<u8>>::from(self.pair.public());
        json!({
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": self.id,
            "n": BASE64URL_NOPAD.encode(&public.n),
            "e": BASE64URL_NOPAD.encode(&public.e),
        })
    }

    /// A signed token in compact form; nothing without randomness.
    pub fn sign(&self, claims: &Map<String, Value>) -> Option<String> {
        let header = json!({ "alg": "RS256", "kid": self.id, "typ": "JWT" });
        let part = |text: String| BASE64URL_NOPAD.encode(text.as_bytes());
        let input = format!(
            "{}.{}",
            part(header.to_string()),
            part(Value::Object(claims.clone()).to_string())
        );
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = SystemRandom::new();
        self.pair
            .sign(&RSA_PKCS1_SHA256, &random, input.as_bytes(), &mut signature)
            .ok()?;
        Some(format!("{input}.{}", BASE64URL_NOPAD.encode(&signature)))
    }

    /// Whether this key signed a text.
    pub fn signed(&self, text: &[u8], signature: &[u8]) -> bool {
        let public = self.pair.public().as_ref();
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
            .verify(text, signature)
            .is_ok()
    }
}

/// A private key as text (RFC 7468, section 10).
fn pem(document: &[u8]) -> Secret<String> {
    let encoded = Secret::new(BASE64.encode(document));
    let mut text = String::from("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = encoded.expose().as_str();
    while !rest.is_empty() {
        let (line, behind) = rest.split_at_checked(64).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = behind;
    }
    text.push_str("-----END PRIVATE KEY-----\n");
    Secret::new(text)
}
