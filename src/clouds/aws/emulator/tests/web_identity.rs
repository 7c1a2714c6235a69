//! Tokens for sessions: which are refused, and with what.

use serde_json::{Value, json};

use super::exchange::{Exchange, ISSUER, SUBJECT, now};
use super::issuer::TestIssuer;
use super::laboratory::{ACCOUNT, code, message};
use crate::clouds::aws::emulator::{Event, Faults, Freshness};
use crate::trust::Verdict;

#[tokio::test]
async fn one_wrong_thing_and_there_is_no_session() {
    let exchange = Exchange::prepared().await;
    let invalid = "InvalidIdentityToken";
    let stranger = TestIssuer::new("k1");
    let unknown_kid = TestIssuer::new("k2");
    let mut half = exchange.good_token();
    half.truncate(half.rfind('.').unwrap());
    for (token, expected) in [
        (exchange.token_with("sub", json!("project:two")), "AccessDenied"),
        (exchange.token_with("sub", json!("PROJECT:ONE")), "AccessDenied"),
        (exchange.token_with("aud", json!("other")), invalid),
        (exchange.token_with("aud", json!([])), invalid),
        (
            exchange.token_with("aud", json!(["sts.amazonaws.com", "b"])),
            invalid,
        ),
        (exchange.token_with("azp", json!("other")), invalid),
        (
            exchange.token_with("iss", json!("https://issuer.example/team")),
            invalid,
        ),
        (
            exchange.token_with("iss", json!("https://ISSUER.example/team/")),
            invalid,
        ),
        (
            exchange.token_with("iss", json!("http://issuer.example/team/")),
            invalid,
        ),
        (exchange.token_with("iat", Value::Null), invalid),
        (exchange.token_with("iat", json!(now() + 400)), invalid),
        (exchange.token_with("nbf", json!(now() + 400)), invalid),
        (exchange.token_with("exp", json!(now() as f64 + 300.5)), invalid),
        (
            exchange.token_with("exp", json!(now() - 301)),
            "ExpiredTokenException",
        ),
        (
            exchange.token_with(
                "https://aws.amazon.com/roles",
                json!("arn:aws:iam::111122223333:role/other"),
            ),
            invalid,
        ),
        (stranger.sign(&Exchange::claims()), invalid),
        (unknown_kid.sign(&Exchange::claims()), invalid),
        (half, invalid),
        ("nothing at all".to_owned(), invalid),
        ("x".repeat(20_001), "ValidationError"),
    ] {
        assert_eq!(exchange.code(token.clone()).await, expected, "{token}");
    }
    assert!(exchange.ask(exchange.good_token()).send().await.is_ok());
}

#[tokio::test]
async fn five_minutes_of_tolerance() {
    let exchange = Exchange::prepared().await;
    let late = exchange.token_with("exp", json!(now() - 200));
    assert_eq!(
        code(exchange.ask(late).send().await),
        "InvalidIdentityToken",
        "exp before iat"
    );
    let mut claims = Exchange::claims();
    claims["iat"] = json!(now() - 600);
    claims["exp"] = json!((now() - 200).to_string());
    assert!(exchange.ask(exchange.issuer.sign(&claims)).send().await.is_ok());
}

#[tokio::test]
async fn roles_and_durations() {
    let exchange = Exchange::prepared().await;
    let ask = || exchange.ask(exchange.good_token());
    for (role, expected) in [
        ("arn:aws:iam::111122223333:role/none", "AccessDenied"),
        ("arn:aws:iam::111122223333:role/deploy", "AccessDenied"),
        ("arn:aws:iam::444455556666:role/ci/deploy", "InvalidIdentityToken"),
        ("arn:aws:iam::999999999999:role/ci/deploy", "InvalidIdentityToken"),
        ("arn:aws:iam::111122223333:user/deploy", "ValidationError"),
    ] {
        assert_eq!(code(ask().role_arn(role).send().await), expected, "{role}");
    }
    for (seconds, good) in [
        (899, false),
        (900, true),
        (7200, true),
        (7201, false),
        (43_201, false),
    ] {
        let outcome = ask().duration_seconds(seconds).send().await;
        assert_eq!(outcome.is_ok(), good, "{seconds}");
        if !good {
            assert_eq!(code(outcome), "ValidationError");
        }
    }
    assert_eq!(
        code(ask().role_session_name("a b").send().await),
        "ValidationError"
    );
    assert_eq!(code(ask().policy("{}").send().await), "MalformedPolicyDocument");
}

#[tokio::test]
async fn a_fresh_provider_takes_its_time_and_an_absent_issuer_is_no_answer() {
    let exchange = Exchange::prepared().await;
    let iam = exchange.lab.iam();
    exchange.lab.emulator.set_faults(Faults {
        fresh: Freshness {
            provider_exchanges: 2,
            ..Freshness::default()
        },
        ..Faults::default()
    });
    iam.delete_open_id_connect_provider()
        .open_id_connect_provider_arn("arn:aws:iam::111122223333:oidc-provider/issuer.example/team/")
        .send()
        .await
        .unwrap();
    let gone = exchange.ask(exchange.good_token()).send().await;
    assert_eq!(
        message(gone),
        "No OpenIDConnect provider found in your account for https://issuer.example/team/"
    );
    for url in [ISSUER, "https://silent.example"] {
        iam.create_open_id_connect_provider()
            .url(url)
            .client_id_list("sts.amazonaws.com")
            .send()
            .await
            .unwrap();
    }
    for expected in ["InvalidIdentityToken", "InvalidIdentityToken"] {
        assert_eq!(exchange.code(exchange.good_token()).await, expected);
    }
    assert!(exchange.ask(exchange.good_token()).send().await.is_ok());
    let silent = exchange.token_with("iss", json!("https://silent.example"));
    for expected in [
        "InvalidIdentityToken",
        "InvalidIdentityToken",
        "IDPCommunicationError",
    ] {
        assert_eq!(exchange.code(silent.clone()).await, expected);
    }
}

#[tokio::test]
async fn watchers_are_told_what_the_caller_is_not() {
    let exchange = Exchange::prepared().await;
    let mut events = exchange.lab.emulator.subscribe();
    let stranger = exchange.token_with("sub", json!("project:two"));
    assert_eq!(exchange.code(stranger.clone()).await, "AccessDenied");
    let event: Event = events.recv().await.unwrap();
    assert_eq!(event.action, "sts:AssumeRoleWithWebIdentity");
    assert_eq!(event.account.as_deref(), Some(ACCOUNT));
    assert_eq!(
        event.caller.as_deref(),
        Some("https://issuer.example/team/ project:two")
    );
    let decision = event.decision.clone().unwrap();
    assert_eq!(decision.verdict, Verdict::Deny);
    let step = decision.refused_by().unwrap();
    assert!(step.name.contains("issuer.example/team/:sub"), "{step:?}");
    assert_eq!(
        (step.expected.as_str(), step.found.as_str()),
        (SUBJECT, "project:two")
    );
    let shown = serde_json::to_string(&event).unwrap();
    assert!(!shown.contains(&stranger), "an event holds no token");
}
