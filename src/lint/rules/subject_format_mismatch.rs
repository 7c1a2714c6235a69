//! `subject-format-mismatch`: a subject that does not even start like one of the issuer's.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "subject-format-mismatch",
        title: "The subject is written in another format",
        class: Class::Outage,
        meaning: "No subject of the issuer starts like this one: it is written in the format of another platform.",
        fix: "take the subject from `oidcfed`'s function `subject`, or from a token of the workload",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let values = analysis.impossible.iter();
    values
        .filter(|value| !starts_as_ours(analysis, value))
        .map(|value| Hit {
            severity: Severity::Medium,
            value: value.clone(),
            message: format!("no subject of `{}` starts like `{value}`", analysis.branch.issuer),
            witness: None,
        })
        .collect()
}

/// Whether a value starts with the text that a form of the subject starts with.
pub(super) fn starts_as_ours(analysis: &Analysis<'_>, value: &str) -> bool {
    analysis.grammar.forms.iter().any(|form| {
        let head = form.head();
        !head.is_empty() && value.starts_with(head)
    })
}
