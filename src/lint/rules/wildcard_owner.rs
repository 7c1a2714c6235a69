//! `wildcard-owner`: a wildcard in place of the tenant's name, with text behind it.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "wildcard-owner",
        title: "The tenant is a wildcard",
        class: Class::Open,
        meaning: "A wildcard stands in place of the tenant's name: whoever gives a workload the same name gets in.",
        fix: "write the tenant's name in full",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let branch = analysis.branch;
    if !branch.facts.is_declared() {
        return analysis.hits(Kind::AnyTenant, &|value| {
            format!(
                "the pattern `{value}` for `{}` has a wildcard in place of the tenant: any tenant with a workload of that name matches",
                branch.issuer
            )
        });
    }
    Vec::new()
}
