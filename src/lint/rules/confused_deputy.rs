//! `confused-deputy`: a vendor's platform is trusted without the customer's own id, so that other customers of the vendor
//! get in.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "confused-deputy",
        title: "Other customers of the platform get in",
        class: Class::Open,
        meaning: "The platform acts for many customers, and nothing says for which of them it has to act here.",
        fix: "test the id that the platform gives you as its customer (`subjects`, `claims`)",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let facts = &analysis.branch.facts;
    let is_vendor = |kind: &str| matches!(kind, "hosting" | "iac" | "dev-environment" | "declared");
    let acts_for_others = facts.platforms.iter().all(|platform| is_vendor(&platform.kind));
    if !facts.is_shared() || !acts_for_others {
        return Vec::new();
    }
    analysis.hits(Kind::Untested, &|issuer| {
        format!("the platform behind `{issuer}` acts for many customers, and nothing says that it has to act for you")
    })
}
