//! `mixed-issuers-unconstrained`: conditions on one issuer's tokens that let all of another issuer's pass.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "mixed-issuers-unconstrained",
        title: "Another issuer's tokens pass untested",
        class: Class::Open,
        meaning: "The same conditions stand for several issuers, and those that are about one of them let every token of another pass.",
        fix: "write a statement of its own for each issuer",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    if !analysis.branch.is_mixed {
        return Vec::new();
    }
    analysis.hits(Kind::Untested, &|issuer| {
        format!("conditions for several issuers: those about another one's tokens let every token of `{issuer}` pass")
    })
}
