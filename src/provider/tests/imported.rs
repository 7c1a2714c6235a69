//! An imported role: what it holds is shown, and is not ours before the configuration says so.

use super::host::{Config, Host, Object, map, said, set};
use super::lab::{ISSUER, Lab};
use crate::framework::{Diagnostics, ImportKey, Value};

const TYPE: &str = "oidcfed_aws_trust";
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const DOCUMENT: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#;

fn trust(more: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let mut config = vec![
        ("issuer", Value::string(ISSUER)),
        ("subjects", set(&["repo:acme/api:ref:refs/heads/main"])),
        ("role_name", Value::string("deploy")),
    ];
    config.extend(more.iter().cloned());
    config
}

fn permissions() -> Vec<(&'static str, Value)> {
    vec![
        ("managed_policy_arns", set(&[READ_ONLY])),
        ("inline_policies", map(&[("p", DOCUMENT)])),
    ]
}

/// A role of the trust's form with one managed and one inline policy and two tags, and the same imported elsewhere.
async fn imported(lab: &Lab, aws: Config<'_>) -> (Host, Object) {
    let maker = Host::new(lab, &[], &[]).await;
    maker.apply(TYPE, &trust(&[]), None).await;
    let stranger = lab.stranger().await;
    stranger.attach_policy("deploy", READ_ONLY).await.unwrap();
    stranger.put_inline_policy("deploy", "p", DOCUMENT).await.unwrap();
    let tags = [("a", "1"), ("b", "2")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    stranger.tag_role("deploy", &tags.into()).await.unwrap();
    let host = Host::new(lab, aws, &[]).await;
    let object = host.import(TYPE, ImportKey::Id("deploy".to_owned())).await;
    (host, object)
}

async fn tags_of(lab: &Lab) -> Vec<(String, String)> {
    let role = lab.stranger().await.get_role("deploy").await.unwrap();
    role.tags.into_iter().collect()
}

fn pairs(members: &[(&str, &str)]) -> Vec<(String, String)> {
    members
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect()
}

fn warned(diagnostics: &Diagnostics, title: &str, words: &[&str]) {
    let all = said(diagnostics);
    assert!(!diagnostics.has_errors(), "{all:?}");
    let fits = |text: &&String| text.contains(title) && words.iter().all(|word| text.contains(word));
    assert!(all.iter().any(|text| fits(&text)), "{title} {words:?}: {all:?}");
}

#[tokio::test]
async fn what_the_configuration_did_not_write_is_foreign_to_a_destroy() {
    let lab = Lab::start().await;
    let (host, object) = imported(&lab, &[]).await;
    assert_eq!(host.drift(TYPE, &trust(&[]), &object).await, None);
    let described = trust(&[("description", Value::string("ours"))]);
    let object = host.apply(TYPE, &described, Some(&object)).await;
    assert_eq!(host.drift(TYPE, &described, &object).await, None);
    let (left, diagnostics) = host.try_destroy(TYPE, &object).await;
    let errors = said(&diagnostics);
    assert!(
        errors
            .iter()
            .any(|text| text.contains(READ_ONLY) && text.contains("inline policy p")),
        "{errors:?}"
    );
    let (attached, inline) = {
        let stranger = lab.stranger().await;
        let attached = stranger.list_attached_policies("deploy").await.unwrap();
        (attached, stranger.list_inline_policies("deploy").await.unwrap())
    };
    assert_eq!((attached.len(), inline.len()), (1, 1), "nothing was taken away");
    let forced = trust(&[
        ("description", Value::string("ours")),
        ("force_detach", Value::Bool(true)),
    ]);
    let object = host.apply(TYPE, &forced, Some(&left.unwrap())).await;
    host.destroy(TYPE, &object).await;
    assert!(lab.stranger().await.get_role("deploy").await.is_err());
}

#[tokio::test]
async fn what_the_configuration_wrote_is_its_own() {
    let lab = Lab::start().await;
    let (host, object) = imported(&lab, &[]).await;
    let written = trust(&permissions());
    assert_eq!(host.drift(TYPE, &written, &object).await, None);
    let mut described = written.clone();
    described.push(("description", Value::string("ours")));
    let object = host.apply(TYPE, &described, Some(&object)).await;
    assert_eq!(host.drift(TYPE, &described, &object).await, None);
    // given up: said, and nothing detached
    let given_up = trust(&[("description", Value::string("ours"))]);
    let (_, diagnostics) = host.plan(TYPE, &given_up, Some(&object)).await;
    warned(
        &diagnostics,
        "No longer managed",
        &["managed_policy_arns", READ_ONLY],
    );
    warned(&diagnostics, "No longer managed", &["inline_policies", "(p)"]);
    assert!(said(&host.plan_destroy(TYPE, &object).await).is_empty());
    host.destroy(TYPE, &object).await;
    assert!(lab.stranger().await.get_role("deploy").await.is_err());
}

/// The host never said whether the configuration writes them: the plan of the destroy names them.
#[tokio::test]
async fn a_destroy_right_after_the_import_says_what_goes() {
    let lab = Lab::start().await;
    let (host, object) = imported(&lab, &[]).await;
    let diagnostics = host.plan_destroy(TYPE, &object).await;
    warned(
        &diagnostics,
        "An imported role goes",
        &["deploy", READ_ONLY, "inline policy p"],
    );
    // attached after the refresh: nobody saw it
    let stranger = lab.stranger().await;
    let late = "arn:aws:iam::aws:policy/SecurityAudit";
    stranger.attach_policy("deploy", late).await.unwrap();
    let (left, diagnostics) = host.try_destroy(TYPE, &object).await;
    assert!(said(&diagnostics)[0].contains(late), "{:?}", said(&diagnostics));
    stranger.detach_policy("deploy", late).await.unwrap();
    host.destroy(TYPE, &left.unwrap()).await;
    assert!(lab.stranger().await.get_role("deploy").await.is_err());
}

#[tokio::test]
async fn the_first_tags_take_no_others_away() {
    let lab = Lab::start().await;
    let (host, object) = imported(&lab, &[]).await;
    let all = trust(&[("tags", map(&[("a", "1"), ("b", "2")]))]);
    assert_eq!(
        host.drift(TYPE, &all, &object).await,
        None,
        "clean when written out"
    );
    let own = trust(&[("tags", map(&[("b", "3"), ("c", "4")]))]);
    let (_, diagnostics) = host.plan(TYPE, &own, Some(&object)).await;
    warned(
        &diagnostics,
        "Tags of the imported role stay",
        &["at the role: a."],
    );
    let object = host.apply(TYPE, &own, Some(&object)).await;
    assert_eq!(tags_of(&lab).await, pairs(&[("a", "1"), ("b", "3"), ("c", "4")]));
    assert_eq!(host.drift(TYPE, &own, &object).await, None);
    let fewer = trust(&[("tags", map(&[("c", "4")]))]);
    let object = host.apply(TYPE, &fewer, Some(&object)).await;
    assert_eq!(tags_of(&lab).await, pairs(&[("a", "1"), ("c", "4")]));
    assert_eq!(host.drift(TYPE, &fewer, &object).await, None);
}

#[tokio::test]
async fn default_tags_are_shown_when_they_are_there() {
    let lab = Lab::start().await;
    let defaults = [("default_tags", map(&[("a", "x"), ("team", "t")]))];
    let (host, object) = imported(&lab, &defaults).await;
    let silent = trust(&[]);
    let planned = host.drift(TYPE, &silent, &object).await.unwrap();
    assert_eq!(
        planned.member("tags_all"),
        Some(&map(&[("a", "x"), ("b", "2"), ("team", "t")])),
        "a default is written, also over another value"
    );
    assert_eq!(
        object.state.member("tags_all"),
        Some(&map(&[("a", "1"), ("b", "2")]))
    );
    let object = host.apply(TYPE, &silent, Some(&object)).await;
    assert_eq!(
        tags_of(&lab).await,
        pairs(&[("a", "x"), ("b", "2"), ("team", "t")])
    );
    assert_eq!(host.drift(TYPE, &silent, &object).await, None);
    // the defaults go: what they wrote goes with them, and nothing else
    let plain = Host::new(&lab, &[], &[]).await;
    let object = plain.refresh(TYPE, &object).await.unwrap();
    let object = plain.apply(TYPE, &silent, Some(&object)).await;
    assert_eq!(tags_of(&lab).await, pairs(&[("b", "2")]));
    assert_eq!(plain.drift(TYPE, &silent, &object).await, None);
    // an override that is written out is as clean as any other
    let again = Host::new(&lab, &defaults, &[]).await;
    let written = trust(&[("tags", map(&[("a", "1"), ("b", "2")]))]);
    let object = again.apply(TYPE, &written, Some(&object)).await;
    assert_eq!(again.drift(TYPE, &written, &object).await, None);
    let imported = again.import(TYPE, ImportKey::Id("deploy".to_owned())).await;
    assert_eq!(again.drift(TYPE, &written, &imported).await, None);
}

/// The prefix of a name that has the form of a generated one is known after an import, whether it is written or not.
#[tokio::test]
async fn a_generated_name_is_as_clean_as_a_given_one() {
    let lab = Lab::start().await;
    let named = |argument: &'static str, value: &str| {
        let mut config = trust(&[]);
        config.retain(|(name, _)| *name != "role_name");
        config.push((argument, Value::string(value)));
        config
    };
    let config = named("role_name_prefix", "deploy-");
    let host = Host::new(&lab, &[], &[]).await;
    let made = host.apply(TYPE, &config, None).await;
    let name = made
        .state
        .member("role_name")
        .and_then(Value::as_str)
        .unwrap()
        .to_owned();
    let import = async || host.import(TYPE, ImportKey::Id(name.clone())).await;
    let object = import().await;
    assert_eq!(
        object.state.member("role_name_prefix"),
        Some(&Value::string("deploy-"))
    );
    assert_eq!(host.drift(TYPE, &config, &object).await, None);
    assert_eq!(host.drift(TYPE, &named("role_name", &name), &object).await, None);
    // the first change takes the words of the configuration
    let described = |mut config: Vec<(&'static str, Value)>, text: &str| {
        config.push(("description", Value::string(text)));
        config
    };
    let by_name = described(named("role_name", &name), "by name");
    let object = host.apply(TYPE, &by_name, Some(&object)).await;
    assert_eq!(object.state.member("role_name_prefix"), Some(&Value::Null));
    assert_eq!(object.state.member("role_name"), Some(&Value::string(&name)));
    assert_eq!(host.drift(TYPE, &by_name, &object).await, None);
    let by_prefix = described(config, "by prefix");
    let object = host.apply(TYPE, &by_prefix, Some(&import().await)).await;
    assert_eq!(
        object.state.member("role_name_prefix"),
        Some(&Value::string("deploy-"))
    );
    assert_eq!(object.state.member("role_name"), Some(&Value::string(&name)));
    assert_eq!(host.drift(TYPE, &by_prefix, &object).await, None);
}

/// A prefix that the name has without being generated from it: it goes into the state, and IAM hears nothing of it.
#[tokio::test]
async fn another_prefix_of_the_name_is_a_change_of_the_state_alone() {
    let lab = Lab::start().await;
    let made = Host::new(&lab, &[], &[])
        .await
        .apply(TYPE, &trust(&[]), None)
        .await;
    let name = made.state.member("role_name").and_then(Value::as_str).unwrap();
    let mut config = trust(&[("role_name_prefix", Value::string(&name[..4]))]);
    config.retain(|(name, _)| *name != "role_name");
    let host = Host::new(&lab, &[], &[]).await;
    let object = host.import(TYPE, ImportKey::Id(name.to_owned())).await;
    assert_eq!(object.state.member("role_name_prefix"), Some(&Value::Null));
    let mut events = lab.emulator.subscribe();
    let object = host.apply(TYPE, &config, Some(&object)).await;
    let writes: Vec<String> = std::iter::from_fn(|| events.try_recv().ok())
        .map(|event| event.action)
        .filter(|action| !action.contains(":Get") && !action.contains(":List"))
        .collect();
    assert_eq!(writes, [""; 0]);
    assert_eq!(object.state.member("role_name"), made.state.member("role_name"));
    assert_eq!(host.drift(TYPE, &config, &object).await, None);
}
