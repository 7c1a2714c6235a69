//! The services that go-plugin expects beside the provider.

use std::pin::Pin;

use futures_util::future::ready;
use futures_util::{Stream, StreamExt, stream};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use super::proto::go_plugin::grpc_broker_server::GrpcBroker;
use super::proto::go_plugin::grpc_controller_server::GrpcController;
use super::proto::go_plugin::grpc_stdio_server::GrpcStdio;
use super::proto::go_plugin::{ConnInfo, Empty, StdioData};
use super::proto::health::health_check_response::ServingStatus;
use super::proto::health::health_server::Health;
use super::proto::health::{HealthCheckRequest, HealthCheckResponse};

/// The end of the process, asked for by the host or by a signal.
#[derive(Clone, Default)]
pub struct Ending(pub CancellationToken);

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// A stream without items that stays open until `end`.
fn silent<T: Send + 'static>(end: impl Future<Output = ()> + Send + 'static) -> Answers<T> {
    Box::pin(stream::once(end).filter_map(|()| ready(None)))
}

#[tonic::async_trait]
impl GrpcController for Ending {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.0.cancel();
        Ok(Response::new(Empty {}))
    }
}

/// Would carry what is written to standard output and error; nothing is, and the log has its own way.
#[tonic::async_trait]
impl GrpcStdio for Ending {
    type StreamStdioStream = Answers<StdioData>;

    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(silent(self.0.clone().cancelled_owned())))
    }
}

/// Would open further connections; a provider never needs one.
#[tonic::async_trait]
impl GrpcBroker for Ending {
    type StartStreamStream = Answers<ConnInfo>;

    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        let (ending, mut offers) = (self.0.clone(), request.into_inner());
        Ok(Response::new(silent(async move {
            let host_done = async { while let Ok(Some(_)) = offers.message().await {} };
            tokio::select! {
                () = ending.cancelled() => {}
                () = host_done => {}
            }
        })))
    }
}

#[tonic::async_trait]
impl Health for Ending {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match request.into_inner().service.as_str() {
            "" | "plugin" => Ok(Response::new(HealthCheckResponse {
                status: ServingStatus::Serving.into(),
            })),
            _ => Err(Status::not_found("no such service")),
        }
    }
}
