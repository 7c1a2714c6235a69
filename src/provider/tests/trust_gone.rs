//! A trust whose role is gone: what it brought to a provider is still in its care.

use super::host::{Host, Object, said, set};
use super::lab::{ISSUER, Lab};
use crate::clouds::aws::client::NewRole;
use crate::clouds::aws::emulator::{Failure, Faults};
use crate::framework::{ImportKey, Value};

const TYPE: &str = "oidcfed_aws_trust";
const ROLE: &str = "deploy";

fn config() -> Vec<(&'static str, Value)> {
    vec![
        ("issuer", Value::string(ISSUER)),
        ("subjects", set(&["repo:acme/api:ref:refs/heads/main"])),
        ("role_name", Value::string(ROLE)),
    ]
}

fn external() -> Vec<(&'static str, Value)> {
    let members = [
        ("arn", Value::Null),
        ("ownership", Value::string("external")),
        ("thumbprints", Value::Null),
    ];
    let held = Value::Object(members.map(|(name, value)| (name.to_owned(), value)).into());
    let mut config = config();
    config.push(("oidc_provider", held));
    config
}

fn unique_id(object: &Object) -> Option<String> {
    let id = object.state.member("role_unique_id").and_then(Value::as_str);
    id.map(str::to_owned)
}

/// What a process that was not there before makes of it.
async fn next(lab: &Lab) -> Host {
    Host::new(lab, &[], &[]).await
}

async fn assert_nothing_left(lab: &Lab) {
    let stranger = lab.stranger().await;
    assert!(stranger.get_role(ROLE).await.is_err(), "the role stayed");
    assert!(
        stranger.get_provider(&lab.arn()).await.is_err(),
        "the provider stayed"
    );
}

/// The state of a trust whose destroy lost the right to go on after the role was deleted.
async fn cut_off(lab: &Lab) -> Object {
    let object = next(lab).await.apply(TYPE, &config(), None).await;
    lab.emulator.set_faults(Faults {
        fail: vec![Failure {
            operation: "DeleteOpenIDConnectProvider".to_owned(),
            call: 1,
            times: 1,
            code: "AccessDenied".to_owned(),
            status: 403,
            message: "no".to_owned(),
            applied: false,
            withheld: false,
        }],
        ..Faults::default()
    });
    let (left, diagnostics) = next(lab).await.try_destroy(TYPE, &object).await;
    assert!(diagnostics.has_errors(), "the destroy was to be cut off");
    assert!(lab.stranger().await.get_role(ROLE).await.is_err());
    let left = left.expect("the provider is still there, and so is the state");
    assert_eq!(unique_id(&left), None);
    left
}

#[tokio::test]
async fn a_delete_cut_off_after_the_role_ends_with_the_next_destroy() {
    let lab = Lab::start().await;
    let left = cut_off(&lab).await;
    let left = next(&lab)
        .await
        .refresh(TYPE, &left)
        .await
        .expect("a refresh keeps it");
    assert!(!next(&lab).await.destroy(TYPE, &left).await.has_errors());
    assert_nothing_left(&lab).await;
}

#[tokio::test]
async fn a_delete_cut_off_after_the_role_is_undone_by_the_next_apply() {
    let lab = Lab::start().await;
    let left = cut_off(&lab).await;
    let made = next(&lab).await.apply(TYPE, &config(), Some(&left)).await;
    assert!(unique_id(&made).is_some());
    assert_eq!(next(&lab).await.drift(TYPE, &config(), &made).await, None);
    next(&lab).await.destroy(TYPE, &made).await;
    assert_nothing_left(&lab).await;
}

/// Also with another issuer in the same apply: the new provider is made, the old one given back.
#[tokio::test]
async fn a_trust_made_anew_gives_back_what_it_needs_no_longer() {
    let lab = Lab::start().await;
    let left = cut_off(&lab).await;
    let mut changed = config();
    changed.retain(|(name, _)| *name != "issuer");
    changed.push(("issuer", Value::string("https://issuer.example/other")));
    let made = next(&lab).await.apply(TYPE, &changed, Some(&left)).await;
    let stranger = lab.stranger().await;
    assert!(
        stranger.get_provider(&lab.arn()).await.is_err(),
        "the old provider stayed"
    );
    assert_eq!(next(&lab).await.drift(TYPE, &changed, &made).await, None);
    next(&lab).await.destroy(TYPE, &made).await;
    assert!(stranger.list_providers().await.unwrap().is_empty());
}

/// The state of a trust whose role somebody deleted, after a refresh.
async fn orphaned(lab: &Lab) -> Object {
    let object = next(lab).await.apply(TYPE, &config(), None).await;
    lab.stranger().await.delete_role(ROLE).await.unwrap();
    let (left, diagnostics) = next(lab).await.try_refresh(TYPE, &object).await;
    let said = said(&diagnostics);
    assert!(said.iter().any(|one| one.contains(&lab.arn())), "{said:?}");
    left.expect("the provider is in its care")
}

#[tokio::test]
async fn a_role_deleted_by_somebody_leaves_the_provider_in_our_care() {
    let lab = Lab::start().await;
    let left = orphaned(&lab).await;
    // out of the configuration
    next(&lab).await.destroy(TYPE, &left).await;
    assert_nothing_left(&lab).await;

    // or still in it
    let left = orphaned(&lab).await;
    let made = next(&lab).await.apply(TYPE, &config(), Some(&left)).await;
    assert!(unique_id(&made).is_some());
    assert_eq!(next(&lab).await.drift(TYPE, &config(), &made).await, None);
    next(&lab).await.destroy(TYPE, &made).await;
    assert_nothing_left(&lab).await;
}

#[tokio::test]
async fn nothing_is_kept_when_nothing_is_to_be_given_back() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    // The provider is gone as well.
    let object = next(&lab).await.apply(TYPE, &config(), None).await;
    stranger.delete_role(ROLE).await.unwrap();
    stranger.delete_provider(&lab.arn()).await.unwrap();
    assert!(next(&lab).await.refresh(TYPE, &object).await.is_none());
    // The provider is somebody's.
    let theirs = [("issuer", Value::string(ISSUER))];
    next(&lab)
        .await
        .apply("oidcfed_aws_oidc_provider", &theirs, None)
        .await;
    for config in [config(), external()] {
        let object = next(&lab).await.apply(TYPE, &config, None).await;
        stranger.delete_role(ROLE).await.unwrap();
        assert!(next(&lab).await.refresh(TYPE, &object).await.is_none());
    }
}

/// A role that somebody makes under the name is not taken for ours, also not by a trust that was imported.
#[tokio::test]
async fn a_role_made_by_somebody_else_is_left_alone() {
    for imported in [false, true] {
        let lab = Lab::start().await;
        let stranger = lab.stranger().await;
        let mut object = next(&lab).await.apply(TYPE, &config(), None).await;
        let mut config = config();
        if imported {
            object = next(&lab)
                .await
                .import(TYPE, ImportKey::Id(ROLE.to_owned()))
                .await;
            // it adds an audience, and has that to give back
            config.push(("audiences", set(&["sts.amazonaws.com", "ours.example"])));
            object = next(&lab).await.apply(TYPE, &config, Some(&object)).await;
        }
        let trust_policy = stranger.get_role(ROLE).await.unwrap().trust_policy;
        stranger.delete_role(ROLE).await.unwrap();
        let theirs = NewRole {
            name: ROLE.to_owned(),
            path: "/".to_owned(),
            trust_policy,
            description: Some("theirs".to_owned()),
            max_session_duration: None,
            permissions_boundary: None,
            tags: Default::default(),
        };
        let theirs = stranger.create_role(&theirs).await.unwrap();
        let left = next(&lab)
            .await
            .refresh(TYPE, &object)
            .await
            .expect("what is to be given back");
        assert_eq!(unique_id(&left), None, "imported: {imported}");
        let again = next(&lab).await.refresh(TYPE, &left).await.expect("still");
        assert_eq!(unique_id(&again), None, "imported: {imported}");
        let (_, diagnostics) = next(&lab).await.try_apply(TYPE, &config, Some(&again)).await;
        let said = said(&diagnostics);
        assert!(
            said.iter()
                .any(|one| one.starts_with("role_name: Role exists already")),
            "{said:?}"
        );
        next(&lab).await.destroy(TYPE, &again).await;
        let left = stranger.get_role(ROLE).await.unwrap();
        assert_eq!(left.unique_id, theirs.unique_id);
        assert!(
            stranger.get_provider(&lab.arn()).await.is_ok(),
            "their role trusts it"
        );
    }
}
