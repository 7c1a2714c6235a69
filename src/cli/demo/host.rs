//! The program of Terraform or OpenTofu, and its commands.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::error::DemoError;
use super::workspace::{self, Workspace};

/// Far more than any of the commands takes, so that only a hang ends here.
const LIMIT: Duration = Duration::from_secs(120);

/// Whether the person wants it to end. A command that runs goes on, no further one is started.
#[derive(Debug, Default)]
pub struct Ending(AtomicBool);

impl Ending {
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn check(&self) -> Result<(), DemoError> {
        if self.0.load(Ordering::Relaxed) {
            Err(DemoError::Interrupted)
        } else {
            Ok(())
        }
    }
}

/// Which program runs.
pub struct Host<'a> {
    ending: &'a Ending,
    program: PathBuf,
    /// `Terraform v1.11.4`
    version: String,
}

/// What a command left.
pub struct Finished {
    pub code: i32,
}

impl<'a> Host<'a> {
    /// The program that was named, else the first of `terraform` and `tofu` on the PATH.
    ///
    /// # Errors
    /// None there, or one that does not say its version.
    pub async fn find(named: Option<&Path>, ending: &'a Ending) -> Result<Self, DemoError> {
        let program = match named {
            Some(path) => path.to_owned(),
            None => on_the_path().ok_or(DemoError::NoHost)?,
        };
        let wrong = |reason: String| DemoError::Host {
            program: program.display().to_string(),
            reason,
        };
        let asked = Command::new(&program)
            .arg("version")
            .env_clear()
            .envs(workspace::inherited())
            .env("CHECKPOINT_DISABLE", "1")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let said = timeout(LIMIT, asked)
            .await
            .map_err(|_| wrong("no answer to `version`".to_owned()))?
            .map_err(|error| wrong(error.to_string()))?;
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        let version = text.lines().next().unwrap_or_default().trim().to_owned();
        if !said.status.success()
            || !(version.starts_with("Terraform v") || version.starts_with("OpenTofu v"))
        {
            return Err(wrong(format!("it calls itself `{version}`")));
        }
        Ok(Self {
            ending,
            program,
            version,
        })
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Runs one command in the workspace. Of `plan`, exit code 2 (there are changes) is an answer.
    ///
    /// # Errors
    /// A command that fails, with everything it said.
    pub async fn run(&self, workspace: &Workspace, arguments: &[&str]) -> Result<Finished, DemoError> {
        self.ending.check()?;
        let name = self
            .program
            .file_stem()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let command = format!("{name} {}", arguments.join(" "));
        let output = Command::new(&self.program)
            .args(arguments)
            .arg("-no-color")
            .current_dir(workspace.folder())
            .env_clear()
            .envs(workspace.environment())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let said = timeout(LIMIT, output)
            .await
            .map_err(|_| DemoError::TooLong(command.clone(), LIMIT.as_secs()))?
            .map_err(|source| DemoError::Start {
                command: command.clone(),
                source,
            })?;
        let code = said.status.code().unwrap_or(-1);
        let changes = code == 2 && arguments.contains(&"-detailed-exitcode");
        if code == 0 || changes {
            return Ok(Finished { code });
        }
        Err(DemoError::Command {
            command,
            code,
            said: format!(
                "{}{}",
                String::from_utf8_lossy(&said.stdout),
                String::from_utf8_lossy(&said.stderr)
            ),
        })
    }
}

fn on_the_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let named = |name: &str| {
        folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    };
    ["terraform", "tofu"]
        .iter()
        .find_map(|name| named(&format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}
