//! `open-subject`: a pattern without any text that names a tenant.

use super::whole_issuer;
use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "open-subject",
        title: "The subject may be anybody's",
        class: Class::Open,
        meaning: "The pattern of the subject has no text that names a tenant, so that every token of the issuer matches.",
        fix: "name the tenant and the workload in full (`subjects`), or write the tenant and its delimiter before the first wildcard",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    let mut hits = analysis.hits(Kind::Anybody, &|value| {
        format!("the pattern `{value}` for `{issuer}` has a wildcard where the tenant's name should be")
    });
    hits.retain(|hit| !whole_issuer::is_asked_for(analysis, &hit.value));
    hits
}
