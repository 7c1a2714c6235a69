//! What is told: each act with its outcome, for people line by line, for programs as one JSON object at the end.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::sandbox::Sandbox;

use super::super::printer::Output;
use super::error::DemoError;
use super::host::Host;
use super::tale::{Notes, Outcome, Tale, Used};

/// A token, and what a cloud made of it.
pub struct Answer {
    pub issuer: String,
    pub subject: String,
    pub audience: String,
    pub used: Used,
}

pub struct Story {
    output: Output,
    /// Colour, and a line that says what is under way.
    lively: bool,
    started: Instant,
    last: Instant,
    acts: Vec<Value>,
    as_expected: bool,
    /// Whose story it is, once it is open.
    cloud: &'static str,
}

impl Story {
    pub fn new(output: Output) -> Self {
        let now = Instant::now();
        let terminal = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self {
            output,
            lively: output == Output::Human && terminal,
            started: now,
            last: now,
            acts: Vec::new(),
            as_expected: true,
            cloud: "",
        }
    }

    /// Whether everything went as it must.
    pub fn is_as_expected(&self) -> bool {
        self.as_expected && !self.acts.is_empty()
    }

    /// Says what is there.
    pub fn opens(&mut self, host: &Host<'_>, sandbox: &Sandbox, tale: &dyn Tale) {
        self.cloud = tale.cloud();
        let rows = [
            (
                "host",
                format!("{} ({})", host.version(), host.program().display()),
            ),
            ("issuer", sandbox.issuer().to_string()),
            (
                tale.name(),
                format!("{}, an emulator that really decides", tale.url(sandbox)),
            ),
        ];
        let wide = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        self.say(&format!(
            "A trust on {}, told on this machine. No real account is touched.\n",
            tale.name()
        ));
        for (name, value) in rows {
            self.say(&format!("  {name:<wide$} {value}"));
        }
        self.say("");
        for line in tale.configuration().lines() {
            self.say(&format!("    {}", self.faint(line)));
        }
        self.say("");
        self.last = Instant::now();
    }

    /// Says what is under way, where somebody watches.
    pub fn begins(&mut self, what: &str) {
        if self.lively {
            let mut out = io::stdout().lock();
            // Telling is best effort: a closed pipe must not keep the demo from cleaning up.
            let _ = write!(out, "  … {what}\r");
            let _ = out.flush();
        }
    }

    /// One act with its outcome.
    pub fn went(&mut self, what: &str, well: bool, notes: &Notes) {
        let took = self.last.elapsed();
        self.last = Instant::now();
        self.as_expected &= well;
        let mark = if well {
            self.coloured("✓", "32")
        } else {
            self.coloured("✗", "31")
        };
        self.say(&format!("  {mark} {what:<56} {:>5.1} s", took.as_secs_f64()));
        for (name, value) in notes {
            self.say(&format!("      {name:<9} {value}"));
        }
        let details: Map<_, _> = notes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        self.acts
            .push(json!({ "act": what, "ok": well, "seconds": seconds(took), "details": details }));
    }

    /// A token that must be accepted.
    pub fn accepted(&mut self, what: &str, answer: &Answer) {
        self.exchanged(what, answer, true);
    }

    /// A token that must be refused.
    pub fn refused(&mut self, what: &str, answer: &Answer) {
        self.exchanged(what, answer, false);
    }

    fn exchanged(&mut self, what: &str, answer: &Answer, expected: bool) {
        let mut notes = vec![
            ("issuer", answer.issuer.clone()),
            ("subject", answer.subject.clone()),
            ("audience", answer.audience.clone()),
        ];
        let accepted = match &answer.used.outcome {
            Outcome::Accepted(got) => {
                notes.extend(got.iter().cloned());
                true
            }
            Outcome::Refused { by, code, message } => {
                notes.push((by, format!("{code}: {message}")));
                false
            }
        };
        if let Some(step) = answer.used.because.as_ref().filter(|_| !accepted) {
            notes.push((
                "because",
                format!("{}: expected {}, found {}", step.name, step.expected, step.found),
            ));
        }
        self.went(what, accepted == expected, &notes);
    }

    /// The last word.
    pub fn end(&mut self, error: Option<&DemoError>) {
        let took = self.started.elapsed();
        if self.output == Output::Json {
            let ok = error.is_none() && self.is_as_expected();
            let error = error.map(ToString::to_string);
            let told = json!({
                "cloud": self.cloud, "ok": ok, "error": error, "seconds": seconds(took), "acts": self.acts
            });
            let _ = writeln!(io::stdout().lock(), "{told}");
            return;
        }
        match (error, self.is_as_expected()) {
            (Some(_), _) => {}
            (None, true) => self.say(&format!("\nAll as it must be, in {:.1} s.", took.as_secs_f64())),
            (None, false) => self.say(&format!("\n{}", self.coloured("Not all is as it must be.", "31"))),
        }
    }

    fn say(&self, line: &str) {
        if self.output == Output::Human {
            let cleared = if self.lively { "\x1b[2K" } else { "" };
            let _ = writeln!(io::stdout().lock(), "{cleared}{line}");
        }
    }

    fn coloured(&self, text: &str, code: &str) -> String {
        if self.lively {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    fn faint(&self, text: &str) -> String {
        self.coloured(text, "2")
    }
}

/// To the millisecond.
fn seconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1000.0).round() / 1000.0
}
