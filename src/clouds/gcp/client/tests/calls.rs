//! What is sent, what is repeated, when it ends.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};

use super::super::fake::{Call, Fake, Reply};
use super::super::{Api, Effect, Endpoints, Google, Kind, Request, Settings};
use crate::framework::{Context, Stop};

pub(super) fn get() -> Request {
    Request {
        api: Api::Iam,
        operation: "iam.projects.serviceAccounts.get",
        method: Method::GET,
        path: "v1/projects/p/serviceAccounts/a%40b".to_owned(),
        query: Vec::new(),
        body: None,
        effect: Effect::Read,
    }
}

fn with(effect: Effect) -> Request {
    Request {
        operation: "iam.projects.serviceAccounts.create",
        method: Method::POST,
        path: "v1/projects/p/serviceAccounts".to_owned(),
        body: Some(json!({"accountId": "a"})),
        effect,
        ..get()
    }
}

const EFFECTS: [Effect; 3] = [Effect::Read, Effect::Idempotent, Effect::Create];

/// Fails so often, then succeeds.
async fn failing(times: usize, reply: Reply) -> Fake {
    Fake::start(move |_, before| {
        if before < times {
            reply.clone()
        } else {
            Reply::json(&json!({"ok": true}))
        }
    })
    .await
}

#[tokio::test]
async fn a_call_is_what_the_api_expects() {
    let fake = Fake::start(|_, _| Reply::json(&json!({"name": "n"}))).await;
    let google = fake.google();
    let request = Request {
        query: vec![("updateMask", "a,b c".to_owned())],
        ..with(Effect::Idempotent)
    };
    assert_eq!(google.call(request).await.unwrap(), json!({"name": "n"}));
    let call = &fake.calls()[0];
    assert_eq!(
        call.line,
        "POST /v1/projects/p/serviceAccounts?updateMask=a%2Cb+c HTTP/1.1"
    );
    assert_eq!(call.header("authorization"), "Bearer ya29.fixed-canary");
    assert_eq!(call.header("accept"), "application/json");
    assert_eq!(call.header("content-type"), "application/json");
    assert!(call.header("user-agent").starts_with("oidcfed/"));
    assert!(!call.headers.contains_key("x-goog-user-project"));
    assert_eq!(call.json(), json!({"accountId": "a"}));
    assert_eq!(google.project(), Some("my-project"));
    assert!(google.writes_to_loopback());
    assert!(!Google::new(Settings::default()).writes_to_loopback());
}

#[tokio::test]
async fn a_post_without_a_body_says_its_length_and_an_empty_answer_is_null() {
    let fake = Fake::start(|_, _| Reply::Body(200, String::new())).await;
    let request = Request {
        body: None,
        ..with(Effect::Idempotent)
    };
    assert_eq!(fake.google().call(request).await.unwrap(), Value::Null);
    assert_eq!(fake.calls()[0].header("content-length"), "0");
    assert_eq!(fake.lines(), ["POST /v1/projects/p/serviceAccounts"]);
}

#[tokio::test]
async fn what_passes_is_repeated_for_reads_and_idempotent_writes() {
    for status in [500, 502, 503, 504] {
        for effect in EFFECTS {
            let fake = failing(3, Reply::Body(status, "oops".to_owned())).await;
            let answer = fake.google().call(with(effect)).await;
            if effect == Effect::Create {
                let error = answer.unwrap_err();
                assert!(error.is_lost() && error.kind == Kind::Service, "{error}");
                assert_eq!((error.http, fake.calls().len()), (Some(status), 1));
            } else {
                assert_eq!(answer.unwrap(), json!({"ok": true}));
                assert_eq!(fake.calls().len(), 4, "{status} {effect:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_throttled_call_had_no_effect_and_is_repeated_whatever_it_does() {
    for effect in EFFECTS {
        let reply = Reply::google_error(429, "RESOURCE_EXHAUSTED", "Quota exceeded", json!([]));
        let fake = failing(6, reply).await;
        assert!(fake.google().call(with(effect)).await.is_ok(), "{effect:?}");
        assert_eq!(fake.calls().len(), 7);
    }
}

#[tokio::test]
async fn patience_ends() {
    for (status, name, attempts) in [(503, "UNAVAILABLE", 5), (429, "RESOURCE_EXHAUSTED", 12)] {
        let fake = failing(usize::MAX, Reply::google_error(status, name, "no", json!([]))).await;
        let error = fake.google().call(get()).await.unwrap_err();
        assert_eq!(error.status.as_deref(), Some(name));
        assert_eq!(fake.calls().len(), attempts);
        assert!(!error.is_lost(), "a read loses nothing");
    }
}

#[tokio::test]
async fn a_quota_of_things_is_not_waited_for() {
    let message = "Maximum number of service accounts on project reached.";
    let fake = failing(
        1,
        Reply::google_error(429, "RESOURCE_EXHAUSTED", message, json!([])),
    )
    .await;
    let error = fake.google().call(with(Effect::Create)).await.unwrap_err();
    assert_eq!((error.kind, fake.calls().len()), (Kind::LimitReached, 1));
}

#[tokio::test]
async fn the_budget_is_shared_by_all_calls() {
    let fake = failing(usize::MAX, Reply::Body(503, String::new())).await;
    let google = fake.google();
    for _ in 0..40 {
        assert!(google.clone().call(get()).await.is_err());
    }
    // 100 repetitions, then every call is made once
    assert_eq!(fake.calls().len(), 140);
}

#[tokio::test]
async fn a_lost_answer_is_repeated_unless_something_would_be_made_twice() {
    for effect in EFFECTS {
        let fake = failing(1, Reply::Lost).await;
        let answer = fake.google().call(with(effect)).await;
        if effect == Effect::Create {
            let error = answer.unwrap_err();
            let kind = Kind::Transport {
                may_have_been_sent: true,
            };
            assert!(error.is_lost() && error.kind == kind, "{error:?}");
            assert_eq!(fake.calls().len(), 1);
        } else {
            assert!(answer.is_ok(), "{effect:?}");
            assert_eq!(fake.calls().len(), 2);
        }
    }
}

#[tokio::test]
async fn what_was_never_sent_is_repeated_and_not_lost() {
    let endpoints = Endpoints {
        iam: Some(super::super::Endpoint::parse("http://127.0.0.1:1").unwrap()),
        ..Endpoints::default()
    };
    let fake = Fake::start(|_, _| Reply::Silence).await;
    let google = Google::impatient(Settings {
        endpoints,
        ..fake.settings()
    });
    let error = google.call(with(Effect::Create)).await.unwrap_err();
    let kind = Kind::Transport {
        may_have_been_sent: false,
    };
    assert!(error.kind == kind && !error.is_lost(), "{error:?}");
    assert!(error.hint.as_deref().unwrap().contains("ca_bundle_file"));
}

#[tokio::test]
async fn other_errors_are_final() {
    for (status, name) in [
        (400, "INVALID_ARGUMENT"),
        (400, "FAILED_PRECONDITION"),
        (403, "PERMISSION_DENIED"),
        (404, "NOT_FOUND"),
        (409, "ALREADY_EXISTS"),
        (409, "ABORTED"),
    ] {
        let fake = failing(1, Reply::google_error(status, name, "no", json!([]))).await;
        let error = fake.google().call(with(Effect::Idempotent)).await.unwrap_err();
        assert_eq!((error.http, fake.calls().len()), (Some(status), 1), "{name}");
        assert!(!error.is_lost());
    }
}

#[tokio::test]
async fn what_the_service_asks_to_wait_is_waited_for() {
    let asking = Reply::With(503, vec![("retry-after", "0".to_owned())], String::new());
    let fake = failing(1, asking).await;
    assert!(fake.google().call(get()).await.is_ok());
    // longer than the whole call may take: no use in waiting
    let asking = Reply::With(503, vec![("retry-after", "30".to_owned())], String::new());
    let fake = failing(1, asking).await;
    let context = Context::new(Stop::new(), Duration::from_secs(20));
    let start = Instant::now();
    let error = fake.google().within(&context).call(get()).await.unwrap_err();
    assert!(error.kind == Kind::Service && start.elapsed() < Duration::from_secs(10));
    assert_eq!(fake.calls().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Fake::start(|_, _| Reply::json(&json!({}))).await;
    let location = format!("{}/v1/x", other.url);
    let fake =
        Fake::start(move |_, _| Reply::With(307, vec![("location", location.clone())], String::new())).await;
    let error = fake.google().call(get()).await.unwrap_err();
    assert!(error.to_string().contains("redirect"), "{error}");
    assert!(other.calls().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_no_json_or_too_long_is_an_error() {
    let fake = Fake::start(|_, _| Reply::Body(200, "<html>".to_owned())).await;
    let error = fake.google().call(with(Effect::Create)).await.unwrap_err();
    assert!(
        error.is_lost() && error.to_string().contains("expected JSON"),
        "{error}"
    );
    let fake = Fake::start(|_, _| Reply::Body(200, " ".repeat(16 * 1024 * 1024 + 1))).await;
    let error = fake.google().call(with(Effect::Create)).await.unwrap_err();
    assert!(error.to_string().contains("at most"), "{error}");
}

#[tokio::test]
async fn stop_and_deadline_end_reads_and_wait_for_writes() {
    let stop = Stop::new();
    let asked = stop.clone();
    let fake = Fake::start(move |_: &Call, _| {
        // the host asks to stop while the call is under way
        asked.request();
        Reply::json(&json!({"made": true}))
    })
    .await;
    let context = Context::new(stop, Duration::from_secs(60));
    let google = fake.google().within(&context);
    assert_eq!(
        google.call(with(Effect::Create)).await.unwrap(),
        json!({"made": true})
    );
    let error = google.call(with(Effect::Create)).await.unwrap_err();
    assert!(
        error.is_stopped() && error.kind == Kind::Stopped && !error.is_lost(),
        "{error}"
    );
    assert_eq!(google.pause(0).await.unwrap_err().kind, Kind::Stopped);
    assert_eq!(fake.calls().len(), 1);

    let silent = Fake::start(|_, _| Reply::Silence).await;
    let context = Context::new(Stop::new(), Duration::from_millis(50));
    let error = silent.google().within(&context).call(get()).await.unwrap_err();
    assert!(error.is_stopped() && error.kind == Kind::Deadline, "{error}");
    assert!(error.to_string().contains("`timeouts`"), "{error}");
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_beyond_the_time_of_a_request() {
    let fake = Fake::start(|_, _| Reply::Silence).await;
    let google = Google::impatient(Settings {
        request_timeout: Duration::from_millis(50),
        ..fake.settings()
    });
    let error = google.call(with(Effect::Create)).await.unwrap_err();
    assert!(
        error.is_lost() && error.to_string().contains("request_timeout"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_from_short_to_long() {
    let google = Google::new(Settings::default());
    let mut waited = Vec::new();
    for attempt in 0..8 {
        let start = tokio::time::Instant::now();
        google.pause(attempt).await.unwrap();
        waited.push(start.elapsed());
    }
    let between = |low, high, found: Duration| (low..=high).contains(&found.as_millis());
    assert!(between(150, 251, waited[0]), "{waited:?}");
    assert!(between(300, 501, waited[1]), "{waited:?}");
    assert!(between(3_750, 6_251, waited[7]), "{waited:?}");
    let context = Context::new(Stop::new(), Duration::from_millis(100));
    let start = tokio::time::Instant::now();
    let error = google.within(&context).pause(0).await.unwrap_err();
    assert_eq!((error.kind, start.elapsed()), (Kind::Deadline, Duration::ZERO));
}

#[tokio::test]
async fn private_authorities_by_bundle() {
    let (fake, authority) = Fake::start_tls(|_, _| Reply::json(&json!({"ok": true}))).await;
    let google = Google::impatient(Settings {
        ca_bundle: Some(authority.into_bytes().into()),
        ..fake.settings()
    });
    assert!(google.call(get()).await.is_ok());
    let error = fake.google().call(get()).await.unwrap_err();
    let kind = Kind::Transport {
        may_have_been_sent: false,
    };
    assert!(
        error.kind == kind && error.to_string().contains("ca_bundle_file"),
        "{error}"
    );
    assert_eq!(fake.calls().len(), 1);
    let google = Google::impatient(Settings {
        ca_bundle: Some(b"none".to_vec().into()),
        ..fake.settings()
    });
    assert_eq!(google.call(get()).await.unwrap_err().kind, Kind::Configuration);
}
