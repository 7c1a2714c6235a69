//! `if-exists-on-identity`: a test of the identity that tokens without the claim pass. Critical where such a token lets
//! somebody else in, high for a claim that is always there; low where another test names the tenant.

use crate::lint::analysis::Analysis;
use crate::lint::branch::Without;
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "if-exists-on-identity",
        title: "Tokens without the claim pass",
        class: Class::Fragile,
        meaning: "The test only applies to tokens that have the claim; a token without it passes.",
        fix: "use the plain operator",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.passing_without(Without::PassesIfExists, &|claim| {
        format!(
            "the test of `{claim}` for `{issuer}` only applies where the claim exists: tokens without it pass"
        )
    })
}
