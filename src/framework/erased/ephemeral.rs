//! An ephemeral resource, whatever its model.

use std::time::SystemTime;

use async_trait::async_trait;

use super::decode;
use super::guard::{guarded, guarded_check, report};
use crate::framework::{Context, Convert, Diagnostics, EphemeralResource, Opened, Private, Schema, Value};

/// An ephemeral resource, whatever its model.
#[async_trait]
pub trait AnyEphemeralResource: Send + Sync {
    fn type_name(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);
    async fn open(
        &self,
        context: &Context,
        config: &Value,
        diagnostics: &mut Diagnostics,
    ) -> Option<Opened<Value>>;
    async fn renew(
        &self,
        context: &Context,
        private: Private,
        diagnostics: &mut Diagnostics,
    ) -> (Option<SystemTime>, Private);
    async fn close(&self, context: &Context, private: Private, diagnostics: &mut Diagnostics);
}

#[async_trait]
impl<E: EphemeralResource> AnyEphemeralResource for E {
    fn type_name(&self) -> &'static str {
        EphemeralResource::type_name(self)
    }

    fn schema(&self) -> Schema {
        EphemeralResource::schema(self)
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if let Some(config) = decode::<E::Model>(config, diagnostics) {
            let checked = guarded_check(|| EphemeralResource::validate(self, &config, diagnostics));
            report(checked, diagnostics);
        }
    }

    async fn open(
        &self,
        context: &Context,
        config: &Value,
        diagnostics: &mut Diagnostics,
    ) -> Option<Opened<Value>> {
        let config = decode(config, diagnostics)?;
        let outcome = guarded(
            context,
            EphemeralResource::open(self, context, config, diagnostics),
        )
        .await;
        let Opened {
            result,
            renew_at,
            private,
        } = report(outcome, diagnostics).flatten()?;
        Some(Opened {
            result: result.to_value(),
            renew_at,
            private,
        })
    }

    async fn renew(
        &self,
        context: &Context,
        private: Private,
        diagnostics: &mut Diagnostics,
    ) -> (Option<SystemTime>, Private) {
        let kept = private.clone();
        let outcome = guarded(
            context,
            EphemeralResource::renew(self, context, private, diagnostics),
        )
        .await;
        report(outcome, diagnostics).unwrap_or((None, kept))
    }

    async fn close(&self, context: &Context, private: Private, diagnostics: &mut Diagnostics) {
        let outcome = guarded(
            context,
            EphemeralResource::close(self, context, private, diagnostics),
        )
        .await;
        report(outcome, diagnostics);
    }
}
