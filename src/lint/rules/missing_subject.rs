//! `missing-subject`: nothing says whose token it has to be.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "missing-subject",
        title: "Nothing tests whose token it is",
        class: Class::Open,
        meaning: "No plain test of the subject, or of a claim that names the tenant, says whose token it has to be.",
        fix: "test `sub` against the subjects that are meant (`subjects`)",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let shared = analysis.branch.facts.is_shared();
    analysis.hits(Kind::Untested, &|issuer| {
        if shared {
            format!(
                "many customers share the issuer `{issuer}`, and no plain test of the subject, or of a claim that names the tenant, says whose token it has to be"
            )
        } else {
            format!(
                "every token that `{issuer}` signs for this audience is accepted: no plain test of the subject or of another claim"
            )
        }
    })
}
