//! The life of the provider process: start, handshake, service, end.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tonic::transport::Server as Transport;

use super::connections::connections;
use super::handshake::{HandshakeError, Invitation};
use super::listener::Listener;
use super::log;
use super::proto::go_plugin::grpc_broker_server::GrpcBrokerServer;
use super::proto::go_plugin::grpc_controller_server::GrpcControllerServer;
use super::proto::go_plugin::grpc_stdio_server::GrpcStdioServer;
use super::proto::health::health_server::HealthServer;
use super::proto::tfplugin6::provider_server::ProviderServer;
use super::service::{Calls, ProviderService};
use super::side_services::Ending;
use super::tls::MutualTls;
use crate::framework::{Provider, Server};

/// Largest message, both ways; the reference server has the same limit.
const MESSAGE_LIMIT: usize = 256 << 20;
/// How long running calls may go on after the end was asked for; the host kills the process after two seconds.
const GRACE: Duration = Duration::from_millis(1_500);
/// Threads for the calls, which mostly wait.
const WORKERS: usize = 2;

/// What the process says about itself.
pub struct About {
    /// The type name, the prefix of its resources.
    pub name: &'static str,
    /// The source address, for example `registry.example/acme/thing`.
    pub address: &'static str,
    pub version: &'static str,
}

/// Serves the provider to the host that started this process, until the host has done.
///
/// Started by hand it explains itself and fails; with `--debug` it serves without TLS until Ctrl-C, and prints the
/// variable that makes a host use it.
pub fn serve(about: &About, provider: impl Provider) -> ExitCode {
    let variable = |name: &str| std::env::var(name).ok();
    let debug = std::env::args_os().skip(1).any(|argument| argument == "--debug");
    let invitation = if debug {
        Invitation::for_debugging(&variable)
    } else {
        Invitation::from_host(&variable)
    };
    let invitation = match invitation {
        Ok(invitation) => invitation,
        Err(HandshakeError::NoHost) => return explain(about),
        Err(error) => return fail(about, &error.to_string()),
    };
    log::start(about.name, &variable);
    log::report_panics();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return fail(about, &error.to_string()),
    };
    let ended = runtime.block_on(run(about, invitation, debug, provider));
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(about, &error.to_string()),
    }
}

async fn run(
    about: &About,
    invitation: Invitation,
    debug: bool,
    provider: impl Provider,
) -> Result<(), Box<dyn std::error::Error>> {
    let ending = Ending::default();
    signals(&ending, debug)?;
    let tls = invitation
        .client_certificate
        .as_deref()
        .map(MutualTls::new)
        .transpose()?;
    let listener = Listener::bind(&invitation).await?;
    let address = listener.address()?;
    if debug {
        announce(about, invitation.network.name(), &address);
    } else {
        let line = invitation.answer(&address, tls.as_ref().map(|tls| tls.certificate.as_str()));
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{line}")?;
        stdout.flush()?;
    }
    let (incoming, accepting) = connections(listener, tls.map(|tls| tls.config));
    let (server, calls) = (Arc::new(Server::new(provider)), Calls::new());
    let service = ProviderServer::new(ProviderService::new(Arc::clone(&server), calls.clone()))
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT);
    let serving = Transport::builder()
        .add_service(service)
        .add_service(GrpcControllerServer::new(ending.clone()))
        .add_service(GrpcStdioServer::new(ending.clone()))
        .add_service(GrpcBrokerServer::new(ending.clone()))
        .add_service(HealthServer::new(ending.clone()))
        .serve_with_incoming_shutdown(incoming, ending.0.clone().cancelled_owned());
    let finished = async {
        let served = serving.await;
        // the host may hang up at once, but what was begun is brought to a safe point
        calls.idle().await;
        served
    };
    let too_late = async {
        ending.0.cancelled().await;
        server.stop();
        tokio::time::sleep(GRACE).await;
    };
    let served = tokio::select! {
        served = finished => served,
        () = too_late => Ok(()),
    };
    // the listener goes with its task, and the socket's file with the listener
    accepting.await?;
    Ok(served?)
}

/// Ctrl-C reaches the whole process group, and the host decides what becomes of running work: it is not for us. Only
/// when debugging there is nobody else to end the process.
#[cfg(unix)]
fn signals(ending: &Ending, debug: bool) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let ending = ending.0.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => if debug { break },
                _ = terminate.recv() => break,
            }
        }
        ending.cancel();
    });
    Ok(())
}

#[cfg(not(unix))]
fn signals(ending: &Ending, debug: bool) -> std::io::Result<()> {
    let ending = ending.0.clone();
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if debug {
                ending.cancel();
            }
        }
    });
    Ok(())
}

/// Says how a host finds this process.
fn announce(about: &About, network: &str, address: &str) {
    let reattach = serde_json::json!({ about.address: {
        "Protocol": "grpc",
        "ProtocolVersion": 6,
        "Pid": std::process::id(),
        "Test": true,
        "Addr": { "Network": network, "String": address },
    }});
    say(&format!(
        "Provider started. Run Terraform or OpenTofu with this variable; Ctrl-C ends the provider.\n\n    \
         TF_REATTACH_PROVIDERS='{reattach}'\n"
    ));
}

fn explain(about: &About) -> ExitCode {
    let About {
        name,
        address,
        version,
    } = about;
    say(&format!(
        "terraform-provider-{name} {version} is a plugin: Terraform and OpenTofu start it, it does nothing by itself.\n\
         \n\
         Use it in a configuration:\n\
         \n    terraform {{\n      required_providers {{\n        {name} = {{\n          source = \"{address}\"\n        }}\n      }}\n    }}\n\
         \n\
         To debug it, start it with --debug and set the variable that it prints.\n"
    ));
    ExitCode::FAILURE
}

fn fail(about: &About, reason: &str) -> ExitCode {
    say(&format!("terraform-provider-{}: {reason}\n", about.name));
    ExitCode::FAILURE
}

fn say(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
