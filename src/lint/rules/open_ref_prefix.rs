//! `open-ref-prefix`: every branch or tag whose name starts alike is trusted.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "open-ref-prefix",
        title: "The branch's or tag's name is open",
        class: Class::Open,
        meaning: "Branches or tags whose names only start alike match too.",
        fix: "write the name in full, or close it with its delimiter and protect what may follow",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.hits(Kind::RefPrefix, &|value| {
        format!("`{value}` for `{issuer}` admits every branch or tag whose name only looks alike")
    })
}
