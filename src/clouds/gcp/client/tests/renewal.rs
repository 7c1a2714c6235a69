//! Tokens are shared, renewed before they end, and renewed once when they are refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use super::super::fake::{Fake, Reply};
use super::super::{Kind, Source};
use super::calls::get;
use super::server::*;
use crate::framework::{Context, Stop};

#[tokio::test]
async fn many_calls_at_once_make_one_exchange() {
    let fake = Fake::start(fine).await;
    let google = google(&fake, file(&authorized_user(&fake)), []);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let google = google.clone();
        calls.spawn(async move { google.call(get()).await });
    }
    while let Some(answer) = calls.join_next().await {
        assert!(answer.unwrap().is_ok());
    }
    let exchanges = fake
        .lines()
        .iter()
        .filter(|line| line.ends_with("/token"))
        .count();
    assert_eq!((exchanges, fake.calls().len()), (1, 17));
}

#[tokio::test]
async fn a_token_that_is_over_is_renewed() {
    let fake = Fake::start(|call, before| living(call, before, 0)).await;
    let google = google(&fake, file(&authorized_user(&fake)), []);
    for expected in ["user-0", "user-1", "user-2"] {
        assert_eq!(bearer(&fake, &google).await, expected);
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    let refusing = |all: bool| {
        Fake::start(move |call, before| {
            let token = call.header("authorization");
            if token.ends_with("user-0") || (all && token.contains("user")) {
                Reply::google_error(401, "UNAUTHENTICATED", "who are you", json!([]))
            } else {
                fine(call, before)
            }
        })
    };
    let fake = refusing(false).await;
    let one = google(&fake, file(&authorized_user(&fake)), []);
    assert_eq!(bearer(&fake, &one).await, "user-1");
    assert_eq!(fake.calls().len(), 4);
    let fake = refusing(true).await;
    let one = google(&fake, file(&authorized_user(&fake)), []);
    let error = one.call(get()).await.unwrap_err();
    assert_eq!((error.kind, fake.calls().len()), (Kind::Unauthenticated, 4));
    // the next call does not begin with a token that was refused
    assert!(one.call(get()).await.is_err());
    assert_eq!(
        fake.calls()[4].header("authorization"),
        "Bearer ya29.canary-user-1"
    );
}

#[tokio::test]
async fn a_token_of_somebody_else_is_not_renewed() {
    let fake = Fake::start(|_, _| Reply::google_error(401, "UNAUTHENTICATED", "no", json!([]))).await;
    let source = Some(Source::AccessToken("ya29.canary".to_owned().into()));
    let error = google(&fake, source, []).call(get()).await.unwrap_err();
    assert_eq!((error.kind, fake.calls().len()), (Kind::Unauthenticated, 1));
    assert!(error.hint.clone().unwrap().contains("`access_token`"));
}

#[tokio::test]
async fn what_passes_is_repeated_and_an_exchange_loses_nothing() {
    let fake = Fake::start(|call, before| match before {
        0..3 if call.line.contains("/token") => Reply::Body(503, String::new()),
        3 if call.line.contains("/token") => Reply::Lost,
        _ => fine(call, before),
    })
    .await;
    assert_eq!(
        bearer(&fake, &google(&fake, file(&authorized_user(&fake)), [])).await,
        "user-4"
    );
    let fake = Fake::start(|_, _| Reply::Body(503, String::new())).await;
    let error = refused(&google(&fake, file(&authorized_user(&fake)), [])).await;
    assert_eq!(
        (error.kind, error.http, fake.calls().len()),
        (Kind::Credentials, Some(503), 5)
    );
}

#[tokio::test]
async fn a_failed_exchange_is_not_remembered() {
    let works = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&works);
    let fake = Fake::start(move |call, before| {
        if now.load(Ordering::SeqCst) {
            fine(call, before)
        } else {
            Reply::Body(400, json!({"error": "invalid_grant"}).to_string())
        }
    })
    .await;
    let google = google(&fake, file(&authorized_user(&fake)), []);
    refused(&google).await;
    works.store(true, Ordering::SeqCst);
    assert_eq!(bearer(&fake, &google).await, "user-1");
}

#[tokio::test]
async fn stop_and_deadline_end_an_exchange() {
    let stop = Stop::new();
    let asked = stop.clone();
    let fake = Fake::start(move |_, _| {
        asked.request();
        Reply::Silence
    })
    .await;
    let google = google(&fake, file(&authorized_user(&fake)), []);
    let stopped = google.within(&Context::new(stop, Duration::from_secs(60)));
    assert_eq!(refused(&stopped).await.kind, Kind::Stopped);
    let late = google.within(&Context::new(Stop::new(), Duration::from_millis(50)));
    assert_eq!(refused(&late).await.kind, Kind::Deadline);
}
