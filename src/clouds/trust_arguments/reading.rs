//! From the arguments as written to a trust, three-valued: an unknown value makes no trust yet.

use std::collections::{BTreeMap, BTreeSet};

use crate::framework::{Attr, Diagnostics, Path, StringSet, StringSetMap};
use crate::model;
use crate::trust::{Audience, Trust, TrustError, Written};

model! {
    /// One further trust of `also`.
    pub struct AlsoModel {
        pub issuer: Attr<String>,
        pub platform: Attr<String>,
        pub audiences: StringSet,
        pub subjects: StringSet,
        pub subject_patterns: StringSet,
        pub claims: StringSetMap,
        pub claim_patterns: StringSetMap,
    }
}

/// The trust arguments of some resource's model.
#[derive(Clone, Copy)]
pub struct Arguments<'a> {
    pub issuer: &'a Attr<String>,
    pub audiences: &'a StringSet,
    pub subjects: &'a StringSet,
    pub subject_patterns: &'a StringSet,
    pub claims: &'a StringSetMap,
    pub claim_patterns: &'a StringSetMap,
    pub also: &'a Attr<BTreeMap<String, AlsoModel>>,
}

/// What the arguments say.
pub enum Reading {
    /// Something is not known yet: no statement can be made.
    Unknown,
    /// Refused; the diagnostics say why.
    Invalid,
    Known(Box<Trust>),
}

impl Arguments<'_> {
    /// Reads the trust; mistakes become errors on their arguments.
    pub fn read(&self, default_audiences: &BTreeSet<Audience>, diagnostics: &mut Diagnostics) -> Reading {
        let Some((top, also)) = self.written() else {
            return Reading::Unknown;
        };
        match Trust::new(&top, &also, default_audiences) {
            Ok(trust) => Reading::Known(Box::new(trust)),
            Err(TrustError { argument, reason }) => {
                diagnostics.error(
                    path_of(&argument),
                    "Invalid trust",
                    format!("{argument}: {reason}"),
                );
                Reading::Invalid
            }
        }
    }

    fn written(&self) -> Option<(Written, BTreeMap<String, Written>)> {
        let top = Written {
            issuer: self.issuer.settled()?.cloned(),
            audiences: written_set(self.audiences)?,
            subjects: written_set(self.subjects)?,
            subject_patterns: written_set(self.subject_patterns)?,
            claims: written_claims(self.claims)?,
            claim_patterns: written_claims(self.claim_patterns)?,
        };
        let mut also = BTreeMap::new();
        for (key, branch) in self.also.settled()?.into_iter().flatten() {
            let branch = Written {
                issuer: branch.issuer.settled()?.cloned(),
                audiences: written_set(&branch.audiences)?,
                subjects: written_set(&branch.subjects)?,
                subject_patterns: written_set(&branch.subject_patterns)?,
                claims: written_claims(&branch.claims)?,
                claim_patterns: written_claims(&branch.claim_patterns)?,
            };
            also.insert(key.clone(), branch);
        }
        Some((top, also))
    }
}

/// `None` while something in it is unknown.
pub fn written_set(set: &StringSet) -> Option<Option<Vec<String>>> {
    Some(set.strings()?.map(|strings| strings.into_iter().collect()))
}

/// `None` while something in it is unknown.
pub fn written_claims(claims: &StringSetMap) -> Option<Option<BTreeMap<String, Vec<String>>>> {
    let Some(members) = claims.settled()? else {
        return Some(None);
    };
    let mut written = BTreeMap::new();
    for (name, values) in members {
        // a null value is as empty as an empty set, and refused as such
        written.insert(name.clone(), written_set(values)?.unwrap_or_default());
    }
    Some(Some(written))
}

/// The path of an argument as an error of the language of trust writes it: `also["x"].claims["y"]`.
pub fn path_of(argument: &str) -> Path {
    let mut path = Path::root();
    let mut rest = argument;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix("[\"") {
            let (key, after) = quoted.split_once("\"]").unwrap_or((quoted, ""));
            path = path.key(key);
            rest = after;
        } else {
            let trimmed = rest.strip_prefix('.').unwrap_or(rest);
            let end = trimmed.find(['.', '[']).unwrap_or(trimmed.len());
            let (name, after) = trimmed.split_at(end);
            path = path.attribute(name);
            // a set has no usable step: a numeric index ends the path
            rest = if after.starts_with("[\"") || after.starts_with('.') {
                after
            } else {
                ""
            };
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argument_texts_become_paths() {
        for (text, shown) in [
            ("issuer", "issuer"),
            ("also[\"x\"].claims[\"y.z\"]", "also[\"x\"].claims[\"y.z\"]"),
            ("also[\"x\"].subjects", "also[\"x\"].subjects"),
        ] {
            assert_eq!(path_of(text).to_string(), shown);
        }
    }

    #[test]
    fn unknown_is_not_null() {
        let none = Attr::Null;
        let also = Attr::Null;
        let issuer = Attr::from_text("https://issuer.example");
        let unknown = StringSet::Known(BTreeSet::from([Attr::Unknown]));
        let arguments = |subjects| Arguments {
            issuer: &issuer,
            audiences: &Attr::Null,
            subjects,
            subject_patterns: &Attr::Null,
            claims: &none,
            claim_patterns: &none,
            also: &also,
        };
        let defaults = BTreeSet::from([Audience::parse("sts.example").unwrap()]);
        let mut diagnostics = Diagnostics::new();
        assert!(matches!(
            arguments(&unknown).read(&defaults, &mut diagnostics),
            Reading::Unknown
        ));
        assert!(diagnostics.is_empty());
        assert!(matches!(
            arguments(&Attr::Null).read(&defaults, &mut diagnostics),
            Reading::Invalid
        ));
        assert!(diagnostics.has_errors());
        let known = StringSet::of(["a"]);
        assert!(matches!(
            arguments(&known).read(&defaults, &mut Diagnostics::new()),
            Reading::Known(_)
        ));
    }
}
