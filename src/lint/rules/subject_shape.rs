//! `subject-shape`: a subject that starts like one of the issuer's, and that it never signs.

use super::subject_format_mismatch::starts_as_ours;
use super::unescaped_colon::escaped;
use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "subject-shape",
        title: "The issuer signs no such subject",
        class: Class::Outage,
        meaning: "The subject starts like those of the issuer, but no token of it can have it.",
        fix: "take the subject from `oidcfed`'s function `subject`, or from a token of the workload",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let values = analysis.impossible.iter();
    values
        .filter(|value| starts_as_ours(analysis, value) && escaped(analysis, value).is_none())
        .map(|value| Hit {
            severity: Severity::Medium,
            value: value.clone(),
            message: format!(
                "`{}` signs no token with the subject `{value}`",
                analysis.branch.issuer
            ),
            witness: None,
        })
        .collect()
}
