//! `mutable-subject`: the tenant is named by a name only, which may become somebody else's. High where the name is known
//! to be free, which cannot be seen from here.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "mutable-subject",
        title: "The subject is made of names only",
        class: Class::Hygiene,
        meaning: "The tenant is named by a name only. When it is given up, whoever takes it gets in.",
        fix: "test an id besides (`claims`), or use the form of the subject that has ids",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let openings = analysis
        .openings
        .iter()
        .filter(|opening| opening.kind == Kind::MutableName);
    openings
        .map(|opening| Hit {
            severity: opening.severity,
            value: opening.value.clone(),
            message: format!(
                "`{}` names the tenant by a name only; when the name is given up, whoever takes it gets in",
                analysis.said(opening)
            ),
            witness: None,
        })
        .collect()
}
