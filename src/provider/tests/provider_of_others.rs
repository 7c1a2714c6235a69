//! `oidcfed_aws_oidc_provider` on a provider that somebody else made: what is written there, and what is said about it.

use super::host::{Host, map, said, set};
use super::lab::{ISSUER, Lab};
use super::oidc_provider::{TYPE, foreign, issuer};
use crate::clouds::aws::client::Tags;
use crate::clouds::aws::emulator::{Failure, Faults};
use crate::framework::{DiagnosticSeverity, Diagnostics, ImportKey, Value};

const OURS: &str = "sts.amazonaws.com";

/// A process of its own, with default tags.
async fn with_defaults(lab: &Lab, tags: &[(&str, &str)]) -> Host {
    Host::new(lab, &[("default_tags", map(tags))], &[]).await
}

fn warnings(diagnostics: &Diagnostics) -> Vec<String> {
    assert!(
        diagnostics
            .iter()
            .all(|one| one.severity == DiagnosticSeverity::Warning),
        "{diagnostics:?}"
    );
    said(diagnostics)
}

async fn found(lab: &Lab) -> Tags {
    let provider = lab.stranger().await.get_provider(&lab.arn()).await.unwrap();
    let own = |(key, _): &(String, String)| !key.starts_with("oidcfed:");
    provider.tags.into_iter().filter(own).collect()
}

fn tags(members: &[(&str, &str)]) -> Tags {
    let text = |&(key, value): &(&str, &str)| (key.to_owned(), value.to_owned());
    members.iter().map(text).collect()
}

fn tag_calls(lab: &Lab) -> u64 {
    let calls = lab.calls();
    let tagging = calls.iter().filter(|(name, _)| name.contains("Tag"));
    tagging.map(|(_, calls)| calls).sum()
}

/// The maker's default tags stand, the adopter's are nobody's business: no fight, and no word.
#[tokio::test]
async fn two_configurations_with_other_default_tags_leave_each_other_alone() {
    let lab = Lab::start().await;
    let one = with_defaults(&lab, &[("team", "one"), ("env", "prod")]).await;
    let made = one.apply(TYPE, &[issuer()], None).await;
    lab.emulator.reset_calls();
    let two = with_defaults(&lab, &[("team", "two"), ("env", "prod")]).await;
    let (planned, diagnostics) = two.plan(TYPE, &[issuer()], None).await;
    assert!(
        diagnostics.is_empty(),
        "default tags alone say nothing: {diagnostics:?}"
    );
    let there = map(&[("env", "prod")]);
    assert_eq!(
        planned.unwrap().planned.member("tags_all"),
        Some(&there),
        "what it has of them"
    );
    let adopted = two.apply(TYPE, &[issuer()], None).await;
    assert_eq!(adopted.state.member("tags_all"), Some(&there));
    assert_eq!(tag_calls(&lab), 0, "{:?}", lab.calls());
    assert_eq!(found(&lab).await, tags(&[("team", "one"), ("env", "prod")]));
    let again = with_defaults(&lab, &[("team", "two"), ("env", "prod")]).await;
    assert_eq!(again.drift(TYPE, &[issuer()], &adopted).await, None);
    let again = with_defaults(&lab, &[("team", "one"), ("env", "prod")]).await;
    assert_eq!(again.drift(TYPE, &[issuer()], &made).await, None);
    // The maker changes its mind; the adopter sees it and has nothing to do.
    let changed = with_defaults(&lab, &[("team", "one"), ("env", "test")]).await;
    changed.apply(TYPE, &[issuer()], Some(&made)).await;
    assert_eq!(found(&lab).await, tags(&[("team", "one"), ("env", "test")]));
    let again = with_defaults(&lab, &[("team", "two"), ("env", "prod")]).await;
    assert_eq!(again.drift(TYPE, &[issuer()], &adopted).await, None);
}

#[tokio::test]
async fn tags_for_a_provider_of_others_are_a_warning_and_are_not_written() {
    let lab = Lab::start().await;
    lab.stranger()
        .await
        .create_provider(&foreign(&[OURS]))
        .await
        .unwrap();
    let host = Host::new(&lab, &[], &[]).await;
    let config = [
        issuer(),
        ("tags", map(&[("team", "platform"), ("owner", "somebody")])),
    ];
    lab.emulator.reset_calls();
    let (planned, diagnostics) = host.plan(TYPE, &config, None).await;
    let said = warnings(&diagnostics);
    assert!(
        said.len() == 1 && said[0].starts_with("tags: ") && said[0].contains("`team`"),
        "{said:?}"
    );
    assert!(!said[0].contains("`owner`"), "that one is there: {said:?}");
    let there = map(&[("owner", "somebody")]);
    assert_eq!(planned.unwrap().planned.member("tags_all"), Some(&there));
    let object = host.apply(TYPE, &config, None).await;
    assert_eq!(object.state.member("tags_all"), Some(&there));
    assert_eq!(tag_calls(&lab), 0);
    let next = Host::new(&lab, &[], &[]).await;
    assert_eq!(next.drift(TYPE, &config, &object).await, None);
    // Changing and removing them writes as little.
    let other = [issuer(), ("tags", map(&[("team", "other")]))];
    let object = next.apply(TYPE, &other, Some(&object)).await;
    let next = Host::new(&lab, &[], &[]).await;
    let object = next.apply(TYPE, &[issuer()], Some(&object)).await;
    assert_eq!(next.drift(TYPE, &[issuer()], &object).await, None);
    assert_eq!(tag_calls(&lab), 0);
    assert_eq!(found(&lab).await, foreign(&[]).tags);
}

/// Between plan and apply somebody makes the provider: the plan's promise is kept in the state, nothing is written, and
/// the next refresh says what is there.
#[tokio::test]
async fn a_provider_that_appears_after_the_plan_is_not_tagged() {
    let lab = Lab::start().await;
    let config = [issuer(), ("tags", map(&[("team", "platform")]))];
    let planned = Host::new(&lab, &[], &[]).await.plan(TYPE, &config, None).await;
    let planned = planned.0.unwrap();
    assert_eq!(
        planned.planned.member("tags_all"),
        Some(&map(&[("team", "platform")]))
    );
    lab.stranger()
        .await
        .create_provider(&foreign(&[OURS]))
        .await
        .unwrap();
    let host = Host::new(&lab, &[], &[]).await;
    let (object, diagnostics) = host.try_planned(TYPE, &config, None, planned).await;
    assert!(warnings(&diagnostics)[0].starts_with("tags: "), "{diagnostics:?}");
    assert_eq!(found(&lab).await, foreign(&[]).tags);
    let next = Host::new(&lab, &[], &[]).await;
    let object = next.refresh(TYPE, &object.unwrap()).await.unwrap();
    assert_eq!(object.state.member("tags_all"), Some(&map(&[])));
    assert_eq!(next.drift(TYPE, &config, &object).await, None);
    assert!(!next.destroy(TYPE, &object).await.has_errors());
    assert_eq!(found(&lab).await, foreign(&[]).tags);
}

/// Between plan and apply somebody deletes the provider: it is made with what the plan promised, and tagged by the next
/// apply.
#[tokio::test]
async fn a_provider_that_vanishes_after_the_plan_is_made_and_then_ours() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    stranger.create_provider(&foreign(&[OURS])).await.unwrap();
    let config = [issuer(), ("tags", map(&[("team", "platform")]))];
    let planned = Host::new(&lab, &[], &[]).await.plan(TYPE, &config, None).await;
    stranger.delete_provider(&lab.arn()).await.unwrap();
    let host = Host::new(&lab, &[], &[]).await;
    let (object, diagnostics) = host.try_planned(TYPE, &config, None, planned.0.unwrap()).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let object = object.unwrap();
    assert_eq!(object.state.member("tags_all"), Some(&map(&[])));
    let next = Host::new(&lab, &[], &[]).await;
    let fresh = next.refresh(TYPE, &object).await.unwrap();
    let object = next.apply(TYPE, &config, Some(&fresh)).await;
    assert_eq!(found(&lab).await, tags(&[("team", "platform")]));
    assert_eq!(next.drift(TYPE, &config, &object).await, None);
    next.destroy(TYPE, &object).await;
    assert!(stranger.get_provider(&lab.arn()).await.is_err());
}

/// An import shows what is there; only what the configuration wrote itself is ever taken away again.
#[tokio::test]
async fn an_import_leaves_foreign_tags_alone() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    stranger.create_provider(&foreign(&[OURS])).await.unwrap();
    stranger
        .tag_provider(&lab.arn(), &tags(&[("team", "platform")]))
        .await
        .unwrap();
    let config = [issuer(), ("tags", map(&[("team", "platform")]))];
    let host = with_defaults(&lab, &[("env", "prod")]).await;
    let object = host.import(TYPE, ImportKey::Id(lab.arn())).await;
    let all = [("owner", "somebody"), ("team", "platform")];
    assert_eq!(
        object.state.member("tags_all"),
        Some(&map(&all)),
        "no default tag"
    );
    assert_eq!(host.drift(TYPE, &config, &object).await, None);
    assert_eq!(host.drift(TYPE, &[issuer()], &object).await, None);
    // Held exclusively they are its own to write.
    let held = |team: &[(&str, &str)]| {
        [
            issuer(),
            ("ownership", Value::string("exclusive")),
            ("tags", map(team)),
        ]
    };
    let config = held(&[("team", "other"), ("more", "x")]);
    let (_, diagnostics) = host.plan(TYPE, &config, Some(&object)).await;
    let said = warnings(&diagnostics);
    assert!(
        said.len() == 1 && said[0].contains("stay at the provider: owner"),
        "{said:?}"
    );
    let object = host.apply(TYPE, &config, Some(&object)).await;
    let now = [
        ("owner", "somebody"),
        ("team", "other"),
        ("more", "x"),
        ("env", "prod"),
    ];
    assert_eq!(found(&lab).await, tags(&now));
    assert_eq!(host.drift(TYPE, &config, &object).await, None);
    let config = held(&[("more", "x")]);
    let object = host.apply(TYPE, &config, Some(&object)).await;
    let now = [("owner", "somebody"), ("more", "x"), ("env", "prod")];
    assert_eq!(found(&lab).await, tags(&now));
    // Nothing in the configuration is not "as imported" any more.
    let config = [issuer(), ("ownership", Value::string("exclusive"))];
    let object = host.apply(TYPE, &config, Some(&object)).await;
    assert_eq!(found(&lab).await, tags(&[("owner", "somebody"), ("env", "prod")]));
    assert_eq!(host.drift(TYPE, &config, &object).await, None);
}

fn second_audience_denied() -> Faults {
    Faults {
        fail: vec![Failure {
            operation: "AddClientIDToOpenIDConnectProvider".to_owned(),
            call: 2,
            times: 1,
            code: "AccessDenied".to_owned(),
            status: 403,
            message: "no".to_owned(),
            applied: false,
            withheld: false,
        }],
        ..Faults::default()
    }
}

#[tokio::test]
async fn a_half_failed_join_is_given_back() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    stranger
        .create_provider(&foreign(&["theirs.example"]))
        .await
        .unwrap();
    let ids = async || stranger.get_provider(&lab.arn()).await.unwrap().client_ids;
    let config = [issuer(), ("audiences", set(&["a.example", "b.example"]))];
    let host = Host::new(&lab, &[], &[]).await;
    lab.emulator.set_faults(second_audience_denied());
    let (object, diagnostics) = host.try_apply(TYPE, &config, None).await;
    assert!(diagnostics.has_errors());
    assert_eq!(ids().await, ["theirs.example", "a.example"]);
    let next = Host::new(&lab, &[], &[]).await;
    let object = next
        .refresh(TYPE, &object.expect("a state, for what was added"))
        .await
        .unwrap();
    assert!(!next.destroy(TYPE, &object).await.has_errors());
    assert_eq!(ids().await, ["theirs.example"]);
    // The same in an update, where there is a state anyway.
    let first = [issuer(), ("audiences", set(&["theirs.example"]))];
    let object = next.apply(TYPE, &first, None).await;
    lab.emulator.set_faults(second_audience_denied());
    let (object, diagnostics) = next.try_apply(TYPE, &config, Some(&object)).await;
    assert!(diagnostics.has_errors());
    assert_eq!(ids().await, ["theirs.example", "a.example"]);
    let last = Host::new(&lab, &[], &[]).await;
    assert!(!last.destroy(TYPE, &object.unwrap()).await.has_errors());
    assert_eq!(ids().await, ["theirs.example"]);
    assert_eq!(
        lab.stranger().await.list_providers().await.unwrap().len(),
        1,
        "{ISSUER}"
    );
}
