use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/issuer.example";

fn role(change: &[(&str, Value)]) -> RoleDocument {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"issuer.example:sub": "s"}}}]});
    let mut role = json!({"Arn": "arn:aws:iam::111122223333:role/deploy", "AssumeRolePolicyDocument": policy, "MaxSessionDuration": 7200});
    for (name, value) in change {
        role[*name] = value.clone();
    }
    RoleDocument::parse(&json!({ "Role": role }).to_string()).unwrap()
}

fn bare() -> RoleDocument {
    RoleDocument {
        arn: None,
        max_session_duration: None,
        ..role(&[])
    }
}

fn provider(client_ids: Option<&[&str]>) -> ProviderDocument {
    ProviderDocument {
        client_ids: client_ids.map(|ids| ids.iter().map(|&id| id.to_owned()).collect::<BTreeSet<_>>()),
        ..ProviderDocument::default()
    }
}

fn claims(change: &[(&str, Value)]) -> Claims {
    let mut claims = Claims::default();
    for (name, value) in [("iss", "https://issuer.example"), ("aud", "a"), ("sub", "s")] {
        claims.insert(name, json!(value));
    }
    for (name, value) in change {
        claims.insert(*name, value.clone());
    }
    claims
}

fn decide(
    role: &RoleDocument,
    provider: &ProviderDocument,
    claims: &Claims,
    duration: Option<u64>,
) -> (Verdict, String) {
    let exchange = OfflineExchange {
        role,
        provider,
        session_name: None,
        duration,
        claims,
    };
    let decision = evaluate_offline(&exchange).unwrap();
    (
        decision.verdict,
        decision
            .refused_by()
            .map(|step| step.name.clone())
            .unwrap_or_default(),
    )
}

#[test]
fn a_role_with_its_provider() {
    let known = provider(Some(&["a"]));
    assert_eq!(decide(&role(&[]), &known, &claims(&[]), None).0, Verdict::Allow);
    assert_eq!(decide(&bare(), &known, &claims(&[]), None).0, Verdict::Allow);
    for (change, step) in [
        (
            ("sub", json!("t")),
            "statement 1 (Allow): StringEquals issuer.example:sub",
        ),
        (("aud", json!("b")), "client ids of the provider"),
        (("iss", json!(1)), "issuer"),
    ] {
        let (verdict, refused) = decide(&role(&[]), &known, &claims(&[change]), None);
        assert_eq!(verdict, Verdict::Deny);
        assert_eq!(refused, step);
    }
    let elsewhere = role(&[("Arn", json!("arn:aws:iam::444455556666:role/deploy"))]);
    assert_eq!(decide(&elsewhere, &known, &claims(&[]), None).0, Verdict::Deny);
    let other = ProviderDocument {
        url: Some("other.example".to_owned()),
        ..known
    };
    assert_eq!(
        decide(&role(&[]), &other, &claims(&[]), None),
        (Verdict::Deny, "issuer".to_owned())
    );
}

#[test]
fn an_unknown_provider_never_admits_and_may_refuse() {
    let unknown = provider(None);
    let found = decide(&role(&[]), &unknown, &claims(&[]), None);
    assert_eq!(found, (Verdict::Unknown, "client ids of the provider".to_owned()));
    for change in [
        ("sub", json!("t")),
        ("aud", json!([])),
        ("iss", json!("https://other.example")),
    ] {
        assert_eq!(
            decide(&role(&[]), &unknown, &claims(&[change]), None).0,
            Verdict::Deny
        );
    }
    let several = claims(&[("aud", json!(["a", "b"])), ("azp", json!("c"))]);
    assert_eq!(decide(&role(&[]), &unknown, &several, None).0, Verdict::Unknown);
}

#[test]
fn a_built_in_provider_needs_none() {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"accounts.google.com"},
        "Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"accounts.google.com:sub":"s"}}}]}"#;
    let google = RoleDocument::parse(text).unwrap();
    let token = claims(&[("iss", json!("https://accounts.google.com"))]);
    assert_eq!(decide(&google, &provider(None), &token, None).0, Verdict::Allow);
}

#[test]
fn durations() {
    let known = provider(Some(&["a"]));
    for (role, seconds, verdict) in [
        (role(&[]), 7_200, Verdict::Allow),
        (role(&[]), 7_201, Verdict::Deny),
        (role(&[]), 899, Verdict::Deny),
        (bare(), 3_600, Verdict::Allow),
        (bare(), 3_601, Verdict::Unknown),
        (bare(), 43_201, Verdict::Deny),
    ] {
        let found = decide(&role, &known, &claims(&[]), Some(seconds));
        let step = if verdict == Verdict::Allow { "" } else { "duration" };
        assert_eq!(found, (verdict, step.to_owned()), "{seconds}");
    }
    let found = decide(&bare(), &provider(None), &claims(&[]), Some(43_201));
    assert_eq!(found.0, Verdict::Deny);
}

#[test]
fn what_it_cannot_do_without() {
    let asked = |role: &RoleDocument, claims: &Claims| {
        let exchange = OfflineExchange {
            role,
            provider: &provider(None),
            session_name: None,
            duration: None,
            claims,
        };
        evaluate_offline(&exchange)
    };
    let for_roles = claims(&[(ROLES, json!(["arn:aws:iam::111122223333:role/deploy"]))]);
    assert_eq!(asked(&bare(), &for_roles), Err(OfflineError::NoRole));
    assert!(asked(&role(&[]), &for_roles).is_ok());
    let nobody =
        RoleDocument::parse(r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}"#).unwrap();
    assert_eq!(asked(&nobody, &claims(&[])), Err(OfflineError::NoAccount));
}
