//! A data source.

use async_trait::async_trait;

use super::{Context, Diagnostics, Model, Schema};

#[async_trait]
pub trait DataSource: Send + Sync + 'static {
    type Model: Model;

    fn type_name(&self) -> &'static str;

    fn schema(&self) -> Schema;

    /// No remote call; unknown values are passed over.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// The complete, wholly known object; `None` only together with an error.
    async fn read(
        &self,
        context: &Context,
        config: Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self::Model>;
}
