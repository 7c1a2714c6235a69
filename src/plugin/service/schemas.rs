//! What the provider offers: GetMetadata, GetProviderSchema, GetResourceIdentitySchemas, GetFunctions.

use std::collections::BTreeMap;

use crate::framework::{Registry, Server};
use crate::plugin::convert;
use crate::plugin::proto::tfplugin6 as wire;
use wire::{get_functions, get_metadata, get_provider_schema, get_resource_identity_schemas};

/// Deletions are asked about, since a provider may warn of them; the writing of configuration is left to the host.
const CAPABILITIES: wire::ServerCapabilities = wire::ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: false,
};

pub fn metadata(server: &Server) -> get_metadata::Response {
    let registry = server.registry();
    let name = |name: &&'static str| (*name).to_owned();
    let listable = registry
        .resources
        .iter()
        .filter(|(_, entry)| entry.list().is_some());
    get_metadata::Response {
        server_capabilities: Some(CAPABILITIES),
        diagnostics: Vec::new(),
        data_sources: registry
            .data_sources
            .keys()
            .map(|key| get_metadata::DataSourceMetadata { type_name: name(key) })
            .collect(),
        resources: registry
            .resources
            .keys()
            .map(|key| get_metadata::ResourceMetadata { type_name: name(key) })
            .collect(),
        functions: registry
            .functions
            .keys()
            .map(|key| get_metadata::FunctionMetadata { name: name(key) })
            .collect(),
        ephemeral_resources: registry
            .ephemeral_resources
            .keys()
            .map(|key| get_metadata::EphemeralResourceMetadata { type_name: name(key) })
            .collect(),
        list_resources: listable
            .map(|(key, _)| get_metadata::ListResourceMetadata { type_name: name(key) })
            .collect(),
        state_stores: Vec::new(),
        actions: Vec::new(),
    }
}

pub fn provider_schema(server: &Server) -> get_provider_schema::Response {
    let registry = server.registry();
    let resources = registry.resources.iter();
    let lists = registry
        .resources
        .iter()
        .filter_map(|(name, entry)| Some((name, &entry.list()?.0)));
    get_provider_schema::Response {
        provider: Some(convert::block(server.schema())),
        resource_schemas: resources
            .map(|(n, e)| ((*n).to_owned(), convert::block(e.schema())))
            .collect(),
        data_source_schemas: registry
            .data_sources
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), convert::block(entry.schema())))
            .collect(),
        functions: functions(registry),
        ephemeral_resource_schemas: registry
            .ephemeral_resources
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), convert::block(entry.schema())))
            .collect(),
        list_resource_schemas: lists
            .map(|(n, schema)| ((*n).to_owned(), convert::block(schema)))
            .collect(),
        server_capabilities: Some(CAPABILITIES),
        ..Default::default()
    }
}

pub fn identity_schemas(server: &Server) -> get_resource_identity_schemas::Response {
    let entries = server.registry().resources.iter();
    let schemas = entries.filter_map(|(name, entry)| {
        Some(((*name).to_owned(), convert::identity_schema(&entry.identity()?.0)))
    });
    get_resource_identity_schemas::Response {
        identity_schemas: schemas.collect(),
        diagnostics: Vec::new(),
    }
}

pub fn all_functions(server: &Server) -> get_functions::Response {
    get_functions::Response {
        functions: functions(server.registry()),
        diagnostics: Vec::new(),
    }
}

fn functions(registry: &Registry) -> BTreeMap<String, wire::Function> {
    let functions = registry.functions.iter();
    functions
        .map(|(name, f)| ((*name).to_owned(), convert::function(&f.signature())))
        .collect()
}
