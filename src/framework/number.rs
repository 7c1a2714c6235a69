//! Numbers with all their digits.

use std::fmt;

/// A number of the configuration language, kept so that no digit is lost: the host compares 512 bits.
#[derive(Clone, Debug)]
pub enum Number {
    Int(i64),
    /// Anything else, as decimal text (`0.8`, `1e30`), or `inf` and `-inf`.
    Decimal(String),
}

impl Number {
    /// The value as an integer, when it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            Self::Decimal(_) => None,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(n) => write!(f, "{n}"),
            Self::Decimal(text) => f.write_str(text),
        }
    }
}
