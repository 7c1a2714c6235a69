//! Listing: the OIDC providers of a project's pools.

use super::import::{Named, begin};
use super::model::TrustModel;
use super::read::{identity, read};
use super::together::Together;
use crate::clouds::gcp::client::{GcpError, Google};
use crate::clouds::gcp::configuration::Configured;
use crate::clouds::gcp::diagnosis;
use crate::clouds::gcp::dialect::ProviderName;
use crate::framework::{
    Attr, Attribute, Context, Diagnostics, ListRequest, Listed, Path, Progress, Schema, Value,
};

/// The configuration of a `list` block.
pub fn schema() -> Schema {
    Schema::new(
        "The OIDC providers of the workload identity pools of a project.",
        vec![
            Attribute::string("project")
                .optional()
                .describe("Id or number of the project; default: the provider block's."),
            Attribute::string("pool_id")
                .optional()
                .describe("Only providers of this pool."),
        ],
    )
}

pub async fn list(
    (gcp, together): (&Configured, &Together),
    context: &Context,
    request: ListRequest,
    diagnostics: &mut Diagnostics,
) -> Vec<Listed<TrustModel>> {
    let google = match gcp.google(context) {
        Ok(google) => google,
        Err(error) => {
            diagnosis::error(
                "Google Cloud is not configured",
                Path::root(),
                &error,
                diagnostics,
            );
            return Vec::new();
        }
    };
    let names = match names(&google, together, &request).await {
        Ok(names) => names,
        Err(error) => {
            diagnosis::error("Could not list the providers", Path::root(), &error, diagnostics);
            return Vec::new();
        }
    };
    let mut listed = Vec::new();
    for name in names.into_iter().take(request.limit) {
        listed.extend(
            entry(
                (gcp, together),
                context,
                &name,
                request.include_resource,
                diagnostics,
            )
            .await,
        );
    }
    listed
}

async fn names(
    google: &Google,
    together: &Together,
    request: &ListRequest,
) -> Result<Vec<ProviderName>, GcpError> {
    let text = |name: &str| request.config.member(name).and_then(Value::as_str);
    let Some(project) = text("project").or(google.project()) else {
        return Err(GcpError::configuration(
            "expected a project, here or in the provider's `gcp` block, found none",
        ));
    };
    let number = together.number(google, project).await?;
    let mut names = Vec::new();
    for pool in google.list_pools(&number).await? {
        if names.len() >= request.limit {
            break;
        }
        if text("pool_id").is_some_and(|id| id != pool.name.id()) {
            continue;
        }
        let providers = match google.list_pool_providers(&pool.name, false).await {
            Ok(providers) => providers.unwrap_or_default(),
            // a pool of another kind (`TRUST_DOMAIN`) has none, and says so by an error
            Err(error) if error.is_invalid_argument() => continue,
            Err(error) => return Err(error),
        };
        names.extend(
            providers
                .into_iter()
                .filter(|one| one.oidc.is_some())
                .map(|one| one.name),
        );
    }
    Ok(names)
}

async fn entry(
    (gcp, together): (&Configured, &Together),
    context: &Context,
    name: &ProviderName,
    include_resource: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Listed<TrustModel>> {
    let named = Named {
        project: name.pool().project().to_owned(),
        pool: name.pool().id().to_owned(),
        provider: name.id().to_owned(),
        email: None,
    };
    let mut begun = begin(&named);
    begun.state.project_number = Attr::from_text(&named.project);
    let display_name = format!("{}/{}", named.pool, named.provider);
    if !include_resource {
        return Some(Listed {
            display_name,
            identity: identity(&begun.state),
            resource: None,
        });
    }
    let mut progress = Progress {
        state: Some(begun.state),
        private: begun.private,
        identity: None,
    };
    read((gcp, together), context, &mut progress, diagnostics).await;
    // deleted between the list and the read
    let state = progress.state?;
    Some(Listed {
        display_name,
        identity: identity(&state),
        resource: Some(state),
    })
}
