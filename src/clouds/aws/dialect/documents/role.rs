//! A role with its trust policy, or the policy alone.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::super::arn::RoleArn;
use super::super::policy::PolicyDocument;
use super::{Members, one_of, text, wrong};
use crate::trust::DocumentError;
use crate::trust::document;

/// What a document says about a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleDocument {
    pub trust_policy: PolicyDocument,
    /// `None` for a policy alone.
    pub arn: Option<RoleArn>,
    /// Seconds.
    pub max_session_duration: Option<u64>,
    /// Whether a policy that the document shows lets the role do anything.
    pub is_administrator: bool,
}

const POLICY: [&str; 2] = ["AssumeRolePolicyDocument", "assume_role_policy"];

impl RoleDocument {
    /// Reads a trust policy, what `aws iam get-role` prints, or the attributes that Terraform shows of a role.
    ///
    /// # Errors
    /// What is wrong, with a JSON pointer into the document.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        Self::from_value(&document::parse(text)?)
    }

    /// The same from a document that was parsed already, duplicate members refused.
    ///
    /// # Errors
    /// As [`RoleDocument::parse`].
    pub fn from_value(value: &Value) -> Result<Self, DocumentError> {
        let (members, at) = match value {
            Value::Object(outer) => match outer.get("Role") {
                Some(Value::Object(role)) => (role, "/Role"),
                Some(other) => return Err(wrong("/Role", "a role (an object)", Some(other))),
                None => (outer, ""),
            },
            other => return Err(wrong("", "a trust policy or a role (an object)", Some(other))),
        };
        match one_of(members, at, &POLICY) {
            Some((pointer, policy)) => Self::of_role(members, at, trust_policy(policy, &pointer)?),
            None if at.is_empty() => Ok(Self {
                trust_policy: trust_policy(value, "")?,
                arn: None,
                max_session_duration: None,
                is_administrator: false,
            }),
            None => Err(wrong(
                "/Role/AssumeRolePolicyDocument",
                "the trust policy of the role",
                None,
            )),
        }
    }

    /// Whether a document looks like one of those that are read here.
    pub fn recognises(value: &Value) -> bool {
        let has = |name: &&str| value.get(*name).is_some();
        ["Statement", "Role"].iter().chain(&POLICY).any(has)
    }

    fn of_role(members: &Members, at: &str, trust_policy: PolicyDocument) -> Result<Self, DocumentError> {
        let arn = text(members, at, &["Arn", "arn"])?
            .map(RoleArn::parse)
            .transpose();
        let arn =
            arn.map_err(|e| DocumentError::new(&format!("{at}/Arn"), "the ARN of a role", e.to_string()))?;
        let duration = one_of(members, at, &["MaxSessionDuration", "max_session_duration"]);
        let max_session_duration = match duration {
            None => None,
            Some((pointer, value)) => match value.as_u64() {
                Some(seconds) => Some(seconds),
                None => return Err(wrong(&pointer, "a number of seconds", Some(value))),
            },
        };
        Ok(Self {
            trust_policy,
            arn,
            max_session_duration,
            is_administrator: is_administrator(members),
        })
    }
}

/// Policies as the account's details show them, and as Terraform does. Shapes that are not known say nothing here.
fn is_administrator(members: &Members) -> bool {
    let lists = |names: [&'static str; 2]| names.into_iter().filter_map(|name| members.get(name)?.as_array());
    let attached = lists(["AttachedManagedPolicies", "managed_policy_arns"]).flatten();
    let arns = attached.filter_map(|policy| policy.get("PolicyArn").unwrap_or(policy).as_str());
    let mut managed = arns.filter(|arn| is_of_administrator(arn));
    let inline = lists(["RolePolicyList", "inline_policy"]).flatten();
    let documents = inline.filter_map(|own| own.get("PolicyDocument").or_else(|| own.get("policy")));
    let mut parsed = documents.filter_map(|document| trust_policy(document, "").ok());
    managed.next().is_some() || parsed.any(|policy| policy.allows_everything())
}

/// Whether a managed policy, by its ARN, is the one of AWS that allows everything.
pub fn is_of_administrator(arn: &str) -> bool {
    arn.ends_with(":iam::aws:policy/AdministratorAccess")
}

/// A policy document as the API has it: percent-encoded (RFC 3986), so that `+` is no space.
///
/// # Errors
/// A text that is not valid UTF-8 once decoded.
pub fn decode(text: &str) -> Result<String, std::str::Utf8Error> {
    percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
}

/// As an object, as JSON in a text, or as the API has it, percent-encoded (RFC 3986).
fn trust_policy(value: &Value, pointer: &str) -> Result<PolicyDocument, DocumentError> {
    let text = match value {
        Value::String(text) if text.starts_with('%') => {
            decode(text).map_err(|e| DocumentError::new(pointer, "UTF-8, percent-encoded", e.to_string()))?
        }
        Value::String(text) => text.clone(),
        object => object.to_string(),
    };
    PolicyDocument::parse(&text)
        .map_err(|e| DocumentError::new(&format!("{pointer}{}", e.pointer), e.expected, e.found))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy() -> Value {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:x": "a+b c"}}}]})
    }

    /// Whoever encodes less than IAM does loses nothing: no `+` becomes a space, no `&` or `=` ends the text.
    #[test]
    fn encoded_by_halves() {
        let plain = policy().to_string().replace("a+b c", "a+b=c&d");
        let half = plain.replace('{', "%7B").replace('"', "%22");
        let role = RoleDocument::from_value(&json!({"AssumeRolePolicyDocument": half})).unwrap();
        assert_eq!(role.trust_policy, PolicyDocument::parse(&plain).unwrap());
    }

    #[test]
    fn every_shape_says_the_same() {
        let arn = "arn:aws:iam::111122223333:role/deploy";
        let plain = policy().to_string();
        let encoded = format!(
            "%7B{}",
            plain[1..]
                .replace('"', "%22")
                .replace('+', "%2B")
                .replace(' ', "%20")
        );
        let expected = PolicyDocument::parse(&plain).unwrap();
        for (document, named) in [
            (policy(), false),
            (
                json!({"Role": {"Arn": arn, "AssumeRolePolicyDocument": policy(), "MaxSessionDuration": 3600}}),
                true,
            ),
            (
                json!({"Arn": arn, "AssumeRolePolicyDocument": encoded, "MaxSessionDuration": 3600}),
                true,
            ),
            (
                json!({"arn": arn, "assume_role_policy": plain, "max_session_duration": 3600}),
                true,
            ),
        ] {
            assert!(RoleDocument::recognises(&document));
            let role = RoleDocument::parse(&document.to_string()).unwrap();
            assert_eq!(role.trust_policy, expected, "{document}");
            assert_eq!(
                role.arn.map(|arn| arn.to_string()).as_deref(),
                named.then_some(arn)
            );
            assert_eq!(role.max_session_duration, named.then_some(3600));
        }
        assert!(!RoleDocument::recognises(&json!({"issuer": "x"})));
        assert!(!RoleDocument::recognises(&json!([])));
    }

    #[test]
    fn errors_say_where() {
        for (document, error) in [
            (
                json!({"Role": 1}),
                "at `/Role`: expected a role (an object), found the number `1`",
            ),
            (
                json!({"Role": {}}),
                "at `/Role/AssumeRolePolicyDocument`: expected the trust policy of the role, found nothing",
            ),
            (
                json!([]),
                "expected a trust policy or a role (an object), found an empty list",
            ),
            (
                json!({"Statement": [{"Effect": "allow", "Action": "x"}]}),
                "at `/Statement/0/Effect`: expected `Allow` or `Deny`, found `allow`",
            ),
            (
                json!({"Role": {"AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow"}]}}}),
                "at `/Role/AssumeRolePolicyDocument/Statement/0`: expected a member `Action` or `NotAction`, found neither",
            ),
            (
                json!({"AssumeRolePolicyDocument": policy(), "MaxSessionDuration": "x"}),
                "at `/MaxSessionDuration`: expected a number of seconds, found `x`",
            ),
            (
                json!({"AssumeRolePolicyDocument": policy(), "Arn": "x"}),
                "at `/Arn`: expected the ARN of a role, found ",
            ),
        ] {
            let found = RoleDocument::parse(&document.to_string())
                .unwrap_err()
                .to_string();
            assert!(found.starts_with(error), "{found}");
        }
        let found = RoleDocument::parse("{\n  \"Statement\": ]")
            .unwrap_err()
            .to_string();
        assert!(found.contains("line 2 column 16"), "{found}");
    }
}
