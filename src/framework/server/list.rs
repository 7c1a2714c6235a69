//! ListResource.

use super::Server;
use super::entry::Operation;
use super::plan::shaped;
use crate::framework::{Diagnostics, ListRequest, Listed, Path, Value, conform};

/// What the host asks.
pub struct ListCall {
    pub type_name: String,
    pub config: Value,
    pub include_resource: bool,
    pub limit: usize,
}

impl Server {
    /// The objects found, at most as many as asked for, each with its identity.
    pub async fn list(&self, call: ListCall, diagnostics: &mut Diagnostics) -> Vec<Listed<Value>> {
        let Some(entry) = self.registry().resource(&call.type_name, diagnostics) else {
            return Vec::new();
        };
        let Some((_, identity_type)) = entry.identity().filter(|_| entry.list().is_some()) else {
            diagnostics.error(
                Path::root(),
                "List is not supported",
                format!("`{}` cannot be listed.", call.type_name),
            );
            return Vec::new();
        };
        let context = self.context(Operation::Read.timeout(None));
        let request = ListRequest {
            config: call.config,
            include_resource: call.include_resource,
            limit: call.limit,
        };
        let found = entry.part.list(&context, request, diagnostics).await;
        let mut listed = Vec::new();
        for Listed {
            display_name,
            identity,
            resource,
        } in found.into_iter().take(call.limit)
        {
            let identity = match conform(identity, identity_type) {
                Ok(identity) if identity.is_wholly_known() && !identity.is_null() => identity,
                _ => {
                    diagnostics.error(
                        Path::root(),
                        "Provider defect",
                        format!("`{display_name}` has no identity. This is a bug of the provider; please report it."),
                    );
                    continue;
                }
            };
            let resource = match resource.filter(|_| call.include_resource) {
                Some(resource) => shaped(entry, resource.unknown_to_null(), diagnostics),
                None => None,
            };
            listed.push(Listed {
                display_name,
                identity,
                resource,
            });
        }
        listed
    }
}
