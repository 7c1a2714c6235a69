//! Managed resources: validate, plan, apply, read.

use crate::framework::{ApplyCall, Diagnostics, PlanCall, ReadCall, ResourceEntry, Server, Type};
use crate::plugin::convert;
use crate::plugin::proto::tfplugin6 as wire;
use wire::{apply_resource_change, plan_resource_change, read_resource, validate_resource_config};

pub async fn validate(
    server: &Server,
    request: validate_resource_config::Request,
) -> validate_resource_config::Response {
    let mut diagnostics = Diagnostics::new();
    let allowed = request
        .client_capabilities
        .is_some_and(|host| host.write_only_attributes_allowed);
    if let Some(entry) = server.registry().resource(&request.type_name, &mut diagnostics)
        && let Some(config) = convert::read(request.config.as_ref(), entry.ty(), &mut diagnostics)
    {
        server.validate_resource(&request.type_name, &config, allowed, &mut diagnostics);
    }
    validate_resource_config::Response {
        diagnostics: convert::diagnostics(diagnostics),
    }
}

pub async fn plan(server: &Server, request: plan_resource_change::Request) -> plan_resource_change::Response {
    let mut diagnostics = Diagnostics::new();
    let mut response = try_plan(server, &request, &mut diagnostics)
        .await
        .unwrap_or_default();
    response.diagnostics = convert::diagnostics(diagnostics);
    response
}

async fn try_plan(
    server: &Server,
    request: &plan_resource_change::Request,
    diagnostics: &mut Diagnostics,
) -> Option<plan_resource_change::Response> {
    let entry = server.registry().resource(&request.type_name, diagnostics)?;
    let (ty, identity) = (entry.ty(), identity_type(entry));
    let call = PlanCall {
        type_name: request.type_name.clone(),
        prior: convert::read(request.prior_state.as_ref(), ty, diagnostics)?,
        proposed: convert::read(request.proposed_new_state.as_ref(), ty, diagnostics)?,
        config: convert::read(request.config.as_ref(), ty, diagnostics)?,
        private: request.prior_private.clone(),
        identity: convert::read_identity(request.prior_identity.as_ref(), identity, diagnostics),
    };
    let plan = server.plan(call, diagnostics).await?;
    Some(plan_resource_change::Response {
        planned_state: convert::write(&plan.planned, ty, diagnostics),
        requires_replace: convert::paths(&plan.requires_replace),
        planned_private: plan.private,
        planned_identity: convert::identity(plan.identity.as_ref(), identity, diagnostics),
        ..Default::default()
    })
}

pub async fn apply(
    server: &Server,
    request: apply_resource_change::Request,
) -> apply_resource_change::Response {
    let mut diagnostics = Diagnostics::new();
    let mut response = try_apply(server, &request, &mut diagnostics)
        .await
        .unwrap_or_else(|| {
            // nothing was tried, so what was there is still there
            apply_resource_change::Response {
                new_state: request.prior_state,
                private: request.planned_private,
                new_identity: request.planned_identity,
                ..Default::default()
            }
        });
    response.diagnostics = convert::diagnostics(diagnostics);
    response
}

async fn try_apply(
    server: &Server,
    request: &apply_resource_change::Request,
    diagnostics: &mut Diagnostics,
) -> Option<apply_resource_change::Response> {
    let entry = server.registry().resource(&request.type_name, diagnostics)?;
    let (ty, identity) = (entry.ty(), identity_type(entry));
    let call = ApplyCall {
        type_name: request.type_name.clone(),
        prior: convert::read(request.prior_state.as_ref(), ty, diagnostics)?,
        planned: convert::read(request.planned_state.as_ref(), ty, diagnostics)?,
        config: convert::read(request.config.as_ref(), ty, diagnostics)?,
        private: request.planned_private.clone(),
        identity: convert::read_identity(request.planned_identity.as_ref(), identity, diagnostics),
    };
    let applied = server.apply(call, diagnostics).await?;
    Some(apply_resource_change::Response {
        new_state: convert::write(&applied.state, ty, diagnostics).or_else(|| Some(convert::empty())),
        private: applied.private,
        new_identity: convert::identity(applied.identity.as_ref(), identity, diagnostics),
        ..Default::default()
    })
}

pub async fn read(server: &Server, request: read_resource::Request) -> read_resource::Response {
    let mut diagnostics = Diagnostics::new();
    let mut response = try_read(server, &request, &mut diagnostics)
        .await
        .unwrap_or_default();
    response.diagnostics = convert::diagnostics(diagnostics);
    response
}

async fn try_read(
    server: &Server,
    request: &read_resource::Request,
    diagnostics: &mut Diagnostics,
) -> Option<read_resource::Response> {
    let entry = server.registry().resource(&request.type_name, diagnostics)?;
    let (ty, identity) = (entry.ty(), identity_type(entry));
    let call = ReadCall {
        type_name: request.type_name.clone(),
        state: convert::read(request.current_state.as_ref(), ty, diagnostics)?,
        private: request.private.clone(),
        identity: convert::read_identity(request.current_identity.as_ref(), identity, diagnostics),
    };
    let found = server.read(call, diagnostics).await?;
    Some(read_resource::Response {
        new_state: convert::write(&found.state, ty, diagnostics),
        private: found.private,
        new_identity: convert::identity(found.identity.as_ref(), identity, diagnostics),
        ..Default::default()
    })
}

/// The type of the identity, when there is one.
pub fn identity_type(entry: &ResourceEntry) -> Option<&Type> {
    entry.identity().map(|(_, ty)| ty)
}
