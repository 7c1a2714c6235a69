//! The shapes of parameters, as the service models state them, and the errors for what does not fit.

use crate::clouds::aws::emulator::wire::{ApiError, Query};

/// What a text parameter has to look like. Lengths are counted in characters.
pub struct Rule {
    pub min: usize,
    pub max: usize,
    pub pattern: Option<&'static Pattern>,
    /// SECURITY: a value that errors must not repeat.
    pub secret: bool,
}

/// A pattern under its official spelling.
pub struct Pattern {
    text: &'static str,
    matches: fn(&str) -> bool,
}

const fn rule(min: usize, max: usize, pattern: Option<&'static Pattern>) -> Rule {
    Rule {
        min,
        max,
        pattern,
        secret: false,
    }
}

pub const ROLE_NAME: Rule = rule(1, 64, Some(&NAME));
pub const POLICY_NAME: Rule = rule(1, 128, Some(&NAME));
pub const PROFILE_NAME: Rule = rule(1, 128, Some(&NAME));
pub const USER_NAME: Rule = rule(1, 128, Some(&NAME));
pub const ROLE_PATH: Rule = rule(1, 512, Some(&PATH));
pub const PATH_PREFIX: Rule = rule(1, 512, Some(&PREFIX));
pub const POLICY_PATH: Rule = rule(1, 512, Some(&POLICY_PATH_PATTERN));
pub const ROLE_DESCRIPTION: Rule = rule(0, 1000, Some(&DESCRIPTION));
pub const POLICY_DESCRIPTION: Rule = rule(0, 1000, None);
pub const DOCUMENT: Rule = rule(1, 131_072, Some(&LATIN));
pub const ARN: Rule = rule(20, 2048, None);
pub const URL: Rule = rule(1, 255, None);
pub const CLIENT_ID: Rule = rule(1, 255, None);
pub const THUMBPRINT: Rule = rule(40, 40, None);
pub const TAG_KEY: Rule = rule(1, 128, Some(&TAG_KEY_PATTERN));
pub const TAG_VALUE: Rule = rule(0, 256, Some(&TAG_VALUE_PATTERN));
pub const MARKER: Rule = rule(1, 320, None);
pub const VERSION_ID: Rule = rule(1, 64, Some(&VERSION));
pub const SESSION_NAME: Rule = rule(2, 64, Some(&SESSION));
pub const SESSION_POLICY: Rule = rule(1, 2048, Some(&LATIN));
pub const EXTERNAL_ID: Rule = rule(2, 1224, Some(&EXTERNAL));
pub const ACCESS_KEY_ID: Rule = rule(16, 128, None);
pub const WEB_IDENTITY_TOKEN: Rule = Rule {
    min: 4,
    max: 20_000,
    pattern: None,
    secret: true,
};

const NAME: Pattern = Pattern {
    text: "[\\w+=,.@-]+",
    matches: |text| !text.is_empty() && text.chars().all(is_name),
};
const SESSION: Pattern = Pattern {
    text: "[\\w+=,.@-]*",
    matches: |text| text.chars().all(is_name),
};
const EXTERNAL: Pattern = Pattern {
    text: "[\\w+=,.@:\\/-]*",
    matches: |text| text.chars().all(|c| is_name(c) || matches!(c, ':' | '/')),
};
const PATH: Pattern = Pattern {
    text: "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)",
    matches: |text| {
        text == "/"
            || (text.len() > 2
                && text.starts_with('/')
                && text.ends_with('/')
                && text.chars().all(|c| matches!(c, '\u{21}'..='\u{7e}')))
    },
};
const PREFIX: Pattern = Pattern {
    text: "\\u002F[\\u0021-\\u007F]*",
    matches: |text| text.starts_with('/') && text.chars().all(|c| matches!(c, '\u{21}'..='\u{7f}')),
};
const POLICY_PATH_PATTERN: Pattern = Pattern {
    text: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/",
    matches: |text| {
        text == "/"
            || text
                .strip_prefix('/')
                .and_then(|rest| rest.strip_suffix('/'))
                .is_some_and(|inner| {
                    inner
                        .split('/')
                        .all(|part| !part.is_empty() && part.chars().all(is_name))
                })
    },
};
const DESCRIPTION: Pattern = Pattern {
    text: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*",
    matches: |text| {
        text.chars()
            .all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}'))
    },
};
const LATIN: Pattern = Pattern {
    text: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
    matches: |text| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}'))
    },
};
const TAG_KEY_PATTERN: Pattern = Pattern {
    text: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+",
    matches: |text| !text.is_empty() && text.chars().all(is_tag),
};
const TAG_VALUE_PATTERN: Pattern = Pattern {
    text: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*",
    matches: |text| text.chars().all(is_tag),
};
const VERSION: Pattern = Pattern {
    text: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?",
    matches: |text| {
        text.strip_prefix('v').is_some_and(|rest| {
            let (number, tail) = rest.split_once('.').unwrap_or((rest, ""));
            !number.is_empty()
                && !number.starts_with('0')
                && number.bytes().all(|b| b.is_ascii_digit())
                && tail.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
    },
};

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=' | ',' | '.' | '@' | '-')
}

/// `\p{L}`, `\p{Z}`, `\p{N}` and a few signs.
fn is_tag(c: char) -> bool {
    let letter = c.is_alphabetic() && !unicode_normalization::char::is_combining_mark(c);
    let separator = c.is_whitespace() && !c.is_control();
    letter || separator || c.is_numeric() || matches!(c, '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
}

impl Rule {
    /// # Errors
    /// `ValidationError`, in the words of the service; `member` is the path to the value (`roleName`,
    /// `tags.1.member.key`).
    pub fn check(&self, member: &str, value: &str) -> Result<(), ApiError> {
        let length = value.chars().count();
        let constraint = if length < self.min {
            format!("Member must have length greater than or equal to {}", self.min)
        } else if length > self.max {
            format!("Member must have length less than or equal to {}", self.max)
        } else {
            match self.pattern {
                Some(pattern) if !(pattern.matches)(value) => {
                    format!("Member must satisfy regular expression pattern: {}", pattern.text)
                }
                _ => return Ok(()),
            }
        };
        Err(self.violated(member, value, &constraint))
    }

    fn violated(&self, member: &str, value: &str, constraint: &str) -> ApiError {
        let shown = if self.secret {
            "Value".to_owned()
        } else {
            let start: String = value.chars().take(256).collect();
            format!("Value '{start}'")
        };
        violation(&shown, member, constraint)
    }

    /// A parameter that has to be there.
    ///
    /// # Errors
    /// `ValidationError` when it is missing or of another shape.
    pub fn required<'q>(&self, query: &'q Query, name: &str) -> Result<&'q str, ApiError> {
        self.optional(query, name)?
            .ok_or_else(|| violation("Value null", &member(name), "Member must not be null"))
    }

    /// A parameter that may be left out.
    ///
    /// # Errors
    /// `ValidationError` when it is of another shape.
    pub fn optional<'q>(&self, query: &'q Query, name: &str) -> Result<Option<&'q str>, ApiError> {
        let value = query.get(name);
        if let Some(value) = value {
            self.check(&member(name), value)?;
        }
        Ok(value)
    }

    /// A list; `None` when the request has none.
    ///
    /// # Errors
    /// `ValidationError` when a member is of another shape.
    pub fn list(&self, query: &Query, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        let list = query.list(name);
        for (index, value) in list.iter().flatten().enumerate() {
            self.check(&format!("{}.{}.member", member(name), index + 1), value)?;
        }
        Ok(list)
    }
}

/// A number that may be left out.
///
/// # Errors
/// `ValidationError` when it is none or out of range, `MalformedInput` when it is no number.
pub fn number(query: &Query, name: &str, min: u32, max: u32) -> Result<Option<u32>, ApiError> {
    let Some(text) = query.get(name) else {
        return Ok(None);
    };
    let value: i64 = text
        .parse()
        .map_err(|_| ApiError::new(400, "MalformedInput", format!("Invalid integer for {name}")))?;
    let constraint = if value < i64::from(min) {
        format!("Member must have value greater than or equal to {min}")
    } else if value > i64::from(max) {
        format!("Member must have value less than or equal to {max}")
    } else {
        return Ok(u32::try_from(value).ok());
    };
    Err(violation(&format!("Value '{value}'"), &member(name), &constraint))
}

/// One of a few words that may be left out.
///
/// # Errors
/// `ValidationError` for any other word.
pub fn word<'q>(query: &'q Query, name: &str, words: &[&str]) -> Result<Option<&'q str>, ApiError> {
    match query.get(name) {
        Some(value) if !words.contains(&value) => Err(violation(
            &format!("Value '{}'", value.chars().take(64).collect::<String>()),
            &member(name),
            &format!("Member must satisfy enum value set: [{}]", words.join(", ")),
        )),
        value => Ok(value),
    }
}

fn violation(value: &str, member: &str, constraint: &str) -> ApiError {
    ApiError::validation(format!(
        "1 validation error detected: {value} at '{member}' failed to satisfy constraint: {constraint}"
    ))
}

/// `RoleName` is called `roleName` in errors.
fn member(name: &str) -> String {
    let mut chars = name.chars();
    chars
        .next()
        .map(|first| format!("{}{}", first.to_ascii_lowercase(), chars.as_str()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let long = "a".repeat(65);
        for (rule, value, good) in [
            (&ROLE_NAME, "deploy-1_+=,.@", true),
            (&ROLE_NAME, "", false),
            (&ROLE_NAME, "a b", false),
            (&ROLE_NAME, "ü", false),
            (&ROLE_NAME, long.as_str(), false),
            (&ROLE_PATH, "/", true),
            (&ROLE_PATH, "/ci/", true),
            (&ROLE_PATH, "//", false),
            (&ROLE_PATH, "/ci", false),
            (&ROLE_PATH, "/c i/", false),
            (&POLICY_PATH, "/a/b/", true),
            (&POLICY_PATH, "/a//b/", false),
            (&ROLE_DESCRIPTION, "\u{a1}\t\n", true),
            (&ROLE_DESCRIPTION, "\u{a0}", false),
            (&ROLE_DESCRIPTION, "€", false),
            (&DOCUMENT, "{}", true),
            (&DOCUMENT, "{\"a\":\"€\"}", false),
            (&TAG_KEY, "Kostenstelle ß 4:/=+-@_.", true),
            (&TAG_KEY, "a*b", false),
            (&TAG_VALUE, "", true),
            (&TAG_KEY, "", false),
            (&VERSION_ID, "v1", true),
            (&VERSION_ID, "v0", false),
        ] {
            assert_eq!(rule.check("x", value).is_ok(), good, "{value:?}");
        }
    }

    #[test]
    fn errors_read_as_those_of_iam() {
        let query = Query::parse(b"RoleName=a%20b").unwrap();
        assert_eq!(
            ROLE_NAME.required(&query, "RoleName").unwrap_err().message,
            "1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: Member must \
             satisfy regular expression pattern: [\\w+=,.@-]+"
        );
        assert_eq!(
            POLICY_NAME.required(&query, "PolicyName").unwrap_err().message,
            "1 validation error detected: Value null at 'policyName' failed to satisfy constraint: Member must \
             not be null"
        );
    }

    #[test]
    fn a_token_is_never_repeated() {
        let error = WEB_IDENTITY_TOKEN
            .check("webIdentityToken", &"s".repeat(20_001))
            .unwrap_err();
        assert!(!error.message.contains("sss"), "{error}");
    }
}
