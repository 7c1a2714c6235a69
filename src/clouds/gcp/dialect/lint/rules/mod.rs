//! The rules that only Google Cloud has.

mod condition;
mod extraction;
mod length;
mod mapping;
mod nobody;
mod pool;
mod syntax;

pub(super) use mapping::parts;
pub(super) use pool::of_pool;
pub(super) use syntax::unreadable;

use super::super::provider::ProviderSettings;
use super::branches::{Setting, Way};
use super::condition::Reader;
use crate::lint::{Class, Examined, Rule};
use crate::trust::{Finding, Severity};

/// The rules of this folder.
pub const RULES: &[Rule] = &[
    condition::MISSING,
    condition::TAUTOLOGY,
    condition::DISJUNCT,
    condition::UNANCHORED,
    condition::DOT,
    condition::MISMATCH,
    mapping::CONCATENATION,
    extraction::EXTRACTION,
    length::LENGTH,
    pool::WHOLE_POOL,
    pool::COLLIDE,
    pool::KEY_SHARED,
    syntax::SYNTAX,
];

/// A provider with what the rules of all clouds found about each way in.
pub(super) struct Looked<'a> {
    pub settings: &'a ProviderSettings,
    pub setting: &'a Setting<'a>,
    pub reader: &'a Reader<'a>,
    pub ways: &'a [Way<'a>],
    pub examined: Vec<Examined>,
}

impl Looked<'_> {
    /// Everything, in no order.
    pub fn findings(&self) -> Vec<Finding> {
        let mut all: Vec<Finding> = self
            .examined
            .iter()
            .flat_map(|one| one.findings.clone())
            .collect();
        self.about_condition(&mut all);
        self.about_mapping(&mut all);
        self.about_bindings(&mut all);
        self.about_syntax(&mut all);
        self.about_nobody(&mut all);
        all
    }

    /// Each way in with what was found about it.
    fn pairs(&self) -> impl Iterator<Item = (&Way<'_>, &Examined)> {
        self.ways.iter().zip(&self.examined)
    }
}

/// A finding of a rule of this folder.
fn finding(
    rule: &Rule,
    severity: Severity,
    value: &str,
    message: String,
    witness: Option<String>,
) -> Finding {
    Finding {
        rule: rule.id,
        severity,
        message,
        fix: rule.fix.to_owned(),
        witness,
        value: Some(value.to_owned()),
        accepted: None,
    }
}

/// A finding of a rule of all clouds about something that only this one has.
fn shared(
    id: &str,
    severity: Severity,
    value: &str,
    message: String,
    witness: Option<String>,
) -> Option<Finding> {
    let rule = crate::lint::rules().find(|rule| rule.id == id)?;
    Some(finding(rule, severity, value, message, witness))
}

/// Whether a rule of all clouds finds outages.
fn is_outage(finding: &Finding) -> bool {
    let mut all = crate::lint::rules().chain(RULES);
    all.any(|rule| rule.id == finding.rule && rule.class == Class::Outage)
}
