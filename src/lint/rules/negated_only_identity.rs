//! `negated-only-identity`: whose token it is is only tested by what it must not be.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "negated-only-identity",
        title: "Everybody who is not named gets in",
        class: Class::Open,
        meaning: "The identity is only tested with negated operators: everybody who is not on the list gets in.",
        fix: "say who gets in, not who does not",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let branch = analysis.branch;
    let is_negated = branch
        .tests
        .iter()
        .any(|test| test.is_negated && branch.is_identity(&test.claim));
    if !is_negated {
        return Vec::new();
    }
    analysis.hits(Kind::Untested, &|issuer| {
        format!("tokens of `{issuer}` are only tested by what they must not be: everybody else gets in")
    })
}
