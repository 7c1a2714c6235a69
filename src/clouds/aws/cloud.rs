//! AWS as one of the clouds of the provider.

use super::configuration::{Configuration, attribute, read, validate};
use super::data_sources;
use super::dialect::lint::rules;
use super::resources::{AwsTrustResource, OidcProviderResource};
use super::sharing::SHARING_RULES;
use crate::clouds::{Cloud, Common, Environment};
use crate::framework::{Attribute, Diagnostics, Parts, Value};

/// AWS. Its parts share the configuration, which each reads when it is called.
#[derive(Debug, Default)]
pub struct Aws {
    configuration: Configuration,
}

impl Cloud for Aws {
    fn id(&self) -> &'static str {
        "aws"
    }

    fn attribute(&self) -> Attribute {
        attribute(self.id())
    }

    fn validate(&self, block: &Value, diagnostics: &mut Diagnostics) {
        validate(block, diagnostics);
    }

    fn configure(
        &self,
        block: &Value,
        common: &Common,
        environment: &Environment,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(configured) = read(block, common, environment, diagnostics) {
            self.configuration.set(configured);
        }
    }

    fn rules(&self) -> Vec<&'static str> {
        let of_policies = rules().map(|rule| rule.id);
        of_policies.chain(SHARING_RULES).collect()
    }

    fn parts(&self) -> Parts {
        Parts::default()
            .resource(AwsTrustResource::new(self.configuration.clone()))
            .resource(OidcProviderResource::new(self.configuration.clone()))
            .and(data_sources::parts(&self.configuration))
    }
}
