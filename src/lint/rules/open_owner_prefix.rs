//! `open-owner-prefix`: a wildcard inside the tenant's name, so that every tenant whose name starts alike is meant.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "open-owner-prefix",
        title: "The tenant's name is open",
        class: Class::Open,
        meaning: "A wildcard stands inside the name of the tenant, so that tenants whose names only look alike match too.",
        fix: "close the tenant's name with its delimiter before the first wildcard",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.hits(Kind::TenantPrefix, &|value| {
        format!(
            "the pattern `{value}` for `{issuer}` also matches tenants whose names only look like this one's"
        )
    })
}
