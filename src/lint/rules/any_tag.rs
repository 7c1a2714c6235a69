//! `any-tag`: every tag of the repository is trusted.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "any-tag",
        title: "Any tag is trusted",
        class: Class::Open,
        meaning: "Everybody who can push a tag gets in.",
        fix: "name an environment that guards itself, or the start of the tags that are protected",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.hits(Kind::AnyTag, &|value| {
        format!("`{value}` for `{issuer}` admits every tag")
    })
}
