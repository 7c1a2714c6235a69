//! The NIST curves of RFC 7518, section 6.2.1.1, and whether a point lies on one.

use num_bigint::BigUint;

/// `y² = x³ - 3x + b` modulo a prime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// The curve of that name in `crv`.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "P-256" => Some(Self::P256),
            "P-384" => Some(Self::P384),
            "P-521" => Some(Self::P521),
            _ => None,
        }
    }

    /// The name in `crv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// Octets of one coordinate.
    pub(super) fn coordinate_octets(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// SECURITY: a key off its curve is not a weak key but somebody's attempt; such a key is never used.
    pub(super) fn contains(self, x: &[u8], y: &[u8]) -> bool {
        let (Some(prime), Some(b)) = (
            BigUint::parse_bytes(self.prime().as_bytes(), 16),
            BigUint::parse_bytes(self.b().as_bytes(), 16),
        ) else {
            return false;
        };
        let (x, y) = (BigUint::from_bytes_be(x), BigUint::from_bytes_be(y));
        if x >= prime || y >= prime {
            return false;
        }
        // 3x is moved to the other side, so that nothing becomes negative
        (&y * &y + &x * 3u8) % &prime == (&x * &x * &x + b) % &prime
    }

    fn prime(self) -> &'static str {
        match self {
            Self::P256 => "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
            Self::P384 => concat!(
                "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe",
                "ffffffff0000000000000000ffffffff"
            ),
            Self::P521 => concat!(
                "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            ),
        }
    }

    fn b(self) -> &'static str {
        match self {
            Self::P256 => "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
            Self::P384 => concat!(
                "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a",
                "c656398d8a2ed19d2a85c8edd3ec2aef"
            ),
            Self::P521 => concat!(
                "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109",
                "e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_have_the_length_of_their_field() {
        for curve in [Curve::P256, Curve::P384, Curve::P521] {
            assert_eq!(
                curve.prime().len(),
                2 * curve.coordinate_octets(),
                "{}",
                curve.name()
            );
            assert_eq!(curve.b().len(), 2 * curve.coordinate_octets(), "{}", curve.name());
            assert!(!curve.contains(&[0], &[0]), "the origin lies on no curve");
        }
    }
}
