//! A provider: its configuration block and the list of its parts.

use async_trait::async_trait;

use super::{Context, Diagnostics, Function, Schema, Value};
use super::{DataSource, EphemeralResource, Resource};

/// A provider. Parts are registered, erased, in [`Parts`](super::Parts).
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    fn schema(&self) -> Schema;

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Takes the configuration. Unknown values are possible at plan and no reason to fail. May be called again.
    async fn configure(
        &self,
        context: &Context,
        terraform_version: &str,
        config: Value,
        diagnostics: &mut Diagnostics,
    );

    /// Everything this provider offers. Called once.
    fn parts(&self) -> Parts;
}

/// Everything a provider offers.
#[derive(Default)]
pub struct Parts {
    pub resources: Vec<Box<dyn super::erased::AnyResource>>,
    pub data_sources: Vec<Box<dyn super::erased::AnyDataSource>>,
    pub ephemeral_resources: Vec<Box<dyn super::erased::AnyEphemeralResource>>,
    pub functions: Vec<Box<dyn Function>>,
}

impl Parts {
    #[must_use]
    pub fn resource(mut self, part: impl Resource) -> Self {
        self.resources.push(Box::new(part));
        self
    }

    #[must_use]
    pub fn data_source(mut self, part: impl DataSource) -> Self {
        self.data_sources.push(Box::new(part));
        self
    }

    #[must_use]
    pub fn ephemeral_resource(mut self, part: impl EphemeralResource) -> Self {
        self.ephemeral_resources.push(Box::new(part));
        self
    }

    #[must_use]
    pub fn function(mut self, part: impl Function) -> Self {
        self.functions.push(Box::new(part));
        self
    }

    /// All of another list too.
    #[must_use]
    pub fn and(mut self, other: Parts) -> Self {
        self.resources.extend(other.resources);
        self.data_sources.extend(other.data_sources);
        self.ephemeral_resources.extend(other.ephemeral_resources);
        self.functions.extend(other.functions);
        self
    }
}
