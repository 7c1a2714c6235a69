//! `any-context`: the workload is named, what it runs for is open.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "any-context",
        title: "The workload may run for anything",
        class: Class::Open,
        meaning: "The workload is named, but not the environment, branch or event it runs for.",
        fix: "name an environment or a protected branch",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.hits(Kind::AnyContext, &|value| {
        format!("`{value}` for `{issuer}` admits the workload whatever it runs for: any branch, tag, environment or event")
    })
}
