//! One question to the program: its files, its arguments, its answer.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_oidcfed");

/// Files of one question, in a directory of its own.
pub struct Question {
    directory: tempfile::TempDir,
    arguments: Vec<String>,
    pub stdin: String,
}

pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Question {
    pub fn about(document: &Value) -> Self {
        let question = Self {
            directory: tempfile::tempdir().unwrap(),
            arguments: vec!["evaluate".to_owned(), "document.json".to_owned()],
            stdin: String::new(),
        };
        question.file("document.json", &document.to_string());
        question
    }

    pub fn file(&self, name: &str, text: &str) {
        std::fs::write(self.directory.path().join(name), text).unwrap();
    }

    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|&argument| argument.to_owned()));
        self
    }

    pub fn claims(self, claims: &Value) -> Self {
        self.file("claims.json", &claims.to_string());
        self.with(&["--claims", "claims.json"])
    }

    pub fn ask(self) -> Answer {
        let mut child = Command::new(PROGRAM)
            .args(&self.arguments)
            .current_dir(self.directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // it may end without reading
        let _ = child.stdin.take().unwrap().write_all(self.stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        Answer {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Answer {
    pub fn first_line(&self) -> &str {
        self.stdout.lines().next().unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {} {}", self.stdout, self.stderr))
    }
}
