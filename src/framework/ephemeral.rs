//! An ephemeral resource: in no plan, no state.

use std::time::SystemTime;

use async_trait::async_trait;

use super::{Context, Diagnostics, Model, Private, Schema};

/// What Open returns.
#[derive(Clone)]
pub struct Opened<M> {
    pub result: M,
    pub renew_at: Option<SystemTime>,
    /// Given to Renew and Close. Terraform closes with the bytes of Open, OpenTofu with those of the last Renew.
    pub private: Private,
}

#[async_trait]
pub trait EphemeralResource: Send + Sync + 'static {
    type Model: Model;

    fn type_name(&self) -> &'static str;

    fn schema(&self) -> Schema;

    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    async fn open(
        &self,
        context: &Context,
        config: Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> Option<Opened<Self::Model>>;

    /// The next renew time and private bytes.
    async fn renew(
        &self,
        context: &Context,
        private: Private,
        diagnostics: &mut Diagnostics,
    ) -> (Option<SystemTime>, Private) {
        let _ = (context, diagnostics);
        (None, private)
    }

    async fn close(&self, context: &Context, private: Private, diagnostics: &mut Diagnostics) {
        let _ = (context, private, diagnostics);
    }
}
