//! The one dangerous act: deciding that a signature is good (RFC 7515, section 5.2; RFC 7518, sections 3.3 and 3.4).

use p521::ecdsa::signature::Verifier;
use ring::signature as ring_signature;
use serde_json::Value;

use super::algorithm::Algorithm;
use super::excerpt::excerpt;
use super::jwk::PublicKey;
use super::jws::Jws;
use super::key_set::KeySet;
use super::policy::Profile;
use super::refusal::Refusal;

/// A payload whose signature was checked. Only [`check`] makes one, and claims are read from nothing else.
pub(super) struct Signed {
    pub(super) payload: Vec<u8>,
}

/// Checks header and signature against the issuer's key set.
///
/// SECURITY: the algorithm must be on the configured list before a key is looked for; keys come from `keys` alone,
/// whatever `jwk`, `jku`, `x5u` or `x5c` offer; one key is tried, never one after another.
pub(super) fn check(
    jws: Jws<'_>,
    keys: &KeySet,
    allowed: &[Algorithm],
    profile: &Profile,
) -> Result<Signed, Refusal> {
    let algorithm = Algorithm::from_name(jws.header.algorithm())
        .filter(|algorithm| allowed.contains(algorithm))
        .ok_or_else(|| Refusal::AlgorithmNotAllowed(excerpt(jws.header.algorithm())))?;
    check_critical(jws.header.members().get("crit"))?;
    if let Some(inner) = jws.header.content_type().filter(|inner| is_token_type(inner)) {
        return Err(Refusal::NestedToken(excerpt(inner)));
    }
    let key = keys.select(jws.header.kid(), algorithm, profile)?;
    if !is_good(key, algorithm, jws.signing_input.as_bytes(), &jws.signature) {
        return Err(Refusal::BadSignature);
    }
    Ok(Signed { payload: jws.payload })
}

fn is_good(key: &PublicKey, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    match (key, algorithm) {
        (PublicKey::Rsa { n, e }, Algorithm::Rs256) => rsa(
            &ring_signature::RSA_PKCS1_2048_8192_SHA256,
            n,
            e,
            message,
            signature,
        ),
        (PublicKey::Rsa { n, e }, Algorithm::Rs384) => rsa(
            &ring_signature::RSA_PKCS1_2048_8192_SHA384,
            n,
            e,
            message,
            signature,
        ),
        (PublicKey::Rsa { n, e }, Algorithm::Rs512) => rsa(
            &ring_signature::RSA_PKCS1_2048_8192_SHA512,
            n,
            e,
            message,
            signature,
        ),
        (PublicKey::Ec { point, .. }, Algorithm::Es256) => ecdsa(
            &ring_signature::ECDSA_P256_SHA256_FIXED,
            point,
            message,
            signature,
        ),
        (PublicKey::Ec { point, .. }, Algorithm::Es384) => ecdsa(
            &ring_signature::ECDSA_P384_SHA384_FIXED,
            point,
            message,
            signature,
        ),
        (PublicKey::Ec { point, .. }, Algorithm::Es512) => ecdsa_p521(point, message, signature),
        _ => false,
    }
}

fn rsa(
    parameters: &'static ring_signature::RsaParameters,
    n: &[u8],
    e: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    ring_signature::RsaPublicKeyComponents { n, e }
        .verify(parameters, message, signature)
        .is_ok()
}

fn ecdsa(
    parameters: &'static ring_signature::EcdsaVerificationAlgorithm,
    point: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    ring_signature::UnparsedPublicKey::new(parameters, point)
        .verify(message, signature)
        .is_ok()
}

/// ring has no P-521.
fn ecdsa_p521(point: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(point);
    let signature = p521::ecdsa::Signature::from_slice(signature);
    matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(message, &signature).is_ok())
}

/// No extension is understood here, so that any entry refuses the token; an empty list is malformed.
fn check_critical(critical: Option<&Value>) -> Result<(), Refusal> {
    match critical {
        None => Ok(()),
        Some(Value::Array(names)) => match names.first() {
            Some(Value::String(name)) => Err(Refusal::UnsupportedCritical(excerpt(name))),
            _ => Err(Refusal::MalformedHeader("`crit` is no list of names".to_owned())),
        },
        Some(_) => Err(Refusal::MalformedHeader("`crit` is no list of names".to_owned())),
    }
}

fn is_token_type(content_type: &str) -> bool {
    let name = content_type.to_ascii_lowercase();
    name.trim_start_matches("application/").ends_with("jwt")
}

#[cfg(test)]
mod wycheproof;
