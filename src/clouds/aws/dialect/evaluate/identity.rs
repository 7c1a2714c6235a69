//! Identity policies: may a caller call an action on a resource.

use super::super::policy::{PolicyDocument, Resources, Statement, Test};
use super::compare::matches;
use super::context::Context;
use super::statement::rule;
use super::truth::Truth;
use crate::trust::{Decision, Verdict};

/// Whether the identity policies of a caller allow an action on a resource: an allow and no deny in all of them together,
/// and, where there is a permissions boundary, an allow and no deny in it too.
pub fn authorize(
    policies: &[PolicyDocument],
    boundary: Option<&PolicyDocument>,
    action: &str,
    resource: &str,
    context: &Context,
) -> Decision {
    let covers = |document: &PolicyDocument, statement: &Statement| {
        covers_resource(document, statement, resource, context)
    };
    let mut ruling = rule(policies, action, context, covers);
    if let Some(boundary) = boundary
        && ruling.verdict != Verdict::Deny
    {
        let limit = rule(std::slice::from_ref(boundary), action, context, covers);
        ruling.steps.extend(limit.steps);
        ruling.verdict = match (ruling.verdict, limit.verdict) {
            (_, Verdict::Deny) => Verdict::Deny,
            (Verdict::Allow, Verdict::Allow) => Verdict::Allow,
            _ => Verdict::Unknown,
        };
    }
    Decision {
        verdict: ruling.verdict,
        steps: ruling.steps,
    }
}

/// The parts of an ARN are compared each for itself, as in `ArnLike`.
fn covers_resource(
    document: &PolicyDocument,
    statement: &Statement,
    resource: &str,
    context: &Context,
) -> Truth {
    let variables = document.has_variables().then_some(context);
    let any = |names: &[String]| {
        Truth::any(names.iter().map(|name| match (name.as_str(), resource) {
            // An action that has no resource is called on `*`, which only `*` covers.
            (name, "*") => (name == "*").into(),
            (name, resource) => matches(Test::ArnLike, name, resource, variables),
        }))
    };
    match &statement.resources {
        Some(Resources::Resource(names)) => any(names),
        Some(Resources::NotResource(names)) => any(names).negate(),
        None => Truth::False,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(statements: &str) -> PolicyDocument {
        PolicyDocument::parse(&format!(
            r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#
        ))
        .unwrap()
    }

    fn verdict(policies: &[&str], boundary: Option<&str>, action: &str, resource: &str) -> Verdict {
        let policies: Vec<_> = policies.iter().map(|p| policy(p)).collect();
        let boundary = boundary.map(policy);
        let mut context = Context::complete();
        context.set("aws:PrincipalTag/team", "a");
        authorize(&policies, boundary.as_ref(), action, resource, &context).verdict
    }

    const READ: &str = r#"{"Effect":"Allow","Action":["s3:Get*","iam:GetRole"],"Resource":["arn:aws:s3:::b/*","arn:aws:iam::*:role/x"]}"#;

    #[test]
    fn allow_deny_boundary() {
        let object = "arn:aws:s3:::b/k";
        let all = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
        let no_get = r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}"#;
        for (policies, boundary, action, resource, expected) in [
            (vec![READ], None, "s3:GetObject", object, Verdict::Allow),
            (vec![READ], None, "S3:getobject", object, Verdict::Allow),
            (vec![READ], None, "s3:PutObject", object, Verdict::Deny),
            (
                vec![READ],
                None,
                "s3:GetObject",
                "arn:aws:s3:::c/k",
                Verdict::Deny,
            ),
            (
                vec![READ],
                None,
                "iam:GetRole",
                "arn:aws:iam::111122223333:role/x",
                Verdict::Allow,
            ),
            (
                vec![READ],
                None,
                "iam:GetRole",
                "arn:aws:iam::111122223333:role/xy",
                Verdict::Deny,
            ),
            (vec![READ], None, "iam:ListRoles", "*", Verdict::Deny),
            (vec![all], None, "iam:ListRoles", "*", Verdict::Allow),
            (vec![READ, no_get], None, "s3:GetObject", object, Verdict::Deny),
            (vec![], None, "s3:GetObject", object, Verdict::Deny),
            (vec![all], Some(READ), "s3:PutObject", object, Verdict::Deny),
            (vec![all], Some(READ), "s3:GetObject", object, Verdict::Allow),
            (vec![READ], Some(no_get), "s3:GetObject", object, Verdict::Deny),
        ] {
            assert_eq!(
                verdict(&policies, boundary, action, resource),
                expected,
                "{action} {resource}"
            );
        }
    }

    #[test]
    fn negated_elements_and_variables() {
        let others = r#"{"Effect":"Allow","NotAction":"iam:*","NotResource":"arn:aws:s3:::secret/*"}"#;
        assert_eq!(
            verdict(&[others], None, "s3:GetObject", "arn:aws:s3:::b/k"),
            Verdict::Allow
        );
        assert_eq!(
            verdict(&[others], None, "s3:GetObject", "arn:aws:s3:::secret/k"),
            Verdict::Deny
        );
        assert_eq!(
            verdict(&[others], None, "iam:GetRole", "arn:aws:iam::111122223333:role/x"),
            Verdict::Deny
        );
        let own =
            r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team}/*"}"#;
        assert_eq!(
            verdict(&[own], None, "s3:GetObject", "arn:aws:s3:::b/a/k"),
            Verdict::Allow
        );
        assert_eq!(
            verdict(&[own], None, "s3:GetObject", "arn:aws:s3:::b/c/k"),
            Verdict::Deny
        );
    }
}
