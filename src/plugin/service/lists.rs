//! List resources.

use super::resources::identity_type;
use crate::framework::{Diagnostics, ListCall, Listed, Path, Server, Value};
use crate::plugin::convert;
use crate::plugin::proto::tfplugin6 as wire;
use wire::{list_resource, validate_list_resource_config};

/// Taken when the host names no limit; it is the host's own default.
const DEFAULT_LIMIT: usize = 100;

pub async fn validate(
    server: &Server,
    request: validate_list_resource_config::Request,
) -> validate_list_resource_config::Response {
    let mut diagnostics = Diagnostics::new();
    if let Some(entry) = server.registry().resource(&request.type_name, &mut diagnostics) {
        match entry.list() {
            Some((_, ty)) => {
                if let Some(config) = convert::read(request.config.as_ref(), ty, &mut diagnostics) {
                    server.validate_list(&request.type_name, &config, &mut diagnostics);
                }
            }
            None => not_listable(&request.type_name, &mut diagnostics),
        }
    }
    validate_list_resource_config::Response {
        diagnostics: convert::diagnostics(diagnostics),
    }
}

/// The events of a list: one for each object, and one with the diagnostics if there are any.
pub async fn list(server: &Server, request: list_resource::Request) -> Vec<list_resource::Event> {
    let mut diagnostics = Diagnostics::new();
    let mut events = try_list(server, &request, &mut diagnostics)
        .await
        .unwrap_or_default();
    if !diagnostics.is_empty() {
        let diagnostic = convert::diagnostics(diagnostics);
        events.push(list_resource::Event {
            diagnostic,
            ..Default::default()
        });
    }
    events
}

async fn try_list(
    server: &Server,
    request: &list_resource::Request,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<list_resource::Event>> {
    let entry = server.registry().resource(&request.type_name, diagnostics)?;
    let Some((_, ty)) = entry.list() else {
        not_listable(&request.type_name, diagnostics);
        return None;
    };
    let limit = usize::try_from(request.limit)
        .ok()
        .filter(|limit| *limit > 0)
        .unwrap_or(DEFAULT_LIMIT);
    let call = ListCall {
        type_name: request.type_name.clone(),
        config: convert::read(request.config.as_ref(), ty, diagnostics)?,
        include_resource: request.include_resource_object,
        limit,
    };
    let found = server.list(call, diagnostics).await;
    let event = |listed: Listed<Value>| list_resource::Event {
        identity: convert::identity(Some(&listed.identity), identity_type(entry), diagnostics),
        display_name: listed.display_name,
        resource_object: listed
            .resource
            .and_then(|object| convert::write(&object, entry.ty(), diagnostics)),
        diagnostic: Vec::new(),
    };
    Some(found.into_iter().map(event).collect())
}

fn not_listable(type_name: &str, diagnostics: &mut Diagnostics) {
    diagnostics.error(
        Path::root(),
        "List is not supported",
        format!("`{type_name}` cannot be listed."),
    );
}
