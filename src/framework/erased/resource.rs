//! A resource, whatever its model.

use async_trait::async_trait;

use super::decode;
use super::guard::{guarded, guarded_check, report};
use crate::framework::{
    Context, Convert, Diagnostics, IdentitySchema, ImportKey, Imported, ListRequest, Listed, MoveRequest,
    PlanRequest, Planned, Private, Progress, Resource, Schema, UpgradeRequest, Value,
};

/// A resource, whatever its model. A panic or an endless wait inside becomes an error, with what was reached kept.
#[async_trait]
pub trait AnyResource: Send + Sync {
    fn type_name(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn identity_schema(&self) -> Option<IdentitySchema>;
    fn list_schema(&self) -> Option<Schema>;
    fn waits_for_configuration(&self) -> bool;
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);
    /// `None` only with an error.
    async fn plan(
        &self,
        context: &Context,
        request: PlanRequest<Value>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Planned<Value>>;
    async fn create(
        &self,
        context: &Context,
        config: &Value,
        planned: &Value,
        progress: &mut Progress<Value>,
        diagnostics: &mut Diagnostics,
    );
    async fn read(&self, context: &Context, progress: &mut Progress<Value>, diagnostics: &mut Diagnostics);
    async fn update(
        &self,
        context: &Context,
        config: &Value,
        planned: &Value,
        progress: &mut Progress<Value>,
        diagnostics: &mut Diagnostics,
    );
    async fn delete(&self, context: &Context, progress: &mut Progress<Value>, diagnostics: &mut Diagnostics);
    fn plan_delete(&self, state: &Value, private: &Private, diagnostics: &mut Diagnostics);
    async fn import(
        &self,
        context: &Context,
        key: ImportKey,
        diagnostics: &mut Diagnostics,
    ) -> Option<Imported<Value>>;
    fn move_state(&self, request: MoveRequest, diagnostics: &mut Diagnostics) -> Option<Imported<Value>>;
    fn upgrade(&self, request: UpgradeRequest, diagnostics: &mut Diagnostics) -> Option<serde_json::Value>;
    async fn list(
        &self,
        context: &Context,
        request: ListRequest,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Listed<Value>>;
}

#[async_trait]
impl<R: Resource> AnyResource for R {
    fn type_name(&self) -> &'static str {
        Resource::type_name(self)
    }

    fn schema(&self) -> Schema {
        Resource::schema(self)
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Resource::identity_schema(self)
    }

    fn list_schema(&self) -> Option<Schema> {
        Resource::list_schema(self)
    }

    fn waits_for_configuration(&self) -> bool {
        Resource::waits_for_configuration(self)
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if let Some(config) = decode::<R::Model>(config, diagnostics) {
            let checked = guarded_check(|| Resource::validate(self, &config, diagnostics));
            report(checked, diagnostics);
        }
    }

    async fn plan(
        &self,
        context: &Context,
        request: PlanRequest<Value>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Planned<Value>> {
        let prior = match &request.prior {
            Some(prior) => Some(decode(prior, diagnostics)?),
            None => None,
        };
        let request = PlanRequest {
            config: decode(&request.config, diagnostics)?,
            prior,
            planned: decode(&request.planned, diagnostics)?,
            private: request.private,
            identity: request.identity,
        };
        let outcome = guarded(context, Resource::plan(self, context, request, diagnostics)).await;
        let Planned {
            planned,
            requires_replace,
            private,
            identity,
        } = report(outcome, diagnostics)?;
        Some(Planned {
            planned: R::Model::to_value(&planned),
            requires_replace,
            private,
            identity,
        })
    }

    async fn create(
        &self,
        context: &Context,
        config: &Value,
        planned: &Value,
        progress: &mut Progress<Value>,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(config) = decode(config, diagnostics) else {
            return;
        };
        let Some(planned) = decode(planned, diagnostics) else {
            return;
        };
        let Some(mut typed) = typed::<R>(progress, diagnostics) else {
            return;
        };
        let work = Resource::create(self, context, config, planned, &mut typed, diagnostics);
        let outcome = guarded(context, work).await;
        report(outcome, diagnostics);
        *progress = erased::<R>(typed);
    }

    async fn read(&self, context: &Context, progress: &mut Progress<Value>, diagnostics: &mut Diagnostics) {
        let Some(mut typed) = typed::<R>(progress, diagnostics) else {
            return;
        };
        let outcome = guarded(context, Resource::read(self, context, &mut typed, diagnostics)).await;
        report(outcome, diagnostics);
        *progress = erased::<R>(typed);
    }

    async fn update(
        &self,
        context: &Context,
        config: &Value,
        planned: &Value,
        progress: &mut Progress<Value>,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(config) = decode(config, diagnostics) else {
            return;
        };
        let Some(planned) = decode(planned, diagnostics) else {
            return;
        };
        let Some(mut typed) = typed::<R>(progress, diagnostics) else {
            return;
        };
        let work = Resource::update(self, context, config, planned, &mut typed, diagnostics);
        let outcome = guarded(context, work).await;
        report(outcome, diagnostics);
        *progress = erased::<R>(typed);
    }

    async fn delete(&self, context: &Context, progress: &mut Progress<Value>, diagnostics: &mut Diagnostics) {
        let Some(mut typed) = typed::<R>(progress, diagnostics) else {
            return;
        };
        let outcome = guarded(context, Resource::delete(self, context, &mut typed, diagnostics)).await;
        report(outcome, diagnostics);
        *progress = erased::<R>(typed);
    }

    fn plan_delete(&self, state: &Value, private: &Private, diagnostics: &mut Diagnostics) {
        if let Some(state) = decode::<R::Model>(state, diagnostics) {
            let looked = guarded_check(|| Resource::plan_delete(self, state, private, diagnostics));
            report(looked, diagnostics);
        }
    }

    async fn import(
        &self,
        context: &Context,
        key: ImportKey,
        diagnostics: &mut Diagnostics,
    ) -> Option<Imported<Value>> {
        let outcome = guarded(context, Resource::import(self, context, key, diagnostics)).await;
        report(outcome, diagnostics).flatten().map(imported::<R>)
    }

    fn move_state(&self, request: MoveRequest, diagnostics: &mut Diagnostics) -> Option<Imported<Value>> {
        let outcome = guarded_check(|| Resource::move_state(self, request, diagnostics));
        report(outcome, diagnostics).flatten().map(imported::<R>)
    }

    fn upgrade(&self, request: UpgradeRequest, diagnostics: &mut Diagnostics) -> Option<serde_json::Value> {
        let outcome = guarded_check(|| Resource::upgrade(self, request, diagnostics));
        report(outcome, diagnostics)
    }

    async fn list(
        &self,
        context: &Context,
        request: ListRequest,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Listed<Value>> {
        let outcome = guarded(context, Resource::list(self, context, request, diagnostics)).await;
        let found = report(outcome, diagnostics).unwrap_or_default().into_iter();
        let erase = |listed: Listed<R::Model>| Listed {
            display_name: listed.display_name,
            identity: listed.identity,
            resource: listed.resource.as_ref().map(R::Model::to_value),
        };
        found.map(erase).collect()
    }
}

fn typed<R: Resource>(
    progress: &Progress<Value>,
    diagnostics: &mut Diagnostics,
) -> Option<Progress<R::Model>> {
    let state = match &progress.state {
        Some(state) => Some(decode(state, diagnostics)?),
        None => None,
    };
    Some(Progress {
        state,
        private: progress.private.clone(),
        identity: progress.identity.clone(),
    })
}

fn erased<R: Resource>(progress: Progress<R::Model>) -> Progress<Value> {
    Progress {
        state: progress.state.as_ref().map(R::Model::to_value),
        private: progress.private,
        identity: progress.identity,
    }
}

fn imported<R: Resource>(imported: Imported<R::Model>) -> Imported<Value> {
    Imported {
        state: imported.state.to_value(),
        private: imported.private,
        identity: imported.identity,
    }
}
