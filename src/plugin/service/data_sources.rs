//! Data sources.

use crate::framework::{Diagnostics, Server};
use crate::plugin::convert;
use crate::plugin::proto::tfplugin6 as wire;
use wire::{read_data_source, validate_data_resource_config};

pub async fn validate(
    server: &Server,
    request: validate_data_resource_config::Request,
) -> validate_data_resource_config::Response {
    let mut diagnostics = Diagnostics::new();
    if let Some(entry) = server
        .registry()
        .data_source(&request.type_name, &mut diagnostics)
        && let Some(config) = convert::read(request.config.as_ref(), entry.ty(), &mut diagnostics)
    {
        server.validate_data_source(&request.type_name, &config, &mut diagnostics);
    }
    validate_data_resource_config::Response {
        diagnostics: convert::diagnostics(diagnostics),
    }
}

pub async fn read(server: &Server, request: read_data_source::Request) -> read_data_source::Response {
    let mut diagnostics = Diagnostics::new();
    let state = try_read(server, &request, &mut diagnostics).await;
    read_data_source::Response {
        state,
        diagnostics: convert::diagnostics(diagnostics),
        deferred: None,
    }
}

async fn try_read(
    server: &Server,
    request: &read_data_source::Request,
    diagnostics: &mut Diagnostics,
) -> Option<wire::DynamicValue> {
    let entry = server.registry().data_source(&request.type_name, diagnostics)?;
    let config = convert::read(request.config.as_ref(), entry.ty(), diagnostics)?;
    let found = server
        .read_data_source(&request.type_name, &config, diagnostics)
        .await?;
    convert::write(&found, entry.ty(), diagnostics)
}
