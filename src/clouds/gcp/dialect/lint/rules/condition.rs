//! Rules about the condition.

use std::collections::BTreeSet;

use super::super::conjunction::Conjunction;
use super::{Looked, finding, shared};
use crate::lint::{Class, Rule};
use crate::trust::{Finding, Severity};

pub(super) const MISSING: Rule = Rule {
    id: "missing-condition",
    title: "The provider has no condition",
    class: Class::Open,
    meaning: "Without a condition the provider exchanges every token of the issuer, whoever it is made for.",
    fix: "test an id that names the tenant and one that names the workload (`claims`), or the subject (`subjects`)",
};

pub(super) const TAUTOLOGY: Rule = Rule {
    id: "tautology",
    title: "The condition is always true",
    class: Class::Open,
    meaning: "The condition asks for nothing that a token of somebody else has not.",
    fix: "test an id that names the tenant and one that names the workload (`claims`), or the subject (`subjects`)",
};

pub(super) const DISJUNCT: Rule = Rule {
    id: "open-disjunct",
    title: "One side of `||` is open",
    class: Class::Open,
    meaning: "One alternative of the condition says whose token it has to be, another does not: whatever the first tests, the second lets in.",
    fix: "remove the alternative, or test in it too whose token it has to be",
};

pub(super) const UNANCHORED: Rule = Rule {
    id: "unanchored-match",
    title: "The text may stand inside another name",
    class: Class::Open,
    meaning: "`contains`, `endsWith`, `startsWith` without a delimiter, and `matches` without `^` and `$` find the text inside longer names, which somebody else may have.",
    fix: "compare the whole value (`==`, `in`), or close the name with its delimiter",
};

pub(super) const DOT: Rule = Rule {
    id: "unescaped-regex-dot",
    title: "A dot stands for any character",
    class: Class::Fragile,
    meaning: "In a regular expression `.` is any character: the pattern matches more than the text that it looks like.",
    fix: "compare with `==`, or escape the dot (`\\\\.`)",
};

pub(super) const MISMATCH: Rule = Rule {
    id: "type-mismatch",
    title: "A claim is compared with another type",
    class: Class::Outage,
    meaning: "Values of different types are never equal in CEL, so that the test never holds, or never keeps anybody out.",
    fix: "compare with a value of the claim's own type: texts stand in quotes",
};

/// The rules whose finding says that nothing tests whose token it is.
const UNTESTED: &str = "missing-subject";

impl Looked<'_> {
    pub(super) fn about_condition(&self, all: &mut Vec<Finding>) {
        let issuer = &self.setting.url;
        self.unconditional(all);
        let untested: Vec<Option<&Finding>> = self
            .examined
            .iter()
            .map(|one| {
                one.findings
                    .iter()
                    .find(|f| f.rule == UNTESTED && f.severity >= Severity::Medium)
            })
            .collect();
        let is_closed = untested.iter().any(Option::is_none);
        for ((way, _), untested) in self.pairs().zip(&untested) {
            let Some(untested) = untested.filter(|_| is_closed) else {
                continue;
            };
            let alternative = described(&way.conjunction);
            let message = format!(
                "the alternative {alternative} of the condition lets in tokens of `{issuer}` whose ever they are"
            );
            all.push(finding(
                &DISJUNCT,
                untested.severity,
                &alternative,
                message,
                untested.witness.clone(),
            ));
        }
        self.without_tenant(all);
        self.loose(all);
        let noted = self.reader.noted.borrow();
        for pattern in &noted.dots {
            let message = format!("in `{pattern}` the dot stands for any character");
            all.push(finding(&DOT, Severity::Low, pattern, message, None));
        }
        for (claim, wrong) in &noted.mismatches {
            all.push(finding(
                &MISMATCH,
                Severity::Medium,
                claim,
                format!("the claim {wrong}"),
                None,
            ));
        }
    }

    /// No condition, or one that says nothing.
    fn unconditional(&self, all: &mut Vec<Finding>) {
        let issuer = &self.setting.url;
        let is_missing = self.setting.provider.condition.is_none();
        for (_, examined) in self.pairs().filter(|(way, _)| way.is_unconditional) {
            let untested = examined.findings.iter().find(|f| f.rule == UNTESTED);
            // A binding that says whose token it has to be keeps everybody else from doing anything.
            let severity = untested.map_or(Severity::Low, |finding| finding.severity);
            let witness = untested.and_then(|finding| finding.witness.clone());
            let (rule, message) = match is_missing {
                true => (
                    &MISSING,
                    format!("the provider has no condition, and takes every token of `{issuer}`"),
                ),
                false => (
                    &TAUTOLOGY,
                    format!("the condition is true for every token of `{issuer}`"),
                ),
            };
            all.push(finding(rule, severity, issuer, message, witness));
        }
    }

    /// Where only claims are tested that whoever runs a workload chooses, nothing that is mapped names a tenant.
    fn without_tenant(&self, all: &mut Vec<Finding>) {
        let issuer = &self.setting.url;
        let chosen: Vec<Finding> = self
            .examined
            .iter()
            .flat_map(|one| {
                one.findings
                    .iter()
                    .filter(|f| f.rule == "user-controlled-claim")
                    .cloned()
            })
            .collect();
        all.extend(chosen.into_iter().filter_map(|found| {
            let message = format!("nothing that is tested of tokens of `{issuer}` names a tenant");
            shared(
                "subject-without-tenant",
                found.severity,
                issuer,
                message,
                found.witness,
            )
        }));
    }

    /// Texts that are looked for inside others, where that says whose token it is.
    fn loose(&self, all: &mut Vec<Finding>) {
        let noted = self.reader.noted.borrow();
        for (way, examined) in self.pairs() {
            let branch = &way.branch;
            let is_open = |finding: &&Finding| {
                crate::lint::rules().any(|rule| rule.id == finding.rule && rule.class == Class::Open)
            };
            let worst = examined
                .findings
                .iter()
                .filter(is_open)
                .filter(|finding| finding.rule != "missing-audience" && finding.rule != "shared-audience")
                .max_by_key(|finding| (finding.severity, finding.witness.is_some()));
            let tests = branch
                .tests
                .iter()
                .filter(|test| !test.is_negated && branch.is_identity(&test.claim));
            let values =
                tests.flat_map(|test| test.written.iter().map(move |written| (&test.claim, written)));
            let loose: BTreeSet<_> = values
                .filter(|(claim, value)| noted.loose.contains(&((*claim).clone(), (*value).clone())))
                .collect();
            for (claim, value) in loose {
                // What is closed otherwise needs no further words.
                let Some(worst) = worst.filter(|worst| worst.severity >= Severity::Low) else {
                    continue;
                };
                let (severity, witness) = (worst.severity, worst.witness.clone());
                let message =
                    format!("`{claim}` is only tested for a part of it: `{value}` matches longer names too");
                all.push(finding(&UNANCHORED, severity, value, message, witness));
            }
        }
    }
}

/// An alternative as people read it.
pub(super) fn described(conjunction: &Conjunction) -> String {
    let tests = conjunction.tests.iter().filter(|test| test.claim != "aud");
    let mut parts: Vec<String> = tests
        .map(|test| {
            let sign = if test.is_negated { "!=" } else { "==" };
            format!("{} {sign} {}", test.claim, test.written.join(" or "))
        })
        .collect();
    parts.extend(
        conjunction
            .absent
            .iter()
            .map(|path| format!("no {}", path.joined())),
    );
    if conjunction.is_opaque {
        parts.push("what cannot be analysed".to_owned());
    }
    match parts.is_empty() {
        true => "`true`".to_owned(),
        false => format!("`{}`", parts.join("` and `")),
    }
}
