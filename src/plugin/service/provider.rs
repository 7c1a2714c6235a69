//! The provider block, and the request to stop.

use crate::framework::{Diagnostics, Server};
use crate::plugin::convert;
use crate::plugin::proto::tfplugin6 as wire;
use wire::{configure_provider, stop_provider, validate_provider_config};

pub async fn validate(
    server: &Server,
    request: validate_provider_config::Request,
) -> validate_provider_config::Response {
    let mut diagnostics = Diagnostics::new();
    let config = convert::read(request.config.as_ref(), &server.schema().ty(), &mut diagnostics);
    if let Some(config) = config {
        server.validate_provider(&config, &mut diagnostics);
    }
    validate_provider_config::Response {
        diagnostics: convert::diagnostics(diagnostics),
    }
}

pub async fn configure(
    server: &Server,
    request: configure_provider::Request,
) -> configure_provider::Response {
    let mut diagnostics = Diagnostics::new();
    let config = convert::read(request.config.as_ref(), &server.schema().ty(), &mut diagnostics);
    if let Some(config) = config {
        server
            .configure(&request.terraform_version, config, &mut diagnostics)
            .await;
    }
    configure_provider::Response {
        diagnostics: convert::diagnostics(diagnostics),
    }
}

pub fn stop(server: &Server) -> stop_provider::Response {
    server.stop();
    stop_provider::Response { error: String::new() }
}
