//! Statements that name everybody.

use super::super::evaluate::covers_action;
use super::super::policy::{Effect, PolicyDocument, PrincipalKind, PrincipalSet, Principals, Statement};
use crate::lint::{Class, Rule};
use crate::trust::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "open-principal",
    title: "Everybody is named as principal",
    class: Class::Open,
    meaning: "The statement names no provider and no account: any identity of any AWS account may ask, and only conditions can keep it out.",
    fix: "name the provider (`Principal = { Federated = … }`), or the accounts that are meant",
};

/// What is found of the statements that allow something to everybody.
pub(super) fn check(policy: &PolicyDocument) -> impl Iterator<Item = Finding> {
    policy.statements.iter().filter_map(|statement| {
        let allows = statement.effect == Effect::Allow && is_everybody(statement);
        let (severity, message) = match () {
            () if !allows => return None,
            () if covers_action(statement, "sts:AssumeRole") && statement.conditions.is_empty() => (
                Severity::Critical,
                "any identity of any AWS account may assume the role, for there is no condition",
            ),
            () if covers_action(statement, "sts:AssumeRole") => (
                Severity::Medium,
                "only the conditions, which are not judged here, keep other AWS accounts out",
            ),
            () if covers_action(statement, "sts:AssumeRoleWithWebIdentity") => (
                Severity::Medium,
                "as observed, AWS lets no token in by it, and what it does is written nowhere",
            ),
            () => return None,
        };
        let named = match &statement.principals {
            Some(Principals::NotPrincipal(_)) => "`NotPrincipal` is everybody but those it names",
            _ => "the principal is `*`",
        };
        Some(Finding {
            rule: RULE.id,
            severity,
            message: format!("{named}: {message}"),
            fix: RULE.fix.to_owned(),
            witness: None,
            value: Some("*".to_owned()),
            accepted: None,
        })
    })
}

fn is_everybody(statement: &Statement) -> bool {
    match &statement.principals {
        Some(Principals::Principal(PrincipalSet::Everyone)) => true,
        Some(Principals::Principal(set)) => set.of(PrincipalKind::Aws).iter().any(|name| name == "*"),
        Some(Principals::NotPrincipal(_)) => true,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::lint;
    use super::*;
    use crate::lint::IssuerFacts;

    #[test]
    fn everybody() {
        let found = |principal: Value, action: &str, condition: Value| {
            let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": principal,
                "Action": action, "Condition": condition}});
            let findings = lint(
                &PolicyDocument::parse(&policy.to_string()).unwrap(),
                &IssuerFacts::of,
            );
            findings.iter().map(|f| (f.rule, f.severity)).collect::<Vec<_>>()
        };
        let org = json!({"StringEquals": {"aws:PrincipalOrgID": "o-acme"}});
        for everybody in [
            json!("*"),
            json!({"AWS": "*"}),
            json!({"AWS": ["111122223333", "*"]}),
        ] {
            let all = |action: &str| found(everybody.clone(), action, json!({}));
            assert_eq!(all("sts:AssumeRole"), [(RULE.id, Severity::Critical)]);
            assert_eq!(all("sts:*"), [(RULE.id, Severity::Critical)]);
            assert_eq!(
                all("sts:AssumeRoleWithWebIdentity"),
                [(RULE.id, Severity::Medium)]
            );
            assert_eq!(all("sts:TagSession"), []);
            let narrowed = found(everybody, "sts:AssumeRole", org.clone());
            assert_eq!(narrowed, [(RULE.id, Severity::Medium)]);
        }
        let account = json!({"AWS": "111122223333"});
        assert_eq!(found(account, "sts:AssumeRole", json!({})), []);
    }
}
