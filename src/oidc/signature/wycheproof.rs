//! Tests only: the signatures of Project Wycheproof, in the forms of RFC 7518 (PKCS #1 v1.5 for RSA; for ECDSA both numbers side
//! by side, in place of DER), without a token around them.

use ::wycheproof::{TestResult, ecdsa, rsa_pkcs1_verify as rsa};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::*;
use crate::oidc::jwk::{Key, KeyFault};

/// One row.
struct Row<'a> {
    number: usize,
    result: TestResult,
    message: &'a [u8],
    signature: &'a [u8],
}

/// A key as a key set has it.
fn key(members: Value) -> Result<PublicKey, KeyFault> {
    let Value::Object(members) = members else {
        panic!("{members}")
    };
    Key::new(members).public_key().cloned().map_err(Clone::clone)
}

/// A number with this many octets, leading zeros taken off or put before it.
fn octets(number: &[u8], length: usize) -> String {
    let digits: Vec<u8> = number.iter().copied().skip_while(|octet| *octet == 0).collect();
    let zeros = std::iter::repeat_n(0, length - digits.len());
    BASE64URL_NOPAD.encode(&zeros.chain(digits).collect::<Vec<_>>())
}

/// Rows that were judged, by what is said of them: good, bad, acceptable.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    good: usize,
    bad: usize,
    acceptable: usize,
}

fn judge(name: &str, key: &PublicKey, algorithm: Algorithm, row: &Row<'_>, count: &mut Count) {
    let is_good = is_good(key, algorithm, row.message, row.signature);
    let expected = match row.result {
        TestResult::Valid => {
            count.good += 1;
            true
        }
        TestResult::Invalid => {
            count.bad += 1;
            false
        }
        // Encodings that RFC 8017, section 8.2.2, lets a verifier take: a strict one takes none.
        TestResult::Acceptable => {
            count.acceptable += 1;
            false
        }
    };
    assert_eq!(is_good, expected, "{name} {}", row.number);
}

#[test]
fn ecdsa_side_by_side() {
    use ecdsa::TestName;
    let mut count = Count::default();
    for (name, algorithm, curve, length) in [
        (TestName::EcdsaSecp256r1Sha256P1363, Algorithm::Es256, "P-256", 32),
        (TestName::EcdsaSecp384r1Sha384P1363, Algorithm::Es384, "P-384", 48),
        (TestName::EcdsaSecp521r1Sha512P1363, Algorithm::Es512, "P-521", 66),
    ] {
        let set = ecdsa::TestSet::load(name).unwrap();
        for group in &set.test_groups {
            let (x, y) = (
                octets(&group.key.affine_x, length),
                octets(&group.key.affine_y, length),
            );
            let key = key(json!({ "kty": "EC", "crv": curve, "x": x, "y": y })).unwrap();
            for test in &group.tests {
                let row = Row {
                    number: test.tc_id,
                    result: test.result,
                    message: &test.msg,
                    signature: &test.sig,
                };
                judge(curve, &key, algorithm, &row, &mut count);
            }
        }
        assert!(set.number_of_tests > 200, "{curve}");
    }
    let all = Count {
        good: 597,
        bad: 263,
        acceptable: 0,
    };
    assert_eq!(count, all);
}

/// A signature in DER, which X.509 uses, is none in a token.
#[test]
fn ecdsa_in_der_is_refused() {
    use ecdsa::TestName;
    let mut tried = 0;
    for (name, algorithm, curve, length) in [
        (TestName::EcdsaSecp256r1Sha256, Algorithm::Es256, "P-256", 32),
        (TestName::EcdsaSecp384r1Sha384, Algorithm::Es384, "P-384", 48),
        (TestName::EcdsaSecp521r1Sha512, Algorithm::Es512, "P-521", 66),
    ] {
        let set = ecdsa::TestSet::load(name).unwrap();
        for group in &set.test_groups {
            let (x, y) = (
                octets(&group.key.affine_x, length),
                octets(&group.key.affine_y, length),
            );
            let key = key(json!({ "kty": "EC", "crv": curve, "x": x, "y": y })).unwrap();
            for test in &group.tests {
                tried += 1;
                assert!(
                    !is_good(&key, algorithm, &test.msg, &test.sig),
                    "{curve} {}",
                    test.tc_id
                );
            }
        }
    }
    assert!(tried > 1000, "{tried}");
}

#[test]
fn rsa_pkcs1() {
    use rsa::TestName;
    let mut count = Count::default();
    for (name, algorithm) in [
        (TestName::Rsa2048Sha256, Algorithm::Rs256),
        (TestName::Rsa2048Sha384, Algorithm::Rs384),
        (TestName::Rsa2048Sha512, Algorithm::Rs512),
        (TestName::Rsa3072Sha256, Algorithm::Rs256),
        (TestName::Rsa3072Sha384, Algorithm::Rs384),
        (TestName::Rsa3072Sha512, Algorithm::Rs512),
        (TestName::Rsa4096Sha256, Algorithm::Rs256),
        (TestName::Rsa4096Sha384, Algorithm::Rs384),
        (TestName::Rsa4096Sha512, Algorithm::Rs512),
        (TestName::Rsa8192Sha256, Algorithm::Rs256),
        (TestName::Rsa8192Sha384, Algorithm::Rs384),
        (TestName::Rsa8192Sha512, Algorithm::Rs512),
    ] {
        let set = rsa::TestSet::load(name).unwrap();
        let name = format!("{name:?}");
        for group in &set.test_groups {
            let (n, e) = (
                BASE64URL_NOPAD.encode(&group.key.n),
                BASE64URL_NOPAD.encode(&group.key.e),
            );
            let key = key(json!({ "kty": "RSA", "n": n, "e": e })).unwrap_or_else(|e| panic!("{name}: {e}"));
            for test in &group.tests {
                let row = Row {
                    number: test.tc_id,
                    result: test.result,
                    message: &test.msg,
                    signature: &test.sig,
                };
                judge(&name, &key, algorithm, &row, &mut count);
            }
        }
    }
    let all = Count {
        good: 89,
        bad: 3005,
        acceptable: 12,
    };
    assert_eq!(count, all);
}

/// A good signature under another hash than the algorithm names is none.
#[test]
fn the_hash_is_that_of_the_algorithm() {
    use rsa::TestName;
    let mut tried = 0;
    for (name, others) in [
        (TestName::Rsa2048Sha224, &Algorithm::ALL[..3]),
        (TestName::Rsa2048Sha256, &[Algorithm::Rs384, Algorithm::Rs512]),
        (TestName::Rsa2048Sha3_256, &Algorithm::ALL[..3]),
        (TestName::Rsa2048Sha512_256, &Algorithm::ALL[..3]),
        (TestName::Rsa2048Sha512, &[Algorithm::Rs256, Algorithm::Rs384]),
    ] {
        let set = rsa::TestSet::load(name).unwrap();
        for group in &set.test_groups {
            let (n, e) = (
                BASE64URL_NOPAD.encode(&group.key.n),
                BASE64URL_NOPAD.encode(&group.key.e),
            );
            let key = key(json!({ "kty": "RSA", "n": n, "e": e })).unwrap();
            let good = group.tests.iter().filter(|test| test.result == TestResult::Valid);
            for (test, algorithm) in good.flat_map(|test| others.iter().map(move |other| (test, *other))) {
                tried += 1;
                assert!(
                    !is_good(&key, algorithm, &test.msg, &test.sig),
                    "{name:?} {algorithm} {}",
                    test.tc_id
                );
            }
        }
    }
    assert!(tried > 50, "{tried}");
}
