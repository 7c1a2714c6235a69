//! The provider itself: it walks the list of clouds.

use async_trait::async_trait;

use super::block;
use super::data_sources::IssuerSource;
use super::functions::{
    ClaimsFunction, IssuerFunction, ParseSubjectFunction, PlatformFunction, SubjectFunction,
    SubjectsFunction, ThumbprintFunction,
};
use super::settings::Settings;
use crate::clouds::{self, Cloud, Environment};
use crate::framework::{Context, Diagnostics, Parts, Path, Provider, Schema, Value};

/// The provider `oidcfed`.
pub struct Oidcfed {
    clouds: Vec<Box<dyn Cloud>>,
    settings: Settings,
    environment: Environment,
}

impl Oidcfed {
    /// With the environment of the process. Reads and contacts nothing.
    pub fn new() -> Self {
        Self::with_environment(Environment::of_process())
    }

    /// With another environment, for tests.
    pub fn with_environment(environment: Environment) -> Self {
        Self {
            clouds: clouds::all(),
            settings: Settings::default(),
            environment,
        }
    }
}

impl Default for Oidcfed {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Provider for Oidcfed {
    fn schema(&self) -> Schema {
        let mut attributes: Vec<_> = self.clouds.iter().map(|cloud| cloud.attribute()).collect();
        attributes.extend(block::attributes());
        Schema::new(
            "Lets a cloud account trust the OIDC tokens of a workload platform, and shows that it trusts nobody else. Each \
             cloud is optional; one that nothing uses is never contacted.",
            attributes,
        )
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        for cloud in &self.clouds {
            cloud.validate(part(config, cloud.as_ref()), diagnostics);
        }
    }

    async fn configure(
        &self,
        context: &Context,
        _terraform_version: &str,
        config: Value,
        diagnostics: &mut Diagnostics,
    ) {
        if context.stop.is_requested() {
            diagnostics.error(
                Path::root(),
                "Interrupted",
                "the run was interrupted before the provider was configured",
            );
            return;
        }
        let Some(common) = block::read(&config, &self.environment, diagnostics).await else {
            return;
        };
        for cloud in &self.clouds {
            cloud.configure(
                part(&config, cloud.as_ref()),
                &common,
                &self.environment,
                diagnostics,
            );
        }
        self.settings.set(common);
    }

    fn parts(&self) -> Parts {
        let own = Parts::default()
            .data_source(IssuerSource::new(self.settings.clone()))
            .function(PlatformFunction)
            .function(IssuerFunction)
            .function(SubjectFunction)
            .function(SubjectsFunction)
            .function(ParseSubjectFunction)
            .function(ClaimsFunction)
            .function(ThumbprintFunction)
            .and(clouds::functions());
        self.clouds
            .iter()
            .fold(own, |parts, cloud| parts.and(cloud.parts()))
    }
}

/// The part of the block that belongs to a cloud.
fn part<'a>(config: &'a Value, cloud: &dyn Cloud) -> &'a Value {
    match config {
        Value::Unknown(_) => &Value::UNKNOWN,
        known => known.member(cloud.id()).unwrap_or(&Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::framework::Stop;

    #[test]
    fn every_cloud_has_its_attribute_and_names_are_unique() {
        let provider = Oidcfed::with_environment(Environment::of([]));
        let schema = provider.schema();
        for cloud in &provider.clouds {
            assert!(
                schema
                    .attribute(cloud.id())
                    .is_some_and(|attribute| attribute.optional)
            );
        }
        let mut names: Vec<_> = schema
            .attributes
            .iter()
            .map(|attribute| attribute.name.clone())
            .collect();
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for name in [
            "guardrail",
            "unacceptable",
            "allow_loopback_issuers",
            "ca_bundle_file",
            "request_timeout",
        ] {
            assert!(schema.attribute(name).is_some(), "{name}");
        }
    }

    #[tokio::test]
    async fn an_unknown_block_is_no_reason_to_fail() {
        let provider = Oidcfed::with_environment(Environment::of([]));
        let context = Context::new(Stop::new(), Duration::from_secs(5));
        for config in [Value::UNKNOWN, Value::Object(Default::default())] {
            let mut diagnostics = Diagnostics::new();
            provider.validate(&config, &mut diagnostics);
            provider
                .configure(&context, "1.14.0", config, &mut diagnostics)
                .await;
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
        }
    }

    #[test]
    fn parts_have_names_of_this_provider() {
        let parts = Oidcfed::with_environment(Environment::of([])).parts();
        let names = parts.resources.iter().map(|part| part.type_name());
        let names: Vec<_> = names
            .chain(parts.data_sources.iter().map(|part| part.type_name()))
            .collect();
        assert!(names.contains(&"oidcfed_issuer"));
        assert!(names.iter().all(|name| name.starts_with("oidcfed_")), "{names:?}");
    }
}
