//! `oidcfed_aws_oidc_provider`: the issuer alone, as an IAM OIDC provider.
//!
//! | file | noun |
//! |---|---|
//! | `model`, `schema` | the attributes |
//! | `aim` | what a configuration asks of one account |
//! | `plan`, `write`, `read` | the operations |
//! | `import` | where an existing provider comes from: import, `moved`, list |
//! | `tagging` | whose the tags are |
//! | `memory`, `recovery` | private state, and the state when that was dropped |

mod aim;
mod import;
mod memory;
mod model;
mod plan;
mod read;
mod recovery;
mod schema;
mod tagging;
mod write;

use async_trait::async_trait;

pub use model::OidcProviderModel;

use crate::clouds::aws::configuration::Configuration;
use crate::framework::{
    Context, Diagnostics, IdentitySchema, ImportKey, Imported, ListRequest, Listed, MoveRequest, PlanRequest,
    Planned, Progress, Resource, Schema,
};

/// The resource.
pub struct OidcProviderResource {
    aws: Configuration,
}

impl OidcProviderResource {
    pub fn new(aws: Configuration) -> Self {
        Self { aws }
    }
}

#[async_trait]
impl Resource for OidcProviderResource {
    type Model = OidcProviderModel;

    fn type_name(&self) -> &'static str {
        "oidcfed_aws_oidc_provider"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    fn waits_for_configuration(&self) -> bool {
        self.aws.waits()
    }

    fn validate(&self, config: &OidcProviderModel, diagnostics: &mut Diagnostics) {
        plan::validate(config, diagnostics);
    }

    async fn plan(
        &self,
        context: &Context,
        request: PlanRequest<OidcProviderModel>,
        diagnostics: &mut Diagnostics,
    ) -> Planned<OidcProviderModel> {
        plan::plan(&self.aws.get(), context, request, diagnostics).await
    }

    async fn create(
        &self,
        context: &Context,
        config: OidcProviderModel,
        planned: OidcProviderModel,
        progress: &mut Progress<OidcProviderModel>,
        diagnostics: &mut Diagnostics,
    ) {
        write::create(
            &self.aws.get(),
            context,
            (&config, planned),
            progress,
            diagnostics,
        )
        .await;
    }

    async fn read(
        &self,
        context: &Context,
        progress: &mut Progress<OidcProviderModel>,
        diagnostics: &mut Diagnostics,
    ) {
        read::read(&self.aws.get(), context, progress, diagnostics).await;
    }

    async fn update(
        &self,
        context: &Context,
        config: OidcProviderModel,
        planned: OidcProviderModel,
        progress: &mut Progress<OidcProviderModel>,
        diagnostics: &mut Diagnostics,
    ) {
        write::update(
            &self.aws.get(),
            context,
            (&config, planned),
            progress,
            diagnostics,
        )
        .await;
    }

    async fn delete(
        &self,
        context: &Context,
        progress: &mut Progress<OidcProviderModel>,
        diagnostics: &mut Diagnostics,
    ) {
        write::delete(&self.aws.get(), context, progress, diagnostics).await;
    }

    async fn import(
        &self,
        _: &Context,
        key: ImportKey,
        diagnostics: &mut Diagnostics,
    ) -> Option<Imported<OidcProviderModel>> {
        import::import(&self.aws.get(), key, diagnostics).await
    }

    fn move_state(
        &self,
        request: MoveRequest,
        diagnostics: &mut Diagnostics,
    ) -> Option<Imported<OidcProviderModel>> {
        import::move_state(&request, diagnostics)
    }

    fn list_schema(&self) -> Option<Schema> {
        Some(import::list_schema())
    }

    async fn list(
        &self,
        context: &Context,
        request: ListRequest,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Listed<OidcProviderModel>> {
        import::list(&self.aws.get(), context, request, diagnostics).await
    }
}
