//! `plan-phase-allowed`: a speculative plan gets in where changes are applied. Medium when it is any workspace's; low for
//! the plans of a workspace that is named, whose runs have both phases.
//!
//! Whether the role can write, which makes it medium in either case, cannot be seen in a trust. `run_phase:*` of a workspace
//! that is named is what the vendor recommends for AWS, and a recommended configuration has nothing of medium severity: so
//! it is low, where a corpus of somebody else's says medium for the very same pattern.

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
