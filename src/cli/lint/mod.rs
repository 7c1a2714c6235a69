//! `oidcfed lint FILES…`: what is wrong with the trusts in files, and whom a change lets in. Nothing is contacted.
//!
//! What files are and what trusts mean lives elsewhere; here they are read, asked about and shown.

mod accept;
mod human;
mod json;
mod report;
mod sarif;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::clouds::guardrail::SEVERITIES;
use crate::files::{Before, Found, Knowledge, Source, Survey};
use crate::trust::Severity;

use super::exit::{Exit, Failure};
use super::inputs::{Inputs, name};
use super::platforms::PlatformFiles;
use super::printer::{Output, Printer};
use accept::Accepted;
use report::{FileReport, Report, TrustReport};

/// Find what is wrong with trusts, with a token of somebody else that would get in; nothing is contacted
///
/// FILES are told apart by their content: trust policies and roles (AWS), workload identity pool providers (Google Cloud) and
/// federated identity credentials (Azure) as the vendors' tools print them, lists of them, templates of CloudFormation (JSON,
/// YAML) and ARM, plans and states as `terraform show -json` prints them. `-` is stdin: `az bicep build --stdout --file main.bicep | oidcfed lint -`.
///
/// Exits with 3 when there is a finding of the given severity or above that is not accepted, 1 when a file cannot be read.
#[derive(Debug, Args)]
pub struct Lint {
    /// What to look into; `-` is stdin
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Exit with 3 for findings of this severity or above
    #[arg(long, value_name = "LEVEL", default_value = "medium", value_parser = PossibleValuesParser::new(SEVERITIES.map(Severity::as_str)))]
    severity: String,
    /// Also tell who is newly admitted, compared with this file; that somebody is, or may be, is a finding of severity medium
    #[arg(long, value_name = "OLD")]
    against: Option<PathBuf>,
    /// Accept a finding: RULE=REASON, or RULE@VALUE=REASON, which severities high and critical need; may be given several times
    #[arg(long, value_name = "RULE[@VALUE]=REASON")]
    accept: Vec<String>,
    #[command(flatten)]
    platforms: PlatformFiles,
}

impl Lint {
    pub async fn run(self, printer: &Printer) -> Result<Exit, Failure> {
        let read = self.files.iter().chain(&self.against).map(PathBuf::as_path);
        let inputs = Inputs::new(read.chain(self.platforms.paths()))?;
        let accepted = Accepted::parse(&self.accept)?;
        let knowledge = Knowledge {
            declared: self.platforms.read(&inputs)?,
            named: None,
        };
        let old = self.against.as_ref().map(|path| old(path, &inputs)).transpose()?;
        let mut report = Report::default();
        for path in &self.files {
            match survey(path, &inputs) {
                Ok((source, survey)) => report.files.push(opened(path, source, survey)),
                Err(failure) => report.errors.push(failure.message().to_owned()),
            }
        }
        if let Some(old) = &old {
            compare_with(old, &mut report);
        }
        for file in &mut report.files {
            report
                .errors
                .extend(file.judge(&knowledge, &accepted, old.is_some()));
        }
        for key in accepted.unused(&report) {
            printer.note(&format!("note: `--accept {key}` matches no finding"));
        }
        report.print(printer)?;
        Ok(match self.least() {
            _ if !report.errors.is_empty() => Exit::Failed,
            least if report.open().any(|finding| finding.severity >= least) => Exit::Findings,
            _ => Exit::Yes,
        })
    }

    fn least(&self) -> Severity {
        let named = SEVERITIES
            .into_iter()
            .find(|severity| severity.as_str() == self.severity);
        named.unwrap_or(Severity::Medium)
    }
}

impl Report {
    fn print(&self, printer: &Printer) -> Result<(), Failure> {
        for error in &self.errors {
            printer.failure(&Failure::new(error));
        }
        match printer.output() {
            Output::Human => {
                printer.lines(&human::lines(self));
                Ok(())
            }
            Output::Json => printer.data(&json::value(self), |_| String::new()),
            Output::Sarif => printer.data(&sarif::log(self), |_| String::new()),
        }
    }
}

/// Reads a file and finds the trusts in it.
pub(in crate::cli) fn survey(path: &Path, inputs: &Inputs) -> Result<(Source, Survey), Failure> {
    let named = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", name(path)));
    let source = Source::parse(&inputs.read(path)?).map_err(|e| named(&e))?;
    let survey = Survey::take(&source).map_err(|error| {
        let place = source.position(&error.pointer);
        let place = place.map_or_else(String::new, |place| {
            format!("line {}, column {}: ", place.line, place.column)
        });
        named(&format!("{place}{error}"))
    })?;
    Ok((source, survey))
}

fn old(path: &Path, inputs: &Inputs) -> Result<Vec<Found>, Failure> {
    survey(path, inputs).map(|(_, survey)| survey.found)
}

fn opened(path: &Path, source: Source, survey: Survey) -> FileReport {
    FileReport {
        path: path.to_owned(),
        source,
        form: survey.form,
        notes: survey.notes,
        trusts: survey.found.into_iter().map(TrustReport::of).collect(),
    }
}

/// Puts the old trusts beside the new ones: those of the same name, or the only one of each.
fn compare_with(old: &[Found], report: &mut Report) {
    let count = report.files.iter().map(|file| file.trusts.len()).sum::<usize>();
    for trust in report.files.iter_mut().flat_map(|file| &mut file.trusts) {
        let found = &mut trust.found;
        let of_cloud: Vec<&Found> = old.iter().filter(|old| old.cloud.id == found.cloud.id).collect();
        let called: Vec<&Found> = of_cloud
            .iter()
            .copied()
            .filter(|old| old.called() == found.called())
            .collect();
        let same = match (called.as_slice(), of_cloud.as_slice()) {
            ([], [only]) if count == 1 => Some(*only),
            ([one], _) => Some(*one),
            ([], _) => None,
            _ => {
                found.before = Before::Unreadable;
                continue;
            }
        };
        found.before = match same {
            None => Before::Nothing,
            Some(old) if found.says_the_same(old) => Before::Unsaid,
            Some(old) => old.document.clone().map_or(Before::Unreadable, Before::Document),
        };
    }
}
