//! Google Cloud as one of the clouds of the provider.

use super::configuration::{Configuration, attribute, read, validate};
use super::data_sources;
use super::dialect::RULES;
use super::resources::GcpTrustResource;
use crate::clouds::{Cloud, Common, Environment};
use crate::framework::{Attribute, Diagnostics, Parts, Value};

/// Google Cloud. Its parts share the configuration, which each reads when it is called.
#[derive(Debug, Default)]
pub struct Gcp {
    configuration: Configuration,
}

impl Cloud for Gcp {
    fn id(&self) -> &'static str {
        "gcp"
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
        RULES.iter().map(|rule| rule.id).collect()
    }

    fn parts(&self) -> Parts {
        Parts::default()
            .resource(GcpTrustResource::new(self.configuration.clone()))
            .and(data_sources::parts(&self.configuration))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::framework::{Context, Stop};

    #[test]
    fn what_is_configured_last_is_in_effect() {
        let cloud = Gcp::default();
        let context = Context::new(Stop::new(), Duration::from_secs(1));
        assert!(cloud.configuration.waits() && cloud.configuration.google(&context).is_err());
        for project in ["first", "second"] {
            let environment = Environment::of([("GOOGLE_CLOUD_PROJECT", project)]);
            let mut diagnostics = Diagnostics::new();
            cloud.configure(&Value::Null, &Common::default(), &environment, &mut diagnostics);
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
            let google = cloud.configuration.google(&context).unwrap();
            assert_eq!(google.project(), Some(project));
        }
        assert!(cloud.rules().len() > 1 && !cloud.parts().resources.is_empty());
    }
}
