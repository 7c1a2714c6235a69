//! `set-operator-without-null-guard`: a test of all values of a set, which an empty set passes. Critical where such a
//! token lets somebody else in, high for a claim that is always there; low where another test names the tenant.

use crate::lint::analysis::Analysis;
use crate::lint::branch::Without;
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "set-operator-without-null-guard",
        title: "Tokens without the claim pass",
        class: Class::Fragile,
        meaning: "The test holds for all values of a set, and a token without the claim has none that fails.",
        fix: "use the plain operator, or demand besides that the claim is there",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.passing_without(Without::PassesAsSet, &|claim| {
        format!(
            "the test of `{claim}` for `{issuer}` is about all values of a set: tokens without the claim pass"
        )
    })
}
