//! Calls over the wire.

use std::time::{Duration, Instant};

use oidcfed::framework::testing::configuration;
use oidcfed::framework::{Server, Value};
use oidcfed::plugin::msgpack::{decode, encode};
use serde_json::Value as Json;
use tonic::transport::Channel;

use crate::fixture::Fixture;
use crate::host::Plugin;
use crate::host::tfplugin6::provider_client::ProviderClient;
use crate::host::tfplugin6::*;
use crate::plans::text;

pub const THING: &str = "fixture_thing";

pub fn wire(value: &Value, ty: &oidcfed::framework::Type) -> Option<DynamicValue> {
    Some(DynamicValue {
        msgpack: encode(value, ty).unwrap(),
        json: Vec::new(),
    })
}

pub async fn configured(plugin: &Plugin, folder: &str) -> ProviderClient<Channel> {
    let server = Server::new(Fixture::default());
    let config = configuration(server.schema(), [("folder", text(folder))]);
    let mut client = plugin.provider().await;
    let request = configure_provider::Request {
        terraform_version: "1.11.4".to_owned(),
        config: wire(&config, &server.schema().ty()),
        client_capabilities: None,
    };
    let response = client.configure_provider(request).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
    client
}

/// The request to create a thing of this name, as it is planned.
pub async fn planned(client: &mut ProviderClient<Channel>, name: &str) -> apply_resource_change::Request {
    let server = Server::new(Fixture::default());
    let entry = &server.registry().resources[THING];
    let config = wire(&configuration(entry.schema(), [("name", text(name))]), entry.ty());
    let plan = plan_resource_change::Request {
        type_name: THING.to_owned(),
        prior_state: wire(&Value::Null, entry.ty()),
        proposed_new_state: config.clone(),
        config: config.clone(),
        ..Default::default()
    };
    let plan = client.plan_resource_change(plan).await.unwrap().into_inner();
    assert_eq!(plan.diagnostics, []);
    apply_resource_change::Request {
        type_name: THING.to_owned(),
        prior_state: wire(&Value::Null, entry.ty()),
        planned_state: plan.planned_state,
        config,
        planned_private: plan.planned_private,
        provider_meta: None,
        planned_identity: plan.planned_identity,
    }
}

pub fn state(response: &apply_resource_change::Response) -> Value {
    let server = Server::new(Fixture::default());
    let ty = server.registry().resources[THING].ty();
    decode(&response.new_state.as_ref().unwrap().msgpack, ty).unwrap()
}

#[tokio::test]
async fn calls_run_side_by_side_and_stop_ends_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut plugin = Plugin::start(&[]).await;
    let mut client = configured(&plugin, folder.path().to_str().unwrap()).await;
    let slow = planned(&mut client, "slow").await;
    let running = tokio::spawn({
        let mut client = client.clone();
        async move { client.apply_resource_change(slow).await.unwrap().into_inner() }
    });
    for name in ["a", "b", "c"] {
        let request = planned(&mut client, name).await;
        let applied = client.apply_resource_change(request).await.unwrap().into_inner();
        assert_eq!(applied.diagnostics, []);
    }
    assert!(!running.is_finished());
    let stopped = client
        .stop_provider(stop_provider::Request {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(stopped.error, "");
    let cut = tokio::time::timeout(Duration::from_secs(2), running)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(cut.diagnostics[0].summary, "Interrupted");
    assert_eq!(state(&cut).member("id"), Some(&text("id-slow")));
    let request = planned(&mut client, "after").await;
    assert_eq!(
        client
            .apply_resource_change(request)
            .await
            .unwrap()
            .into_inner()
            .diagnostics,
        []
    );
    assert_eq!(plugin.shut_down().await, 0);
}

#[tokio::test]
async fn a_call_that_never_ends_does_not_keep_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut plugin = Plugin::start(&[]).await;
    let mut client = configured(&plugin, folder.path().to_str().unwrap()).await;
    let deaf = planned(&mut client, "deaf").await;
    tokio::spawn(async move { client.apply_resource_change(deaf).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    assert_eq!(plugin.shut_down().await, 0);
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_panic_is_a_diagnostic_and_the_process_lives() {
    let folder = tempfile::tempdir().unwrap();
    let mut plugin = Plugin::start(&[]).await;
    let mut client = configured(&plugin, folder.path().to_str().unwrap()).await;
    let request = planned(&mut client, "panic").await;
    let applied = client.apply_resource_change(request).await.unwrap().into_inner();
    assert_eq!(applied.diagnostics[0].summary, "The provider failed unexpectedly");
    assert_eq!(state(&applied).member("name"), Some(&text("panic")));
    client.get_metadata(get_metadata::Request {}).await.unwrap();
    drop(client);
    assert_eq!(plugin.shut_down().await, 0);
    let log = plugin.stderr().await;
    assert!(
        log.contains("a part of the provider failed") && !log.contains("payload"),
        "{log}"
    );
}

#[tokio::test]
async fn log_records_are_json_with_six_digits() {
    let mut plugin = Plugin::start(&[("TF_LOG", "TRACE")]).await;
    plugin
        .provider()
        .await
        .get_metadata(get_metadata::Request {})
        .await
        .unwrap();
    assert!(plugin.as_stranger(None).await.is_err());
    assert_eq!(plugin.shut_down().await, 0);
    let log = plugin.stderr().await;
    assert!(
        log.contains("GetMetadata") && log.contains("a connection was refused"),
        "{log}"
    );
    for line in log.lines() {
        let record: Json = serde_json::from_str(line).unwrap();
        let timestamp = record["@timestamp"].as_str().unwrap();
        let fraction = timestamp.split_once('.').unwrap().1.strip_suffix('Z').unwrap();
        assert_eq!((timestamp.len(), fraction.len()), (27, 6), "{timestamp}");
        assert!(record["@message"].is_string() && record["@level"].is_string());
    }
}

#[tokio::test]
async fn large_values_pass() {
    let folder = tempfile::tempdir().unwrap();
    let mut plugin = Plugin::start(&[]).await;
    let mut client = configured(&plugin, folder.path().to_str().unwrap()).await;
    let server = Server::new(Fixture::default());
    let entry = &server.registry().resources[THING];
    let config = configuration(
        entry.schema(),
        [("name", text("n")), ("secret", text(&"x".repeat(20 << 20)))],
    );
    let config = wire(&config, entry.ty());
    let plan = plan_resource_change::Request {
        type_name: THING.to_owned(),
        proposed_new_state: config.clone(),
        config,
        ..Default::default()
    };
    let plan = client.plan_resource_change(plan).await.unwrap().into_inner();
    assert_eq!(plan.diagnostics, []);
    assert!(plan.planned_state.unwrap().msgpack.len() > 20 << 20);
    drop(client);
    assert_eq!(plugin.shut_down().await, 0);
}

#[tokio::test]
async fn unreadable_values_are_diagnostics() {
    let mut plugin = Plugin::start(&[]).await;
    let mut client = plugin.provider().await;
    for msgpack in [
        vec![0xc1],
        vec![0x80],
        vec![0xdf, 0xff, 0xff, 0xff, 0xff],
        b"\xa1a".to_vec(),
    ] {
        let config = Some(DynamicValue {
            msgpack,
            json: Vec::new(),
        });
        let request = validate_resource_config::Request {
            type_name: THING.to_owned(),
            config,
            client_capabilities: None,
        };
        let answer = client
            .validate_resource_config(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.diagnostics[0].summary, "Unreadable value");
    }
    drop(client);
    assert_eq!(plugin.shut_down().await, 0);
}

#[tokio::test]
async fn the_end_brings_running_calls_to_a_safe_point() {
    let folder = tempfile::tempdir().unwrap();
    let mut plugin = Plugin::start(&[]).await;
    let mut client = configured(&plugin, folder.path().to_str().unwrap()).await;
    let slow = planned(&mut client, "slow").await;
    let running = tokio::spawn(async move { client.apply_resource_change(slow).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    assert_eq!(plugin.shut_down().await, 0);
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "nothing keeps it waiting"
    );
    let cut = running.await.unwrap().unwrap().into_inner();
    assert_eq!(cut.diagnostics[0].summary, "Interrupted");
}
