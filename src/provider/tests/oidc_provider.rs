//! `oidcfed_aws_oidc_provider` from create to destroy.

use super::host::{Host, map, said, set};
use super::lab::{ISSUER, Lab, OTHER, OWN};
use crate::clouds::aws::client::{NewProvider, NewRole, Tags};
use crate::clouds::aws::emulator::{Failure, Faults};
use crate::framework::{DiagnosticSeverity, ImportKey, Value};

pub const TYPE: &str = "oidcfed_aws_oidc_provider";

pub fn issuer() -> (&'static str, Value) {
    ("issuer", Value::string(ISSUER))
}

fn print(digit: &str) -> String {
    digit.repeat(40)
}

/// A provider that somebody else made.
pub fn foreign(client_ids: &[&str]) -> NewProvider {
    NewProvider {
        url: ISSUER.to_owned(),
        client_ids: client_ids.iter().map(|id| (*id).to_owned()).collect(),
        thumbprints: vec![print("c")],
        tags: Tags::from([("owner".to_owned(), "somebody".to_owned())]),
    }
}

fn role(name: &str, arn: &str, condition: &str) -> NewRole {
    NewRole {
        name: name.to_owned(),
        path: "/".to_owned(),
        trust_policy: format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Federated":"{arn}"}},"Action":"sts:AssumeRoleWithWebIdentity"{condition}}}]}}"#
        ),
        description: None,
        max_session_duration: None,
        permissions_boundary: None,
        tags: Tags::new(),
    }
}

#[tokio::test]
async fn from_create_to_destroy() {
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[("default_tags", map(&[("from", "provider")]))], &[]).await;
    let config = [issuer(), ("tags", map(&[("team", "platform")]))];
    let (planned, diagnostics) = host.plan(TYPE, &config, None).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let planned = planned.unwrap().planned;
    assert_eq!(
        planned.member("arn"),
        Some(&Value::string(lab.arn())),
        "known at plan"
    );
    assert_eq!(planned.member("account_id"), Some(&Value::string(OWN)));
    assert_eq!(
        planned.member("tags_all"),
        Some(&map(&[("from", "provider"), ("team", "platform")]))
    );
    assert!(planned.member("id").unwrap().is_unknown());
    let object = host.apply(TYPE, &config, None).await;
    let provider = lab.stranger().await.get_provider(&lab.arn()).await.unwrap();
    assert_eq!(provider.client_ids, ["sts.amazonaws.com"]);
    assert_eq!(provider.tags.get("team").map(String::as_str), Some("platform"));
    assert_eq!(provider.tags.get("from").map(String::as_str), Some("provider"));
    assert_eq!(host.drift(TYPE, &config, &object).await, None);
    // A process of its own refreshes with one call.
    lab.emulator.reset_calls();
    let next = Host::new(&lab, &[("default_tags", map(&[("from", "provider")]))], &[]).await;
    assert_eq!(next.drift(TYPE, &config, &object).await, None);
    assert_eq!(lab.calls(), [("iam:GetOpenIDConnectProvider".to_owned(), 1)]);
    assert!(!next.destroy(TYPE, &object).await.has_errors());
    assert!(lab.stranger().await.get_provider(&lab.arn()).await.is_err());
}

#[tokio::test]
async fn everything_but_the_issuer_changes_in_place() {
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[], &[]).await;
    let first = [
        issuer(),
        ("thumbprints", set(&[&print("a")])),
        ("tags", map(&[("Team", "a"), ("env", "x")])),
    ];
    let object = host.apply(TYPE, &first, None).await;
    let second = [
        issuer(),
        ("thumbprints", set(&[&print("B")])),
        ("audiences", set(&["a.example", "b.example"])),
        ("tags", map(&[("team", "a")])),
    ];
    let object = host.apply(TYPE, &second, Some(&object)).await;
    let provider = lab.stranger().await.get_provider(&lab.arn()).await.unwrap();
    assert_eq!(provider.client_ids, ["a.example", "b.example"]);
    assert_eq!(provider.thumbprints, [print("b")]);
    let tags: Vec<&str> = provider
        .tags
        .keys()
        .map(String::as_str)
        .filter(|key| !key.starts_with("oidcfed:"))
        .collect();
    assert_eq!(tags, ["team"]);
    assert_eq!(host.drift(TYPE, &second, &object).await, None);
    // Unset thumbprints are left alone, whatever somebody does to them.
    let third = [issuer(), ("audiences", set(&["a.example", "b.example"]))];
    let object = host.apply(TYPE, &third, Some(&object)).await;
    lab.stranger()
        .await
        .update_thumbprints(&lab.arn(), &[print("d")])
        .await
        .unwrap();
    let next = Host::new(&lab, &[], &[]).await;
    assert_eq!(next.drift(TYPE, &third, &object).await, None);
    // The issuer replaces.
    let (planned, _) = next
        .plan(
            TYPE,
            &[("issuer", Value::string("https://other.example"))],
            Some(&object),
        )
        .await;
    assert_eq!(planned.unwrap().requires_replace.len(), 1);
}

#[tokio::test]
async fn what_somebody_changes_is_seen_and_mended() {
    let lab = Lab::start().await;
    let config = [
        issuer(),
        ("audiences", set(&["a.example", "b.example"])),
        ("tags", map(&[("team", "a")])),
    ];
    let host = Host::new(&lab, &[], &[]).await;
    let object = host.apply(TYPE, &config, None).await;
    let stranger = lab.stranger().await;
    stranger.remove_client_id(&lab.arn(), "a.example").await.unwrap();
    let next = Host::new(&lab, &[], &[]).await;
    assert!(
        next.drift(TYPE, &config, &object).await.is_some(),
        "an audience is missing"
    );
    let fresh = next.refresh(TYPE, &object).await.unwrap();
    let object = next.apply(TYPE, &config, Some(&fresh)).await;
    assert_eq!(
        stranger.get_provider(&lab.arn()).await.unwrap().client_ids,
        ["b.example", "a.example"]
    );
    stranger
        .tag_provider(
            &lab.arn(),
            &Tags::from([("team".into(), "x".into()), ("foreign".into(), "y".into())]),
        )
        .await
        .unwrap();
    let next = Host::new(&lab, &[], &[]).await;
    let fresh = next.refresh(TYPE, &object).await.unwrap();
    let object = next.apply(TYPE, &config, Some(&fresh)).await;
    let tags = stranger.get_provider(&lab.arn()).await.unwrap().tags;
    assert_eq!(
        (tags.get("team").map(String::as_str), tags.contains_key("foreign")),
        (Some("a"), true)
    );
    stranger.delete_provider(&lab.arn()).await.unwrap();
    let next = Host::new(&lab, &[], &[]).await;
    assert_eq!(
        next.drift(TYPE, &config, &object).await,
        Some(Value::Null),
        "gone from the state"
    );
}

#[tokio::test]
async fn every_import_is_clean() {
    let lab = Lab::start().await;
    let full = [
        issuer(),
        ("audiences", set(&["a.example"])),
        ("tags", map(&[("team", "platform")])),
    ];
    Host::new(&lab, &[], &[]).await.apply(TYPE, &full, None).await;
    let identity = |account: Value| {
        ImportKey::Identity(Value::Object(
            [
                ("account_id".to_owned(), account),
                ("url".to_owned(), Value::string(ISSUER)),
            ]
            .into(),
        ))
    };
    for key in [
        ImportKey::Id(lab.arn()),
        ImportKey::Id(format!("{OWN}/{ISSUER}")),
        identity(Value::string(OWN)),
        identity(Value::Null),
    ] {
        let host = Host::new(&lab, &[], &[]).await;
        let object = host.import(TYPE, key.clone()).await;
        assert_eq!(host.drift(TYPE, &full, &object).await, None, "{key:?}");
        // With nothing but the issuer in the configuration too: null is "as it is".
        assert_eq!(host.drift(TYPE, &[issuer()], &object).await, None, "{key:?}");
        // Nothing of it is ours: it stays.
        assert!(!host.destroy(TYPE, &object).await.has_errors());
        assert!(lab.stranger().await.get_provider(&lab.arn()).await.is_ok());
    }
}

#[tokio::test]
async fn a_foreign_provider_is_adopted_and_left_behind() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    stranger
        .create_provider(&foreign(&["theirs.example"]))
        .await
        .unwrap();
    let host = Host::new(&lab, &[], &[]).await;
    let config = [issuer(), ("audiences", set(&["theirs.example", "ours.example"]))];
    let object = host.apply(TYPE, &config, None).await;
    let found = stranger.get_provider(&lab.arn()).await.unwrap();
    assert_eq!(found.client_ids, ["theirs.example", "ours.example"]);
    assert_eq!(found.tags, foreign(&[]).tags, "not even a tag is written");
    assert_eq!(host.drift(TYPE, &config, &object).await, None);
    assert!(!host.destroy(TYPE, &object).await.has_errors());
    assert_eq!(
        stranger.get_provider(&lab.arn()).await.unwrap().client_ids,
        ["theirs.example"]
    );
    // Thumbprints of others are not changed.
    let differing = [
        issuer(),
        ("audiences", set(&["theirs.example"])),
        ("thumbprints", set(&[&print("a")])),
    ];
    let (_, diagnostics) = host.plan(TYPE, &differing, None).await;
    assert!(
        said(&diagnostics)
            .iter()
            .any(|one| one.starts_with("thumbprints: ")),
        "{diagnostics:?}"
    );
}

#[tokio::test]
async fn ownership_is_kept() {
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[], &[]).await;
    let with = |ownership: &str| [issuer(), ("ownership", Value::string(ownership))];
    let refused = async |ownership: &str| {
        let (_, diagnostics) = host.plan(TYPE, &with(ownership), None).await;
        said(&diagnostics)
            .iter()
            .any(|one| one.starts_with("ownership: "))
    };
    assert!(refused("external").await, "it does not exist");
    let stranger = lab.stranger().await;
    stranger
        .create_provider(&foreign(&["sts.amazonaws.com"]))
        .await
        .unwrap();
    let fresh = Host::new(&lab, &[], &[]).await;
    let (_, diagnostics) = fresh.plan(TYPE, &with("exclusive"), None).await;
    assert!(
        said(&diagnostics)
            .iter()
            .any(|one| one.starts_with("ownership: ")),
        "{diagnostics:?}"
    );
    let object = fresh.apply(TYPE, &with("external"), None).await;
    assert_eq!(fresh.drift(TYPE, &with("external"), &object).await, None);
    lab.emulator.reset_calls();
    assert!(!fresh.destroy(TYPE, &object).await.has_errors());
    assert!(lab.calls().is_empty(), "an external provider is never written");
    // Imported, then taken over: refused while a role trusts it.
    stranger
        .create_role(&role("deploy", &lab.arn(), ""))
        .await
        .unwrap();
    let object = fresh.import(TYPE, ImportKey::Id(lab.arn())).await;
    let (_, diagnostics) = fresh.plan(TYPE, &with("exclusive"), Some(&object)).await;
    assert!(
        said(&diagnostics).iter().any(|one| one.contains("`deploy`")),
        "{diagnostics:?}"
    );
    stranger.delete_role("deploy").await.unwrap();
    let next = Host::new(&lab, &[], &[]).await;
    let object = next.apply(TYPE, &with("exclusive"), Some(&object)).await;
    assert_eq!(next.drift(TYPE, &with("exclusive"), &object).await, None);
    stranger
        .add_client_id(&lab.arn(), "intruder.example")
        .await
        .unwrap();
    let next = Host::new(&lab, &[], &[]).await;
    let fresh = next.refresh(TYPE, &object).await.unwrap();
    assert!(
        next.drift(TYPE, &with("exclusive"), &object).await.is_some(),
        "an audience too many"
    );
    let object = next.apply(TYPE, &with("exclusive"), Some(&fresh)).await;
    assert_eq!(
        stranger.get_provider(&lab.arn()).await.unwrap().client_ids,
        ["sts.amazonaws.com"]
    );
    assert!(!next.destroy(TYPE, &object).await.has_errors());
    assert!(stranger.get_provider(&lab.arn()).await.is_err());
}

#[tokio::test]
async fn a_provider_in_use_stays_when_it_is_left() {
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[], &[]).await;
    let object = host.apply(TYPE, &[issuer()], None).await;
    lab.stranger()
        .await
        .create_role(&role("deploy", &lab.arn(), ""))
        .await
        .unwrap();
    assert!(!host.destroy(TYPE, &object).await.has_errors());
    assert!(lab.stranger().await.get_provider(&lab.arn()).await.is_ok());
}

#[tokio::test]
async fn roles_that_come_to_life_are_a_finding() {
    let lab = Lab::start().await;
    lab.stranger()
        .await
        .create_role(&role("old", &lab.arn(), ""))
        .await
        .unwrap();
    let host = Host::new(&lab, &[], &[]).await;
    let (_, diagnostics) = host.plan(TYPE, &[issuer()], None).await;
    assert!(
        said(&diagnostics).iter().any(|one| one.contains("revives-roles")),
        "{diagnostics:?}"
    );
    let accepted = [
        issuer(),
        ("accepted_risks", map(&[("revives-roles@old", "it is ours")])),
    ];
    let host = Host::new(&lab, &[], &[]).await;
    host.apply(TYPE, &accepted, None).await;
}

#[tokio::test]
async fn another_account_is_entered() {
    let lab = Lab::start().await;
    let deployer = lab.emulator.add_deployer(OTHER, OWN).unwrap();
    let entry = Value::Object([("role_arn".to_owned(), Value::string(deployer))].into());
    let aws = [("accounts", Value::Map([(OTHER.to_owned(), entry)].into()))];
    let host = Host::new(&lab, &aws, &[]).await;
    let config = [issuer(), ("account_id", Value::string(OTHER))];
    let object = host.apply(TYPE, &config, None).await;
    let arn = lab.arn().replace(OWN, OTHER);
    assert_eq!(object.state.member("arn"), Some(&Value::string(&arn)));
    assert_eq!(host.drift(TYPE, &config, &object).await, None);
    assert!(
        lab.stranger().await.get_provider(&lab.arn()).await.is_err(),
        "not in the own account"
    );
    // Without a way in, it is an error that says so, and nothing is lost from the state.
    let shut = Host::new(&lab, &[], &[]).await;
    let (_, diagnostics) = shut.plan(TYPE, &config, None).await;
    assert!(
        said(&diagnostics)
            .iter()
            .any(|one| one.contains("account_role_name")),
        "{diagnostics:?}"
    );
    assert!(!host.destroy(TYPE, &object).await.has_errors());
}

#[tokio::test]
async fn a_failure_in_the_middle_leaves_a_complete_state() {
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[], &[]).await;
    let config = [issuer(), ("tags", map(&[("team", "a")]))];
    let denied = |operation: &str, applied: bool, code: &str, status: u16| Faults {
        fail: vec![Failure {
            operation: operation.to_owned(),
            call: 1,
            times: 1,
            code: code.to_owned(),
            status,
            message: "no".to_owned(),
            applied,
            withheld: false,
        }],
        ..Faults::default()
    };
    lab.emulator
        .set_faults(denied("TagOpenIDConnectProvider", false, "AccessDenied", 403));
    let (object, diagnostics) = host.try_apply(TYPE, &config, None).await;
    let errors = said(&diagnostics);
    assert!(
        errors
            .iter()
            .any(|one| one.starts_with("tags: ") && one.contains("iam:TagOpenIDConnectProvider")),
        "{errors:?}"
    );
    let object = object.unwrap();
    assert_eq!(object.state.member("arn"), Some(&Value::string(lab.arn())));
    assert_eq!(object.state.member("tags_all"), Some(&map(&[])));
    let object = host.apply(TYPE, &config, Some(&object)).await;
    assert_eq!(host.drift(TYPE, &config, &object).await, None);
    host.destroy(TYPE, &object).await;
    // The answer of a create that worked is lost: there is one provider, and it is ours.
    lab.emulator
        .set_faults(denied("CreateOpenIDConnectProvider", true, "ServiceFailure", 500));
    lab.emulator.reset_calls();
    let object = host.apply(TYPE, &config, None).await;
    assert!(
        lab.calls()
            .contains(&("iam:CreateOpenIDConnectProvider".to_owned(), 1)),
        "{:?}",
        lab.calls()
    );
    host.destroy(TYPE, &object).await;
    assert!(lab.stranger().await.get_provider(&lab.arn()).await.is_err());
}

#[tokio::test]
async fn an_unknown_configuration_plans_and_does_not_refresh() {
    let lab = Lab::start().await;
    let object = Host::new(&lab, &[], &[])
        .await
        .apply(TYPE, &[issuer()], None)
        .await;
    lab.emulator.reset_calls();
    let host = Host::new(&lab, &[("profile", Value::UNKNOWN)], &[]).await;
    let (planned, diagnostics) = host.plan(TYPE, &[issuer()], None).await;
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert!(planned.unwrap().planned.member("arn").unwrap().is_unknown());
    let fresh = host.refresh(TYPE, &object).await.unwrap();
    assert_eq!(fresh.state, object.state);
    assert!(lab.calls().is_empty());
}

#[tokio::test]
async fn providers_are_listed() {
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[], &[]).await;
    host.apply(TYPE, &[issuer()], None).await;
    let listed = host.list(TYPE, true).await;
    assert_eq!(listed.len(), 1);
    let found = listed.first().unwrap();
    assert_eq!(found.identity.member("url"), Some(&Value::string(ISSUER)));
    assert_eq!(
        found.resource.as_ref().unwrap().member("arn"),
        Some(&Value::string(lab.arn()))
    );
    assert!(host.list(TYPE, false).await.first().unwrap().resource.is_none());
}

#[tokio::test]
async fn bad_input_is_said_at_its_argument() {
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[], &[]).await;
    for (config, path) in [
        (
            vec![("issuer", Value::string("https://issuer.example:8443"))],
            "issuer",
        ),
        (
            vec![("issuer", Value::string("https://localhost:8443"))],
            "issuer",
        ),
        (vec![issuer(), ("audiences", set(&[]))], "audiences"),
        (vec![issuer(), ("thumbprints", set(&["zz"]))], "thumbprints"),
        (vec![issuer(), ("tags", map(&[("aws:x", "y")]))], "tags"),
        (vec![issuer(), ("account_id", Value::string("1"))], "account_id"),
        (vec![issuer(), ("ownership", Value::string("mine"))], "ownership"),
        (
            vec![
                issuer(),
                ("ownership", Value::string("external")),
                ("thumbprints", set(&[&print("a")])),
            ],
            "thumbprints",
        ),
    ] {
        let mut diagnostics = host.validate(TYPE, &config);
        if !diagnostics.has_errors() {
            diagnostics = host.plan(TYPE, &config, None).await.1;
        }
        let errors = diagnostics
            .iter()
            .filter(|one| one.severity == DiagnosticSeverity::Error);
        let paths: Vec<String> = errors.map(|one| one.path.to_string()).collect();
        assert!(
            !paths.is_empty() && paths.iter().all(|found| found.starts_with(path)),
            "{path}: {diagnostics:?}"
        );
    }
    assert!(lab.stranger().await.list_providers().await.unwrap().is_empty());
}
