use serde_json::{Value, json};

use super::*;

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const SUBJECT: &str = "repo:acme/api:ref:refs/heads/main";
const AUDIENCE: &str = "api://AzureADTokenExchange";

fn claims(change: &[(&str, Value)]) -> Claims {
    let mut claims = Claims::default();
    for (name, value) in [
        ("iss", json!(GITHUB)),
        ("aud", json!(AUDIENCE)),
        ("sub", json!(SUBJECT)),
    ] {
        claims.insert(name, value);
    }
    for (name, value) in change {
        claims.insert(*name, value.clone());
    }
    claims
}

fn classic(name: &str, issuer: &str, audience: &str, subject: &str) -> Credential {
    let document = json!({"name": name, "issuer": issuer, "audiences": [audience], "subject": subject});
    Credential::parse(&document.to_string()).unwrap()
}

fn flexible(issuer: &str, expression: &str) -> Credential {
    let expression = json!({"value": expression, "languageVersion": 1});
    let document = json!({"issuer": issuer, "audiences": [AUDIENCE], "claimsMatchingExpression": expression});
    Credential::parse(&document.to_string()).unwrap()
}

/// The verdict, and the step that refused or could not be decided.
fn refusal(credentials: &[Credential], claims: &Claims) -> (Verdict, String) {
    let decision = evaluate_azure(credentials, claims);
    let step = decision.refused_by().map(|step| {
        let Step {
            name,
            expected,
            found,
            ..
        } = step;
        format!("{name}: expected {expected}, found {found}")
    });
    (decision.verdict, step.unwrap_or_default())
}

#[test]
fn each_comparison_refuses_in_its_turn() {
    let credential = classic("main", GITHUB, AUDIENCE, SUBJECT);
    for (change, step) in [
        (
            ("iss", json!(null)),
            "issuer: expected https://token.actions.githubusercontent.com, found null",
        ),
        (
            ("iss", json!("https://other.example")),
            "issuer: expected https://token.actions.githubusercontent.com, found https://other.example (AADSTS700211: no credential with this issuer)",
        ),
        (
            ("iss", json!("https://token.actions.githubusercontent.com/")),
            "issuer: expected https://token.actions.githubusercontent.com, found https://token.actions.githubusercontent.com/, which differs in the slash at the end (AADSTS700211: no credential with this issuer)",
        ),
        (
            ("iss", json!("https://Token.actions.githubusercontent.com")),
            "issuer: expected https://token.actions.githubusercontent.com, found https://Token.actions.githubusercontent.com, which differs in letter case (AADSTS700211: no credential with this issuer)",
        ),
        (
            ("aud", json!("sts.amazonaws.com")),
            "audience: expected api://AzureADTokenExchange, found sts.amazonaws.com (AADSTS700212: no credential with this audience)",
        ),
        (
            ("sub", json!("repo:evil/api")),
            "subject: expected repo:acme/api:ref:refs/heads/main, found repo:evil/api (AADSTS700213: no credential with this subject)",
        ),
        (
            ("sub", json!("repo:Acme/api:ref:refs/heads/main")),
            "subject: expected repo:acme/api:ref:refs/heads/main, found repo:Acme/api:ref:refs/heads/main (AADSTS7002138: the subjects are equal only when letter case is ignored)",
        ),
        (
            ("sub", json!("")),
            "subject: expected repo:acme/api:ref:refs/heads/main, found an empty text (AADSTS700213: no credential with this subject)",
        ),
    ] {
        let found = refusal(std::slice::from_ref(&credential), &claims(&[change]));
        assert_eq!(found, (Verdict::Deny, step.to_owned()));
    }
    let allowed = evaluate_azure(&[credential], &claims(&[]));
    let names: Vec<_> = allowed.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(
        (allowed.verdict, names),
        (Verdict::Allow, vec!["issuer", "audience", "subject"])
    );
}

#[test]
fn outer_white_space_is_refused_on_both_sides() {
    for issuer in [" https://issuer.example", "https://issuer.example\n"] {
        let same = classic("x", issuer, AUDIENCE, SUBJECT);
        let (verdict, step) = refusal(&[same], &claims(&[("iss", json!(issuer))]));
        assert_eq!(verdict, Verdict::Deny);
        assert!(
            step.ends_with("with outer white space, which Entra refuses whatever the credential says"),
            "{step}"
        );
        let only_here = classic("x", issuer, AUDIENCE, SUBJECT);
        let (verdict, step) = refusal(&[only_here], &claims(&[("iss", json!("https://issuer.example"))]));
        assert_eq!(verdict, Verdict::Deny);
        assert!(
            step.contains("differs in the white space around the credential's"),
            "{step}"
        );
    }
}

#[test]
fn values_that_are_no_text_never_admit() {
    for (change, verdict) in [
        (("aud", json!([AUDIENCE])), Verdict::Unknown),
        (("aud", json!(["other", AUDIENCE])), Verdict::Unknown),
        (("aud", json!(["other"])), Verdict::Deny),
        (("aud", json!([])), Verdict::Deny),
        (("aud", json!({"a": 1})), Verdict::Unknown),
        (("sub", json!(7)), Verdict::Deny),
        (("sub", json!([SUBJECT])), Verdict::Unknown),
    ] {
        let credential = classic("main", GITHUB, AUDIENCE, SUBJECT);
        assert_eq!(
            refusal(&[credential], &claims(std::slice::from_ref(&change))).0,
            verdict,
            "{change:?}"
        );
    }
    let number = classic("main", GITHUB, AUDIENCE, "7");
    assert_eq!(
        refusal(&[number], &claims(&[("sub", json!(7))])).0,
        Verdict::Unknown
    );
    let id = flexible(
        GITHUB,
        "claims['sub'] eq 'repo:acme/api:ref:refs/heads/main' and claims['repository_id'] eq '7'",
    );
    for (value, verdict) in [
        (json!("7"), Verdict::Allow),
        (json!(7), Verdict::Unknown),
        (json!(8), Verdict::Deny),
        (json!(true), Verdict::Deny),
        (Value::Null, Verdict::Deny),
    ] {
        let change = [("repository_id", value)];
        assert_eq!(
            refusal(std::slice::from_ref(&id), &claims(&change)).0,
            verdict,
            "{change:?}"
        );
    }
    // An unknown audience does not hide that the subject refuses.
    let change = [("aud", json!([AUDIENCE])), ("sub", json!("other"))];
    assert_eq!(
        refusal(&[classic("main", GITHUB, AUDIENCE, SUBJECT)], &claims(&change)).0,
        Verdict::Deny
    );
}

#[test]
fn a_wildcard_in_a_classic_credential_is_literal() {
    let (verdict, step) = refusal(&[classic("x", GITHUB, AUDIENCE, "repo:acme/api:*")], &claims(&[]));
    assert_eq!(verdict, Verdict::Deny);
    assert_eq!(
        step,
        "subject: expected repo:acme/api:*, where `*` and `?` are literal, found repo:acme/api:ref:refs/heads/main (AADSTS700213: no credential with this subject)"
    );
}

#[test]
fn what_is_contested_is_not_known() {
    let sub = |text: &str| format!("claims['sub'] matches '{text}'");
    let id = "claims['repository_id'] matches '7*'";
    for (credential, note) in [
        (
            flexible(GITHUB, &sub("repo:acme/api:ref:refs/heads/main*")),
            "only if `*` may stand for nothing",
        ),
        (
            flexible(GITHUB, &sub("repo:acme/api''*")),
            "what a quote in the text to compare with stands for",
        ),
        (
            flexible(GITHUB, "claims['actor'] eq 'me'"),
            "Entra takes no expression on this claim for this issuer",
        ),
        (flexible(GITHUB, id), "Entra takes only `eq` on this claim"),
    ] {
        let (verdict, step) = refusal(
            &[credential],
            &claims(&[("actor", json!("me")), ("repository_id", json!("77"))]),
        );
        assert_eq!(verdict, Verdict::Unknown, "{step}");
        assert!(step.contains(note), "{step}");
    }
    let elsewhere = flexible("https://issuer.example", &sub("repo:*"));
    let (verdict, step) = refusal(
        std::slice::from_ref(&elsewhere),
        &claims(&[("iss", json!("https://issuer.example"))]),
    );
    assert_eq!(verdict, Verdict::Unknown);
    assert!(
        step.starts_with("issuer of the expression: expected one for which Entra takes expressions"),
        "{step}"
    );
    let other = claims(&[("iss", json!("https://issuer.example")), ("sub", json!("x"))]);
    assert_eq!(refusal(&[elsewhere], &other).0, Verdict::Deny);
    let mut identity = flexible(GITHUB, &sub("repo:acme/*"));
    identity.holder = crate::clouds::azure::dialect::Holder::ManagedIdentity;
    let (verdict, step) = refusal(&[identity], &claims(&[]));
    assert_eq!(verdict, Verdict::Unknown);
    assert!(
        step.contains("a managed identity: whether its expressions are honoured is not known"),
        "{step}"
    );
}

#[test]
fn any_credential_admits_and_the_trace_tells_each() {
    let main = classic("main", GITHUB, AUDIENCE, SUBJECT);
    let issuer = classic("issuer", "https://issuer.example", AUDIENCE, SUBJECT);
    let audience = classic("audience", GITHUB, "other", SUBJECT);
    let subject = classic("subject", GITHUB, AUDIENCE, "other");
    let maybe = flexible(
        GITHUB,
        "claims['sub'] matches 'repo:acme/api:ref:refs/heads/main*'",
    );
    for (credentials, verdict, found) in [
        (vec![&issuer, &main], Verdict::Allow, "credential `main`"),
        (
            vec![&issuer, &issuer],
            Verdict::Deny,
            "none of 2 (AADSTS700211: no credential with this issuer)",
        ),
        (
            vec![&audience, &issuer],
            Verdict::Deny,
            "none of 2 (AADSTS700212: no credential with this audience)",
        ),
        (
            vec![&issuer, &subject, &audience],
            Verdict::Deny,
            "none of 3 (AADSTS700213: no credential with this subject)",
        ),
        (
            vec![&maybe, &issuer],
            Verdict::Unknown,
            "none that certainly does; credential 1 may",
        ),
        (vec![&maybe, &main], Verdict::Allow, "credential `main`"),
        (vec![], Verdict::Deny, "no credential at all (AADSTS70025)"),
    ] {
        let credentials: Vec<Credential> = credentials.into_iter().cloned().collect();
        let decision = evaluate_azure(&credentials, &claims(&[]));
        let last = decision.steps.last().unwrap();
        assert_eq!(
            (decision.verdict, last.verdict, last.found.as_str()),
            (verdict, verdict, found)
        );
        for name in credentials
            .iter()
            .filter_map(|credential| credential.name.as_ref())
        {
            let of_this = format!("credential `{name}`: issuer");
            assert!(
                decision.steps.iter().any(|step| step.name == of_this),
                "{of_this}"
            );
        }
    }
}
