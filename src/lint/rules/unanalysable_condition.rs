//! `unanalysable-condition`: the trust would be open but for conditions that nobody can decide here.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "unanalysable-condition",
        title: "A condition cannot be analysed",
        class: Class::Unanalysable,
        meaning: "Without the conditions that cannot be decided here the trust would be open, and whether they close it is not known.",
        fix: "use simpler conditions: exact subjects, patterns without variables",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let branch = analysis.branch;
    if branch.is_dead || !branch.is_opaque {
        return Vec::new();
    }
    let open = analysis
        .openings
        .iter()
        .filter(|opening| opening.severity >= Severity::Medium);
    let undecided = open.filter(|opening| analysis.shown(opening).is_none());
    undecided
        .map(|opening| Hit {
            severity: opening.severity.min(branch.facts.severity_of_unproven()),
            value: opening.value.clone(),
            message: match analysis.said(opening) {
                said if said == branch.issuer => format!(
                    "nothing keeps out tokens of `{said}` that are not meant, but for conditions that cannot be decided here"
                ),
                said => format!(
                    "`{said}` would let in tokens of `{}` that are not meant, but for conditions that cannot be decided here",
                    branch.issuer
                ),
            },
            witness: None,
        })
        .collect()
}
