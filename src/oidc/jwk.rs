//! One public key of a key set (RFC 7517, RFC 7518 section 6), and what is wrong with it.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::curve::Curve;
use super::excerpt::excerpt_of;
use super::policy::Profile;
use super::roca;

/// Bits of an RSA modulus: below is weak (RFC 7518, section 3.3), above no verifier at hand takes it.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Members that only a private key has (RFC 7518, sections 6.2.2 and 6.3.2).
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// One entry of `keys`, as published, with what this verifier thinks of it.
#[derive(Clone, Debug)]
pub struct Key {
    members: Map<String, Value>,
    kid: Option<String>,
    public_key: Result<PublicKey, KeyFault>,
}

/// The public half, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// Modulus and exponent, big endian, no leading zeros.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// A point on the curve, uncompressed (`0x04 ‖ x ‖ y`).
    Ec { curve: Curve, point: Vec<u8> },
}

/// Why an entry of a key set is not used. The other keys of the set stay usable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error("expected `kty` `RSA` or `EC`, found `{0}`")]
    KeyType(String),
    #[error("expected `crv` `P-256`, `P-384` or `P-521`, found `{0}`")]
    Curve(String),
    #[error("expected `{0}` as base64url text of the right length")]
    Member(&'static str),
    #[error("expected an RSA modulus of 2048 to 8192 bits, found {0}")]
    Modulus(usize),
    #[error("expected an odd public exponent of 3 or more and at most 33 bits")]
    Exponent,
    #[error("expected a modulus made by a sound generator; this one can be factored (CVE-2017-15361)")]
    Roca,
    #[error("expected a point on the curve `{0}`")]
    OffCurve(&'static str),
    #[error("expected `use` `sig`, found `{0}`")]
    Use(String),
    #[error("expected `key_ops` with `verify`, or none")]
    KeyOps,
    #[error("expected `alg` to name a signature algorithm that fits the key, found `{0}`")]
    AlgorithmLabel(String),
}

impl KeyFault {
    /// True for a key that an attacker could use; a token that names one deserves the plain word.
    pub(super) fn is_weak(&self) -> bool {
        matches!(
            self,
            Self::Modulus(_) | Self::Exponent | Self::Roca | Self::OffCurve(_)
        )
    }
}

impl Key {
    pub(super) fn new(members: Map<String, Value>) -> Self {
        let kid = members.get("kid").and_then(Value::as_str).map(str::to_owned);
        let public_key = PublicKey::from_members(&members);
        Self {
            members,
            kid,
            public_key,
        }
    }

    /// `kid`, when it is a string.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// `alg`, when it is a string: the one algorithm the issuer means this key for.
    pub fn algorithm_label(&self) -> Option<&str> {
        self.text("alg")
    }

    /// `use`, when it is a string.
    pub fn usage(&self) -> Option<&str> {
        self.text("use")
    }

    /// `kty`, when it is a string.
    pub fn key_type(&self) -> Option<&str> {
        self.text("kty")
    }

    /// All members, as published.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// True when a private part is published: the key belongs to everybody.
    pub fn has_private_members(&self) -> bool {
        PRIVATE_MEMBERS
            .iter()
            .any(|name| self.members.contains_key(*name))
    }

    /// The public half, whatever the key is marked for.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn public_key(&self) -> Result<&PublicKey, &KeyFault> {
        self.public_key.as_ref()
    }

    /// The public half, when a verifier of this profile may use it.
    ///
    /// # Errors
    /// Why it is not used.
    pub fn usable(&self, profile: &Profile) -> Result<&PublicKey, KeyFault> {
        let public_key = self.public_key.as_ref().map_err(Clone::clone)?;
        if let Some(usage) = self
            .members
            .get("use")
            .filter(|usage| usage.as_str() != Some("sig"))
        {
            return Err(KeyFault::Use(excerpt_of(usage)));
        }
        if let Some(operations) = self.members.get("key_ops") {
            let verifies = operations
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one.as_str() == Some("verify")));
            if !verifies || !profile.key_ops_allowed {
                return Err(KeyFault::KeyOps);
            }
        }
        if let Some(label) = self.members.get("alg").filter(|_| profile.key_algorithm_binds) {
            let fits = label
                .as_str()
                .and_then(Algorithm::from_name)
                .is_some_and(|algorithm| public_key.fits(algorithm));
            if !fits {
                return Err(KeyFault::AlgorithmLabel(excerpt_of(label)));
            }
        }
        Ok(public_key)
    }

    /// The SHA-256 thumbprint (RFC 7638) as base64url text; nothing for a key of a type that is not used here.
    pub fn thumbprint(&self) -> Option<String> {
        let names: &[&str] = match self.key_type()? {
            "RSA" => &["e", "kty", "n"],
            "EC" => &["crv", "kty", "x", "y"],
            _ => return None,
        };
        // names in the order of the alphabet and no white space: the one form that is hashed
        let mut members = Map::new();
        for name in names {
            members.insert((*name).to_owned(), Value::String(self.text(name)?.to_owned()));
        }
        let digest = ring::digest::digest(
            &ring::digest::SHA256,
            Value::Object(members).to_string().as_bytes(),
        );
        Some(BASE64URL_NOPAD.encode(digest.as_ref()))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }
}

impl PublicKey {
    /// True when the key is of the type, and on the curve, that the algorithm needs.
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        match (self, algorithm.curve()) {
            (Self::Rsa { .. }, None) => true,
            (Self::Ec { curve, .. }, Some(needed)) => *curve == needed,
            _ => false,
        }
    }

    /// Bits of the modulus of an RSA key.
    pub fn modulus_bits(&self) -> Option<usize> {
        match self {
            Self::Rsa { n, .. } => Some(bits(n)),
            Self::Ec { .. } => None,
        }
    }

    fn from_members(members: &Map<String, Value>) -> Result<Self, KeyFault> {
        match members.get("kty").and_then(Value::as_str) {
            Some("RSA") => Self::rsa(members),
            Some("EC") => Self::ec(members),
            _ => Err(KeyFault::KeyType(
                members.get("kty").map_or_else(String::new, excerpt_of),
            )),
        }
    }

    fn rsa(members: &Map<String, Value>) -> Result<Self, KeyFault> {
        let n = without_leading_zeros(octets(members, "n")?);
        let e = without_leading_zeros(octets(members, "e")?);
        let modulus = bits(&n);
        if !RSA_BITS.contains(&modulus) {
            return Err(KeyFault::Modulus(modulus));
        }
        let exponent = e.iter().fold(0u128, |sum, octet| (sum << 8) | u128::from(*octet));
        if e.len() > 5 || exponent < 3 || exponent % 2 == 0 || exponent >= 1 << 33 {
            return Err(KeyFault::Exponent);
        }
        if roca::is_affected(&n) {
            return Err(KeyFault::Roca);
        }
        Ok(Self::Rsa { n, e })
    }

    fn ec(members: &Map<String, Value>) -> Result<Self, KeyFault> {
        let curve = members
            .get("crv")
            .and_then(Value::as_str)
            .and_then(Curve::from_name);
        let Some(curve) = curve else {
            return Err(KeyFault::Curve(
                members.get("crv").map_or_else(String::new, excerpt_of),
            ));
        };
        let (x, y) = (octets(members, "x")?, octets(members, "y")?);
        if x.len() != curve.coordinate_octets() {
            return Err(KeyFault::Member("x"));
        }
        if y.len() != curve.coordinate_octets() {
            return Err(KeyFault::Member("y"));
        }
        if !curve.contains(&x, &y) {
            return Err(KeyFault::OffCurve(curve.name()));
        }
        let mut point = vec![4];
        point.extend(x);
        point.extend(y);
        Ok(Self::Ec { curve, point })
    }
}

fn octets(members: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, KeyFault> {
    let text = members.get(name).and_then(Value::as_str);
    text.filter(|text| !text.is_empty())
        .and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok())
        .ok_or(KeyFault::Member(name))
}

/// Bits of a number without leading zero octets.
fn bits(octets: &[u8]) -> usize {
    octets
        .first()
        .map_or(0, |first| octets.len() * 8 - first.leading_zeros() as usize)
}

/// Some issuers write the sign octet of a signed integer; the number is the same.
fn without_leading_zeros(mut octets: Vec<u8>) -> Vec<u8> {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    octets.drain(..zeros);
    octets
}
