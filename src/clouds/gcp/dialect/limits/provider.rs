//! Audiences, mapping and condition of a provider.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Limit, LimitError};
use super::ids::at_most;
use crate::clouds::gcp::dialect::cel::{Kind, Node, Program, Value};
use crate::clouds::gcp::dialect::provider::{MOST_IN_CONDITION, MOST_IN_MAPPING};
use crate::trust::{Audience, IssuerUrl, quoted};

const MOST_AUDIENCES: usize = 10;
const LONGEST_AUDIENCE: usize = 256;
const MOST_ATTRIBUTES: usize = 50;
const LONGEST_KEY: usize = 100;
const LONGEST_SUBJECT: usize = 127;

/// Issuers that many tenants share: Google refuses a provider for them whose condition looks at no claim.
const SHARED_ISSUERS: [&str; 3] = [
    "https://token.actions.githubusercontent.com",
    "https://gitlab.com",
    "https://app.terraform.io",
];

/// Checks the allowed audiences of a provider: at most 10, of at most 256 characters.
///
/// # Errors
/// The first one that Google would refuse.
pub fn allowed_audiences(audiences: &BTreeSet<Audience>) -> Result<(), LimitError> {
    if audiences.len() > MOST_AUDIENCES {
        let expected = format!("at most {MOST_AUDIENCES} audiences for a provider");
        return Err(LimitError::new(
            Limit::AudienceCount,
            expected,
            audiences.len().to_string(),
        ));
    }
    audiences.iter().try_for_each(|audience| {
        at_most(
            audience.as_str(),
            LONGEST_AUDIENCE,
            Limit::Audience,
            "an audience",
        )
    })
}

/// Checks a mapping: `google.subject` is there, keys and counts, and expressions that can be read.
///
/// # Errors
/// The first thing that Google would refuse.
pub fn attribute_mapping(mapping: &BTreeMap<String, String>) -> Result<(), LimitError> {
    let key_error = |key: &str, expected: &str| LimitError::new(Limit::MappingKey, expected, quoted(key));
    if !mapping.contains_key("google.subject") {
        let found: Vec<&str> = mapping.keys().map(String::as_str).collect();
        let expected = "a mapping of `google.subject`";
        return Err(key_error(&found.join(", "), expected).fix("write `google.subject = \"assertion.sub\"`"));
    }
    for (key, expression) in mapping {
        if !matches!(key.as_str(), "google.subject" | "google.groups") {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let name = key.strip_prefix("attribute.").unwrap_or("");
            if name.is_empty() || !name.chars().all(fits) {
                let expected =
                    "`google.subject`, `google.groups` or `attribute.NAME` with a name of `[a-z0-9_]`";
                return Err(key_error(key, expected));
            }
            if key.len() > LONGEST_KEY {
                return Err(key_error(
                    key,
                    &format!("a key of at most {LONGEST_KEY} characters"),
                ));
            }
        }
        Program::parse(expression, MOST_IN_MAPPING).map_err(|error| {
            let expected =
                format!("an expression of CEL of at most {MOST_IN_MAPPING} characters for `{key}`");
            LimitError::new(Limit::MappingExpression, expected, quoted(expression)).fix(error.to_string())
        })?;
    }
    let attributes = mapping.keys().filter(|key| key.starts_with("attribute.")).count();
    if attributes > MOST_ATTRIBUTES {
        let expected = format!("at most {MOST_ATTRIBUTES} attributes");
        return Err(LimitError::new(
            Limit::MappingCount,
            expected,
            attributes.to_string(),
        ));
    }
    Ok(())
}

/// Checks a condition: an expression of at most 4,096 characters, which for the shared issuers looks at a claim.
///
/// # Errors
/// What Google would refuse.
pub fn attribute_condition(condition: &str, issuer: &IssuerUrl) -> Result<(), LimitError> {
    let looks_at_a_claim = match condition.trim() {
        "" => false,
        _ => {
            let program = Program::parse(condition, MOST_IN_CONDITION).map_err(|error| {
                let expected = format!("an expression of CEL of at most {MOST_IN_CONDITION} characters");
                LimitError::new(Limit::Condition, expected, quoted(condition)).fix(error.to_string())
            })?;
            looks_at_a_claim(program.root())
        }
    };
    if SHARED_ISSUERS.contains(&issuer.as_str()) && !looks_at_a_claim {
        let expected =
            format!("a condition that looks at a claim, since everybody shares the issuer `{issuer}`");
        return Err(LimitError::new(
            Limit::ConditionOfSharedIssuer,
            expected,
            quoted(condition),
        ));
    }
    Ok(())
}

fn looks_at_a_claim(node: &Node) -> bool {
    let is_claim = match &node.kind {
        Kind::Field { of, .. } | Kind::Has { of, .. } | Kind::Index { of, .. } => {
            matches!(&of.kind, Kind::Name(name) if matches!(name.as_str(), "assertion" | "attribute" | "google"))
        }
        _ => false,
    };
    is_claim || node.parts().into_iter().any(looks_at_a_claim)
}

/// Checks whether a token with this subject can be exchanged: what `google.subject` becomes has at most 127 bytes. A mapping that
/// needs other claims than `sub` is not judged.
///
/// # Errors
/// A subject that Google would refuse whatever the condition says.
pub fn subject_length(mapping: &BTreeMap<String, String>, subject: &str) -> Result<(), LimitError> {
    let Some(program) = mapping
        .get("google.subject")
        .and_then(|e| Program::parse(e, MOST_IN_MAPPING).ok())
    else {
        return Ok(());
    };
    let mut claims = serde_json::Map::new();
    claims.insert("sub".to_owned(), subject.into());
    let claims = crate::clouds::gcp::dialect::cel::Map::from_json(&claims);
    let variables = [("assertion", Value::Map(std::sync::Arc::new(claims)))];
    match program.evaluate(&variables) {
        Ok(Value::Text(text)) if text.len() > LONGEST_SUBJECT => {
            let expected =
                format!("a subject that gives a `google.subject` of at most {LONGEST_SUBJECT} bytes");
            let found = format!("{}, which gives {} bytes", quoted(subject), text.len());
            Err(LimitError::new(Limit::Subject, expected, found).fix(
                "map a shorter claim to `google.subject`, one that is unique, never reused and always there",
            ))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
        entries
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect()
    }

    #[test]
    fn audiences() {
        let some = |n: usize, length: usize| {
            (0..n)
                .map(|i| Audience::parse(&format!("{i:0length$}")).unwrap())
                .collect()
        };
        assert_eq!(allowed_audiences(&some(10, 256)), Ok(()));
        assert_eq!(
            allowed_audiences(&some(11, 3)).unwrap_err().to_string(),
            "expected at most 10 audiences for a provider, found 11"
        );
        assert_eq!(
            allowed_audiences(&some(1, 257)).unwrap_err().limit,
            Limit::Audience
        );
    }

    #[test]
    fn mappings() {
        let subject = ("google.subject", "assertion.sub");
        assert_eq!(
            attribute_mapping(&mapping(&[
                subject,
                ("google.groups", "['a']"),
                ("attribute.a_1", "'x'")
            ])),
            Ok(())
        );
        for (entries, says) in [
            (
                vec![("attribute.a", "'x'")],
                "expected a mapping of `google.subject`, found `attribute.a`; write `google.subject = \"assertion.sub\"`",
            ),
            (
                vec![],
                "expected a mapping of `google.subject`, found an empty string",
            ),
            (
                vec![subject, ("attribute.A", "'x'")],
                "expected `google.subject`, `google.groups` or `attribute.NAME` with a name of `[a-z0-9_]`, found `attribute.A`",
            ),
            (
                vec![subject, ("google.other", "'x'")],
                "expected `google.subject`, ",
            ),
            (
                vec![("google.subject", "assertion.")],
                "expected an expression of CEL of at most 2048 characters for `google.subject`, found `assertion.`; line 1, column 11: ",
            ),
        ] {
            let error = attribute_mapping(&mapping(&entries)).unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
        let long = format!("attribute.{}", "a".repeat(91));
        assert_eq!(
            attribute_mapping(&mapping(&[subject, (&long, "'x'")]))
                .unwrap_err()
                .limit,
            Limit::MappingKey
        );
        let much = format!("'{}'", "a".repeat(2_047));
        assert_eq!(
            attribute_mapping(&mapping(&[("google.subject", &much)]))
                .unwrap_err()
                .limit,
            Limit::MappingExpression
        );
        let names: Vec<String> = (0..51).map(|n| format!("attribute.a{n}")).collect();
        let mut many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "'x'")).collect();
        many.push(subject);
        assert_eq!(
            attribute_mapping(&mapping(&many)).unwrap_err().to_string(),
            "expected at most 50 attributes, found 51"
        );
    }

    #[test]
    fn conditions() {
        let plain = IssuerUrl::parse("https://issuer.example").unwrap();
        let shared = IssuerUrl::parse("https://gitlab.com").unwrap();
        for (condition, of_shared) in [
            ("", false),
            ("true", false),
            ("'a' == 'a'", false),
            ("assertion.namespace_id == '1'", true),
            ("attribute.x == '1' || true", true),
            ("has(assertion.x)", true),
            ("assertion['x'] == '1'", true),
        ] {
            assert_eq!(attribute_condition(condition, &plain), Ok(()));
            assert_eq!(
                attribute_condition(condition, &shared).is_ok(),
                of_shared,
                "{condition}"
            );
        }
        assert_eq!(
            attribute_condition("true", &shared).unwrap_err().to_string(),
            "expected a condition that looks at a claim, since everybody shares the issuer `https://gitlab.com`, found `true`"
        );
        let long = format!("assertion.sub == '{}'", "x".repeat(4_096));
        assert_eq!(
            attribute_condition(&long, &plain).unwrap_err().limit,
            Limit::Condition
        );
    }

    #[test]
    fn subjects() {
        let plain = mapping(&[("google.subject", "assertion.sub")]);
        assert_eq!(subject_length(&plain, &"s".repeat(127)), Ok(()));
        let error = subject_length(&plain, &"s".repeat(128)).unwrap_err().to_string();
        assert!(
            error.contains("which gives 128 bytes; map a shorter claim"),
            "{error}"
        );
        let prefixed = mapping(&[("google.subject", "'acme:' + assertion.sub")]);
        assert!(subject_length(&prefixed, &"s".repeat(123)).is_err());
        let other = mapping(&[("google.subject", "assertion.repository_id")]);
        assert_eq!(subject_length(&other, &"s".repeat(300)), Ok(()));
    }
}
