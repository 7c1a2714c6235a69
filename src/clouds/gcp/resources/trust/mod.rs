//! `oidcfed_gcp_trust`: a provider of a workload identity pool, and what the identities of its tokens may do.
//!
//! | file | noun |
//! |---|---|
//! | `model`, `schema`, `validate`, `ownership` | the attributes; what can never be valid; choices that are words |
//! | `meaning`, `principals`, `checks`, `implied` | what a configuration means in one project; whom bindings name; what Google would refuse; what the catalogue decided |
//! | `plan`, `create`, `read`, `update`, `delete` | the operations |
//! | `pool`, `provider`, `restoring`, `mark` | taking pool and provider, and bringing back what was deleted |
//! | `permissions` | the service account, who may act as it, its roles |
//! | `credential`, `token_place` | the configuration file for Google's libraries; where these find the platform's token |
//! | `judging`, `admission`, `sharing_key`, `written` | the guardrail; whom a change or another provider lets in; a provider's settings back into arguments |
//! | `import`, `listing` | where an existing trust comes from |
//! | `work`, `settings`, `together`, `memory` | what an operation has in hand; what trusts share; private state |

mod admission;
mod checks;
mod create;
mod credential;
mod delete;
mod implied;
mod import;
mod judging;
mod listing;
mod mark;
mod meaning;
mod memory;
mod model;
mod ownership;
mod permissions;
mod plan;
mod pool;
mod principals;
mod provider;
mod read;
mod restoring;
mod schema;
mod settings;
mod sharing_key;
mod together;
mod token_place;
mod update;
mod validate;
mod work;
mod written;

use async_trait::async_trait;

pub use model::TrustModel;

use crate::clouds::gcp::configuration::Configuration;
use crate::framework::{
    Context, Diagnostics, IdentitySchema, ImportKey, Imported, ListRequest, Listed, PlanRequest, Planned,
    Progress, Resource, Schema,
};
use together::Together;

/// The resource.
pub struct GcpTrustResource {
    gcp: Configuration,
    together: Together,
}

impl GcpTrustResource {
    pub fn new(gcp: Configuration) -> Self {
        Self {
            gcp,
            together: Together::default(),
        }
    }
}

#[async_trait]
impl Resource for GcpTrustResource {
    type Model = TrustModel;

    fn type_name(&self) -> &'static str {
        "oidcfed_gcp_trust"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    fn waits_for_configuration(&self) -> bool {
        self.gcp.waits()
    }

    fn validate(&self, config: &TrustModel, diagnostics: &mut Diagnostics) {
        validate::validate(config, diagnostics);
    }

    async fn plan(
        &self,
        context: &Context,
        request: PlanRequest<TrustModel>,
        diagnostics: &mut Diagnostics,
    ) -> Planned<TrustModel> {
        plan::plan((&self.gcp.get(), &self.together), context, request, diagnostics).await
    }

    async fn create(
        &self,
        context: &Context,
        config: TrustModel,
        planned: TrustModel,
        progress: &mut Progress<TrustModel>,
        diagnostics: &mut Diagnostics,
    ) {
        let gcp = self.gcp.get();
        create::create(
            (&gcp, &self.together),
            context,
            (&config, &planned),
            progress,
            diagnostics,
        )
        .await;
    }

    async fn read(
        &self,
        context: &Context,
        progress: &mut Progress<TrustModel>,
        diagnostics: &mut Diagnostics,
    ) {
        read::read((&self.gcp.get(), &self.together), context, progress, diagnostics).await;
    }

    async fn update(
        &self,
        context: &Context,
        config: TrustModel,
        planned: TrustModel,
        progress: &mut Progress<TrustModel>,
        diagnostics: &mut Diagnostics,
    ) {
        let gcp = self.gcp.get();
        update::update(
            (&gcp, &self.together),
            context,
            (&config, &planned),
            progress,
            diagnostics,
        )
        .await;
    }

    async fn delete(
        &self,
        context: &Context,
        progress: &mut Progress<TrustModel>,
        diagnostics: &mut Diagnostics,
    ) {
        delete::delete((&self.gcp.get(), &self.together), context, progress, diagnostics).await;
    }

    async fn import(
        &self,
        _: &Context,
        key: ImportKey,
        diagnostics: &mut Diagnostics,
    ) -> Option<Imported<TrustModel>> {
        import::import(&key, diagnostics)
    }

    fn list_schema(&self) -> Option<Schema> {
        Some(listing::schema())
    }

    async fn list(
        &self,
        context: &Context,
        request: ListRequest,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Listed<TrustModel>> {
        listing::list((&self.gcp.get(), &self.together), context, request, diagnostics).await
    }
}

#[cfg(test)]
mod tests;
