//! `oidcfed test FILES…`: trust tests that are kept beside a configuration. Nothing is contacted.

mod case;
mod junit;
mod run;
mod shown;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::files::Source;
use crate::oidc::{Clock, SystemClock};

use super::exit::{Exit, Failure};
use super::inputs::{Inputs, name};
use super::platforms::PlatformFiles;
use super::printer::{Output, Printer};
use run::{Outcome, Runner};

/// Run trust tests: tokens that must get in or stay out, and findings that must or must not be there
///
/// FILES are JSON or TOML. Documents that a case names by file, and plans, are looked for beside the test file.
///
/// Exits with 0 when all cases hold, 3 when one does not, 1 when one cannot be read or run.
#[derive(Debug, Args)]
pub struct Test {
    /// Files of cases; `-` is stdin
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Also write the results as JUnit XML, for CI systems
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    platforms: PlatformFiles,
}

/// What came of one file.
struct Tested {
    path: PathBuf,
    cases: Vec<Outcome>,
    /// What keeps the file, or a case, from being read or run.
    errors: Vec<String>,
}

impl Test {
    pub async fn run(self, printer: &Printer) -> Result<Exit, Failure> {
        let read = self.files.iter().map(PathBuf::as_path);
        let inputs = Inputs::new(read.chain(self.platforms.paths()))?;
        let declared = self.platforms.read(&inputs)?;
        let now = SystemClock.now();
        let files: Vec<Tested> = self
            .files
            .iter()
            .map(|path| tested(path, &inputs, &declared, now))
            .collect();
        for error in files.iter().flat_map(|file| &file.errors) {
            printer.failure(&Failure::new(error));
        }
        match printer.output() {
            Output::Human => printer.lines(&shown::lines(&files)),
            Output::Json | Output::Sarif => printer.data(&shown::json(&files), |_| String::new())?,
        }
        if let Some(path) = &self.junit {
            std::fs::write(path, junit::xml(&files))
                .map_err(|error| Failure::new(format!("{}: {error}", name(path))))?;
        }
        let failed = files.iter().any(|file| !file.errors.is_empty());
        let holds = files.iter().flat_map(|file| &file.cases).all(Outcome::holds);
        Ok(match (failed, holds) {
            (true, _) => Exit::Failed,
            (false, true) => Exit::Yes,
            (false, false) => Exit::Findings,
        })
    }
}

fn tested(path: &Path, inputs: &Inputs, declared: &[crate::platforms::Platform], now: i64) -> Tested {
    let mut tested = Tested {
        path: path.to_owned(),
        cases: Vec::new(),
        errors: Vec::new(),
    };
    let named = |message: &dyn std::fmt::Display| format!("{}: {message}", name(path));
    let text = match inputs.read(path) {
        Ok(text) => text,
        Err(failure) => {
            tested.errors.push(failure.message().to_owned());
            return tested;
        }
    };
    let source = match Source::parse_settings(&text) {
        Ok(source) => source,
        Err(error) => {
            tested.errors.push(named(&error));
            return tested;
        }
    };
    let placed = |wrong: case::Wrong| {
        let place = source.position(&wrong.pointer);
        let place = place.map_or_else(String::new, |place| {
            format!("line {}, column {}: ", place.line, place.column)
        });
        named(&format!("{place}at `{}`: {}", wrong.pointer, wrong.message))
    };
    let cases = match case::cases(&source.tree) {
        Ok(cases) => cases,
        Err(wrong) => {
            tested.errors.push(placed(wrong));
            return tested;
        }
    };
    let beside = path.parent().unwrap_or(Path::new(""));
    let mut runner = Runner::new(beside, inputs, declared, now);
    for case in cases {
        match case.and_then(|case| runner.run(&case)) {
            Ok(outcome) => tested.cases.push(outcome),
            Err(wrong) => tested.errors.push(placed(wrong)),
        }
    }
    tested
}
