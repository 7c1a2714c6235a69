//! States that come from elsewhere: upgrade, import, move.

use super::resources::identity_type;
use crate::framework::{Diagnostics, ImportKey, MoveRequest, Path, Server};
use crate::plugin::convert;
use crate::plugin::proto::tfplugin6 as wire;
use wire::{
    generate_resource_config, import_resource_state, move_resource_state, upgrade_resource_identity,
    upgrade_resource_state,
};

pub async fn upgrade(
    server: &Server,
    request: upgrade_resource_state::Request,
) -> upgrade_resource_state::Response {
    let mut diagnostics = Diagnostics::new();
    let upgraded_state = try_upgrade(server, &request, &mut diagnostics);
    upgrade_resource_state::Response {
        upgraded_state,
        diagnostics: convert::diagnostics(diagnostics),
    }
}

fn try_upgrade(
    server: &Server,
    request: &upgrade_resource_state::Request,
    diagnostics: &mut Diagnostics,
) -> Option<wire::DynamicValue> {
    let entry = server.registry().resource(&request.type_name, diagnostics)?;
    let state = convert::raw_json(request.raw_state.as_ref(), diagnostics)?;
    let state = server.upgrade(&request.type_name, request.version, state, diagnostics)?;
    convert::write(&state, entry.ty(), diagnostics)
}

pub async fn upgrade_identity(
    server: &Server,
    request: upgrade_resource_identity::Request,
) -> upgrade_resource_identity::Response {
    let mut diagnostics = Diagnostics::new();
    let upgraded_identity = try_upgrade_identity(server, &request, &mut diagnostics);
    upgrade_resource_identity::Response {
        upgraded_identity,
        diagnostics: convert::diagnostics(diagnostics),
    }
}

fn try_upgrade_identity(
    server: &Server,
    request: &upgrade_resource_identity::Request,
    diagnostics: &mut Diagnostics,
) -> Option<wire::ResourceIdentityData> {
    let entry = server.registry().resource(&request.type_name, diagnostics)?;
    let identity = convert::raw_json(request.raw_identity.as_ref(), diagnostics)?;
    let identity = server.upgrade_identity(&request.type_name, request.version, &identity, diagnostics)?;
    convert::identity(Some(&identity), identity_type(entry), diagnostics)
}

pub async fn import(
    server: &Server,
    request: import_resource_state::Request,
) -> import_resource_state::Response {
    let mut diagnostics = Diagnostics::new();
    let imported = try_import(server, &request, &mut diagnostics).await;
    import_resource_state::Response {
        imported_resources: imported.into_iter().collect(),
        diagnostics: convert::diagnostics(diagnostics),
        deferred: None,
    }
}

async fn try_import(
    server: &Server,
    request: &import_resource_state::Request,
    diagnostics: &mut Diagnostics,
) -> Option<import_resource_state::ImportedResource> {
    let entry = server.registry().resource(&request.type_name, diagnostics)?;
    let identity_type = identity_type(entry);
    let identity = convert::read_identity(request.identity.as_ref(), identity_type, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    let key = match identity {
        Some(identity) => ImportKey::Identity(identity),
        None => ImportKey::Id(request.id.clone()),
    };
    let found = server.import(&request.type_name, key, diagnostics).await?;
    Some(import_resource_state::ImportedResource {
        type_name: request.type_name.clone(),
        state: convert::write(&found.state, entry.ty(), diagnostics),
        private: found.private,
        identity: convert::identity(found.identity.as_ref(), identity_type, diagnostics),
    })
}

pub async fn move_state(
    server: &Server,
    request: move_resource_state::Request,
) -> move_resource_state::Response {
    let mut diagnostics = Diagnostics::new();
    let mut response = try_move(server, &request, &mut diagnostics).unwrap_or_default();
    response.diagnostics = convert::diagnostics(diagnostics);
    response
}

fn try_move(
    server: &Server,
    request: &move_resource_state::Request,
    diagnostics: &mut Diagnostics,
) -> Option<move_resource_state::Response> {
    let entry = server
        .registry()
        .resource(&request.target_type_name, diagnostics)?;
    let source_identity = match &request.source_identity {
        Some(identity) => {
            convert::raw_json(Some(identity), diagnostics).filter(|identity| !identity.is_null())
        }
        None => None,
    };
    let source = MoveRequest {
        source_provider_address: request.source_provider_address.clone(),
        source_type_name: request.source_type_name.clone(),
        source_schema_version: request.source_schema_version,
        source_state: convert::raw_json(request.source_state.as_ref(), diagnostics)?,
        source_identity,
    };
    let found = server.move_state(&request.target_type_name, source, diagnostics)?;
    Some(move_resource_state::Response {
        target_state: convert::write(&found.state, entry.ty(), diagnostics),
        target_private: found.private,
        target_identity: convert::identity(found.identity.as_ref(), identity_type(entry), diagnostics),
        diagnostics: Vec::new(),
    })
}

/// Not offered: the host writes the configuration of an import by itself.
pub fn generate_config() -> generate_resource_config::Response {
    let mut diagnostics = Diagnostics::new();
    diagnostics.error(
        Path::root(),
        "Not supported",
        "This provider does not generate configuration; the host can do it from the state.",
    );
    generate_resource_config::Response {
        config: None,
        diagnostics: convert::diagnostics(diagnostics),
    }
}
