//! What a role is, together with whom it trusts.

use super::super::documents::RoleDocument;
use super::super::escape::read_wildcard;
use super::super::policy::{Effect, PolicyDocument, Statement, Test as Operator};
use super::branches::providers;
use super::lint;
use crate::lint::{Class, IssuerFacts, Rule};
use crate::trust::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "long-credentials",
    title: "Credentials that live long, or may do anything",
    class: Class::Hygiene,
    meaning: "Whoever gets hold of credentials can use them until they end: for hours, or with the rights of an administrator behind a trust with a wildcard.",
    fix: "keep to one hour (`max_session_duration = 3600`), and let exact subjects only have a role that may do anything",
};

/// Seconds: what a session has when nobody asks for more.
const ONE_HOUR: u64 = 3600;

/// What [`lint`] finds in the trust policy of a role, and what the role adds to it: how long its credentials live, and what its
/// policies allow, as far as the document shows them.
pub fn lint_role(role: &RoleDocument, facts: &dyn Fn(&str) -> IssuerFacts) -> Vec<Finding> {
    let mut findings = lint(&role.trust_policy, facts);
    findings.extend(lint_rights(
        &role.trust_policy,
        role.max_session_duration,
        role.is_administrator,
    ));
    crate::lint::sorted(findings)
}

/// What is to be said of a role that may do anything, or whose credentials live for more than an hour (in seconds), behind a
/// trust policy.
pub fn lint_rights(
    policy: &PolicyDocument,
    max_session_duration: Option<u64>,
    is_administrator: bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let statements = policy.statements.iter();
    let of_tokens: Vec<&Statement> = statements
        .filter(|s| s.effect == Effect::Allow && !providers(s).is_empty())
        .collect();
    if of_tokens.is_empty() {
        return findings;
    }
    let found = |value: String, message: String| Finding {
        rule: RULE.id,
        severity: Severity::Info,
        message,
        fix: RULE.fix.to_owned(),
        witness: None,
        value: Some(value),
        accepted: None,
    };
    if let Some(seconds) = max_session_duration.filter(|seconds| *seconds > ONE_HOUR) {
        findings.push(found(
            seconds.to_string(),
            format!("credentials of this role may live for {seconds} seconds"),
        ));
    }
    let pattern = of_tokens.iter().find_map(|statement| wildcard(statement));
    if let Some(pattern) = pattern.filter(|_| is_administrator) {
        let message = format!("`{pattern}` lets several workloads have a role that may do anything");
        findings.push(found(pattern.to_owned(), message));
    }
    findings
}

/// The first pattern with a wildcard that a claim of a token is tested with.
fn wildcard(statement: &Statement) -> Option<&str> {
    let urls: Vec<String> = providers(statement).into_iter().map(|p| p.url).collect();
    let mut patterns: Vec<&str> = statement
        .conditions
        .iter()
        .filter(|c| c.operator.test == Operator::StringLike)
        .filter(|c| urls.iter().any(|url| c.key.claim_of(url).is_some()))
        .flat_map(|c| &c.values)
        .filter(|value| read_wildcard(value).is_none_or(|glob| glob.as_literal().is_none()))
        .map(String::as_str)
        .collect();
    patterns.sort_unstable();
    patterns.first().copied()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "token.actions.githubusercontent.com";

    fn found(operator: &str, subject: &str, role: Value) -> Vec<String> {
        let mut document = role;
        document["AssumeRolePolicyDocument"] = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
            "Principal": {"Federated": format!("arn:aws:iam::111122223333:oidc-provider/{ISSUER}")},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {format!("{ISSUER}:aud"): "sts.amazonaws.com"}, operator: {format!("{ISSUER}:sub"): subject}}}});
        let role = RoleDocument::from_value(&document).unwrap();
        let findings = lint_role(&role, &IssuerFacts::of).into_iter();
        findings
            .filter(|f| f.rule == RULE.id)
            .map(|f| f.value.unwrap())
            .collect()
    }

    #[test]
    fn hours_and_administrators() {
        let exact = "repo:acme@1/api@2:environment:prod";
        let arn = "arn:aws:iam::aws:policy/AdministratorAccess";
        assert_eq!(
            found("StringLike", exact, json!({"MaxSessionDuration": 3600})),
            [""; 0]
        );
        assert_eq!(
            found("StringLike", exact, json!({"MaxSessionDuration": 3601})),
            ["3601"]
        );
        let everything = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        let reading = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}});
        for (role, is_administrator) in [
            (json!({"AttachedManagedPolicies": [{"PolicyArn": arn}]}), true),
            (json!({"managed_policy_arns": [arn]}), true),
            (
                json!({"managed_policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}),
                false,
            ),
            (
                json!({"RolePolicyList": [{"PolicyName": "all", "PolicyDocument": everything}]}),
                true,
            ),
            (
                json!({"inline_policy": [{"name": "all", "policy": everything.to_string()}]}),
                true,
            ),
            (
                json!({"inline_policy": [{"name": "some", "policy": reading.to_string()}]}),
                false,
            ),
        ] {
            let wide = found("StringLike", "repo:acme/api:*", role.clone());
            let expected: &[&str] = if is_administrator {
                &["repo:acme/api:*"]
            } else {
                &[]
            };
            assert_eq!(wide, expected, "{role}");
            assert_eq!(found("StringLike", exact, role.clone()), [""; 0], "{role}");
            assert_eq!(
                found("StringEquals", "repo:acme/api:*", role.clone()),
                [""; 0],
                "{role}"
            );
        }
    }
}
