//! One signing key of the development issuer: made, published, used.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ring::rand::{SecureRandom, SystemRandom};
use ring::rsa::PublicKeyComponents;
use ring::signature::{self, EcdsaKeyPair, KeyPair, RsaKeyPair};
use rsa::pkcs8::EncodePrivateKey;
use serde_json::{Map, Value, json};

use crate::oidc::{Algorithm, SANDBOX_KID_PREFIX};

const RSA_BITS: usize = 2048;

/// Why a key could not be made or used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    #[error("the development issuer signs with RS256 and ES256, not with {0}")]
    Algorithm(Algorithm),
    #[error("the system gives no randomness")]
    Randomness,
    #[error("a key of type {0} could not be made or used")]
    Key(&'static str),
}

/// A key pair with its `kid`. The private half is never written, printed or sent.
pub struct SigningKey {
    kid: String,
    algorithm: Algorithm,
    pair: Pair,
    random: SystemRandom,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

impl SigningKey {
    /// Makes a key. An RSA key takes a good part of a second: call it off the async threads.
    ///
    /// # Errors
    /// An algorithm the development issuer does not sign with, or no randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Self, SigningError> {
        let random = SystemRandom::new();
        let pair = match algorithm {
            Algorithm::Rs256 => Pair::Rsa(rsa_pair()?),
            Algorithm::Es256 => Pair::Ec(ec_pair(&random)?),
            other => return Err(SigningError::Algorithm(other)),
        };
        let mut mark = [0; 6];
        random.fill(&mut mark).map_err(|_| SigningError::Randomness)?;
        let name = algorithm.name().to_ascii_lowercase();
        // SECURITY: the prefix is how a real cloud's side of the house knows these keys
        let kid = format!("{SANDBOX_KID_PREFIX}{name}-{}", HEXLOWER.encode(&mark));
        Ok(Self {
            kid,
            algorithm,
            pair,
            random,
        })
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public half as a JSON Web Key.
    pub fn jwk(&self) -> Value {
        let text = |octets: &[u8]| BASE64URL_NOPAD.encode(octets);
        let mut jwk = match &self.pair {
            Pair::Rsa(pair) => {
                let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({ "kty": "RSA", "n": text(&public.n), "e": text(&public.e) })
            }
            Pair::Ec(pair) => {
                // 0x04 ‖ x ‖ y
                let point = pair.public_key().as_ref();
                let (x, y) = point.get(1..).unwrap_or_default().split_at(point.len() / 2);
                json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) })
            }
        };
        if let Some(members) = jwk.as_object_mut() {
            members.insert("kid".to_owned(), json!(self.kid));
            members.insert("alg".to_owned(), json!(self.algorithm.name()));
            members.insert("use".to_owned(), json!("sig"));
        }
        jwk
    }

    /// A signed token in compact form.
    ///
    /// # Errors
    /// No randomness.
    pub fn sign(&self, claims: &Map<String, Value>) -> Result<String, SigningError> {
        let header = json!({ "alg": self.algorithm.name(), "kid": self.kid, "typ": "JWT" });
        let part = |text: String| BASE64URL_NOPAD.encode(text.as_bytes());
        let payload = Value::Object(claims.clone()).to_string();
        let input = format!("{}.{}", part(header.to_string()), part(payload));
        let signature = self.signature(input.as_bytes())?;
        Ok(format!("{input}.{}", BASE64URL_NOPAD.encode(&signature)))
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(
                    &signature::RSA_PKCS1_SHA256,
                    &self.random,
                    message,
                    &mut signature,
                )
                .map_err(|_| SigningError::Randomness)?;
                Ok(signature)
            }
            Pair::Ec(pair) => {
                let signature = pair.sign(&self.random, message);
                Ok(signature.map_err(|_| SigningError::Randomness)?.as_ref().to_vec())
            }
        }
    }
}

/// ring makes no RSA keys; `rsa` does and is used for nothing else (its signing leaks timing, RUSTSEC-2023-0071).
fn rsa_pair() -> Result<RsaKeyPair, SigningError> {
    let failed = SigningError::Key("RSA");
    let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, RSA_BITS).map_err(|_| failed.clone())?;
    let document = key.to_pkcs8_der().map_err(|_| failed.clone())?;
    RsaKeyPair::from_pkcs8(document.as_bytes()).map_err(|_| failed)
}

fn ec_pair(random: &SystemRandom) -> Result<EcdsaKeyPair, SigningError> {
    let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, random).map_err(|_| SigningError::Randomness)?;
    EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), random).map_err(|_| SigningError::Key("EC"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oidc::{KeySet, Policy, verify};
    use crate::trust::{Audience, IssuerUrl};

    #[test]
    fn what_is_signed_verifies_against_what_is_published() {
        for algorithm in [Algorithm::Es256, Algorithm::Rs256] {
            let key = SigningKey::generate(algorithm).unwrap();
            assert!(key.kid().starts_with("oidcfed-sandbox-"));
            let published = json!({ "keys": [key.jwk()] }).to_string();
            let keys = KeySet::parse(published.as_bytes()).unwrap();
            let claims = json!({ "iss": "https://a.example", "aud": "b", "sub": "c", "iat": 1, "exp": 9 });
            let token = key.sign(claims.as_object().unwrap()).unwrap();
            let issuer = IssuerUrl::parse("https://a.example").unwrap();
            let policy = Policy::new(issuer, vec![Audience::parse("b").unwrap()]);
            let verified = verify(&token, &keys, &policy, 5).unwrap();
            assert_eq!(verified.get().text("sub"), Some("c"));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        /// One character changed, wherever it is, is another token.
        #[test]
        fn a_changed_token_is_refused(at in any::<prop::sample::Index>(), by in "[A-Za-z0-9_.=-]") {
            let (token, keys, policy) = VALID.get_or_init(valid);
            let at = at.index(token.len());
            prop_assume!(token[at..=at] != by);
            let changed = format!("{}{by}{}", &token[..at], &token[at + 1..]);
            prop_assert!(verify(token, keys, policy, 5).is_ok());
            prop_assert!(verify(&changed, keys, policy, 5).is_err(), "{}", changed);
        }

        #[test]
        fn no_text_makes_the_verifier_panic(text in "[A-Za-z0-9_.{}\"é-]{0,200}") {
            let (_, keys, policy) = VALID.get_or_init(valid);
            prop_assert!(verify(&text, keys, policy, 5).is_err());
        }
    }

    static VALID: std::sync::OnceLock<(String, KeySet, Policy)> = std::sync::OnceLock::new();

    fn valid() -> (String, KeySet, Policy) {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let keys = KeySet::parse(json!({ "keys": [key.jwk()] }).to_string().as_bytes()).unwrap();
        let claims = json!({ "iss": "https://a.example", "aud": "b", "sub": "c", "iat": 1, "exp": 9 });
        let issuer = IssuerUrl::parse("https://a.example").unwrap();
        let policy = Policy::new(issuer, vec![Audience::parse("b").unwrap()]);
        (key.sign(claims.as_object().unwrap()).unwrap(), keys, policy)
    }

    #[test]
    fn other_algorithms_are_not_signed_with() {
        let error = SigningKey::generate(Algorithm::Es512).err();
        assert_eq!(error, Some(SigningError::Algorithm(Algorithm::Es512)));
    }
}
