//! Numbers with all their digits.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use num_bigint::{BigInt, BigUint};
use num_traits::FromPrimitive;

/// Digits that a number written out in full may have. The host's precision is 512 bits, about 155 digits; more is
/// taken so that nothing it sends is refused, but not so much that a short text with a huge exponent fills the memory.
const MAX_DIGITS: usize = 20_000;

/// A number of the configuration language, kept so that no digit is lost: the host compares 512 bits.
///
/// Two numbers are equal when they are the same integer or have the same shortest decimal text, as in the host.
#[derive(Clone, Debug)]
pub enum Number {
    Int(i64),
    /// A fraction that came as a 64-bit float, or an infinity; made with [`Number::from_f64`].
    Float(f64),
    /// Anything else, as decimal text (`0.8`); made with [`Number::parse`].
    Decimal(String),
}

impl Number {
    /// Reads decimal text, with or without fraction and exponent. `None`: not a number, or one of more than 20 000
    /// digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole, fraction].concat();
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        let plain = plain(&digits, exponent)?;
        let text = if negative && plain != "0" {
            format!("-{plain}")
        } else {
            plain
        };
        Some(text.parse().map_or(Self::Decimal(text), Self::Int))
    }

    /// The number that a 64-bit float is: integral ones exactly. `None` for NaN, which is no number.
    pub fn from_f64(float: f64) -> Option<Self> {
        if float.is_nan() {
            return None;
        }
        if float.is_infinite() || float.fract() != 0.0 {
            return Some(Self::Float(float));
        }
        Self::parse(&BigInt::from_f64(float)?.to_string())
    }

    /// The value as an integer, when it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            Self::Float(_) => None,
            Self::Decimal(text) => match Self::parse(text)? {
                Self::Int(n) => Some(n),
                _ => None,
            },
        }
    }

    /// The fraction as a 64-bit float, only when that is exactly this number.
    pub fn as_exact_fraction(&self) -> Option<f64> {
        let text = match self {
            Self::Int(_) => return None,
            Self::Float(float) => return Some(*float),
            Self::Decimal(text) => text,
        };
        let (whole, fraction) = text.split_once('.')?;
        // the smallest bit of a 64-bit float has 1074 decimal places
        if fraction.len() > 1074 {
            return None;
        }
        let float: f64 = text.parse().ok()?;
        let (mantissa, exponent) = parts(float);
        if float.is_infinite() || mantissa == 0 || exponent >= 0 {
            return None;
        }
        let digits: BigUint = [whole.trim_start_matches('-'), fraction].concat().parse().ok()?;
        let places = u32::try_from(fraction.len()).ok()?;
        let same =
            (digits << exponent.unsigned_abs()) == BigUint::from(mantissa) * BigUint::from(10u8).pow(places);
        same.then_some(float)
    }

    /// The normal form: decimal text without exponent.
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Int(n) => n.to_string().into(),
            Self::Float(float) if float.is_subnormal() => shortest_subnormal(*float).into(),
            Self::Float(float) => float.to_string().into(),
            Self::Decimal(text) => match Self::parse(text) {
                Some(Self::Int(n)) => n.to_string().into(),
                Some(Self::Decimal(normal)) => normal.into(),
                _ => text.as_str().into(),
            },
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The order of magnitude.
impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Self::Int(a), Self::Int(b)) = (self, other) {
            return a.cmp(b);
        }
        let (a, b) = (self.text(), other.text());
        match (a.strip_prefix('-'), b.strip_prefix('-')) {
            (None, None) => by_magnitude(&a, &b),
            (Some(a), Some(b)) => by_magnitude(b, a),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
        }
    }
}

/// Compares normal forms without a sign: digits of the same place, from the front.
fn by_magnitude(a: &str, b: &str) -> Ordering {
    if let (true, _) | (_, true) = (a == "inf", b == "inf") {
        return (a == "inf").cmp(&(b == "inf"));
    }
    let (a_whole, a_fraction) = a.split_once('.').unwrap_or((a, ""));
    let (b_whole, b_fraction) = b.split_once('.').unwrap_or((b, ""));
    let by_length = a_whole.len().cmp(&b_whole.len());
    by_length
        .then_with(|| a_whole.cmp(b_whole))
        .then_with(|| a_fraction.cmp(b_fraction))
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// Writes `digits` times ten to the `exponent` in full.
fn plain(digits: &str, exponent: i64) -> Option<String> {
    let significant = digits.trim_end_matches('0');
    let exponent = exponent.checked_add(i64::try_from(digits.len() - significant.len()).ok()?)?;
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    let size = usize::try_from(exponent.unsigned_abs()).ok()?;
    if significant.len().checked_add(size)? > MAX_DIGITS {
        return None;
    }
    if exponent >= 0 {
        return Some(format!("{significant}{}", "0".repeat(size)));
    }
    Some(match significant.len().checked_sub(size) {
        None | Some(0) => format!("0.{}{significant}", "0".repeat(size - significant.len())),
        Some(point) => {
            let (whole, fraction) = significant.split_at(point);
            format!("{whole}.{fraction}")
        }
    })
}

/// Mantissa and binary exponent of a finite float's magnitude.
fn parts(float: f64) -> (u64, i32) {
    let bits = float.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) {
        0 => (fraction, -1074),
        exponent => (fraction | (1 << 52), exponent - 1075),
    }
}

/// The shortest text of a subnormal float. The host reads it as a number of 53 bits at any exponent, so it sees more
/// digits than the few bits of a subnormal need.
fn shortest_subnormal(float: f64) -> String {
    let (mantissa, _) = parts(float);
    // half a unit in the last of 53 places, in units of 2^-1200
    let bits = u64::from(64 - mantissa.leading_zeros());
    let exact = BigUint::from(mantissa) << 126u32;
    let half = BigUint::from(1u8) << (126 + bits - 54);
    for digits in 0..17 {
        let text = format!("{:.*e}", digits, float.abs());
        let Some(Number::Decimal(written)) = Number::parse(&text) else {
            continue;
        };
        let fraction = written.trim_start_matches("0.");
        let Ok(value) = fraction.parse::<BigUint>() else {
            continue;
        };
        let places = BigUint::from(10u8).pow(u32::try_from(fraction.len()).unwrap_or(u32::MAX));
        let (scaled, exact) = (value << 1200u32, &exact * &places);
        let distance = if scaled > exact {
            scaled - exact
        } else {
            exact - scaled
        };
        if distance <= &half * &places {
            return if float < 0.0 {
                format!("-{written}")
            } else {
                written
            };
        }
    }
    float.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_normal_form() {
        for (text, normal) in [
            ("1", "1"),
            ("+1", "1"),
            ("-0", "0"),
            ("1.50", "1.5"),
            ("0010", "10"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("12.5E-3", "0.0125"),
            ("-1.25e1", "-12.5"),
            ("9223372036854775808", "9223372036854775808"),
        ] {
            assert_eq!(Number::parse(text).unwrap().to_string(), normal, "{text}");
        }
        for text in [
            "",
            "-",
            ".",
            "1_0",
            "0x10",
            "NaN",
            "inf",
            "1e",
            "e5",
            "1 ",
            "--1",
            "1e999999999999",
            "1.2.3",
        ] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_text_is_a_float_only_when_it_is_exactly_that() {
        assert_eq!(Number::parse("1.5").unwrap().as_exact_fraction(), Some(1.5));
        assert_eq!(Number::parse("-0.375").unwrap().as_exact_fraction(), Some(-0.375));
        for text in [
            "0.8",
            "0.1",
            "1e-400",
            "3.14159265358979323846264338327950288419716939937510582097494459",
        ] {
            assert_eq!(Number::parse(text).unwrap().as_exact_fraction(), None, "{text}");
        }
    }

    #[test]
    fn a_hand_made_text_is_the_number_that_it_says() {
        assert_eq!(Number::Decimal("1.50".into()), Number::parse("1.5").unwrap());
        assert_eq!(Number::Decimal("7".into()), Number::Int(7));
        assert_eq!(Number::Decimal("7".into()).as_i64(), Some(7));
        assert_ne!(Number::Decimal("7.5".into()), Number::Int(7));
    }

    #[test]
    fn numbers_are_ordered_by_magnitude() {
        let mut numbers: Vec<Number> = [
            "10",
            "-0.5",
            "1e30",
            "2",
            "1.5",
            "-1e30",
            "0",
            "1.25",
            "-2",
            "9223372036854775808",
        ]
        .map(|text| Number::parse(text).unwrap())
        .into();
        numbers.extend([
            Number::Float(f64::INFINITY),
            Number::Float(f64::NEG_INFINITY),
            Number::Float(0.1),
        ]);
        numbers.sort();
        let texts: Vec<String> = numbers.iter().map(Number::to_string).collect();
        assert_eq!(texts.first().unwrap(), "-inf");
        assert_eq!(texts.last().unwrap(), "inf");
        assert_eq!(
            texts.get(2..9).unwrap(),
            ["-2", "-0.5", "0", "0.1", "1.25", "1.5", "2"]
        );
    }

    #[test]
    fn integral_floats_are_exact() {
        assert_eq!(Number::from_f64(3.0), Some(Number::Int(3)));
        assert_eq!(
            Number::from_f64(1e30).unwrap().to_string(),
            "1000000000000000019884624838656"
        );
        assert_eq!(Number::from_f64(f64::NAN), None);
    }
}
