//! A token that a command of the platform prints.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::Command;
use zeroize::Zeroizing;

use super::filled::Filling;
use super::miss::Miss;
use super::{MAX_ANSWER, answer};
use crate::platforms::TokenResponse;
use crate::trust::Secret;

/// For the whole run of a command; some of them log in first.
const DEADLINE: Duration = Duration::from_secs(30);

/// Runs a command of the catalogue and takes the token from what it prints.
///
/// SECURITY: no shell; the program from an absolute folder of `PATH`; no input; output bounded, its errors not read, for they
/// may show what it logs in with; killed when it takes too long. An audience cannot become an option or end a quotation.
pub(super) async fn run(
    argv: &[String],
    response: &TokenResponse,
    filling: &Filling<'_>,
) -> Result<Secret<String>, Miss> {
    let fits = |c: char| c.is_ascii_alphanumeric() || ":/._-".contains(c);
    if let Some(audience) = filling.audience
        && (audience.starts_with('-') || !audience.chars().all(fits))
    {
        return Err(Miss::Audience(audience.to_owned()));
    }
    let (name, arguments) = argv.split_first().ok_or(Miss::OnlyConfigured)?;
    let arguments: Result<Vec<_>, _> = arguments.iter().map(|argument| filling.fill(argument)).collect();
    let arguments = arguments?;
    let program = filling.surroundings.program(name);
    let program = program.ok_or_else(|| Miss::NoProgram(name.clone()))?;
    let mut command = Command::new(program);
    command.args(arguments.iter().map(|argument| argument.as_str()));
    if let Some(path) = filling.surroundings.variable("PATH") {
        command.env("PATH", path);
    }
    let late = |_| Miss::TimedOut {
        seconds: DEADLINE.as_secs(),
    };
    let ran = tokio::time::timeout(DEADLINE, output(command))
        .await
        .map_err(late)?;
    let (status, output) = ran.map_err(|error| Miss::NotRun {
        program: name.clone(),
        reason: error.to_string(),
    })?;
    if output.len() > MAX_ANSWER {
        return Err(Miss::TooLarge {
            limit: MAX_ANSWER,
            unit: "bytes of output",
        });
    }
    if !status.is_some_and(|status| status.success()) {
        return Err(Miss::Failed {
            program: name.clone(),
            ended: status.map_or_else(|| "no end".to_owned(), |status| status.to_string()),
        });
    }
    answer::of_output(&output, response)
}

/// How the command ended and what it printed; one byte more than the limit, without its end, when it prints too much.
async fn output(mut command: Command) -> std::io::Result<(Option<ExitStatus>, Zeroizing<Vec<u8>>)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut output = Zeroizing::new(Vec::new());
    if let Some(printed) = child.stdout.take() {
        let mut printed = printed.take(MAX_ANSWER as u64 + 1);
        printed.read_to_end(&mut output).await?;
    }
    if output.len() > MAX_ANSWER {
        return Ok((None, output));
    }
    Ok((Some(child.wait().await?), output))
}
