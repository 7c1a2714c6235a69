//! `never-admits`: no token that the issuer can sign passes. It is about all ways in together, so [`lint`](crate::lint::lint)
//! asks for it once per issuer and not once per branch.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Class, Hit, Rule};
use crate::trust::Severity;

pub(crate) const RULE: Rule = Rule {
    id: "never-admits",
    title: "Nobody gets in",
    class: Class::Outage,
    meaning: "The conditions contradict each other, or leave no subject that the issuer can sign: no token of it is ever accepted.",
    fix: "compare the conditions with a token of the workload: `oidcfed evaluate` names the one that refuses it",
};

/// `all`: every way in for tokens of one issuer.
pub(crate) fn check(all: &[&Analysis<'_>]) -> Option<Hit> {
    let first = all.first()?;
    all.iter().all(|analysis| analysis.admits_nobody()).then(|| Hit {
        severity: Severity::Medium,
        value: first.branch.issuer.clone(),
        message: format!(
            "no token that `{}` signs passes all conditions",
            first.branch.issuer
        ),
        witness: None,
    })
}
