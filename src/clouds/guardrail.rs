//! The guardrail: which findings stop a plan, which are said aloud, which only stand in the attribute.
//!
//! One place for every cloud, so that the same finding is treated the same everywhere. Pure but for the diagnostics.

use std::collections::BTreeMap;

use super::trust_arguments::FindingModel;
use crate::framework::{Attr, Diagnostics, Path};
use crate::trust::{Finding, Severity};

/// How findings of severity high and critical are treated. Order: from loose to tight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// A warning.
    Warn,
    /// An error where something is created, changed or new; else a warning.
    #[default]
    Enforce,
    /// An error always.
    Strict,
}

impl Mode {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "warn" => Some(Self::Warn),
            "enforce" => Some(Self::Enforce),
            "strict" => Some(Self::Strict),
            _ => None,
        }
    }
}

/// The rules a trust can break, by id: those of the linter, and what each cloud has besides.
pub fn rules() -> Vec<&'static str> {
    let of_clouds = super::all().into_iter().flat_map(|cloud| cloud.rules());
    let mut rules: Vec<_> = crate::lint::rules()
        .map(|rule| rule.id)
        .chain(of_clouds)
        .collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// The severities, from mild to grave.
pub const SEVERITIES: [Severity; 5] = [
    Severity::Info,
    Severity::Low,
    Severity::Medium,
    Severity::High,
    Severity::Critical,
];

/// The provider's settings on findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guardrail {
    pub mode: Mode,
    /// Severities or rules that no resource may accept.
    pub unacceptable: Vec<String>,
}

/// What the plan does to the trust.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    /// The plan creates the trust, or changes what it admits.
    pub changes_admission: bool,
    /// Findings that stood in the state already.
    pub known_before: &'a [FindingModel],
    /// The argument to point at.
    pub path: Path,
}

impl Guardrail {
    /// Marks accepted findings, sorts, and says what has to be said.
    pub fn judge(
        &self,
        findings: Vec<Finding>,
        accepted_risks: &BTreeMap<String, String>,
        situation: &Situation<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Finding> {
        let findings = self.accept(findings, accepted_risks, diagnostics);
        for finding in &findings {
            self.say(finding, situation, diagnostics);
        }
        findings
    }

    /// Marks what the configuration accepts; without a word about the findings themselves.
    pub fn accept(
        &self,
        mut findings: Vec<Finding>,
        accepted_risks: &BTreeMap<String, String>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Finding> {
        let mut used = Vec::new();
        for finding in &mut findings {
            let Some((key, reason)) = matching(finding, accepted_risks) else {
                continue;
            };
            used.push(key.clone());
            let path = Path::of("accepted_risks").key(key.clone());
            if let Some(rule) = self.unacceptable_by(finding) {
                diagnostics.error(
                    path,
                    "Finding cannot be accepted",
                    format!(
                        "The provider's `unacceptable` names `{rule}`: `{key}` must be mended. {}",
                        finding.fix
                    ),
                );
            } else {
                finding.accepted = Some(reason.clone());
            }
        }
        for key in accepted_risks.keys().filter(|key| !used.contains(key)) {
            diagnostics.warning(
                Path::of("accepted_risks").key(key.clone()),
                "Accepted risk matches no finding",
                format!(
                    "`{key}` names a rule that is unknown or does not fire here. Remove it, or write `RULE@VALUE` exactly \
                     as the finding names it; findings of severity high and critical need the value."
                ),
            );
        }
        findings.sort_by(|a, b| {
            (b.severity, a.rule, &a.witness, &a.value).cmp(&(a.severity, b.rule, &b.witness, &b.value))
        });
        findings
    }

    fn say(&self, finding: &Finding, situation: &Situation<'_>, diagnostics: &mut Diagnostics) {
        if finding.accepted.is_some() || finding.severity < Severity::Medium {
            return;
        }
        let is_new = !situation.known_before.iter().any(|known| same(known, finding));
        let refuses = finding.severity >= Severity::High
            && match self.mode {
                Mode::Strict => true,
                Mode::Enforce => situation.changes_admission || is_new,
                Mode::Warn => false,
            };
        let title = format!("Trust finding: {}", finding.rule);
        if refuses {
            diagnostics.error(situation.path.clone(), title, refusal(finding));
        } else {
            diagnostics.warning(situation.path.clone(), title, description(finding));
        }
    }

    fn unacceptable_by(&self, finding: &Finding) -> Option<&str> {
        self.unacceptable
            .iter()
            .map(String::as_str)
            .find(|word| *word == finding.rule || *word == finding.severity.as_str())
    }
}

/// A finding as the attribute shows it.
pub fn to_model(finding: &Finding) -> FindingModel {
    FindingModel {
        rule: Attr::from_text(finding.rule),
        severity: Attr::from_text(finding.severity.as_str()),
        message: Attr::from_text(&finding.message),
        fix: Attr::from_text(&finding.fix),
        witness: Attr::from_option(finding.witness.clone()),
        accepted: Attr::from_option(finding.accepted.clone()),
    }
}

/// The key of `accepted_risks` that accepts a finding, and the reason written there.
pub fn matching<'a>(
    finding: &Finding,
    accepted_risks: &'a BTreeMap<String, String>,
) -> Option<(&'a String, &'a String)> {
    if let Some(value) = &finding.value
        && let Some(entry) = accepted_risks.get_key_value(&format!("{}@{value}", finding.rule))
    {
        return Some(entry);
    }
    if finding.severity >= Severity::High {
        return None;
    }
    accepted_risks.get_key_value(finding.rule)
}

fn same(known: &FindingModel, finding: &Finding) -> bool {
    known.rule.text() == Some(finding.rule) && known.witness.text() == finding.witness.as_deref()
}

fn description(finding: &Finding) -> String {
    let mut text = format!("Severity {}: {}", finding.severity.as_str(), finding.message);
    if let Some(witness) = &finding.witness {
        text.push_str(&format!(
            "\n\nThis token of somebody else would be accepted:\n  {witness}"
        ));
    }
    text.push_str(&format!("\n\nTo mend it: {}", finding.fix));
    text
}

fn refusal(finding: &Finding) -> String {
    let mut text = description(finding);
    if let Some(value) = &finding.value {
        text.push_str(&format!(
            "\nTo accept it all the same: accepted_risks = {{ \"{}@{value}\" = \"why\" }}",
            finding.rule
        ));
    }
    text.push_str("\nTo remove what exists in spite of this error: terraform destroy -refresh=false");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::DiagnosticSeverity;

    fn open() -> Finding {
        Finding {
            rule: "open-subject",
            severity: Severity::Critical,
            message: "m".to_owned(),
            fix: "f".to_owned(),
            witness: Some("{}".to_owned()),
            value: Some("*".to_owned()),
            accepted: None,
        }
    }

    fn outcome(
        mode: Mode,
        changes: bool,
        known: &[FindingModel],
        accepted: &[&str],
        unacceptable: &[&str],
    ) -> Vec<DiagnosticSeverity> {
        let guardrail = Guardrail {
            mode,
            unacceptable: unacceptable.iter().map(|&u| u.to_owned()).collect(),
        };
        let accepted = accepted
            .iter()
            .map(|&a| (a.to_owned(), "why".to_owned()))
            .collect();
        let situation = Situation {
            changes_admission: changes,
            known_before: known,
            path: Path::of("subject_patterns"),
        };
        let mut diagnostics = Diagnostics::new();
        guardrail.judge(vec![open()], &accepted, &situation, &mut diagnostics);
        diagnostics.iter().map(|d| d.severity).collect()
    }

    #[test]
    fn modes() {
        use DiagnosticSeverity::{Error, Warning};
        let known = [to_model(&open())];
        assert_eq!(outcome(Mode::Enforce, true, &known, &[], &[]), [Error]);
        assert_eq!(outcome(Mode::Enforce, false, &[], &[], &[]), [Error]);
        assert_eq!(outcome(Mode::Enforce, false, &known, &[], &[]), [Warning]);
        assert_eq!(outcome(Mode::Strict, false, &known, &[], &[]), [Error]);
        assert_eq!(outcome(Mode::Warn, true, &[], &[], &[]), [Warning]);
    }

    #[test]
    fn acceptance_needs_the_value() {
        use DiagnosticSeverity::{Error, Warning};
        assert_eq!(outcome(Mode::Enforce, true, &[], &["open-subject@*"], &[]), []);
        assert_eq!(
            outcome(Mode::Enforce, true, &[], &["open-subject"], &[]),
            [Warning, Error]
        );
        assert_eq!(
            outcome(Mode::Enforce, true, &[], &["open-subject@*"], &["critical"]),
            [Error, Error]
        );
        assert_eq!(
            outcome(Mode::Warn, true, &[], &["nonsense"], &[]),
            [Warning, Warning]
        );
    }

    #[test]
    fn a_refusal_says_everything_that_is_needed() {
        let text = refusal(&open());
        for part in [
            "{}",
            "To mend it: f",
            "open-subject@*",
            "terraform destroy -refresh=false",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}
