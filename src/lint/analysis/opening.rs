//! Something open, with a subject that shows it.

use std::cell::OnceCell;

use super::Analysis;
use crate::lint::language::Letter;
use crate::trust::{Claims, Severity};

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Nothing tests the subject.
    Untested,
    /// A pattern without any text that names a tenant or anything else.
    Anybody,
    /// A wildcard in place of the tenant, with text behind it.
    AnyTenant,
    /// A wildcard inside the tenant's name.
    TenantPrefix,
    /// A subject that a tenant put together, without its name.
    NamelessSubject,
    Compartment,
    WholeTenant,
    NamePrefix,
    AnyContext,
    AnyBranch,
    AnyTag,
    RefPrefix,
    PullRequest,
    PlanPhase,
    /// A wildcard can swallow a delimiter, so that what stands behind it is read inside a name that the workload chooses.
    Crossing,
    /// The tenant is named by a name that may become somebody else's.
    MutableName,
}

/// Something open about a value.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    pub kind: Kind,
    /// The pattern or subject as written, or the issuer.
    pub value: String,
    pub severity: Severity,
    /// Subjects of tokens that should not get in and may, with the number of their form.
    pub subjects: Vec<Example>,
    /// The first of them that is let in, once it was looked for.
    shown: OnceCell<Option<Claims>>,
}

/// A subject to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Example {
    /// Found in the language of a form.
    Found { form: usize, letters: Vec<Letter> },
    /// A guess.
    Text(String),
}

impl Opening {
    pub(super) fn new(kind: Kind, value: String, severity: Severity, subjects: Vec<Example>) -> Self {
        Self {
            kind,
            value,
            severity,
            subjects,
            shown: OnceCell::new(),
        }
    }

    pub(super) fn order(&self) -> (Kind, String) {
        (self.kind, self.value.clone())
    }

    /// Takes over what another says of the same thing; false: it is about something else.
    pub(super) fn absorb(&mut self, other: &mut Self) -> bool {
        let same = self.order() == other.order();
        if same {
            if other.severity > self.severity {
                std::mem::swap(&mut self.subjects, &mut other.subjects);
                self.severity = other.severity;
            }
            self.subjects.append(&mut other.subjects);
        }
        same
    }
}

impl Analysis<'_> {
    /// A token of somebody else that shows the opening. Several rules ask for it.
    pub(crate) fn shown<'o>(&self, opening: &'o Opening) -> Option<&'o Claims> {
        let look = || self.witness(&opening.subjects);
        opening.shown.get_or_init(look).as_ref()
    }

    /// What is open, as somebody wrote it: the value, or the tests of other claims where the subject has none.
    pub(crate) fn said(&self, opening: &Opening) -> String {
        let issuer = &self.branch.issuer;
        if opening.value != *issuer || opening.kind == Kind::Untested {
            return opening.value.clone();
        }
        let tests = self.branch.tests.iter();
        let named = tests.filter(|test| test.restricts() && !self.branch.is_audience(&test.claim));
        let mut said: Vec<String> = named
            .map(|test| format!("{}: {}", test.claim, test.written.join(", ")))
            .collect();
        said.sort();
        match said.is_empty() {
            true => issuer.clone(),
            false => said.join("; "),
        }
    }

    /// A token that is meant.
    pub(crate) fn meant(&self) -> Option<&Claims> {
        self.own_witness.get_or_init(|| self.witness(&self.own)).as_ref()
    }
}
