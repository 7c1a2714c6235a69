//! `wildcard-tenant`: a wildcard in place of the tenant's name, with text behind it; of a platform that is not in the
//! catalogue.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "wildcard-tenant",
        title: "The tenant is a wildcard",
        class: Class::Open,
        meaning: "A wildcard stands in place of the tenant's name: whoever gives a workload the same name gets in.",
        fix: "write the tenant's name in full",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let branch = analysis.branch;
    if branch.facts.is_declared() {
        return analysis.hits(Kind::AnyTenant, &|value| {
            format!(
                "the pattern `{value}` for `{}` has a wildcard in place of the tenant: any tenant with a workload of that name matches",
                branch.issuer
            )
        });
    }
    Vec::new()
}
