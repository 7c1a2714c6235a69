//! Ephemeral resources.

use std::time::{SystemTime, UNIX_EPOCH};

use prost_types::Timestamp;

use crate::framework::{Diagnostics, Private, Server};
use crate::plugin::convert;
use crate::plugin::proto::tfplugin6 as wire;
use wire::{
    close_ephemeral_resource, open_ephemeral_resource, renew_ephemeral_resource,
    validate_ephemeral_resource_config,
};

pub async fn validate(
    server: &Server,
    request: validate_ephemeral_resource_config::Request,
) -> validate_ephemeral_resource_config::Response {
    let mut diagnostics = Diagnostics::new();
    if let Some(entry) = server
        .registry()
        .ephemeral_resource(&request.type_name, &mut diagnostics)
        && let Some(config) = convert::read(request.config.as_ref(), entry.ty(), &mut diagnostics)
    {
        server.validate_ephemeral_resource(&request.type_name, &config, &mut diagnostics);
    }
    validate_ephemeral_resource_config::Response {
        diagnostics: convert::diagnostics(diagnostics),
    }
}

pub async fn open(
    server: &Server,
    request: open_ephemeral_resource::Request,
) -> open_ephemeral_resource::Response {
    let mut diagnostics = Diagnostics::new();
    let mut response = try_open(server, &request, &mut diagnostics)
        .await
        .unwrap_or_default();
    response.diagnostics = convert::diagnostics(diagnostics);
    response
}

async fn try_open(
    server: &Server,
    request: &open_ephemeral_resource::Request,
    diagnostics: &mut Diagnostics,
) -> Option<open_ephemeral_resource::Response> {
    let entry = server
        .registry()
        .ephemeral_resource(&request.type_name, diagnostics)?;
    let config = convert::read(request.config.as_ref(), entry.ty(), diagnostics)?;
    let opened = server
        .open_ephemeral(&request.type_name, &config, diagnostics)
        .await?;
    Some(open_ephemeral_resource::Response {
        renew_at: opened.renew_at.map(timestamp),
        result: convert::write(&opened.result, entry.ty(), diagnostics),
        private: stored(&opened.private),
        ..Default::default()
    })
}

pub async fn renew(
    server: &Server,
    request: renew_ephemeral_resource::Request,
) -> renew_ephemeral_resource::Response {
    let mut diagnostics = Diagnostics::new();
    let private = request.private.unwrap_or_default();
    let renewed = server
        .renew_ephemeral(&request.type_name, &private, &mut diagnostics)
        .await;
    let (renew_at, private) = match renewed {
        Some((renew_at, private)) => (renew_at.map(timestamp), stored(&private)),
        None => (None, Some(private)),
    };
    renew_ephemeral_resource::Response {
        diagnostics: convert::diagnostics(diagnostics),
        renew_at,
        private,
    }
}

pub async fn close(
    server: &Server,
    request: close_ephemeral_resource::Request,
) -> close_ephemeral_resource::Response {
    let mut diagnostics = Diagnostics::new();
    let private = request.private.unwrap_or_default();
    server
        .close_ephemeral(&request.type_name, &private, &mut diagnostics)
        .await;
    close_ephemeral_resource::Response {
        diagnostics: convert::diagnostics(diagnostics),
    }
}

fn stored(private: &Private) -> Option<Vec<u8>> {
    (!private.is_empty()).then(|| private.to_bytes())
}

fn timestamp(time: SystemTime) -> Timestamp {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp {
        seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(since.subsec_nanos()).unwrap_or(0),
    }
}
