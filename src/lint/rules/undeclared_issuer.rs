//! `undeclared-issuer`: nothing is known about who has tokens of the issuer.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::platforms::Tenancy;
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "undeclared-issuer",
        title: "Nobody said who shares the issuer",
        class: Class::Hygiene,
        meaning: "Neither the catalogue nor a platform file says whether others have tokens of the issuer, or what its subjects are like, so that wildcards are judged by their delimiters alone.",
        fix: "declare the platform: its id, or the text of a platform file (`platform`, `--platform FILE`)",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let branch = analysis.branch;
    if branch.facts.tenancy != Tenancy::Unknown {
        return Vec::new();
    }
    analysis.about_issuer(
        Severity::Info,
        format!("nobody declared who shares the issuer `{}`", branch.issuer),
        None,
    )
}
