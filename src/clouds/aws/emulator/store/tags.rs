//! Tags, and the two opinions IAM has on the case of their keys.

/// Whether `env` and `Env` are one tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyCase {
    /// On roles and policies: the last writing of a key replaces the earlier one.
    Ignored,
    /// On OIDC providers.
    Significant,
}

impl KeyCase {
    pub fn same(self, a: &str, b: &str) -> bool {
        match self {
            Self::Ignored => a.to_lowercase() == b.to_lowercase(),
            Self::Significant => a == b,
        }
    }
}

/// Tags in the order of their keys.
#[derive(Clone, Debug)]
pub struct Tags {
    case: KeyCase,
    entries: Vec<(String, String)>,
}

impl Tags {
    /// The most tags one object may have.
    pub const LIMIT: usize = 50;

    pub fn new(case: KeyCase) -> Self {
        Self {
            case,
            entries: Vec::new(),
        }
    }

    pub fn set(&mut self, key: &str, value: &str) {
        self.remove(key);
        self.entries.push((key.to_owned(), value.to_owned()));
        self.entries.sort();
    }

    pub fn remove(&mut self, key: &str) {
        let case = self.case;
        self.entries.retain(|(present, _)| !case.same(present, key));
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_ignore_the_case_of_keys_and_providers_do_not() {
        for (case, left) in [(KeyCase::Ignored, 1), (KeyCase::Significant, 2)] {
            let mut tags = Tags::new(case);
            tags.set("Env", "a");
            tags.set("env", "b");
            assert_eq!(tags.len(), left, "{case:?}");
            assert!(tags.iter().any(|tag| tag == ("env", "b")));
        }
    }
}
