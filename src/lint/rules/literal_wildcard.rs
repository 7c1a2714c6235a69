//! `literal-wildcard`: `*` or `?` under an operator that compares exactly.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "literal-wildcard",
        title: "A wildcard is taken literally",
        class: Class::Outage,
        meaning: "The operator compares exactly, so that `*` and `?` stand for themselves, and no token has them there.",
        fix: "use the operator that knows wildcards (`subject_patterns`, `claim_patterns`), or write the text in full",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let tests = analysis.branch.tests.iter();
    let exact = tests.filter(|test| !test.knows_wildcards);
    let pairs = exact.flat_map(|test| {
        test.written
            .iter()
            .zip(&test.values)
            .map(move |(w, g)| (test, w, g))
    });
    pairs
        .filter(|(_, _, glob)| glob.as_literal().is_some_and(|text| text.contains(['*', '?'])))
        .map(|(test, written, _)| Hit {
            severity: Severity::Medium,
            value: written.clone(),
            message: format!(
                "`{written}` is compared exactly with `{}`: the wildcard in it stands for itself, and {}",
                test.claim,
                if test.is_negated {
                    "nobody is kept out"
                } else {
                    "no token has it"
                }
            ),
            witness: None,
        })
        .collect()
}
