//! `case-insensitive-subject`: who it is is compared without regard to letter case.

use crate::lint::analysis::Analysis;
use crate::lint::analysis::Example;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "case-insensitive-subject",
        title: "Letter case is ignored",
        class: Class::Hygiene,
        meaning: "Whose token it is is compared without regard to letter case, where the platform may tell names apart by it.",
        fix: "use the operator that compares exactly",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let branch = analysis.branch;
    let tests = branch
        .tests
        .iter()
        .filter(|test| test.ignores_case && test.restricts());
    let of_identity = tests.filter(|test| branch.is_identity(&test.claim));
    let pairs = of_identity.flat_map(|test| test.written.iter().map(move |written| (test, written)));
    pairs
        .map(|(test, written)| Hit {
            severity: Severity::Low,
            value: written.clone(),
            message: format!(
                "`{written}` is compared with `{}` without regard to letter case",
                test.claim
            ),
            witness: (test.claim == "sub")
                .then(|| analysis.witness(&[Example::Text(other_case(written))]))
                .flatten(),
        })
        .collect()
}

/// The same with the name behind the first delimiter in the other letter case.
fn other_case(text: &str) -> String {
    let start = text.find([':', '/']).map_or(0, |at| at + 1);
    let (before, rest) = text.split_at_checked(start).unwrap_or(("", text));
    let end = rest.find([':', '/', '@']).unwrap_or(rest.len());
    let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let upper = name.to_uppercase();
    let other = if upper == name { name.to_lowercase() } else { upper };
    format!("{before}{other}{after}")
}
