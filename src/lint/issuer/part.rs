//! What a variable of a subject stands for.

use crate::platforms::{Chooser, Platform, SubjectForm};

/// The part that a variable plays in a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Names the tenant.
    Tenant,
    /// Names something within a tenant that is as far apart as tenants are.
    Compartment,
    /// Names the workload.
    Name,
    /// What the workload runs for: a branch, a tag, an environment.
    Context,
    /// One of a few words of the platform.
    Kind,
}

/// Words of the platform that the catalogue describes by a wider pattern.
const KINDS: [&str; 3] = ["operation", "run_phase", "run_type"];

/// What a tenant chooses for a run of a workload that is named before it.
const CONTEXTS: [&str; 3] = ["environment", "context", "deployment"];

impl Part {
    /// The parts of all variables of a form. `tenant` names those of the tenant.
    pub(super) fn of_all(
        platform: &Platform,
        form: &SubjectForm,
        tenant: &[String],
        compartments: &[String],
    ) -> Vec<(String, Self)> {
        let in_issuer = |name: &str| {
            let mut forms = platform.issuers.iter();
            forms.any(|form| form.template.variables().any(|own| own == name))
        };
        let mut parts: Vec<(String, Self)> = Vec::new();
        for name in form.template.variables() {
            let variable = platform.variables.get(name);
            let is_named = parts.iter().any(|(_, part)| *part == Self::Name);
            let part = if tenant.iter().any(|own| own == name) || in_issuer(name) {
                Self::Tenant
            } else if compartments.iter().any(|own| own == name) {
                Self::Compartment
            } else if variable.is_some_and(|v| v.chosen_by == Chooser::Workload) {
                Self::Context
            } else if KINDS.contains(&name) || variable.is_some_and(|v| is_choice(&v.pattern)) {
                Self::Kind
            } else if CONTEXTS.contains(&name) && is_named {
                Self::Context
            } else {
                Self::Name
            };
            parts.push((name.to_owned(), part));
        }
        parts
    }
}

/// `(?:one|other)`.
fn is_choice(pattern: &str) -> bool {
    let inner = pattern
        .strip_prefix("(?:")
        .and_then(|rest| rest.strip_suffix(')'));
    inner.is_some_and(|inner| {
        inner
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '|' | '-' | '_'))
    })
}
