//! `any-branch`: every branch of the repository is trusted.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "any-branch",
        title: "Any branch is trusted",
        class: Class::Open,
        meaning: "Everybody who can push a branch gets in.",
        fix: "name the protected branch, or an environment that guards itself",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.hits(Kind::AnyBranch, &|value| {
        format!("`{value}` for `{issuer}` admits every branch")
    })
}
