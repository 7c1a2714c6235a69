//! Failures on the way, with the host for tests: what is left, and what is said.

use std::sync::Arc;
use std::time::Duration;

use oidcfed::framework::Value;

use crate::plans::{host, number, text, thing};

const THING: &str = "fixture_thing";

#[tokio::test]
async fn what_a_failed_create_reached_is_left() {
    let (host, _folder) = host().await;
    for (name, said) in [
        ("half", "Half made"),
        ("panic", "The provider failed unexpectedly"),
    ] {
        let refused = host
            .create(THING, &thing(&host, [("name", text(name))]))
            .await
            .unwrap_err();
        assert_eq!(refused.error().unwrap().summary, said);
        assert!(!refused.to_string().contains("payload"), "{refused}");
        let left = refused.left.unwrap();
        assert_eq!(left.state.member("name"), Some(&text(name)));
        assert_eq!(left.state.member("revision"), Some(&Value::Null));
        assert!(left.state.is_wholly_known());
    }
}

#[tokio::test]
async fn broken_rules_are_refused_with_their_path() {
    let (host, _folder) = host().await;
    for (name, place) in [
        ("bad-plan", "in the plan"),
        ("bad-result", "in the result of the apply"),
    ] {
        let config = thing(&host, [("name", text(name)), ("size", number(1))]);
        let refused = host.create(THING, &config).await.unwrap_err();
        let error = refused.error().unwrap();
        assert_eq!(error.path.to_string(), "size");
        assert!(
            error.detail.contains(place) && !error.detail.contains("99"),
            "{}",
            error.detail
        );
    }
}

#[tokio::test]
async fn stop_ends_running_calls_with_what_they_reached() {
    let (host, _folder) = host().await;
    let host = Arc::new(host);
    let running = {
        let host = Arc::clone(&host);
        tokio::spawn(async move { host.create(THING, &thing(&host, [("name", text("slow"))])).await })
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    host.server().stop();
    let refused = running.await.unwrap().unwrap_err();
    assert_eq!(refused.error().unwrap().summary, "Interrupted");
    assert_eq!(refused.left.unwrap().state.member("id"), Some(&text("id-slow")));
    // a later call is not concerned
    host.create(THING, &thing(&host, [("name", text("later"))]))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_failed_delete_keeps_the_object() {
    let (host, _folder) = host().await;
    let made = host
        .create(THING, &thing(&host, [("name", text("stuck"))]))
        .await
        .unwrap();
    assert_eq!(
        host.destroy(&made).await.unwrap_err().error().unwrap().summary,
        "Still in use"
    );
    assert!(host.read(&made).await.unwrap().is_some());
}
