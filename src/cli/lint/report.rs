//! Everything that was found, before anybody sees it.

use std::path::PathBuf;

use super::accept::Accepted;
use crate::cli::inputs::name;
use crate::clouds::guardrail::matching;
use crate::files::{Before, Found, Knowledge, Located, Position, Source, judge, judge_change};
use crate::trust::{Finding, Severity};

/// What is said about all files.
#[derive(Default)]
pub(super) struct Report {
    pub files: Vec<FileReport>,
    /// Files and trusts that could not be judged.
    pub errors: Vec<String>,
}

/// What is said about one file.
pub(super) struct FileReport {
    pub path: PathBuf,
    pub source: Source,
    pub form: &'static str,
    /// Pointers and remarks.
    pub notes: Vec<(String, String)>,
    pub trusts: Vec<TrustReport>,
}

/// What is said about one trust.
pub(super) struct TrustReport {
    pub found: Found,
    pub findings: Vec<Placed>,
}

/// A finding where it stands.
pub(super) struct Placed {
    pub finding: Finding,
    pub pointer: String,
    pub position: Option<Position>,
}

impl Report {
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let trusts = self.files.iter().flat_map(|file| &file.trusts);
        trusts.flat_map(|trust| trust.findings.iter().map(|placed| &placed.finding))
    }

    /// Findings that nobody accepted.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings().filter(|finding| finding.accepted.is_none())
    }
}

impl FileReport {
    /// Judges every trust; what cannot be judged is said. `asked`: whether changes were asked for.
    pub fn judge(&mut self, knowledge: &Knowledge, accepted: &Accepted, asked: bool) -> Vec<String> {
        let mut errors = Vec::new();
        for trust in &mut self.trusts {
            match judged(&trust.found, knowledge, asked) {
                Ok(all) => {
                    trust.findings = all
                        .into_iter()
                        .map(|one| placed(one, &trust.found, &self.source, accepted))
                        .collect()
                }
                Err(mistake) => {
                    let place = self.source.position(&mistake.pointer);
                    let line = place.map_or_else(String::new, |place| {
                        format!("line {}, column {}: ", place.line, place.column)
                    });
                    errors.push(format!("{}: {line}{mistake}", name(&self.path)));
                }
            }
        }
        errors
    }
}

fn judged(found: &Found, knowledge: &Knowledge, asked: bool) -> Result<Vec<Located>, crate::files::Mistake> {
    let mut all = judge(found, knowledge)?;
    // that what a plan creates lets somebody in is its purpose; of a comparison one wants to hear it
    if asked || found.before != Before::Nothing {
        let severity = if asked { Severity::Medium } else { Severity::Info };
        all.extend(judge_change(found, knowledge, severity)?);
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.finding.severity));
    Ok(all)
}

fn placed(located: Located, found: &Found, source: &Source, accepted: &Accepted) -> Placed {
    let mut finding = located.finding;
    if finding.accepted.is_none() {
        finding.accepted = matching(&finding, &accepted.0).map(|(_, reason)| reason.clone());
    }
    let of_value = || source.pointer_of(&found.pointer, finding.value.as_deref()?);
    let pointer = located
        .pointer
        .or_else(of_value)
        .unwrap_or_else(|| found.pointer.clone());
    Placed {
        position: source.position(&pointer),
        finding,
        pointer,
    }
}

impl TrustReport {
    pub fn of(found: Found) -> Self {
        Self {
            found,
            findings: Vec::new(),
        }
    }
}
