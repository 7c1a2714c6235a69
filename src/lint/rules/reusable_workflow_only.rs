//! `reusable-workflow-only`: the workflow file is tested, not who runs it.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "reusable-workflow-only",
        title: "Whoever calls the workflow gets in",
        class: Class::Open,
        meaning: "The claim says which workflow file runs, not for whom: any repository may call a public workflow.",
        fix: "test besides whose token it is (`subjects`, or an id in `claims`)",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let mut tests = analysis.branch.tests.iter().filter(|test| test.restricts());
    if !tests.any(|test| test.claim.ends_with("workflow_ref")) {
        return Vec::new();
    }
    analysis.hits(Kind::Untested, &|issuer| {
        format!("tokens of `{issuer}` are tested for the workflow file that runs, not for who calls it")
    })
}
