//! Thumbprints of a provider.

use std::fmt;

use super::error::{Limit, LimitError};
use crate::trust::quoted;

/// The SHA-1 of a DER certificate: 40 hexadecimal digits, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thumbprint(String);

const MOST: usize = 5;

impl Thumbprint {
    /// Reads a thumbprint; letter case does not matter.
    ///
    /// # Errors
    /// Anything but 40 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, LimitError> {
        if text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        let bare: String = text.chars().filter(|c| *c != ':').collect();
        let error = LimitError::new(
            Limit::Thumbprint,
            "a thumbprint of 40 hexadecimal digits",
            quoted(text),
        );
        Err(match bare.len() {
            40 => error.fix("leave out the colons"),
            64 => error.fix("this looks like SHA-256; AWS takes the SHA-1 of the certificate"),
            _ => error,
        })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads all thumbprints of a provider: 1 to 5.
///
/// # Errors
/// The first that is none, or the wrong number of them.
pub fn thumbprints<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Vec<Thumbprint>, LimitError> {
    let read: Vec<Thumbprint> = texts
        .into_iter()
        .map(Thumbprint::parse)
        .collect::<Result<_, _>>()?;
    if read.is_empty() || read.len() > MOST {
        let error = LimitError::new(
            Limit::ThumbprintCount,
            format!("1 to {MOST} thumbprints"),
            read.len().to_string(),
        );
        return Err(error.fix("leave `thumbprints` out, and AWS looks after the certificate itself"));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let good = "6938FD4D98BAB03FAADB97B34396831E3780AEA1";
        assert_eq!(Thumbprint::parse(good).unwrap().as_str(), good.to_lowercase());
        let colons = "69:38:FD:4D:98:BA:B0:3F:AA:DB:97:B3:43:96:83:1E:37:80:AE:A1";
        for (bad, hint) in [
            ("", "found an empty string"),
            ("6938", "found `6938`"),
            (colons, "leave out the colons"),
            (&"a".repeat(64), "SHA-256"),
            (&"g".repeat(40), "40 hexadecimal digits"),
        ] {
            let found = Thumbprint::parse(bad).unwrap_err().to_string();
            assert!(found.contains(hint), "{found}");
        }
        assert_eq!(thumbprints([good; 5]).unwrap().len(), 5);
        assert!(thumbprints([good; 6]).is_err());
        assert!(thumbprints([]).is_err());
    }
}
