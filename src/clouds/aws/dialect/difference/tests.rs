//! Changes of trust policies, and tokens about which the two policies differ.

use super::*;

const GITHUB: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";

fn policy(statements: &[String]) -> PolicyDocument {
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
        statements.join(",")
    )
    .replace("PROVIDER", GITHUB)
    .replace("GH:", "token.actions.githubusercontent.com:");
    PolicyDocument::parse(&text).unwrap()
}

fn allow(condition: &str) -> String {
    format!(
        r#"{{"Effect":"Allow","Principal":{{"Federated":"PROVIDER"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{condition}}}"#
    )
}

fn deny(condition: &str) -> String {
    allow(condition).replace("Allow", "Deny")
}

fn subject(claims: Option<Claims>) -> Option<String> {
    claims.map(|claims| claims.text("sub").unwrap_or_default().to_owned())
}

fn differs(before: &[String], after: &[String]) -> (Option<String>, Option<String>) {
    let found = difference(&policy(before), &policy(after));
    (subject(found.admits), subject(found.refuses))
}

const MAIN: &str = r#"{"StringEquals":{"GH:aud":"a","GH:sub":"repo:acme/api:ref:refs/heads/main"}}"#;

#[test]
fn a_subject_more_and_one_less() {
    let two =
        r#"{"StringEquals":{"GH:aud":"a","GH:sub":["repo:acme/api:ref:refs/heads/main","repo:acme/web:x"]}}"#;
    let more = (Some("repo:acme/web:x".to_owned()), None);
    assert_eq!(differs(&[allow(MAIN)], &[allow(two)]), more);
    assert_eq!(differs(&[allow(two)], &[allow(MAIN)]), (more.1, more.0));
    assert_eq!(differs(&[allow(two)], &[allow(two)]), (None, None));
}

#[test]
fn every_way_to_widen_is_seen() {
    let like = |pattern: &str| {
        allow(&format!(
            r#"{{"StringEquals":{{"GH:aud":"a"}},"StringLike":{{"GH:sub":"{pattern}"}}}}"#
        ))
    };
    let plain = allow(r#"{"StringLike":{"GH:sub":"repo:acme/*"}}"#);
    let wide = like("repo:acme/*");
    let repository =
        r#"{"StringEquals":{"GH:aud":"a","GH:repository_id":"1"},"StringLike":{"GH:sub":"repo:acme/*"}}"#;
    let two_claims = |subjects: &str, refs: &str| {
        allow(&format!(
            r#"{{"StringEquals":{{"GH:sub":{subjects},"GH:ref":{refs}}}}}"#
        ))
    };
    let widened: [(Vec<String>, Vec<String>); 9] = [
        (vec![allow(MAIN)], vec![like("repo:acme/api:*")]),
        (vec![like("repo:acme/api*")], vec![wide.clone()]),
        // a condition less
        (vec![wide.clone()], vec![plain]),
        (vec![allow(repository)], vec![wide.clone()]),
        // a denial less
        (
            vec![
                wide.clone(),
                deny(r#"{"StringLike":{"GH:sub":"*:pull_request"}}"#),
            ],
            vec![wide.clone()],
        ),
        // an exception less
        (
            vec![allow(
                r#"{"StringEquals":{"GH:aud":"a"},"StringLike":{"GH:sub":"repo:acme/*"},"StringNotLike":{"GH:sub":"*:pull_request"}}"#,
            )],
            vec![wide.clone()],
        ),
        (
            vec![allow(MAIN)],
            vec![allow(&MAIN.replace(
                r#","GH:sub":"#,
                r#"},"StringEqualsIgnoreCase":{"GH:sub":"#,
            ))],
        ),
        // only one combination of values is new
        (
            vec![
                two_claims(r#""x""#, r#"["m","d"]"#),
                two_claims(r#""y""#, r#""m""#),
            ],
            vec![two_claims(r#"["x","y"]"#, r#"["m","d"]"#)],
        ),
        // another issuer
        (
            vec![allow(MAIN)],
            vec![allow(MAIN), {
                let gitlab =
                    r#"{"StringEquals":{"gitlab.com:sub":"project_path:a/b:ref_type:branch:ref:main"}}"#;
                allow(gitlab).replace("PROVIDER", "arn:aws:iam::111122223333:oidc-provider/gitlab.com")
            }],
        ),
    ];
    for (before, after) in widened {
        let (admits, refuses) = differs(&before, &after);
        assert!(admits.is_some(), "{before:?} {after:?}");
        assert_eq!(refuses, None, "{before:?} {after:?}");
        let (admits, refuses) = differs(&after, &before);
        assert!(refuses.is_some() && admits.is_none(), "{before:?} {after:?}");
    }
}

/// The same words in another order, and values that another one covers already.
#[test]
fn another_spelling_is_no_difference() {
    let two =
        allow(r#"{"StringLike":{"GH:sub":["repo:acme/*","repo:acme/api:*"]},"StringEquals":{"GH:aud":"a"}}"#);
    let one = allow(r#"{"StringEquals":{"GH:aud":"a"},"StringLike":{"GH:sub":"repo:acme/*"}}"#);
    assert_eq!(differs(std::slice::from_ref(&two), &[one]), (None, None));
    assert_eq!(differs(&[two.clone(), two.clone()], &[two]), (None, None));
}

/// A condition that is not about the token decides nothing here, and its removal is not nobody.
#[test]
fn what_cannot_be_told_is_said() {
    let bound = allow(r#"{"StringEquals":{"GH:sub":"x"},"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#);
    let free = allow(r#"{"StringEquals":{"GH:sub":"x"}}"#);
    let found = difference(
        &policy(std::slice::from_ref(&bound)),
        &policy(std::slice::from_ref(&free)),
    );
    assert!(found.may_admit && found.admits.is_none(), "{found:?}");
    let same = difference(
        &policy(std::slice::from_ref(&free)),
        &policy(std::slice::from_ref(&free)),
    );
    assert_eq!(same, Difference::default());
    // whoever asks chooses the name of the session: it decides nothing about who may come
    let named = allow(r#"{"StringEquals":{"GH:sub":"x","sts:RoleSessionName":"deploy"}}"#);
    let wider = allow(r#"{"StringEquals":{"GH:sub":["x","y"],"sts:RoleSessionName":"deploy"}}"#);
    assert_eq!(differs(&[named], &[wider]), (Some("y".to_owned()), None));
}
