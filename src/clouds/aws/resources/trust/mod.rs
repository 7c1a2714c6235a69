//! `oidcfed_aws_trust`: the issuer as an IAM OIDC provider, and a role that its tokens may assume.
//!
//! | file | noun |
//! |---|---|
//! | `model`, `schema`, `validate`, `bounds` | the attributes; what IAM refuses of them together |
//! | `meaning`, `signing` | what a configuration means in one account; who signs |
//! | `implied` | what the catalogue decided, and keeps deciding until an argument changes |
//! | `foresight` | what a plan can say of the places at providers |
//! | `plan`, `create`, `read`, `update`, `delete` | the operations |
//! | `admission`, `also` | whom a change lets in and shuts out; the keys of `also` |
//! | `import`, `moved`, `listing` | where an existing role comes from |
//! | `names`, `leftover` | the role's name, and the leftover of a crash |
//! | `permissions`, `places` | what the role may do; the trust's places at providers |
//! | `rights` | what of that the linter judges |
//! | `memory`, `shown` | private state; what an import shows, and whose it is |
//! | `unmade`, `recovery` | a trust without its role; a trust whose memory a crash wiped |
//! | `unsaid` | arguments of which a role does not tell whether they are written |
//! | `work`, `written` | what create and update have in hand; policies back into arguments |

mod admission;
mod also;
mod bounds;
mod create;
mod delete;
mod foresight;
mod implied;
mod import;
mod leftover;
mod listing;
mod meaning;
mod memory;
mod model;
mod moved;
mod names;
mod permissions;
mod places;
mod plan;
mod read;
mod recovery;
mod rights;
mod schema;
mod shown;
mod signing;
mod unmade;
mod unsaid;
mod update;
mod validate;
mod work;
mod written;

use async_trait::async_trait;

pub(in crate::clouds::aws) use implied::Knowledge;
pub(in crate::clouds::aws) use meaning::{Home, Meaning, Understanding, accepted_risks, shown};
pub use model::TrustModel;
pub(in crate::clouds::aws) use schema::statement_arguments;

use crate::clouds::aws::configuration::Configuration;
use crate::framework::{
    Context, Diagnostics, IdentitySchema, ImportKey, Imported, ListRequest, Listed, MoveRequest, PlanRequest,
    Planned, Private, Progress, Resource, Schema,
};

/// The resource.
pub struct AwsTrustResource {
    aws: Configuration,
}

impl AwsTrustResource {
    pub fn new(aws: Configuration) -> Self {
        Self { aws }
    }
}

#[async_trait]
impl Resource for AwsTrustResource {
    type Model = TrustModel;

    fn type_name(&self) -> &'static str {
        "oidcfed_aws_trust"
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

    fn validate(&self, config: &TrustModel, diagnostics: &mut Diagnostics) {
        validate::validate(config, diagnostics);
    }

    async fn plan(
        &self,
        context: &Context,
        request: PlanRequest<TrustModel>,
        diagnostics: &mut Diagnostics,
    ) -> Planned<TrustModel> {
        let aws = self.aws.get();
        plan::plan(&aws, context, request, diagnostics).await
    }

    async fn create(
        &self,
        context: &Context,
        config: TrustModel,
        planned: TrustModel,
        progress: &mut Progress<TrustModel>,
        diagnostics: &mut Diagnostics,
    ) {
        let aws = self.aws.get();
        create::create(&aws, context, (&config, &planned), progress, diagnostics).await;
    }

    async fn read(
        &self,
        context: &Context,
        progress: &mut Progress<TrustModel>,
        diagnostics: &mut Diagnostics,
    ) {
        let aws = self.aws.get();
        read::read(&aws, context, progress, diagnostics).await;
    }

    async fn update(
        &self,
        context: &Context,
        config: TrustModel,
        planned: TrustModel,
        progress: &mut Progress<TrustModel>,
        diagnostics: &mut Diagnostics,
    ) {
        let aws = self.aws.get();
        update::update(&aws, context, (&config, &planned), progress, diagnostics).await;
    }

    async fn delete(
        &self,
        context: &Context,
        progress: &mut Progress<TrustModel>,
        diagnostics: &mut Diagnostics,
    ) {
        let aws = self.aws.get();
        delete::delete(&aws, context, progress, diagnostics).await;
    }

    fn plan_delete(&self, state: TrustModel, private: &Private, diagnostics: &mut Diagnostics) {
        delete::plan(&state, private, diagnostics);
    }

    async fn import(
        &self,
        _: &Context,
        key: ImportKey,
        diagnostics: &mut Diagnostics,
    ) -> Option<Imported<TrustModel>> {
        import::import(&self.aws.get(), key, diagnostics).await
    }

    fn move_state(
        &self,
        request: MoveRequest,
        diagnostics: &mut Diagnostics,
    ) -> Option<Imported<TrustModel>> {
        moved::move_state(&request, diagnostics)
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
        let aws = self.aws.get();
        listing::list(&aws, context, request, diagnostics).await
    }
}
