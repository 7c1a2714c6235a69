//! `user-controlled-claim`: only claims that the caller chooses are tested.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "user-controlled-claim",
        title: "Only claims that callers choose are tested",
        class: Class::Open,
        meaning: "Only claims are tested that whoever runs a workload chooses, such as a branch or an environment.",
        fix: "test besides whose token it is (`subjects`, or an id in `claims`)",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let branch = analysis.branch;
    let is_chosen = |claim: &str| {
        !branch.is_identity(claim) && !branch.is_audience(claim) && !claim.ends_with("workflow_ref")
    };
    let mut tests = branch.tests.iter().filter(|test| test.restricts());
    let Some(test) = tests.find(|test| is_chosen(&test.claim)) else {
        return Vec::new();
    };
    analysis.hits(Kind::Untested, &|issuer| {
        format!(
            "`{}` is tested for `{issuer}`, which anybody can choose in a workload of their own, and nothing says whose token it has to be",
            test.claim
        )
    })
}
