//! `whole-issuer`: somebody asked for every token of an issuer that serves one tenant, by a pattern that says nothing. Where
//! many share the issuer the same pattern is `open-subject`.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "whole-issuer",
        title: "Every token of the issuer is accepted",
        class: Class::Open,
        meaning: "The only pattern of the subject matches everything and nothing else is tested: whatever the issuer signs for this audience gets in.",
        fix: "name the workload (`subjects`)",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    let mut hits = analysis.hits(Kind::Anybody, &|value| {
        format!("`{value}` accepts every token that `{issuer}` signs for this audience")
    });
    hits.retain(|hit| is_asked_for(analysis, &hit.value));
    hits
}

/// Whether a pattern is nothing but wildcards, for an issuer that nobody else has workloads at.
pub(super) fn is_asked_for(analysis: &Analysis<'_>, written: &str) -> bool {
    !analysis.branch.facts.is_shared() && written.chars().all(|c| matches!(c, '*' | '?'))
}
