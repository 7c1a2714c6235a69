//! `plan-phase-allowed`: a speculative plan gets in where changes are applied. Medium when it is any workspace's; low for
//! the plans of a workspace that is named, whose runs have both phases.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "plan-phase-allowed",
        title: "Speculative plans are trusted",
        class: Class::Open,
        meaning: "The subject may be that of a plan, which anybody who can open a change may start.",
        fix: "make two roles, one that can only read for `run_phase:plan`, one for `run_phase:apply`",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.hits(Kind::PlanPhase, &|value| {
        format!("`{value}` for `{issuer}` admits speculative plans")
    })
}
