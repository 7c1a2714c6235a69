//! `open-repository-prefix`: a wildcard inside the workload's name.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "open-repository-prefix",
        title: "The workload's name is open",
        class: Class::Open,
        meaning: "A wildcard stands inside the name of the repository, project or workload, so that others of the tenant match too.",
        fix: "close the name with its delimiter before the first wildcard, or write it in full",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.hits(Kind::NamePrefix, &|value| {
        format!("the pattern `{value}` for `{issuer}` also matches other workloads of the tenant, whose names only look alike")
    })
}
