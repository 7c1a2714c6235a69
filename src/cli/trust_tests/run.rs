//! A case, run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;

use super::case::{Case, Trust, Written, Wrong};
use crate::cli::inputs::Inputs;
use crate::cli::lint::survey;
use crate::files::{Asked, BESIDE, Found, Knowledge, Mistake, Source, Survey, decide, judge};
use crate::platforms::{DeclaredBy, Platform};
use crate::trust::document::child;
use crate::trust::{Decision, Finding, Severity, Verdict};

/// What came of a case.
pub(super) struct Outcome {
    pub id: String,
    pub cloud: &'static str,
    pub expect: Option<Verdict>,
    pub decision: Option<Decision>,
    pub expect_findings: Option<BTreeSet<String>>,
    pub expect_findings_include: BTreeSet<String>,
    /// Of severity medium and above, not accepted.
    pub findings: Vec<Finding>,
}

impl Outcome {
    pub fn holds(&self) -> bool {
        self.decision_holds() && self.findings_hold()
    }

    pub fn decision_holds(&self) -> bool {
        self.expect == self.decision.as_ref().map(|decision| decision.verdict)
    }

    pub fn findings_hold(&self) -> bool {
        self.unexpected().is_empty() && self.missing().is_empty()
    }

    /// Rules that fired and are not expected.
    pub fn unexpected(&self) -> BTreeSet<&str> {
        let Some(expected) = &self.expect_findings else {
            return BTreeSet::new();
        };
        let fired = self.findings.iter().map(|finding| finding.rule);
        fired.filter(|rule| !expected.contains(*rule)).collect()
    }

    /// Rules that are expected and did not fire.
    pub fn missing(&self) -> BTreeSet<&str> {
        let expected = self
            .expect_findings
            .iter()
            .flatten()
            .chain(&self.expect_findings_include);
        let fired = |rule: &str| self.findings.iter().any(|finding| finding.rule == rule);
        expected.map(String::as_str).filter(|rule| !fired(rule)).collect()
    }
}

type Opened = Rc<(Source, Survey)>;

/// Runs the cases of one file.
pub(super) struct Runner<'a> {
    beside: &'a Path,
    inputs: &'a Inputs,
    declared: &'a [Platform],
    now: i64,
    /// Several cases ask about one plan.
    plans: BTreeMap<PathBuf, Opened>,
}

impl<'a> Runner<'a> {
    pub fn new(beside: &'a Path, inputs: &'a Inputs, declared: &'a [Platform], now: i64) -> Self {
        Self {
            beside,
            inputs,
            declared,
            now,
            plans: BTreeMap::new(),
        }
    }

    /// # Errors
    /// A file that cannot be read, a resource that is not in the plan, a trust that cannot be judged.
    pub fn run(&mut self, case: &Case) -> Result<Outcome, Wrong> {
        let found = self.found(case)?;
        let knowledge = self.knowledge(case)?;
        // what is wrong in a file of its own is told beside the name of the file
        let in_file = !matches!(case.trust, Trust::Document(Written::Here(_)));
        let wrong = |mistake: Mistake| match mistake.pointer.strip_prefix(BESIDE) {
            Some(beside) => wrong(&format!("{}{beside}", case.pointer), mistake.message),
            None if in_file => wrong(&case.pointer, mistake.to_string()),
            None => wrong(&mistake.pointer, mistake.message),
        };
        let decision = match &case.claims {
            None => None,
            Some(claims) => {
                let asked = Asked {
                    claims,
                    now: case.now.unwrap_or(self.now),
                    besides: &case.besides,
                };
                Some(decide(&found, &asked).map_err(wrong)?)
            }
        };
        let asks = case.expect_findings.is_some() || !case.expect_findings_include.is_empty();
        let findings = match asks {
            true => judge(&found, &knowledge).map_err(wrong)?,
            false => Vec::new(),
        };
        let counts = |finding: &Finding| finding.severity >= Severity::Medium && finding.accepted.is_none();
        Ok(Outcome {
            id: case.id.clone(),
            cloud: found.cloud.id,
            expect: case.expect,
            decision,
            expect_findings: case.expect_findings.clone(),
            expect_findings_include: case.expect_findings_include.clone(),
            findings: findings
                .into_iter()
                .map(|located| located.finding)
                .filter(counts)
                .collect(),
        })
    }

    fn found(&mut self, case: &Case) -> Result<Found, Wrong> {
        match &case.trust {
            Trust::Resource { plan, address } => self.resource(case, plan, address),
            Trust::Document(written) => {
                let Some(cloud) = case.cloud else {
                    return Err(Wrong {
                        pointer: child(&case.pointer, "cloud"),
                        message: "expected the cloud of the trust, found nothing".to_owned(),
                    });
                };
                let pointer = child(&case.pointer, cloud.member);
                let document = match written {
                    Written::Here(document) => document.clone(),
                    Written::File(path) => {
                        let text = self.text(path, &pointer)?;
                        let source = Source::parse(&text);
                        source
                            .map_err(|error| wrong(&pointer, format!("`{path}`: {error}")))?
                            .tree
                    }
                };
                Ok(Found::new(cloud, case.id.clone(), &pointer, document))
            }
        }
    }

    fn resource(&mut self, case: &Case, plan: &str, address: &str) -> Result<Found, Wrong> {
        let pointer = child(&case.pointer, "plan");
        let path = self.beside.join(plan);
        let opened = match self.plans.get(&path) {
            Some(opened) => Rc::clone(opened),
            None => {
                let read = survey(&path, self.inputs)
                    .map_err(|failure| wrong(&pointer, failure.message().to_owned()))?;
                let opened = Rc::new(read);
                self.plans.insert(path, Rc::clone(&opened));
                opened
            }
        };
        let pointer = child(&case.pointer, "resource");
        let all = &opened.1.found;
        let Some(found) = all.iter().find(|found| found.name == address) else {
            let names: Vec<String> = all.iter().map(|found| format!("`{}`", found.name)).collect();
            let message = format!("expected one of {}, found `{address}`", names.join(", "));
            let none = format!(
                "expected a resource of the plan with a trust, found `{address}`, and the plan has none"
            );
            return Err(wrong(&pointer, if names.is_empty() { none } else { message }));
        };
        match case.cloud {
            Some(cloud) if cloud.id != found.cloud.id => {
                let message = format!(
                    "expected a resource of `{}`, found one of `{}`",
                    cloud.id, found.cloud.id
                );
                Err(wrong(&pointer, message))
            }
            _ => Ok(found.clone()),
        }
    }

    fn knowledge(&self, case: &Case) -> Result<Knowledge, Wrong> {
        let pointer = child(&case.pointer, "platform");
        let named = match &case.platform {
            None => None,
            Some(Written::Here(id)) => {
                let id = id.as_str().unwrap_or_default();
                Some(
                    Platform::named(id, DeclaredBy::CommandLine)
                        .map_err(|error| wrong(&pointer, error.to_string()))?,
                )
            }
            Some(Written::File(path)) => {
                let text = self.text(path, &pointer)?;
                let platform = Platform::read(&text, DeclaredBy::CommandLine);
                let platform = platform.map_err(|error| wrong(&pointer, format!("`{path}`: {error}")))?;
                Some(std::borrow::Cow::Owned(platform))
            }
        };
        Ok(Knowledge {
            declared: self.declared.to_vec(),
            named,
        })
    }

    fn text(&self, path: &str, pointer: &str) -> Result<String, Wrong> {
        let read = self.inputs.read(&self.beside.join(path));
        read.map_err(|failure| wrong(pointer, failure.message().to_owned()))
    }
}

fn wrong(pointer: &str, message: String) -> Wrong {
    Wrong {
        pointer: pointer.to_owned(),
        message,
    }
}

/// A verdict as a test file writes it.
pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Deny => "deny",
        Verdict::Unknown => "unknown",
    }
}

/// A decision as JSON.
pub(super) fn decided(decision: &Decision) -> Value {
    serde_json::json!({
        "decision": decision.verdict,
        "refused_by": decision.refused_by(),
        "steps": decision.steps,
    })
}
