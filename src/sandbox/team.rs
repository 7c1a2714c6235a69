//! The name of a team, which has an issuer of its own below the global one.

use crate::trust::{IssuerError, IssuerUrl};

const MAX_CHARS: usize = 39;
/// First segments of the issuer's own paths.
const RESERVED: [&str; 2] = ["api", "token"];

/// Lower-case letters, digits and hyphens, not beginning with a hyphen, at most 39 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Team<'a>(&'a str);

impl<'a> Team<'a> {
    /// Nothing when the text is no name of a team.
    pub fn parse(name: &'a str) -> Option<Self> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let valid = !name.is_empty()
            && name.len() <= MAX_CHARS
            && !name.starts_with('-')
            && name.chars().all(allowed)
            && !RESERVED.contains(&name);
        valid.then_some(Self(name))
    }

    /// The team whose issuer this is, below the global issuer.
    pub fn of_issuer(issuer: &'a IssuerUrl, global: &IssuerUrl) -> Option<Self> {
        let rest = issuer.as_str().strip_prefix(global.as_str())?;
        Self::parse(rest.strip_prefix('/')?)
    }

    /// The issuer of the team.
    ///
    /// # Errors
    /// None, for a global issuer without trailing slash.
    pub fn issuer(self, global: &IssuerUrl) -> Result<IssuerUrl, IssuerError> {
        IssuerUrl::parse(&format!("{global}/{}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_be_another_path_are_none() {
        for name in [
            "",
            "-a",
            "A",
            "a/b",
            "a.b",
            "..",
            "%2e",
            "api",
            "token",
            ".well-known",
            "a b",
            &"a".repeat(40),
        ] {
            assert_eq!(Team::parse(name), None, "{name}");
        }
        let global = IssuerUrl::parse("https://localhost:1").unwrap();
        let issuer = Team::parse("a-1").unwrap().issuer(&global).unwrap();
        assert_eq!(issuer.as_str(), "https://localhost:1/a-1");
        assert_eq!(Team::of_issuer(&issuer, &global), Team::parse("a-1"));
        for other in [
            "https://localhost:12",
            "https://localhost:1",
            "https://localhost:1/a/b",
            "https://localhost:1/",
        ] {
            assert_eq!(
                Team::of_issuer(&IssuerUrl::parse(other).unwrap(), &global),
                None,
                "{other}"
            );
        }
    }
}
