//! Policy documents as IAM stores them with a role.

use std::collections::BTreeMap;

use super::super::condition_keys::is_built_in;
use super::super::policy::{
    PolicyDocument, PrincipalKind, PrincipalSet, Principals, Statement, length_without_white_space,
};
use super::error::{Limit, LimitError, unread};
use crate::trust::quoted;

/// Characters without white space that a trust policy may have in every account.
const TRUST_DEFAULT: usize = 2048;
/// And in one whose quota was raised as far as it goes.
const TRUST_MAXIMUM: usize = 8192;
/// Of all inline policies of a role together.
const INLINE_AGGREGATE: usize = 10_240;

/// How long a trust policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustPolicyLength {
    Fits,
    /// Only in accounts whose quota L-C07B4B0D was raised. Holds the length.
    NeedsRaisedQuota(usize),
}

/// Checks that a text is a trust policy that IAM would store, apart from the controls for shared issuers (`gate`).
///
/// # Errors
/// What IAM would answer `MalformedPolicyDocument` or `LimitExceeded` to.
pub fn trust_policy(text: &str) -> Result<(PolicyDocument, TrustPolicyLength), LimitError> {
    let document = document(text, Limit::TrustPolicy)?;
    for (at, statement) in document.statements.iter().enumerate() {
        trust_statement(statement, at)?;
    }
    let length = length_without_white_space(text);
    if length > TRUST_MAXIMUM {
        let expected = format!("a trust policy of at most {TRUST_MAXIMUM} characters without white space");
        return Err(
            LimitError::new(Limit::TrustPolicyLength, expected, length.to_string())
                .fix("use patterns in place of long lists of subjects, or several roles"),
        );
    }
    let fits = match length {
        0..=TRUST_DEFAULT => TrustPolicyLength::Fits,
        longer => TrustPolicyLength::NeedsRaisedQuota(longer),
    };
    Ok((document, fits))
}

/// Checks that a text is an inline policy that IAM would store.
///
/// # Errors
/// What IAM would answer `MalformedPolicyDocument` to.
pub fn inline_policy(text: &str) -> Result<PolicyDocument, LimitError> {
    let document = document(text, Limit::InlinePolicy)?;
    for (at, statement) in document.statements.iter().enumerate() {
        let wrong = |expected: &str, found: &str| {
            let found = format!("{found} in statement {}", at + 1);
            LimitError::new(Limit::InlinePolicy, expected, found)
        };
        if statement.principals.is_some() {
            return Err(wrong(
                "a policy without principals: the role is the principal",
                "one",
            ));
        }
        if statement.resources.is_none() {
            return Err(wrong("`Resource` or `NotResource`", "neither"));
        }
    }
    Ok(document)
}

/// Checks all inline policies of a role, by name: their own form, and the length of all together.
///
/// # Errors
/// The first that is none with its name, or too many characters.
pub fn inline_policies(policies: &BTreeMap<String, String>) -> Result<(), (Option<String>, LimitError)> {
    let mut length = 0;
    for (name, text) in policies {
        super::inline_policy_name(name).map_err(|e| (Some(name.clone()), e))?;
        inline_policy(text).map_err(|e| (Some(name.clone()), e))?;
        length += length_without_white_space(text);
    }
    if length > INLINE_AGGREGATE {
        let expected =
            format!("inline policies of at most {INLINE_AGGREGATE} characters together, without white space");
        let error = LimitError::new(Limit::InlinePolicyLength, expected, length.to_string());
        return Err((None, error.fix("move some of them to managed policies")));
    }
    Ok(())
}

fn document(text: &str, limit: Limit) -> Result<PolicyDocument, LimitError> {
    let fits = |c: char| matches!(c, '\t' | '\n' | '\r') || ('\u{20}'..='\u{ff}').contains(&c);
    if let Some(c) = text.chars().find(|c| !fits(*c)) {
        let expected = "a policy of Latin-1 characters, which is all that IAM stores";
        return Err(LimitError::new(
            limit,
            expected,
            format!("`{}`", c.escape_default()),
        ));
    }
    let document = PolicyDocument::parse(text).map_err(|e| unread(limit, &e))?;
    if document.statements.is_empty() {
        return Err(LimitError::new(limit, "at least one statement", "none"));
    }
    for statement in &document.statements {
        if let Some(sid) = &statement.sid
            && !sid.chars().all(|c| c.is_ascii_alphanumeric())
        {
            return Err(LimitError::new(
                limit,
                "a `Sid` of letters and digits",
                quoted(sid),
            ));
        }
    }
    Ok(document)
}

fn trust_statement(statement: &Statement, at: usize) -> Result<(), LimitError> {
    let wrong = |expected: &str, found: String| {
        let found = format!("{found} in statement {}", at + 1);
        LimitError::new(Limit::TrustPolicy, expected, found)
    };
    if statement.resources.is_some() {
        return Err(wrong(
            "a trust policy without `Resource` and `NotResource`: the role is the resource",
            "one".to_owned(),
        ));
    }
    let set = match &statement.principals {
        Some(Principals::Principal(set)) => set,
        Some(Principals::NotPrincipal(_)) => return Err(wrong("`Principal`", "`NotPrincipal`".to_owned())),
        None => return Err(wrong("`Principal`", "none".to_owned())),
    };
    if *set == PrincipalSet::Everyone {
        return Err(wrong(
            "a principal with its kind (`AWS`, `Federated` …)",
            "`\"*\"`".to_owned(),
        ));
    }
    let names = statement.actions.names().iter();
    if let Some(action) = names.clone().find(|name| !is_of_sts(name)) {
        return Err(wrong("actions of `sts`", quoted(action)));
    }
    let federated = set.of(PrincipalKind::Federated).iter();
    match federated.clone().find(|name| !is_federated(name)) {
        Some(name) => Err(wrong(
            "the ARN of an OIDC or SAML provider, or a built-in provider's host, as federated principal",
            quoted(name),
        )),
        None => Ok(()),
    }
}

fn is_of_sts(action: &str) -> bool {
    action == "*"
        || action
            .split_once(':')
            .is_some_and(|(service, _)| service.eq_ignore_ascii_case("sts"))
}

fn is_federated(name: &str) -> bool {
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, resource] => {
            let of_provider = ["oidc-provider/", "saml-provider/"]
                .iter()
                .any(|kind| resource.strip_prefix(kind).is_some_and(|rest| !rest.is_empty()));
            of_provider && !resource.contains("://") && account.len() == 12
        }
        _ => is_built_in(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"A1","Effect":"Allow",
        "Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/h.example"},
        "Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"h.example:sub":"x"}}}]}"#;

    #[test]
    fn trust_policies() {
        assert_eq!(trust_policy(TRUST).unwrap().1, TrustPolicyLength::Fits);
        for (from, to, expected) in [
            (r#""Version""#, r#""Versions""#, "expected `Version`"),
            (
                r#""Effect":"Allow","#,
                "",
                "expected `Allow` or `Deny` at `/Statement/0/Effect`, found no member `Effect`",
            ),
            ("A1", "A 1", "expected a `Sid` of letters and digits, found `A 1`"),
            (
                "oidc-provider/h",
                "oidc-provider/https://h",
                "expected the ARN of an OIDC or SAML provider",
            ),
            (
                "arn:aws:iam::111122223333:oidc-provider/h.example",
                "h.example",
                "expected the ARN of an OIDC or SAML provider",
            ),
            (
                r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/h.example"}"#,
                r#""*""#,
                "expected a principal with its kind",
            ),
            (
                r#""Principal""#,
                r#""NotPrincipal""#,
                "expected `Principal`, found `NotPrincipal` in statement 1",
            ),
            (
                r#""Action":"#,
                r#""Resource":"*","Action":"#,
                "expected a trust policy without `Resource`",
            ),
            ("sts:Assume", "s3:Assume", "expected actions of `sts`"),
            (
                r#""x""#,
                "\"\u{4e2d}\"",
                "expected a policy of Latin-1 characters",
            ),
        ] {
            let text = TRUST.replacen(from, to, 1);
            assert_ne!(text, TRUST, "{from}");
            let found = trust_policy(&text).unwrap_err().to_string();
            assert!(found.starts_with(expected) || from.contains("Version"), "{found}");
        }
        assert!(trust_policy(r#"{"Statement":[]}"#).is_err());
        assert!(
            trust_policy(&TRUST.replace(
                "arn:aws:iam::111122223333:oidc-provider/h.example",
                "accounts.google.com"
            ))
            .is_ok()
        );
    }

    #[test]
    fn lengths() {
        let long = |n: usize| TRUST.replace(r#""x""#, &format!("\"{}\"", "x".repeat(n)));
        let base = length_without_white_space(TRUST) - 1;
        assert_eq!(
            trust_policy(&long(2048 - base)).unwrap().1,
            TrustPolicyLength::Fits
        );
        assert_eq!(
            trust_policy(&long(2049 - base)).unwrap().1,
            TrustPolicyLength::NeedsRaisedQuota(2049)
        );
        assert!(trust_policy(&long(8192 - base)).is_ok());
        assert_eq!(
            trust_policy(&long(8193 - base)).unwrap_err().limit,
            Limit::TrustPolicyLength
        );
    }

    #[test]
    fn inline() {
        let good =
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
        assert!(inline_policy(good).is_ok());
        for bad in [
            "",
            "{}",
            r#"{"Statement":{"Effect":"Allow","Action":"s3:*"}}"#,
            r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"}}"#,
        ] {
            assert!(inline_policy(bad).is_err(), "{bad}");
        }
        let many = |n: usize| {
            (0..n)
                .map(|i| (format!("p{i}"), good.to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        let fitting = 10_240 / length_without_white_space(good);
        assert!(inline_policies(&many(fitting)).is_ok());
        let (name, error) = inline_policies(&many(fitting + 1)).unwrap_err();
        assert_eq!((name, error.limit), (None, Limit::InlinePolicyLength));
        let named = BTreeMap::from([("p".to_owned(), "x".to_owned())]);
        assert_eq!(inline_policies(&named).unwrap_err().0.as_deref(), Some("p"));
    }
}
