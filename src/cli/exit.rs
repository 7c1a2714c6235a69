//! How a command ends.

use std::borrow::Cow;
use std::fmt;
use std::process::ExitCode;

/// Exit codes, the same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Yes = 0,
    Failed = 1,
    /// A token was, or would be, refused.
    Denied = 2,
    /// There are findings, or a trust test does not hold.
    Findings = 3,
    Usage = 64,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not do its work: a text, and what to do next when that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    message: String,
    hint: Option<Cow<'static, str>>,
    exit: Exit,
}

impl Failure {
    /// Something went wrong that is not the fault of the arguments.
    pub fn new(error: impl fmt::Display) -> Self {
        Self {
            message: error.to_string(),
            hint: None,
            exit: Exit::Failed,
        }
    }

    /// An argument that makes no sense.
    pub fn usage(error: impl fmt::Display) -> Self {
        Self {
            exit: Exit::Usage,
            ..Self::new(error)
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn exit(&self) -> Exit {
        self.exit
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}
