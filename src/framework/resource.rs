//! A managed resource.

use async_trait::async_trait;

use super::{Context, Diagnostics, IdentitySchema, Model, Path, Private, Schema, Value};

/// A managed resource. The framework decodes, fills defaults, marks computed attributes unknown, applies
/// `requires_replace`, checks the host's rules and keeps partial state; the resource says what is meant.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    type Model: Model;

    /// Full type name, for example `oidcfed_aws_trust`.
    fn type_name(&self) -> &'static str;

    fn schema(&self) -> Schema;

    fn identity_schema(&self) -> Option<IdentitySchema> {
        None
    }

    /// True when the provider's configuration holds unknown values that this resource needs: then a create is
    /// planned without asking anybody, and Read returns the prior state with one warning.
    fn waits_for_configuration(&self) -> bool {
        false
    }

    /// Checks of the whole configuration, after the schema's own. No remote call; unknown values are passed over.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Completes the plan of a create or update. `request.planned` has configuration, defaults and kept state in
    /// place, and unknown for what is computed when something changes.
    async fn plan(
        &self,
        context: &Context,
        request: PlanRequest<Self::Model>,
        diagnostics: &mut Diagnostics,
    ) -> Planned<Self::Model> {
        let _ = (context, diagnostics);
        Planned::unchanged(request)
    }

    /// Makes the object. After every successful remote call `progress.state` is complete for what exists; what is
    /// still unknown in it becomes null when the call ends with an error.
    async fn create(
        &self,
        context: &Context,
        config: Self::Model,
        planned: Self::Model,
        progress: &mut Progress<Self::Model>,
        diagnostics: &mut Diagnostics,
    );

    /// Refreshes `progress.state`; `None` when the object is gone (a 404, never a 403 or 5xx).
    async fn read(
        &self,
        context: &Context,
        progress: &mut Progress<Self::Model>,
        diagnostics: &mut Diagnostics,
    );

    /// Changes the object in place. `progress.state` begins as the prior state and follows what was really done.
    async fn update(
        &self,
        context: &Context,
        config: Self::Model,
        planned: Self::Model,
        progress: &mut Progress<Self::Model>,
        diagnostics: &mut Diagnostics,
    );

    /// Deletes the object; `progress.state` becomes `None` when it is gone, and stays what is left otherwise.
    async fn delete(
        &self,
        context: &Context,
        progress: &mut Progress<Self::Model>,
        diagnostics: &mut Diagnostics,
    );

    /// Looks at an object that is about to be deleted: what people should hear before they agree. No remote call.
    fn plan_delete(&self, state: Self::Model, private: &Private, diagnostics: &mut Diagnostics) {
        let _ = (state, private, diagnostics);
    }

    /// Turns an import id or identity into the state that Read completes.
    async fn import(
        &self,
        context: &Context,
        key: ImportKey,
        diagnostics: &mut Diagnostics,
    ) -> Option<Imported<Self::Model>> {
        let _ = (context, key);
        diagnostics.error(
            Path::root(),
            "Import is not supported",
            format!("`{}` cannot be imported.", self.type_name()),
        );
        None
    }

    /// Takes over the state of another type (a `moved` block). `None` without a diagnostic means: not a source that
    /// is supported; the framework says so.
    fn move_state(
        &self,
        request: MoveRequest,
        diagnostics: &mut Diagnostics,
    ) -> Option<Imported<Self::Model>> {
        let _ = (request, diagnostics);
        None
    }

    /// Brings the JSON of an older schema version to the current attributes; unknown members are dropped and missing
    /// ones become null afterwards.
    fn upgrade(&self, request: UpgradeRequest, diagnostics: &mut Diagnostics) -> serde_json::Value {
        let _ = diagnostics;
        request.state
    }

    /// The configuration of a list resource of this type (`terraform query`); `None`: cannot be listed.
    fn list_schema(&self) -> Option<Schema> {
        None
    }

    /// Lists existing objects.
    async fn list(
        &self,
        context: &Context,
        request: ListRequest,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Listed<Self::Model>> {
        let _ = (context, request, diagnostics);
        Vec::new()
    }
}

/// What a plan starts from.
#[derive(Clone, Debug)]
pub struct PlanRequest<M> {
    pub config: M,
    /// `None` on create.
    pub prior: Option<M>,
    pub planned: M,
    pub private: Private,
    /// Prior identity.
    pub identity: Option<Value>,
}

/// The outcome of a plan.
#[derive(Clone, Debug)]
pub struct Planned<M> {
    pub planned: M,
    /// Further paths whose change replaces the object, beside those that the schema marks.
    pub requires_replace: Vec<Path>,
    pub private: Private,
    /// Planned identity; `None` keeps the prior one (unknown on create).
    pub identity: Option<Value>,
}

impl<M> Planned<M> {
    pub fn unchanged(request: PlanRequest<M>) -> Self {
        Self {
            planned: request.planned,
            requires_replace: Vec::new(),
            private: request.private,
            identity: request.identity,
        }
    }
}

/// What is known of the object while a call runs: it is returned whatever happens.
#[derive(Clone, Debug)]
pub struct Progress<M> {
    pub state: Option<M>,
    pub private: Private,
    pub identity: Option<Value>,
}

/// How an object is named at import.
#[derive(Clone, Debug)]
pub enum ImportKey {
    Id(String),
    Identity(Value),
}

/// The state that an import or a move begins with.
#[derive(Clone, Debug)]
pub struct Imported<M> {
    pub state: M,
    pub private: Private,
    pub identity: Option<Value>,
}

/// A `moved` from another resource type.
#[derive(Clone, Debug)]
pub struct MoveRequest {
    /// For example `registry.terraform.io/hashicorp/aws`.
    pub source_provider_address: String,
    pub source_type_name: String,
    pub source_schema_version: i64,
    pub source_state: serde_json::Value,
    pub source_identity: Option<serde_json::Value>,
}

/// A state of an older schema version.
#[derive(Clone, Debug)]
pub struct UpgradeRequest {
    pub version: i64,
    pub state: serde_json::Value,
}

/// A `list` block.
#[derive(Clone, Debug)]
pub struct ListRequest {
    pub config: Value,
    pub include_resource: bool,
    /// At most this many.
    pub limit: usize,
}

/// One object found.
#[derive(Clone, Debug)]
pub struct Listed<M> {
    pub display_name: String,
    pub identity: Value,
    /// Only when asked for.
    pub resource: Option<M>,
}
