//! `missing-audience`: tokens made for another service are accepted.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "missing-audience",
        title: "The audience is not tested",
        class: Class::Open,
        meaning: "The audience is not tested, so that tokens made for another service are accepted.",
        fix: "test the audience exactly, against one that only this target has (`audiences`)",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let branch = analysis.branch;
    if branch.audience_claims.iter().any(|claim| branch.is_exact(claim)) {
        return Vec::new();
    }
    let message = format!(
        "the audience of tokens of `{}` is not tested, so that every audience that is registered is accepted, whoever registers it",
        branch.issuer
    );
    analysis.about_issuer(Severity::Medium, message, analysis.any_token())
}
