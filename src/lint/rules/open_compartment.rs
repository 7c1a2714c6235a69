//! `open-compartment`: a wildcard where the platform names a compartment of the tenant.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "open-compartment",
        title: "The compartment is open",
        class: Class::Open,
        meaning: "A wildcard stands where the platform names a compartment of the tenant, such as a namespace, whose owners do not trust each other.",
        fix: "write the compartment (namespace) in full",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.hits(Kind::Compartment, &|value| {
        format!("`{value}` for `{issuer}` admits workloads of other namespaces")
    })
}
