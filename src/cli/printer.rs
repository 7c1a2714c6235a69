//! The only place that prints: data to stdout, in the form that was asked for, everything else to stderr.

use std::io::{self, Write};

use clap::ValueEnum;
use serde::Serialize;

use super::exit::Failure;

/// How data is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Text for a person
    Human,
    /// One JSON value on one line
    Json,
}

/// Prints.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    output: Output,
}

impl Printer {
    pub fn new(output: Output) -> Self {
        Self { output }
    }

    pub fn output(&self) -> Output {
        self.output
    }

    /// The answer of a command: as JSON on one line, or as the text that `human` makes of it.
    ///
    /// # Errors
    /// An answer that is no JSON. A reader that went away is no error.
    pub fn data<T: Serialize>(&self, data: &T, human: impl FnOnce(&T) -> String) -> Result<(), Failure> {
        let text = match self.output {
            Output::Human => harmless(&human(data)),
            Output::Json => serde_json::to_string(data).map_err(Failure::new)? + "\n",
        };
        write(&mut io::stdout().lock(), &text);
        Ok(())
    }

    /// A remark for the person at the terminal; silent when a program reads.
    pub fn note(&self, text: &str) {
        if self.output == Output::Human {
            write(&mut io::stderr().lock(), &(harmless(text) + "\n"));
        }
    }

    pub(super) fn failure(&self, failure: &Failure) {
        let mut text = format!("error: {}\n", failure.message());
        if let Some(hint) = failure.hint() {
            text += &format!("hint: {hint}\n");
        }
        write(&mut io::stderr().lock(), &harmless(&text));
    }
}

/// SECURITY: documents of strangers are shown; a terminal must not obey what is in them.
fn harmless(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

/// Nobody can be told that nobody reads.
fn write(stream: &mut impl Write, text: &str) {
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_orders() {
        assert_eq!(harmless("a\u{1b}[2Jb\r\nc\u{9b}31m"), "a[2Jb\nc31m");
    }
}
