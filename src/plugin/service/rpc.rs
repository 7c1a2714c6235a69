//! The calls of protocol 6 by name, each handed to the file that knows it.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::{Stream, stream};
use tonic::{Request, Response, Status, Streaming};

use super::call::Calls;
use super::unsupported::{no_action, no_state_store};
use super::{data_sources, ephemeral, functions, lists, provider, resources, schemas, states};
use crate::framework::Server;
use crate::plugin::proto::tfplugin6::*;

type Answer<T> = Result<Response<T>, Status>;
type Events<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The provider as the host sees it.
pub struct ProviderService {
    server: Arc<Server>,
    calls: Calls,
}

impl ProviderService {
    pub fn new(server: Arc<Server>, calls: Calls) -> Self {
        Self { server, calls }
    }
}

/// Runs the handler of a call, which is about the type that a member of the request names.
macro_rules! call {
    ($service:expr, $rpc:literal, $request:ident $(. $subject:ident)?, $handler:path) => {{
        let (server, request) = ($service.server.clone(), $request.into_inner());
        let subject = String::new() $(+ &request.$subject)?;
        $service.calls.run($rpc, &subject, async move { $handler(&server, request).await }).await
    }};
}

/// A stream of what is there already.
fn events<T: Send + 'static>(items: Vec<T>) -> Events<T> {
    Box::pin(stream::iter(items.into_iter().map(Ok)))
}

#[tonic::async_trait]
impl provider_server::Provider for ProviderService {
    async fn get_metadata(&self, _: Request<get_metadata::Request>) -> Answer<get_metadata::Response> {
        let server = self.server.clone();
        self.calls
            .run("GetMetadata", "", async move { schemas::metadata(&server) })
            .await
    }

    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Answer<get_provider_schema::Response> {
        let server = self.server.clone();
        self.calls
            .run("GetProviderSchema", "", async move {
                schemas::provider_schema(&server)
            })
            .await
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<get_resource_identity_schemas::Request>,
    ) -> Answer<get_resource_identity_schemas::Response> {
        let server = self.server.clone();
        self.calls
            .run("GetResourceIdentitySchemas", "", async move {
                schemas::identity_schemas(&server)
            })
            .await
    }

    async fn validate_provider_config(
        &self,
        request: Request<validate_provider_config::Request>,
    ) -> Answer<validate_provider_config::Response> {
        call!(self, "ValidateProviderConfig", request, provider::validate)
    }

    async fn validate_resource_config(
        &self,
        request: Request<validate_resource_config::Request>,
    ) -> Answer<validate_resource_config::Response> {
        call!(
            self,
            "ValidateResourceConfig",
            request.type_name,
            resources::validate
        )
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<validate_data_resource_config::Request>,
    ) -> Answer<validate_data_resource_config::Response> {
        call!(
            self,
            "ValidateDataResourceConfig",
            request.type_name,
            data_sources::validate
        )
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade_resource_state::Request>,
    ) -> Answer<upgrade_resource_state::Response> {
        call!(self, "UpgradeResourceState", request.type_name, states::upgrade)
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<upgrade_resource_identity::Request>,
    ) -> Answer<upgrade_resource_identity::Response> {
        call!(
            self,
            "UpgradeResourceIdentity",
            request.type_name,
            states::upgrade_identity
        )
    }

    async fn configure_provider(
        &self,
        request: Request<configure_provider::Request>,
    ) -> Answer<configure_provider::Response> {
        call!(self, "ConfigureProvider", request, provider::configure)
    }

    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Answer<read_resource::Response> {
        call!(self, "ReadResource", request.type_name, resources::read)
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan_resource_change::Request>,
    ) -> Answer<plan_resource_change::Response> {
        call!(self, "PlanResourceChange", request.type_name, resources::plan)
    }

    async fn apply_resource_change(
        &self,
        request: Request<apply_resource_change::Request>,
    ) -> Answer<apply_resource_change::Response> {
        call!(self, "ApplyResourceChange", request.type_name, resources::apply)
    }

    async fn import_resource_state(
        &self,
        request: Request<import_resource_state::Request>,
    ) -> Answer<import_resource_state::Response> {
        call!(self, "ImportResourceState", request.type_name, states::import)
    }

    async fn move_resource_state(
        &self,
        request: Request<move_resource_state::Request>,
    ) -> Answer<move_resource_state::Response> {
        call!(
            self,
            "MoveResourceState",
            request.target_type_name,
            states::move_state
        )
    }

    async fn read_data_source(
        &self,
        request: Request<read_data_source::Request>,
    ) -> Answer<read_data_source::Response> {
        call!(self, "ReadDataSource", request.type_name, data_sources::read)
    }

    async fn generate_resource_config(
        &self,
        request: Request<generate_resource_config::Request>,
    ) -> Answer<generate_resource_config::Response> {
        let subject = request.into_inner().type_name;
        self.calls
            .run("GenerateResourceConfig", &subject, async {
                states::generate_config()
            })
            .await
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<validate_ephemeral_resource_config::Request>,
    ) -> Answer<validate_ephemeral_resource_config::Response> {
        call!(
            self,
            "ValidateEphemeralResourceConfig",
            request.type_name,
            ephemeral::validate
        )
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<open_ephemeral_resource::Request>,
    ) -> Answer<open_ephemeral_resource::Response> {
        call!(self, "OpenEphemeralResource", request.type_name, ephemeral::open)
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<renew_ephemeral_resource::Request>,
    ) -> Answer<renew_ephemeral_resource::Response> {
        call!(
            self,
            "RenewEphemeralResource",
            request.type_name,
            ephemeral::renew
        )
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<close_ephemeral_resource::Request>,
    ) -> Answer<close_ephemeral_resource::Response> {
        call!(
            self,
            "CloseEphemeralResource",
            request.type_name,
            ephemeral::close
        )
    }

    type ListResourceStream = Events<list_resource::Event>;

    async fn list_resource(
        &self,
        request: Request<list_resource::Request>,
    ) -> Answer<Self::ListResourceStream> {
        let (server, request) = (self.server.clone(), request.into_inner());
        let subject = request.type_name.clone();
        let found = self.calls.run("ListResource", &subject, async move {
            lists::list(&server, request).await
        });
        Ok(found.await?.map(events))
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<validate_list_resource_config::Request>,
    ) -> Answer<validate_list_resource_config::Response> {
        call!(
            self,
            "ValidateListResourceConfig",
            request.type_name,
            lists::validate
        )
    }

    async fn get_functions(&self, _: Request<get_functions::Request>) -> Answer<get_functions::Response> {
        let server = self.server.clone();
        self.calls
            .run("GetFunctions", "", async move { schemas::all_functions(&server) })
            .await
    }

    async fn call_function(
        &self,
        request: Request<call_function::Request>,
    ) -> Answer<call_function::Response> {
        call!(self, "CallFunction", request.name, functions::call)
    }

    async fn validate_action_config(
        &self,
        request: Request<validate_action_config::Request>,
    ) -> Answer<validate_action_config::Response> {
        let diagnostics = no_action(&request.into_inner().action_type);
        Ok(Response::new(validate_action_config::Response { diagnostics }))
    }

    async fn plan_action(&self, request: Request<plan_action::Request>) -> Answer<plan_action::Response> {
        let diagnostics = no_action(&request.into_inner().action_type);
        Ok(Response::new(plan_action::Response {
            diagnostics,
            ..Default::default()
        }))
    }

    type InvokeActionStream = Events<invoke_action::Event>;

    async fn invoke_action(
        &self,
        request: Request<invoke_action::Request>,
    ) -> Answer<Self::InvokeActionStream> {
        let diagnostics = no_action(&request.into_inner().action_type);
        let completed =
            invoke_action::event::Type::Completed(invoke_action::event::Completed { diagnostics });
        Ok(Response::new(events(vec![invoke_action::Event {
            r#type: Some(completed),
        }])))
    }

    async fn validate_state_store_config(
        &self,
        request: Request<validate_state_store_config::Request>,
    ) -> Answer<validate_state_store_config::Response> {
        let diagnostics = no_state_store(&request.into_inner().type_name);
        Ok(Response::new(validate_state_store_config::Response {
            diagnostics,
        }))
    }

    async fn configure_state_store(
        &self,
        request: Request<configure_state_store::Request>,
    ) -> Answer<configure_state_store::Response> {
        let diagnostics = no_state_store(&request.into_inner().type_name);
        Ok(Response::new(configure_state_store::Response {
            diagnostics,
            ..Default::default()
        }))
    }

    type ReadStateBytesStream = Events<read_state_bytes::ResponseChunk>;

    async fn read_state_bytes(
        &self,
        request: Request<read_state_bytes::Request>,
    ) -> Answer<Self::ReadStateBytesStream> {
        let diagnostics = no_state_store(&request.into_inner().type_name);
        let chunk = read_state_bytes::ResponseChunk {
            diagnostics,
            ..Default::default()
        };
        Ok(Response::new(events(vec![chunk])))
    }

    async fn write_state_bytes(
        &self,
        request: Request<Streaming<write_state_bytes::RequestChunk>>,
    ) -> Answer<write_state_bytes::Response> {
        let first = request.into_inner().message().await?;
        let name = first
            .and_then(|chunk| chunk.meta)
            .map(|meta| meta.type_name)
            .unwrap_or_default();
        Ok(Response::new(write_state_bytes::Response {
            diagnostics: no_state_store(&name),
        }))
    }

    async fn lock_state(&self, request: Request<lock_state::Request>) -> Answer<lock_state::Response> {
        let diagnostics = no_state_store(&request.into_inner().type_name);
        Ok(Response::new(lock_state::Response {
            diagnostics,
            ..Default::default()
        }))
    }

    async fn unlock_state(&self, request: Request<unlock_state::Request>) -> Answer<unlock_state::Response> {
        let diagnostics = no_state_store(&request.into_inner().type_name);
        Ok(Response::new(unlock_state::Response { diagnostics }))
    }

    async fn get_states(&self, request: Request<get_states::Request>) -> Answer<get_states::Response> {
        let diagnostics = no_state_store(&request.into_inner().type_name);
        Ok(Response::new(get_states::Response {
            diagnostics,
            ..Default::default()
        }))
    }

    async fn delete_state(&self, request: Request<delete_state::Request>) -> Answer<delete_state::Response> {
        let diagnostics = no_state_store(&request.into_inner().type_name);
        Ok(Response::new(delete_state::Response { diagnostics }))
    }

    async fn stop_provider(&self, _: Request<stop_provider::Request>) -> Answer<stop_provider::Response> {
        let server = self.server.clone();
        self.calls
            .run("StopProvider", "", async move { provider::stop(&server) })
            .await
    }
}
