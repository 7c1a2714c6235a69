//! A change was cut off: the host kept the object, and dropped what the provider remembered of it.

use super::host::{Host, Object, map, set};
use super::lab::{ISSUER, Lab};
use super::oidc_provider::{TYPE as PROVIDER, foreign};
use crate::framework::Value;

const TRUST: &str = "oidcfed_aws_trust";

fn wiped(object: &Object) -> Object {
    Object {
        private: Vec::new(),
        ..object.clone()
    }
}

async fn host(lab: &Lab) -> Host {
    Host::new(lab, &[], &[]).await
}

async fn client_ids(lab: &Lab) -> Option<Vec<String>> {
    let found = lab.stranger().await.get_provider(&lab.arn()).await;
    found.ok().map(|provider| provider.client_ids)
}

fn provider(audiences: &[&str], tags: &[(&str, &str)]) -> Vec<(&'static str, Value)> {
    vec![
        ("issuer", Value::string(ISSUER)),
        ("audiences", set(audiences)),
        ("tags", map(tags)),
    ]
}

fn trust(audiences: &[&str]) -> Vec<(&'static str, Value)> {
    vec![
        ("issuer", Value::string(ISSUER)),
        ("subjects", set(&["repo:acme/api:ref:refs/heads/main"])),
        ("audiences", set(audiences)),
        ("role_name", Value::string("deploy")),
    ]
}

/// Its own provider is its own: tags and thumbprints are changed, and a destroy takes it away; with and without a refresh.
#[tokio::test]
async fn a_provider_that_was_made_is_recognised() {
    for refreshes in [true, false] {
        let lab = Lab::start().await;
        let first = provider(&["a.example"], &[("a", "1"), ("b", "1")]);
        let object = host(&lab).await.apply(PROVIDER, &first, None).await;
        assert_eq!(object.state.member("made"), Some(&Value::Bool(true)));
        let mut object = wiped(&object);
        if refreshes {
            assert_eq!(host(&lab).await.drift(PROVIDER, &first, &object).await, None);
            object = host(&lab).await.refresh(PROVIDER, &object).await.unwrap();
            let mut second = provider(&["b.example"], &[("b", "2")]);
            second.push(("thumbprints", set(&[&"d".repeat(40)])));
            object = host(&lab).await.apply(PROVIDER, &second, Some(&object)).await;
            let found = lab.stranger().await.get_provider(&lab.arn()).await.unwrap();
            assert_eq!(found.client_ids, ["b.example"]);
            assert_eq!(found.thumbprints, ["d".repeat(40)]);
            let tag = |key: &str| found.tags.get(key).map(String::as_str);
            assert_eq!((tag("a"), tag("b")), (None, Some("2")));
            assert_eq!(host(&lab).await.drift(PROVIDER, &second, &object).await, None);
            object = wiped(&object);
        }
        host(&lab).await.destroy(PROVIDER, &object).await;
        assert_eq!(client_ids(&lab).await, None, "with a refresh: {refreshes}");
    }
}

/// The mark is that of every such resource: another configuration's provider stays another's.
#[tokio::test]
async fn a_provider_of_another_configuration_is_not_taken_for_ones_own() {
    let lab = Lab::start().await;
    let theirs = host(&lab)
        .await
        .apply(PROVIDER, &provider(&["a.example"], &[]), None)
        .await;
    let ours = host(&lab)
        .await
        .apply(PROVIDER, &provider(&["a.example", "b.example"], &[]), None)
        .await;
    assert_eq!(ours.state.member("made"), Some(&Value::Bool(false)));
    let ours = host(&lab).await.refresh(PROVIDER, &wiped(&ours)).await.unwrap();
    assert_eq!(ours.state.member("made"), Some(&Value::Bool(false)));
    host(&lab).await.destroy(PROVIDER, &ours).await;
    assert_eq!(client_ids(&lab).await, Some(vec!["a.example".to_owned()]));
    // Ours was deleted, and somebody made one of the same URL: it has no mark.
    let stranger = lab.stranger().await;
    stranger.delete_provider(&lab.arn()).await.unwrap();
    stranger.create_provider(&foreign(&["a.example"])).await.unwrap();
    let theirs = host(&lab).await.refresh(PROVIDER, &wiped(&theirs)).await.unwrap();
    assert_eq!(theirs.state.member("made"), Some(&Value::Bool(false)));
    host(&lab).await.destroy(PROVIDER, &theirs).await;
    assert!(client_ids(&lab).await.is_some());
}

/// What was added to somebody else's provider is taken away again, and nothing else.
#[tokio::test]
async fn added_audiences_are_recognised() {
    for (ty, config) in [
        (TRUST, trust(&["ours.example", "theirs.example"])),
        (
            PROVIDER,
            vec![
                ("issuer", Value::string(ISSUER)),
                ("audiences", set(&["ours.example", "theirs.example"])),
            ],
        ),
    ] {
        for refreshes in [true, false] {
            let lab = Lab::start().await;
            let stranger = lab.stranger().await;
            stranger
                .create_provider(&foreign(&["theirs.example"]))
                .await
                .unwrap();
            let object = host(&lab).await.apply(ty, &config, None).await;
            assert_eq!(
                client_ids(&lab).await.unwrap(),
                ["theirs.example", "ours.example"]
            );
            let mut object = wiped(&object);
            if refreshes {
                assert_eq!(host(&lab).await.drift(ty, &config, &object).await, None, "{ty}");
                object = host(&lab).await.refresh(ty, &object).await.unwrap();
            }
            host(&lab).await.destroy(ty, &object).await;
            let left = client_ids(&lab).await;
            assert_eq!(
                left,
                Some(vec!["theirs.example".to_owned()]),
                "{ty}, with a refresh: {refreshes}"
            );
        }
    }
}

/// A trust that joined another trust's provider takes it away when it is the last.
#[tokio::test]
async fn the_last_of_two_trusts_is_recognised() {
    let lab = Lab::start().await;
    let config = trust(&["a.example"]);
    let first = host(&lab).await.apply(TRUST, &config, None).await;
    let mut other = trust(&["a.example"]);
    other.retain(|(name, _)| *name != "role_name");
    other.push(("role_name", Value::string("second")));
    let second = host(&lab).await.apply(TRUST, &other, None).await;
    host(&lab).await.destroy(TRUST, &first).await;
    let second = host(&lab).await.refresh(TRUST, &wiped(&second)).await.unwrap();
    host(&lab).await.destroy(TRUST, &second).await;
    assert_eq!(client_ids(&lab).await, None);
}
