//! The host's certificate: self-signed, on the curve P-521, marked as an authority, as go-plugin makes it.

use std::sync::Arc;

use data_encoding::BASE64;
use p521::ecdsa::signature::Signer as _;
use p521::ecdsa::{Signature, SigningKey};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::pki_types::CertificateDer;
use rustls::sign::{CertifiedKey, Signer, SigningKey as RustlsKey};
use rustls::{SignatureAlgorithm, SignatureScheme};

const ECDSA_WITH_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const SECP521R1: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];

/// A certificate with its key.
#[derive(Clone)]
pub struct HostCertificate {
    key: Arc<Key>,
    der: Vec<u8>,
}

struct Key(SigningKey);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

fn tlv(tag: u8, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let mut out = vec![tag];
    match content.len() {
        short @ 0..=0x7f => out.push(u8::try_from(short).unwrap()),
        middle @ 0x80..=0xff => out.extend([0x81, u8::try_from(middle).unwrap()]),
        long => {
            out.push(0x82);
            out.extend(u16::try_from(long).unwrap().to_be_bytes());
        }
    }
    out.extend(content);
    out
}

fn sequence(content: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, content)
}

impl HostCertificate {
    pub fn new() -> Self {
        let mut scalar = [0; 66];
        SystemRandom::new().fill(&mut scalar).unwrap();
        scalar[0] = 0;
        let key = SigningKey::from_slice(&scalar).unwrap();
        let algorithm = sequence(&[&tlv(0x06, &[ECDSA_WITH_SHA512])]);
        let common_name = sequence(&[&tlv(0x06, &[COMMON_NAME]), &tlv(0x0c, &[b"localhost"])]);
        let name = sequence(&[&tlv(0x31, &[&common_name])]);
        let validity = sequence(&[&tlv(0x17, &[b"250101000000Z"]), &tlv(0x17, &[b"490101000000Z"])]);
        let curve = sequence(&[&tlv(0x06, &[EC_PUBLIC_KEY]), &tlv(0x06, &[SECP521R1])]);
        let point = key.verifying_key().to_sec1_point(false);
        let public = sequence(&[&curve, &tlv(0x03, &[&[0], point.as_bytes()])]);
        let authority = sequence(&[&tlv(0x01, &[&[0xff]])]);
        let constraints = sequence(&[
            &tlv(0x06, &[BASIC_CONSTRAINTS]),
            &tlv(0x01, &[&[0xff]]),
            &tlv(0x04, &[&authority]),
        ]);
        let extensions = tlv(0xa3, &[&sequence(&[&constraints])]);
        let version = tlv(0xa0, &[&tlv(0x02, &[&[2]])]);
        let serial = tlv(0x02, &[&[1]]);
        let body = sequence(&[
            &version,
            &serial,
            &algorithm,
            &name,
            &validity,
            &name,
            &public,
            &extensions,
        ]);
        let signature: Signature = key.sign(&body);
        let der = sequence(&[
            &body,
            &algorithm,
            &tlv(0x03, &[&[0], signature.to_der().as_bytes()]),
        ]);
        Self {
            key: Arc::new(Key(key)),
            der,
        }
    }

    pub fn pem(&self) -> String {
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            BASE64.encode(&self.der)
        )
    }

    /// Shows the certificate of one with the key of another.
    pub fn stolen_by(&self, thief: &Self) -> Self {
        Self {
            key: Arc::clone(&thief.key),
            der: self.der.clone(),
        }
    }

    pub fn certified_key(&self) -> Arc<CertifiedKey> {
        let key: Arc<dyn RustlsKey> = self.key.clone();
        Arc::new(CertifiedKey::new(
            vec![CertificateDer::from(self.der.clone())],
            key,
        ))
    }
}

impl RustlsKey for Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let known = offered.contains(&SignatureScheme::ECDSA_NISTP521_SHA512);
        known.then(|| Box::new(Self(self.0.clone())) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signature: Signature = self.0.sign(message);
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}
