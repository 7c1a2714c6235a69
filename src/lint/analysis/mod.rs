//! What tokens of somebody else a branch lets in, found once for all rules.

mod crossing;
mod delimiters;
mod inside;
mod nobody;
mod opening;
mod subject;

pub(crate) use opening::{Example, Kind, Opening};

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::branch::{Branch, Test, Without};
use super::issuer::{Form, Grammar, Part};
use super::language::Automaton;
use crate::platforms::Chooser;
use crate::trust::{Claims, Glob};

/// A branch with what was found about it.
pub(crate) struct Analysis<'a> {
    pub branch: &'a Branch<'a>,
    pub grammar: Arc<Grammar>,
    /// Whether a claim other than the subject says by an id whose the token is.
    pub is_pinned_by_id: bool,
    /// Whether such a claim names the workload too.
    pub is_workload_pinned: bool,
    /// Whether the subject, or what it is made of, is tested at all.
    pub is_subject_tested: bool,
    pub openings: Vec<Opening>,
    /// Subjects that are meant.
    pub own: Vec<Example>,
    /// Values of subjects that the issuer cannot produce.
    pub impossible: Vec<String>,
    /// A token that is meant, once it was looked for.
    pub(super) own_witness: OnceCell<Option<Claims>>,
    /// Whether nobody gets in, once it was asked.
    pub(super) nobody: OnceCell<bool>,
}

/// Everything that constrains the subject besides the value looked at.
pub(crate) struct Around {
    tests: Vec<Automaton>,
    not: Vec<Automaton>,
    /// What tests of claims made of the variables of a subject say about it, by number of the form.
    made: Vec<Vec<Automaton>>,
    /// What negated tests of such claims exclude.
    made_not: Vec<Vec<Automaton>>,
}

impl<'a> Analysis<'a> {
    pub(crate) fn of(branch: &'a Branch<'a>) -> Self {
        let facts = &branch.facts;
        let pinning = |claim: &&str| branch.is_exact(claim);
        let ids = facts.id_claims();
        let mut analysis = Self {
            branch,
            grammar: Grammar::of(facts),
            is_pinned_by_id: ids.iter().any(pinning),
            is_workload_pinned: ids.iter().filter(|c| !facts.is_tenant_claim(c)).any(pinning),
            is_subject_tested: branch.restricting("sub").next().is_some(),
            openings: Vec::new(),
            own: Vec::new(),
            impossible: Vec::new(),
            own_witness: OnceCell::new(),
            nobody: OnceCell::new(),
        };
        // The narrowest test is the one to talk about; which it is does not depend on the order of tests.
        let own = branch.restricting("sub").min_by_key(|test| {
            let wildcards = |glob: &Glob| glob.as_literal().is_none();
            let open = test.values.iter().filter(|glob| wildcards(glob)).count();
            let mut written = test.written.clone();
            written.sort();
            (open, test.values.len(), written)
        });
        match own {
            Some(test) => {
                let around = analysis.around(Some(test));
                let mut values: Vec<(&String, &Glob)> = test.written.iter().zip(&test.values).collect();
                values.sort();
                values.dedup();
                for (written, glob) in values {
                    analysis.value(written, glob, test.ignores_case, &around);
                }
            }
            None => {
                let around = analysis.around(None);
                analysis.without_subject(&around);
            }
        }
        analysis.openings.sort_by_key(|opening| opening.order());
        analysis.openings.dedup_by(|b, a| a.absorb(b));
        analysis
    }

    fn around(&self, own: Option<&Test>) -> Around {
        let others = self.branch.restricting("sub").filter(|test| Some(*test) != own);
        let own = own.filter(|test| test.expression.is_some());
        let negated = self
            .branch
            .tests
            .iter()
            .filter(|t| t.claim == "sub" && t.is_negated);
        let made = self.grammar.forms.iter().map(|form| self.made(form));
        Around {
            tests: others.chain(own).map(Test::texts).collect(),
            not: negated.map(Test::texts).collect(),
            made: made.collect(),
            made_not: self
                .grammar
                .forms
                .iter()
                .map(|form| self.made_not(form))
                .collect(),
        }
    }

    /// One automaton for each test of a claim that is made of variables of the form.
    fn made(&self, form: &Form) -> Vec<Automaton> {
        let tests = self
            .branch
            .tests
            .iter()
            .filter(|t| t.restricts() && t.claim != "sub");
        tests
            .filter_map(|test| {
                if test.expression.is_some() || test.ignores_case {
                    return self.lifted(form, test);
                }
                let bindings: Vec<BTreeMap<String, Glob>> = test
                    .values
                    .iter()
                    .map(|glob| self.bindings(form, &test.claim, glob))
                    .collect::<Option<_>>()
                    .unwrap_or_default();
                match bindings.as_slice() {
                    [] => self.lifted(form, test),
                    [only] => form.with(only),
                    // Several values: the union, as one automaton.
                    several => {
                        let parts: Option<Vec<_>> = several.iter().map(|b| form.with(b)).collect();
                        Some(Automaton::union(&parts?))
                    }
                }
            })
            .collect()
    }

    /// The same for what claims that have to be there must not be.
    fn made_not(&self, form: &Form) -> Vec<Automaton> {
        let is_demanded =
            |test: &&Test| test.is_negated && test.without == Without::Fails && test.claim != "sub";
        let tests = self.branch.tests.iter().filter(is_demanded);
        tests.filter_map(|test| self.lifted(form, test)).collect()
    }

    /// The subjects of a form whose claim has one of the texts that a test names.
    fn lifted(&self, form: &Form, test: &Test) -> Option<Automaton> {
        let platform = self.branch.facts.platforms.get(form.platform)?;
        form.lifted(platform.claim_template(&test.claim)?, &test.texts())
    }

    /// Whether a claim has one of some texts that are written down, and names in them what a subject of another form would
    /// name: the tenant, or the workload. A subject without those variables cannot say otherwise.
    fn is_named_elsewhere(&self, form: &Form, part: Part) -> bool {
        let Some(platform) = self.branch.facts.platforms.get(form.platform) else {
            return false;
        };
        let names = |variable: &str| {
            let mut others = self
                .grammar
                .forms
                .iter()
                .filter(|other| other.platform == form.platform);
            others.any(|other| {
                other
                    .variables
                    .iter()
                    .any(|(own, is)| own == variable && *is == part)
            })
        };
        let tests = self
            .branch
            .tests
            .iter()
            .filter(|test| test.restricts() && test.is_exact() && test.claim != "sub");
        tests
            .filter_map(|test| platform.claim_template(&test.claim))
            .any(|template| {
                !template.variables().any(|variable| form.has_variable(variable))
                    && template.variables().any(names)
            })
    }

    /// Whether the platform assigns the value of a variable of a form.
    fn is_assigned(&self, form: &Form, tag: u16) -> bool {
        let platform = self.branch.facts.platforms.get(form.platform);
        let at = usize::from(tag.saturating_sub(1));
        let variable = form
            .variables
            .get(at)
            .and_then(|(name, _)| platform?.variables.get(name));
        variable.is_some_and(|variable| variable.chosen_by == Chooser::Platform && !variable.mutable)
    }
}
