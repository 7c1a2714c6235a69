//! Putting all findings together.

use std::collections::BTreeMap;

use super::analysis::Analysis;
use super::branch::Branch;
use super::rule::{Checked, Class, Rule};
use super::rules::{RULES, never_admits};
use crate::trust::{Claims, Finding, Severity};

/// All rules of this room.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES
        .iter()
        .map(|checked| &checked.rule)
        .chain([&never_admits::RULE])
}

/// Everything the rules find, the worst first, then by rule, witness and value. Nothing of it depends on the order in which
/// things were written.
pub fn lint(branches: &[Branch<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let analyses: Vec<Analysis<'_>> = branches.iter().map(Analysis::of).collect();
    findings.extend(analyses.iter().flat_map(found));
    let mut by_issuer: BTreeMap<&str, Vec<&Analysis<'_>>> = BTreeMap::new();
    for analysis in &analyses {
        by_issuer
            .entry(&analysis.branch.issuer)
            .or_default()
            .push(analysis);
    }
    for all in by_issuer.values() {
        // A value that no token has says more than that nobody gets in.
        if all.iter().all(|analysis| analysis.impossible.is_empty()) {
            findings.extend(never_admits::check(all).map(|hit| never_admits::RULE.finding(hit)));
        }
    }
    sorted(findings)
}

/// What is to be said of one branch.
pub struct Examined {
    /// In the order of [`lint`]; that nobody gets in is not among them.
    pub findings: Vec<Finding>,
    /// A token that the issuer can sign and that gets in; `None`: none was found.
    pub token: Option<Claims>,
    /// Whether it is certain that there is none.
    pub admits_nobody: bool,
}

/// Looks at one branch, for dialects that have more to say about it.
pub fn examine(branch: &Branch<'_>) -> Examined {
    let analysis = Analysis::of(branch);
    Examined {
        findings: sorted(found(&analysis)),
        token: analysis.possible(),
        admits_nobody: analysis.admits_nobody(),
    }
}

fn found(analysis: &Analysis<'_>) -> Vec<Finding> {
    let of_rule = |checked: &Checked| {
        let hits = (checked.check)(analysis).into_iter();
        hits.map(|hit| checked.rule.finding(hit)).collect::<Vec<_>>()
    };
    RULES.iter().flat_map(of_rule).collect()
}

/// The worst of what lets somebody in, or may.
pub fn worst_opening(findings: &[Finding]) -> Option<Severity> {
    let is_open = |finding: &&Finding| {
        let rule = rules().find(|rule| rule.id == finding.rule);
        rule.is_some_and(|rule| matches!(rule.class, Class::Open | Class::Fragile | Class::Unanalysable))
    };
    findings
        .iter()
        .filter(is_open)
        .map(|finding| finding.severity)
        .max()
}

/// The worst first, each thing said once: where two findings of a rule are about the same value, the worse of them, and of
/// equals the one with a witness.
pub fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| {
        let key = |f: &Finding| (f.rule, f.value.clone());
        let worst = b.severity.cmp(&a.severity);
        let proven = b.witness.is_some().cmp(&a.witness.is_some());
        let rest = (&a.witness, &a.message).cmp(&(&b.witness, &b.message));
        key(a).cmp(&key(b)).then(worst).then(proven).then(rest)
    });
    findings.dedup_by(|b, a| (a.rule, &a.value) == (b.rule, &b.value));
    findings.sort_by(|a, b| {
        let worst = b.severity.cmp(&a.severity);
        worst.then_with(|| (a.rule, &a.witness, &a.value).cmp(&(b.rule, &b.witness, &b.value)))
    });
    findings
}
