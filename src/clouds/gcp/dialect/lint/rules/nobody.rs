//! Nobody gets in: a rule of all clouds, asked here for what only this one has.

use super::condition::described;
use super::{Looked, is_outage, shared};
use crate::trust::{Finding, Severity};

const RULE: &str = "never-admits";

impl Looked<'_> {
    pub(super) fn about_nobody(&self, all: &mut Vec<Finding>) {
        let issuer = &self.setting.url;
        if self.examined.iter().any(|one| one.token.is_some()) {
            for (way, _) in self.pairs().filter(|(_, examined)| examined.admits_nobody) {
                let alternative = described(&way.conjunction);
                let message = format!(
                    "no token that `{issuer}` signs passes the alternative {alternative} of the condition"
                );
                all.extend(shared(RULE, Severity::Low, &alternative, message, None));
            }
            return;
        }
        // Something that says why is better.
        if all
            .iter()
            .any(|finding| is_outage(finding) && finding.severity >= Severity::Medium)
        {
            return;
        }
        let refused = self.setting.refused.borrow();
        let is_opaque = self.ways.iter().any(|way| way.branch.is_opaque);
        let is_certain = self.examined.iter().all(|one| one.admits_nobody);
        if self.setting.provider.disabled == Some(true) {
            let message = "the provider or its pool is disabled: no token is exchanged".to_owned();
            all.extend(shared(RULE, Severity::Medium, issuer, message, None));
            return;
        }
        if is_certain {
            let message =
                format!("no token that `{issuer}` signs passes the condition, the mapping and the binding");
            all.extend(shared(RULE, Severity::Medium, issuer, message, None));
            return;
        }
        let why = refused.as_ref().map_or_else(String::new, |step| {
            format!(
                "; the last that was tried is refused at `{}`: {}",
                step.name, step.found
            )
        });
        let message = format!("no token of `{issuer}` was found that gets in{why}");
        let (rule, severity) = match is_opaque {
            // What is closed is not opened by what cannot be decided.
            true => ("unanalysable-condition", Severity::Info),
            false => (RULE, Severity::Medium),
        };
        all.extend(shared(rule, severity, issuer, message, None));
    }
}
