//! What keeps the story from being told.

use std::io;

use crate::sandbox::SandboxError;

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(
        "expected `terraform` or `tofu` on the PATH, found neither; install one of them, or name it with `--terraform PATH`"
    )]
    NoHost,
    #[error("expected Terraform or OpenTofu at `{program}`: {reason}")]
    Host { program: String, reason: String },
    #[error("expected the provider at `{0}`, found nothing; build both programs with `cargo build --bins`")]
    NoProvider(String),
    #[error("expected to run `{command}`: {source}")]
    Start { command: String, source: io::Error },
    #[error("`{command}` failed with exit code {code}\n{said}")]
    Command {
        command: String,
        code: i32,
        said: String,
    },
    #[error("`{0}` did not end within {1} seconds")]
    TooLong(String, u64),
    #[error("expected to write the configuration below `{directory}`: {source}")]
    Workspace { directory: String, source: io::Error },
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error("expected an answer from the sandbox at `{url}`: {reason}")]
    Answer { url: String, reason: String },
    #[error("interrupted; nothing is left behind")]
    Interrupted,
}

impl DemoError {
    /// Whether an argument is at fault.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Host { .. })
    }
}
