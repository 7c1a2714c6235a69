use proptest::prelude::*;
use serde_json::json;

use super::super::trust_strategy::{GITHUB, trust};
use super::*;

fn credential(matching: serde_json::Value) -> Credential {
    let mut document = json!({"name": "n", "issuer": GITHUB, "audiences": ["a"]});
    for (name, value) in matching.as_object().unwrap() {
        document[name] = value.clone();
    }
    Credential::parse(&document.to_string()).unwrap()
}

fn flexible(expression: &str) -> Credential {
    credential(json!({"claimsMatchingExpression": {"value": expression, "languageVersion": 1}}))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn one_branch_reads_back_as_it_was(trust in trust(1)) {
        let Ok(rendered) = render(&trust) else {
            return Err(TestCaseError::reject("too many"));
        };
        prop_assert_eq!(read_back(&rendered).unwrap(), trust);
    }

    #[test]
    fn several_branches_read_back_to_the_same_credentials(trust in trust(4), turn in any::<prop::sample::Index>()) {
        let Ok(mut rendered) = render(&trust) else {
            return Err(TestCaseError::reject("too many"));
        };
        let by = turn.index(rendered.len());
        rendered.rotate_left(by);
        let read = read_back(&rendered).unwrap();
        let sorted = |mut credentials: Vec<Credential>| {
            credentials.sort_by(|a, b| a.name.cmp(&b.name));
            credentials
        };
        prop_assert_eq!(sorted(render(&read).unwrap()), sorted(rendered));
    }
}

#[test]
fn names_and_the_order_of_clauses_do_not_matter() {
    let mut foreign = flexible("claims['repository_id'] eq '7' and claims['sub'] matches 'repo:acme/*'");
    foreign.name = Some("made-by-hand".to_owned());
    foreign.description = Some("x".to_owned());
    let trust = read_back(&[foreign]).unwrap();
    assert_eq!(
        trust.trust.terms[0].subject_patterns,
        BTreeSet::from([Pattern::parse("repo:acme/*").unwrap()])
    );
    assert_eq!(trust.trust.terms[0].claims.len(), 1);
}

#[test]
fn values_that_are_not_every_combination_become_branches() {
    let one = |sub: &str, id: &str| {
        flexible(&format!(
            "claims['sub'] eq '{sub}' and claims['repository_id'] eq '{id}'"
        ))
    };
    let all = [one("a", "1"), one("a", "2"), one("b", "1"), one("b", "2")];
    assert_eq!(read_back(&all).unwrap().trust.terms.len(), 1);
    let some = read_back(&all[..3]).unwrap();
    assert_eq!(some.trust.terms.len(), 2);
    assert_eq!(render(&some).unwrap().len(), 3);
}

#[test]
fn what_the_arguments_cannot_say() {
    let github = |clauses: &str| flexible(&format!("{clauses} and claims['repository_id'] eq '7'"));
    assert!(read_back(&[github("claims['sub'] matches 'a*'")]).is_ok());
    let mut white = credential(json!({"subject": "s"}));
    white.issuer = " https://issuer.example".to_owned();
    for (credential, error) in [
        (
            github("claims['sub'] eq 'a' and claims['sub'] matches 'a*'"),
            "the trust arguments cannot express the credential n: its expression tests `sub` twice",
        ),
        (
            github("claims['sub'] eq 'a''b'"),
            "the trust arguments cannot express the credential n: its expression has a quote in a text",
        ),
        (
            flexible("claims['repository_id'] eq '7'"),
            "the trust arguments cannot express the credential n: its expression does not test `sub`",
        ),
        (
            white,
            "the trust arguments cannot express the credential n: expected an issuer URL without white space",
        ),
        (
            flexible("claims['sub'] matches 'a*'"),
            "the trust arguments would say something else than the credentials do",
        ),
        (
            github("claims['sub'] matches 'abc'").clone(),
            "the trust arguments would say",
        ),
        (
            github("claims['sub'] matches 'a**'"),
            "the trust arguments would say",
        ),
        (
            github("claims['sub'] eq 'a' and claims['actor'] eq 'b'"),
            "the trust arguments would say",
        ),
    ] {
        let found = read_back(&[credential]).unwrap_err().to_string();
        assert!(found.starts_with(error), "{found}");
    }
    assert_eq!(read_back(&[]), Err(ReadBackError::None));
    let mut identity = credential(json!({"subject": "s"}));
    identity.holder = Holder::ManagedIdentity;
    assert_eq!(
        read_back(&[identity, credential(json!({"subject": "t"}))]),
        Err(ReadBackError::SeveralHolders)
    );
}
