//! `wildcard-crosses-delimiter`: what stands behind a wildcard can be part of a name that the workload chooses.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "wildcard-crosses-delimiter",
        title: "A wildcard reaches beyond a delimiter",
        class: Class::Fragile,
        meaning: "A wildcard can swallow a delimiter, so that the text behind it is matched inside a name that the workload chooses.",
        fix: "write the parts before the last one exactly",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.hits(Kind::Crossing, &|value| {
        format!("in `{value}` for `{issuer}` the wildcard can swallow a delimiter: what stands behind it may be part of a name that the workload chooses")
    })
}
