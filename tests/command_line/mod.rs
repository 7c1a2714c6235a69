//! One call of the program: its files, its arguments, its answer.
#![allow(dead_code, reason = "each test uses what it needs")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_oidcfed");

/// A call, in a directory of its own.
pub struct Call {
    directory: tempfile::TempDir,
    arguments: Vec<String>,
    /// None: those of the test.
    environment: Option<Vec<(String, String)>>,
    pub stdin: Vec<u8>,
}

pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Call {
    pub fn of(arguments: &[&str]) -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            environment: None,
            stdin: Vec::new(),
        }
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.directory.path().join(name), text).unwrap();
    }

    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|&argument| argument.to_owned()));
        self
    }

    /// On a machine without a single variable.
    pub fn alone(mut self) -> Self {
        self.environment = Some(Vec::new());
        self
    }

    /// With this variable; those of the test are not there.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        let environment = self.environment.get_or_insert_default();
        environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn run(&self) -> Answer {
        let mut command = Command::new(PROGRAM);
        if let Some(environment) = &self.environment {
            command.env_clear().envs(environment.iter().cloned());
        }
        let mut child = command
            .args(&self.arguments)
            .current_dir(self.directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // it may end without reading
        let _ = child.stdin.take().unwrap().write_all(&self.stdin);
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
