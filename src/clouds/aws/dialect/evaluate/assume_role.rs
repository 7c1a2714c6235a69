//! `AssumeRole`: does a role's trust policy let in a caller with an AWS identity.

use super::super::arn::AccountId;
use super::super::policy::PolicyDocument;
use super::context::Context;
use super::principal::{Reach, reaches_aws};
use super::statement::rule;
use crate::trust::{Decision, Verdict};

/// A caller with an AWS identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsPrincipal {
    pub account: AccountId,
    /// Of the user, or of the session (`arn:aws:sts::…:assumed-role/NAME/SESSION`), or of the account's root.
    pub arn: String,
    /// The role a session belongs to.
    pub role_arn: Option<String>,
}

/// The decision of the trust policy alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumeRoleAnswer {
    pub decision: Decision,
    /// A statement that allows it names the caller itself, not only its account. A caller of the role's own account then
    /// needs no permission of its own; any other caller does ([`super::authorize`]).
    pub names_the_caller: bool,
}

impl AwsPrincipal {
    fn names(&self) -> Vec<&str> {
        [Some(self.arn.as_str()), self.role_arn.as_deref()]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// What a role's trust policy says about a caller. `actions` are `sts:AssumeRole` and, when the call has session tags or a
/// source identity, the actions for them. `context` has to hold the keys of the call (`sts:ExternalId` …).
pub fn evaluate_assume_role(
    policy: &PolicyDocument,
    caller: &AwsPrincipal,
    actions: &[&str],
    context: &Context,
) -> AssumeRoleAnswer {
    let names = caller.names();
    let mut steps = Vec::new();
    let mut verdict = Verdict::Allow;
    let mut names_the_caller = true;
    for action in actions {
        let ruling = rule(std::slice::from_ref(policy), action, context, |_, s| {
            reaches_aws(s, &names, &caller.account).truth()
        });
        steps.extend(ruling.steps);
        match (verdict, ruling.verdict) {
            (_, Verdict::Deny) => {
                verdict = Verdict::Deny;
                break;
            }
            (Verdict::Allow, found) => verdict = found,
            _ => {}
        }
        let direct = rule(std::slice::from_ref(policy), action, context, |_, s| {
            (reaches_aws(s, &names, &caller.account) == Reach::Named).into()
        });
        names_the_caller &= direct.verdict == Verdict::Allow;
    }
    AssumeRoleAnswer {
        names_the_caller: names_the_caller && verdict == Verdict::Allow,
        decision: Decision { verdict, steps },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/ci/run";
    const ROLE: &str = "arn:aws:iam::111122223333:role/ci";

    fn ask(statements: &str, actions: &[&str]) -> (Verdict, bool) {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        let policy = PolicyDocument::parse(&text).unwrap();
        let caller = AwsPrincipal {
            account: AccountId::parse("111122223333").unwrap(),
            arn: SESSION.to_owned(),
            role_arn: Some(ROLE.to_owned()),
        };
        let mut context = Context::complete();
        context.set("sts:ExternalId", "x");
        let answer = evaluate_assume_role(&policy, &caller, actions, &context);
        (answer.decision.verdict, answer.names_the_caller)
    }

    fn allow(principal: &str, rest: &str) -> String {
        format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"{rest}}}"#)
    }

    #[test]
    fn principals() {
        for (principal, expected) in [
            (format!(r#"{{"AWS":"{ROLE}"}}"#), (Verdict::Allow, true)),
            (format!(r#"{{"AWS":["x","{SESSION}"]}}"#), (Verdict::Allow, true)),
            (r#"{"AWS":"111122223333"}"#.to_owned(), (Verdict::Allow, false)),
            (
                r#"{"AWS":"arn:aws:iam::111122223333:root"}"#.to_owned(),
                (Verdict::Allow, false),
            ),
            (r#"{"AWS":"*"}"#.to_owned(), (Verdict::Allow, false)),
            (
                r#"{"AWS":"arn:aws:iam::444455556666:root"}"#.to_owned(),
                (Verdict::Deny, false),
            ),
            (
                r#"{"AWS":"arn:aws:iam::111122223333:role/c*"}"#.to_owned(),
                (Verdict::Deny, false),
            ),
            (
                r#"{"Service":"ec2.amazonaws.com"}"#.to_owned(),
                (Verdict::Deny, false),
            ),
            (format!(r#"{{"Federated":"{ROLE}"}}"#), (Verdict::Deny, false)),
        ] {
            assert_eq!(
                ask(&allow(&principal, ""), &["sts:AssumeRole"]),
                expected,
                "{principal}"
            );
        }
    }

    #[test]
    fn conditions_and_denies() {
        let named = format!(r#"{{"AWS":"{ROLE}"}}"#);
        let external = |id: &str| format!(r#","Condition":{{"StringEquals":{{"sts:ExternalId":"{id}"}}}}"#);
        assert_eq!(
            ask(&allow(&named, &external("x")), &["sts:AssumeRole"]),
            (Verdict::Allow, true)
        );
        assert_eq!(
            ask(&allow(&named, &external("y")), &["sts:AssumeRole"]).0,
            Verdict::Deny
        );
        assert_eq!(
            ask(&allow(&named, ""), &["sts:AssumeRole", "sts:TagSession"]).0,
            Verdict::Deny
        );
        let deny = allow(r#"{"AWS":"*"}"#, "").replace("Allow", "Deny");
        let both = format!("{},{deny}", allow(&named, ""));
        assert_eq!(ask(&both, &["sts:AssumeRole"]), (Verdict::Deny, false));
    }
}
