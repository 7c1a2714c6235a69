//! Comparing policies by what they say.

use std::collections::BTreeSet;

use super::super::arn::AccountId;
use super::super::partition::Partition;
use super::{
    Actions, Condition, PolicyDocument, PrincipalKind, PrincipalSet, Principals, Resources, Statement,
};

/// Whether two policies say the same: a list of one equals the bare value; order, repetition and white space mean nothing;
/// letter case means nothing in names of actions and condition keys; ids of document and statements mean nothing.
///
/// INVARIANT: `true` is never wrong. `false` only says that the two are written in ways this comparison does not see
/// through (`a*` and `a**`, two statements that could be one).
pub fn means_same(a: &PolicyDocument, b: &PolicyDocument) -> bool {
    let variables_agree =
        a.has_variables() == b.has_variables() || !(mentions_variables(a) || mentions_variables(b));
    variables_agree && statements(a) == statements(b)
}

fn mentions_variables(document: &PolicyDocument) -> bool {
    document.to_json().contains("${")
}

/// `None`: everyone.
type Who = Option<BTreeSet<(PrincipalKind, String)>>;

/// A statement with everything that has no meaning taken away.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    effect: super::Effect,
    principals: Option<(bool, Who)>,
    actions: (bool, BTreeSet<String>),
    resources: Option<(bool, BTreeSet<String>)>,
    conditions: BTreeSet<(String, String, BTreeSet<String>)>,
}

fn statements(document: &PolicyDocument) -> BTreeSet<Said> {
    document.statements.iter().map(said).collect()
}

fn said(statement: &Statement) -> Said {
    let set = |values: &[String]| values.iter().cloned().collect::<BTreeSet<_>>();
    let lower = |values: &[String]| values.iter().map(|v| v.to_ascii_lowercase()).collect();
    Said {
        effect: statement.effect,
        principals: statement.principals.as_ref().map(|principals| match principals {
            Principals::Principal(who) => (true, listed(who)),
            Principals::NotPrincipal(who) => (false, listed(who)),
        }),
        actions: match &statement.actions {
            Actions::Action(names) => (true, lower(names)),
            Actions::NotAction(names) => (false, lower(names)),
        },
        resources: statement.resources.as_ref().map(|resources| match resources {
            Resources::Resource(names) => (true, set(names)),
            Resources::NotResource(names) => (false, set(names)),
        }),
        conditions: statement.conditions.iter().map(condition).collect(),
    }
}

fn listed(who: &PrincipalSet) -> Who {
    match who {
        PrincipalSet::Everyone => None,
        PrincipalSet::Listed(lists) => Some(
            lists
                .iter()
                .flat_map(|(kind, names)| names.iter().map(|name| (*kind, principal(*kind, name))))
                .collect(),
        ),
    }
}

/// IAM stores a bare account id as the ARN of the account's root; within one partition the two are the same.
fn principal(kind: PrincipalKind, name: &str) -> String {
    let account = name
        .strip_suffix(":root")
        .and_then(|rest| rest.strip_prefix("arn:"))
        .and_then(|rest| rest.split_once(":iam::"))
        .filter(|(partition, _)| Partition::from_id(partition).is_some())
        .filter(|(_, account)| AccountId::parse(account).is_ok());
    match account {
        Some((_, account)) if kind == PrincipalKind::Aws => account.to_owned(),
        _ => name.to_owned(),
    }
}

fn condition(condition: &Condition) -> (String, String, BTreeSet<String>) {
    (
        condition.operator.to_string(),
        condition.key.as_str().to_ascii_lowercase(),
        condition.values.iter().cloned().collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        let read = |body: &str| {
            PolicyDocument::parse(&format!(r#"{{"Version":"2012-10-17","Statement":[{body}]}}"#)).unwrap()
        };
        means_same(&read(a), &read(b))
    }

    const BASE: &str = r#"{"Effect":"Allow","Principal":{"Federated":"p"},"Action":"sts:AssumeRoleWithWebIdentity",
        "Condition":{"StringEquals":{"h:sub":["a","b"],"h:aud":"x"}}}"#;

    #[test]
    fn what_does_not_matter() {
        for other in [
            r#"{"Condition":{"StringEquals":{"H:Aud":["x"],"h:SUB":["b","a","b"]}},"Action":["STS:assumerolewithwebidentity"],
                "Principal":{"Federated":["p"]},"Effect":"Allow","Sid":"Named"}"#,
            &format!("{BASE},{BASE}"),
        ] {
            assert!(same(BASE, other), "{other}");
        }
        let account = r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"a:b"}"#;
        assert!(same(
            account,
            &account.replace("111122223333", "arn:aws:iam::111122223333:root")
        ));
    }

    #[test]
    fn what_matters() {
        for (from, to) in [
            ("Allow", "Deny"),
            (r#""p""#, r#""P""#),
            ("WithWebIdentity", "WithSAML"),
            (r#""a""#, r#""A""#),
            (r#""x""#, r#"["x","y"]"#),
            ("StringEquals", "StringLike"),
            ("StringEquals", "StringEqualsIfExists"),
            ("h:aud", "h/:aud"),
            (r#""Action""#, r#""NotAction""#),
            (r#""Principal""#, r#""NotPrincipal""#),
        ] {
            let other = BASE.replace(from, to);
            assert_ne!(other, BASE);
            assert!(!same(BASE, &other), "{to}");
        }
    }

    #[test]
    fn the_version_matters_only_with_variables() {
        let read = |version: &str, value: &str| {
            PolicyDocument::parse(&format!(
                r#"{{"Version":"{version}","Statement":[{{"Effect":"Allow","Action":"a:b","Resource":"{value}"}}]}}"#
            ))
            .unwrap()
        };
        assert!(means_same(&read("2012-10-17", "r"), &read("2008-10-17", "r")));
        assert!(!means_same(
            &read("2012-10-17", "${aws:x}"),
            &read("2008-10-17", "${aws:x}")
        ));
    }
}
