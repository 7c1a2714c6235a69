//! `azp-instead-of-audience`: the cloud compares `azp` where a token has one, and the audience itself is not tested. High
//! where somebody can choose a client id, which the catalogue does not say.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::platforms::Presence;
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "azp-instead-of-audience",
        title: "Not the audience is compared, but `azp`",
        class: Class::Fragile,
        meaning: "Where a token has `azp` the cloud compares that in place of the audience, so that tokens for another audience pass.",
        fix: "test both `azp` (as the audience) and the original audience",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let branch = analysis.branch;
    let may_have = branch
        .facts
        .platforms
        .iter()
        .any(|p| p.azp != Presence::Never && !p.claims.is_empty());
    let Some(original) = branch.audience_claims.iter().find(|claim| *claim != "aud") else {
        return Vec::new();
    };
    if !may_have || branch.is_exact(original) || !branch.is_exact("aud") {
        return Vec::new();
    }
    // Tokens of this very subject only.
    let severity = if branch.is_exact("sub") {
        Severity::Low
    } else {
        Severity::Medium
    };
    let message = format!(
        "tokens of `{}` may have `azp`, which is compared in place of the audience; the original audience is not tested",
        branch.issuer
    );
    analysis.about_issuer(severity, message, None)
}
