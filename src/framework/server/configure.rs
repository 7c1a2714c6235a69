//! The provider block.

use super::Server;
use super::validate::{Subject, check};
use crate::framework::erased::{guarded, guarded_check, report};
use crate::framework::{Diagnostics, Path, Timeouts, Value};

impl Server {
    /// Checks the provider block; unknown values are possible.
    pub fn validate_provider(&self, config: &Value, diagnostics: &mut Diagnostics) {
        check(self.schema(), config, Subject::Other, diagnostics);
        if !diagnostics.has_errors() {
            let checked = guarded_check(|| self.provider.validate(config, diagnostics));
            report(checked, diagnostics);
        }
    }

    /// Takes the configuration of the provider.
    pub async fn configure(&self, terraform_version: &str, config: Value, diagnostics: &mut Diagnostics) {
        if config.is_null() {
            diagnostics.error(
                Path::root(),
                "Missing configuration",
                "The host sent no provider configuration.",
            );
            return;
        }
        let context = self.context(Timeouts::default().read);
        let work = self
            .provider
            .configure(&context, terraform_version, config, diagnostics);
        let outcome = guarded(&context, work).await;
        report(outcome, diagnostics);
    }
}
