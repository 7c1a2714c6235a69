//! The only place that prints: data to stdout, in the form that was asked for, everything else to stderr.

use std::io::{self, IsTerminal, Write};

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
    /// SARIF 2.1.0, of commands that look for findings
    Sarif,
}

/// How a line looks on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Strong,
    Alarm,
    Warning,
    Faint,
}

/// One line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    style: Style,
    text: String,
}

impl Line {
    pub fn new(style: Style, text: String) -> Self {
        Self { style, text }
    }

    pub fn plain(text: String) -> Self {
        Self::new(Style::Plain, text)
    }

    fn shown(&self, coloured: bool) -> String {
        let text = harmless(&self.text).replace('\n', " ");
        let code = match self.style {
            Style::Strong => "1",
            Style::Alarm => "1;31",
            Style::Warning => "33",
            Style::Faint => "2",
            Style::Plain => "",
        };
        match coloured && !code.is_empty() {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m\n"),
            false => format!("{text}\n"),
        }
    }
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
            Output::Json | Output::Sarif => serde_json::to_string(data).map_err(Failure::new)? + "\n",
        };
        write(&mut io::stdout().lock(), &text);
        Ok(())
    }

    /// An answer whose form was asked for in another way than with `--output`.
    pub fn exactly(&self, text: &str) {
        write(&mut io::stdout().lock(), &harmless(text));
    }

    /// The answer of a command for a person, line by line; coloured on a terminal (<https://no-color.org>).
    pub fn lines(&self, lines: &[Line]) {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let coloured = io::stdout().is_terminal() && !plain;
        let text: String = lines.iter().map(|line| line.shown(coloured)).collect();
        write(&mut io::stdout().lock(), &text);
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
        let line = Line::new(Style::Alarm, "a\u{1b}[2J\nb".to_owned());
        assert_eq!(line.shown(false), "a[2J b\n");
        assert_eq!(line.shown(true), "\u{1b}[1;31ma[2J b\u{1b}[0m\n");
    }
}
