//! What plans hold, in detail, with the host for tests.

use oidcfed::framework::testing::{Host, configuration};
use oidcfed::framework::{Diagnostics, ImportKey, Number, Path, Value};
use tempfile::TempDir;

use crate::fixture::Fixture;

const THING: &str = "fixture_thing";

/// A host whose provider is configured.
pub async fn host() -> (Host, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::new(Fixture::default());
    let config = configuration(
        host.server().schema(),
        [("folder", text(folder.path().to_str().unwrap()))],
    );
    host.configure(config).await.unwrap();
    (host, folder)
}

pub fn text(text: &str) -> Value {
    Value::string(text)
}

pub fn number(number: i64) -> Value {
    Value::Number(Number::Int(number))
}

pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

pub fn thing<const N: usize>(host: &Host, written: [(&str, Value); N]) -> Value {
    configuration(host.server().registry().resources[THING].schema(), written)
}

#[tokio::test]
async fn a_create_is_open_where_the_provider_decides() {
    let (host, _folder) = host().await;
    let peers = Value::Set(vec![
        object([("host", text("a"))]),
        object([("host", Value::UNKNOWN)]),
    ]);
    let config = thing(
        &host,
        [("name", text("n")), ("peers", peers), ("labels", Value::UNKNOWN)],
    );
    let plan = host.plan(THING, None, &config).await.unwrap();
    assert_eq!(plan.planned.member("size"), Some(&number(1)));
    assert_eq!(plan.planned.member("id"), Some(&Value::UNKNOWN));
    assert_eq!(plan.planned.member("labels"), Some(&Value::UNKNOWN));
    assert_eq!(plan.planned.member("settings"), Some(&Value::Null));
    let Some(Value::Set(peers)) = plan.planned.member("peers") else {
        panic!("a set")
    };
    for peer in peers {
        assert_eq!(peer.member("port"), Some(&number(443)));
        assert_eq!(peer.member("fingerprint"), Some(&Value::UNKNOWN));
    }
    assert_eq!(plan.identity.unwrap().member("name"), Some(&Value::UNKNOWN));
    assert!(plan.requires_replace.is_empty());
}

#[tokio::test]
async fn an_update_keeps_what_stays_and_opens_the_rest() {
    let (host, _folder) = host().await;
    let peers = |second: &str| {
        Value::Set(vec![
            object([("host", text("a"))]),
            object([("host", text(second)), ("port", number(80))]),
        ])
    };
    let rules = object([("k", object([("action", text("allow"))]))]);
    let config = thing(
        &host,
        [
            ("name", text("n")),
            ("peers", peers("b")),
            ("rules", rules.clone()),
        ],
    );
    let made = host.create(THING, &config).await.unwrap();
    assert_eq!(made.identity, Some(object([("name", text("n"))])));

    let config = thing(
        &host,
        [("name", text("n")), ("peers", peers("c")), ("rules", rules)],
    );
    let plan = host.plan(THING, Some(&made), &config).await.unwrap();
    assert_eq!(plan.planned.member("id"), Some(&text("id-n")));
    assert_eq!(plan.planned.member("revision"), Some(&Value::UNKNOWN));
    let rule = plan.planned.member("rules").unwrap().member("k").unwrap();
    assert_eq!(rule.member("id"), Some(&text("rule-k")));
    let Some(Value::Set(peers)) = plan.planned.member("peers") else {
        panic!("a set")
    };
    let print = |host: &str| {
        let peer = peers
            .iter()
            .find(|peer| peer.member("host") == Some(&text(host)))
            .unwrap();
        peer.member("fingerprint").unwrap().clone()
    };
    assert_eq!(print("a"), text("print-a"));
    assert_eq!(print("c"), Value::UNKNOWN);
    let made = host.update(&made, &config).await.unwrap();
    assert_eq!(made.state.member("revision"), Some(&number(2)));
    host.destroy(&made).await.unwrap();
    assert!(host.read(&made).await.unwrap().is_none());
}

#[tokio::test]
async fn what_means_the_same_is_no_change() {
    let (host, _folder) = host().await;
    let made = host
        .create(
            THING,
            &thing(&host, [("name", text("n")), ("secret", text("abc"))]),
        )
        .await
        .unwrap();
    let same = thing(&host, [("name", text("n")), ("secret", text("ABC"))]);
    host.unchanged(&made, &same).await.unwrap();
    let other = thing(&host, [("name", text("n")), ("secret", text("abd"))]);
    assert!(host.unchanged(&made, &other).await.is_err());
}

#[tokio::test]
async fn another_timeout_opens_nothing() {
    let (host, _folder) = host().await;
    let with = |create: &str| {
        thing(
            &host,
            [
                ("name", text("n")),
                ("timeouts", object([("create", text(create))])),
            ],
        )
    };
    let made = host.create(THING, &with("1m")).await.unwrap();
    let plan = host.plan(THING, Some(&made), &with("2m")).await.unwrap();
    assert_eq!(plan.planned.member("revision"), Some(&number(1)));
    assert_ne!(plan.planned, made.state);
}

#[tokio::test]
async fn replacements_are_named_once() {
    let (host, _folder) = host().await;
    let with = |name: &str, depth: i64| {
        thing(
            &host,
            [
                ("name", text(name)),
                ("settings", object([("depth", number(depth))])),
            ],
        )
    };
    let made = host.create(THING, &with("a", 1)).await.unwrap();
    let plan = host.plan(THING, Some(&made), &with("b", 2)).await.unwrap();
    assert_eq!(
        plan.requires_replace,
        [Path::of("name"), Path::of("settings").attribute("depth")]
    );
    let refused = host.update(&made, &with("b", 1)).await.unwrap_err();
    assert_eq!(refused.error().unwrap().summary, "Replacement");
}

#[tokio::test]
async fn import_by_id_and_by_identity() {
    let (host, _folder) = host().await;
    let config = thing(
        &host,
        [("name", text("n")), ("members", Value::Set(vec![text("x")]))],
    );
    let made = host.create(THING, &config).await.unwrap();
    for key in [
        ImportKey::Id("n".into()),
        ImportKey::Identity(object([("name", text("n"))])),
    ] {
        let imported = host.import(THING, key).await.unwrap();
        assert_eq!(imported.state, made.state);
        assert_eq!(imported.identity, made.identity);
        host.unchanged(&imported, &config).await.unwrap();
    }
    assert!(host.import(THING, ImportKey::Id("none".into())).await.is_err());
}

#[tokio::test]
async fn without_the_provider_configuration_a_plan_asks_nobody() {
    let host = Host::new(Fixture::default());
    let config = configuration(host.server().schema(), [("folder", Value::UNKNOWN)]);
    host.configure(config).await.unwrap();
    let config = thing(&host, [("name", text("bad-plan"))]);
    let plan = host.plan(THING, None, &config).await.unwrap();
    assert_eq!(plan.planned.member("size"), Some(&number(1)));
}

#[tokio::test]
async fn a_write_only_value_needs_a_host_that_can_carry_it() {
    let (host, _folder) = host().await;
    let config = thing(&host, [("name", text("n")), ("token_wo", text("secret"))]);
    for (able, errors) in [(true, false), (false, true)] {
        let mut diagnostics = Diagnostics::new();
        host.server()
            .validate_resource(THING, &config, able, &mut diagnostics);
        assert_eq!(diagnostics.has_errors(), errors);
        assert!(!format!("{diagnostics:?}").contains("secret"));
    }
    let made = host.create(THING, &config).await.unwrap();
    assert_eq!(made.state.member("token_wo"), Some(&Value::Null));
}

#[tokio::test]
async fn a_computed_value_that_nobody_configured_replaces_nothing() {
    let (host, _folder) = host().await;
    let with = |size: i64, zone: Value| {
        thing(
            &host,
            [("name", text("n")), ("size", number(size)), ("zone", zone)],
        )
    };
    let made = host.create(THING, &with(1, Value::Null)).await.unwrap();
    let plan = host
        .plan(THING, Some(&made), &with(2, Value::Null))
        .await
        .unwrap();
    assert_eq!(plan.planned.member("zone"), Some(&text("zone-1")));
    assert!(plan.requires_replace.is_empty());
    for zone in [text("zone-2"), Value::UNKNOWN] {
        let plan = host.plan(THING, Some(&made), &with(1, zone)).await.unwrap();
        assert_eq!(plan.requires_replace, [Path::of("zone")]);
    }
}
