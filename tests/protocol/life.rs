//! The life of the process: handshake, who may connect, signals, the end.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use crate::host::go_plugin::grpc_broker_client::GrpcBrokerClient;
use crate::host::go_plugin::grpc_stdio_client::GrpcStdioClient;
use crate::host::health::HealthCheckRequest;
use crate::host::health::health_client::HealthClient;
use crate::host::tfplugin6::{get_metadata, get_provider_schema};
use crate::host::{HostCertificate, Plugin};
use crate::programs::fixture;

#[tokio::test]
async fn a_unix_socket_with_mutual_tls() {
    let mut plugin = Plugin::start(&[]).await;
    assert_eq!(plugin.line.network, "unix");
    assert!(!plugin.line.certificate.contains('='), "{}", plugin.line.text);
    let schema = plugin
        .provider()
        .await
        .get_provider_schema(get_provider_schema::Request {})
        .await
        .unwrap();
    assert!(schema.into_inner().resource_schemas.contains_key("fixture_thing"));
    let socket = PathBuf::from(&plugin.line.address);
    assert!(socket.exists());
    assert_eq!(plugin.shut_down().await, 0);
    assert!(!socket.exists() && !socket.parent().unwrap().exists());
}

#[tokio::test]
async fn tcp_and_tls_1_2() {
    let mut plugin = Plugin::start(&[("OIDCFED_PLUGIN_NETWORK", "tcp")]).await;
    assert_eq!(plugin.line.network, "tcp");
    let port: u16 = plugin
        .line
        .address
        .strip_prefix("127.0.0.1:")
        .unwrap()
        .parse()
        .unwrap();
    assert!((10_000..=25_000).contains(&port));
    let channel = plugin.channel_over(&rustls::version::TLS12).await;
    let mut client = crate::host::tfplugin6::provider_client::ProviderClient::new(channel);
    client.get_metadata(get_metadata::Request {}).await.unwrap();
    drop(client);
    assert_eq!(plugin.shut_down().await, 0);
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let mut plugin = Plugin::start(&[]).await;
    let stranger = HostCertificate::new();
    for shown in [
        None,
        Some(&stranger),
        Some(&plugin.certificate.stolen_by(&stranger)),
    ] {
        assert!(plugin.as_stranger(shown).await.is_err());
    }
    // and the one that was invited still gets in
    plugin.as_stranger(Some(&plugin.certificate)).await.unwrap();
    assert_eq!(plugin.shut_down().await, 0);
}

#[tokio::test]
async fn without_a_certificate_there_is_no_tls() {
    let mut plugin = Plugin::start_with(&[], HostCertificate::new()).await;
    assert!(plugin.line.text.ends_with("|grpc|\n"));
    plugin
        .provider()
        .await
        .get_metadata(get_metadata::Request {})
        .await
        .unwrap();
    assert_eq!(plugin.shut_down().await, 0);
}

#[tokio::test]
async fn the_host_chooses_the_folder_of_the_socket() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("PLUGIN_UNIX_SOCKET_DIR", folder.path().to_str().unwrap()),
        ("PLUGIN_MULTIPLEX_GRPC", "true"),
    ];
    let mut plugin = Plugin::start(&variables).await;
    assert_eq!(Path::new(&plugin.line.address).parent(), Some(folder.path()));
    assert!(plugin.line.text.ends_with("|false\n"));
    assert_eq!(plugin.shut_down().await, 0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn by_hand_it_explains_itself() {
    let output = Command::new(fixture())
        .arg("--by-hand")
        .env_remove("TF_PLUGIN_MAGIC_COOKIE")
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("is a plugin") && said.contains("required_providers"),
        "{said}"
    );

    let mut wrong = crate::host::command(&[("TF_PLUGIN_MAGIC_COOKIE", "wrong")]);
    assert_eq!(wrong.output().await.unwrap().status.code(), Some(1));
    let mut ports = crate::host::command(&[("PLUGIN_MIN_PORT", "many")]);
    let output = ports.output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("`PLUGIN_MIN_PORT`")
    );
    let mut certificate = crate::host::command(&[("PLUGIN_CLIENT_CERT", "not a certificate")]);
    let output = certificate.output().await.unwrap();
    assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(1), true));
}

#[tokio::test]
async fn an_interrupt_is_for_the_host_and_a_termination_is_not() {
    let mut plugin = Plugin::start(&[]).await;
    let mut client = plugin.provider().await;
    plugin.signal("INT").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    client.get_metadata(get_metadata::Request {}).await.unwrap();
    plugin.signal("TERM").await;
    assert_eq!(plugin.exit_code().await, 0);
    assert!(!Path::new(&plugin.line.address).exists());
}

#[tokio::test]
async fn side_services_answer_and_stay_open() {
    let mut plugin = Plugin::start(&[]).await;
    let channel = plugin.channel().await;
    let mut health = HealthClient::new(channel.clone());
    let checked = health
        .check(HealthCheckRequest {
            service: "plugin".to_owned(),
        })
        .await
        .unwrap();
    assert_eq!(checked.into_inner().status, 1);
    assert!(
        health
            .check(HealthCheckRequest {
                service: "other".to_owned()
            })
            .await
            .is_err()
    );
    let mut stdio = GrpcStdioClient::new(channel.clone())
        .stream_stdio(())
        .await
        .unwrap()
        .into_inner();
    let offers = tokio_stream::pending();
    let mut broker = GrpcBrokerClient::new(channel)
        .start_stream(offers)
        .await
        .unwrap()
        .into_inner();
    let quiet = Duration::from_millis(200);
    assert!(tokio::time::timeout(quiet, stdio.message()).await.is_err());
    assert!(tokio::time::timeout(quiet, broker.message()).await.is_err());
    // open streams do not keep the process alive
    assert_eq!(plugin.shut_down().await, 0);
    assert!(stdio.message().await.unwrap_or(None).is_none());
}
