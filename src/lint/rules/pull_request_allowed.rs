//! `pull-request-allowed`: code of a change that nobody has reviewed gets in.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "pull-request-allowed",
        title: "Pull requests are trusted",
        class: Class::Open,
        meaning: "The subject may be that of a pull request, which runs code that nobody has reviewed.",
        fix: "leave pull requests out, or give them a role of their own that can only read",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.hits(Kind::PullRequest, &|value| {
        format!("`{value}` for `{issuer}` admits runs for pull requests")
    })
}
