//! Condition operators (IAM User Guide, "IAM JSON policy elements: Condition operators").

use std::fmt;

/// What is compared, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Test {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnLike,
    ArnNotEquals,
    ArnNotLike,
    Null,
}

/// How an operator treats a key with several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Qualifier {
    ForAllValues,
    ForAnyValue,
}

/// `[ForAllValues:|ForAnyValue:]TEST[IfExists]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operator {
    pub qualifier: Option<Qualifier>,
    pub test: Test,
    pub if_exists: bool,
}

const TESTS: [(Test, &str); 27] = [
    (Test::StringEquals, "StringEquals"),
    (Test::StringNotEquals, "StringNotEquals"),
    (Test::StringEqualsIgnoreCase, "StringEqualsIgnoreCase"),
    (Test::StringNotEqualsIgnoreCase, "StringNotEqualsIgnoreCase"),
    (Test::StringLike, "StringLike"),
    (Test::StringNotLike, "StringNotLike"),
    (Test::NumericEquals, "NumericEquals"),
    (Test::NumericNotEquals, "NumericNotEquals"),
    (Test::NumericLessThan, "NumericLessThan"),
    (Test::NumericLessThanEquals, "NumericLessThanEquals"),
    (Test::NumericGreaterThan, "NumericGreaterThan"),
    (Test::NumericGreaterThanEquals, "NumericGreaterThanEquals"),
    (Test::DateEquals, "DateEquals"),
    (Test::DateNotEquals, "DateNotEquals"),
    (Test::DateLessThan, "DateLessThan"),
    (Test::DateLessThanEquals, "DateLessThanEquals"),
    (Test::DateGreaterThan, "DateGreaterThan"),
    (Test::DateGreaterThanEquals, "DateGreaterThanEquals"),
    (Test::Bool, "Bool"),
    (Test::BinaryEquals, "BinaryEquals"),
    (Test::IpAddress, "IpAddress"),
    (Test::NotIpAddress, "NotIpAddress"),
    (Test::ArnEquals, "ArnEquals"),
    (Test::ArnLike, "ArnLike"),
    (Test::ArnNotEquals, "ArnNotEquals"),
    (Test::ArnNotLike, "ArnNotLike"),
    (Test::Null, "Null"),
];

impl Test {
    pub fn as_str(self) -> &'static str {
        TESTS
            .iter()
            .find(|(test, _)| *test == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether it holds when nothing matches, and so also when the key is absent.
    pub fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }
}

impl Operator {
    /// A bare operator.
    pub fn plain(test: Test) -> Self {
        Self {
            qualifier: None,
            test,
            if_exists: false,
        }
    }

    /// An operator for keys with several values.
    pub fn for_any_value(test: Test) -> Self {
        Self {
            qualifier: Some(Qualifier::ForAnyValue),
            test,
            if_exists: false,
        }
    }

    /// Reads an operator; letter case does not matter. `Null` takes no `IfExists`.
    pub fn parse(text: &str) -> Option<Self> {
        let (qualifier, rest) = match text.split_once(':') {
            Some((word, rest)) if word.eq_ignore_ascii_case("ForAllValues") => {
                (Some(Qualifier::ForAllValues), rest)
            }
            Some((word, rest)) if word.eq_ignore_ascii_case("ForAnyValue") => {
                (Some(Qualifier::ForAnyValue), rest)
            }
            Some(_) => return None,
            None => (None, text),
        };
        let find = |name: &str| {
            TESTS
                .iter()
                .find(|(_, known)| known.eq_ignore_ascii_case(name))
                .map(|(test, _)| *test)
        };
        let (test, if_exists) = match find(rest) {
            Some(test) => (test, false),
            None => (
                find(strip_if_exists(rest)?).filter(|test| *test != Test::Null)?,
                true,
            ),
        };
        Some(Self {
            qualifier,
            test,
            if_exists,
        })
    }
}

fn strip_if_exists(text: &str) -> Option<&str> {
    let at = text.len().checked_sub("IfExists".len())?;
    let (name, suffix) = text.split_at_checked(at)?;
    suffix.eq_ignore_ascii_case("IfExists").then_some(name)
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.qualifier {
            Some(Qualifier::ForAllValues) => f.write_str("ForAllValues:")?,
            Some(Qualifier::ForAnyValue) => f.write_str("ForAnyValue:")?,
            None => {}
        }
        f.write_str(self.test.as_str())?;
        if self.if_exists {
            f.write_str("IfExists")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_reads_back() {
        for (test, name) in TESTS {
            assert_eq!(test.as_str(), name);
            for prefix in ["", "ForAllValues:", "ForAnyValue:"] {
                for suffix in ["", "IfExists"] {
                    let text = format!("{prefix}{name}{suffix}");
                    match Operator::parse(&text) {
                        Some(operator) => assert_eq!(operator.to_string(), text),
                        None => assert_eq!((test, suffix), (Test::Null, "IfExists"), "{text}"),
                    }
                }
            }
        }
        for bad in [
            "",
            "IfExists",
            "StringEqual",
            "ForSomeValues:StringLike",
            "ü",
            "StringLike ",
        ] {
            assert_eq!(Operator::parse(bad), None, "{bad}");
        }
        assert_eq!(
            Operator::parse("forallvalues:STRINGLIKEifexists")
                .unwrap()
                .to_string(),
            "ForAllValues:StringLikeIfExists"
        );
    }
}
