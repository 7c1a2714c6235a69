//! `whole-owner`: the tenant is named, everything else is open.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "whole-owner",
        title: "Everything of the tenant is trusted",
        class: Class::Open,
        meaning: "The tenant is named and its workloads are not, so that any of them gets in.",
        fix: "name the repositories, projects or workloads that are meant",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.hits(Kind::WholeTenant, &|value| {
        format!("`{value}` admits every workload of the tenant that `{issuer}` signs for")
    })
}
