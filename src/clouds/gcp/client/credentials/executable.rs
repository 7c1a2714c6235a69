//! A program that gives the workload's own token (AIP-4117, "Executable-sourced credentials").

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use zeroize::Zeroizing;

use super::exchange::Exchange;
use super::file::Document;
use super::found::bounded;
use super::subject::{About, PROGRAM_MILLISECONDS, PROGRAM_TIME};
use super::unusable;
use crate::clouds::gcp::client::error::GcpError;
use crate::clouds::redact::clean;
use crate::trust::Secret;

/// Whoever runs Terraform has to allow that a file's program is run.
const ALLOW: &str = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES";
const LONGEST_OUTPUT: u64 = 256 * 1024;

/// The program of a `credential_source`.
#[derive(Clone, Debug)]
pub(super) struct Executable {
    /// The program and its arguments, split at white space; no shell reads them.
    command: Vec<String>,
    timeout: Duration,
    /// Where the program leaves its last answer.
    output_file: Option<PathBuf>,
}

impl Executable {
    /// # Errors
    /// A member that is missing or wrong.
    pub fn read(document: Document<'_>) -> Result<Self, GcpError> {
        let command: Vec<String> = document
            .text("command")?
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        if command.is_empty() {
            return Err(document.wrong("expected `command`, found none"));
        }
        let timeout = document.number("timeout_millis", PROGRAM_MILLISECONDS)?;
        Ok(Self {
            command,
            timeout: timeout.map_or(PROGRAM_TIME, Duration::from_millis),
            output_file: document.optional("output_file")?.map(PathBuf::from),
        })
    }

    // SECURITY: a program named by a file runs only where the environment allows it.
    /// # Errors
    /// Programs are not allowed; it cannot be run, takes too long, or gives no token.
    pub async fn token(&self, about: About<'_>, exchange: &Exchange<'_>) -> Result<Secret<String>, GcpError> {
        if exchange.environment.get(ALLOW).as_deref() != Some("1") {
            return Err(unusable(format!(
                "the credentials file names a program, `{}`, and programs are not allowed",
                self.name()
            ))
            .with_hint(format!("if you trust the file, set `{ALLOW}=1`")));
        }
        if let Some(token) = self.left_over().await {
            return Ok(token);
        }
        let output = tokio::time::timeout(self.timeout, self.run(about)).await;
        let output = output.map_err(|_| self.failed("it took longer than `timeout_millis`"))??;
        let answer: Value = serde_json::from_slice(&output)
            .map_err(|_| self.failed("expected JSON in its output, found something else"))?;
        token_of(&answer, SystemTime::now()).map_err(|e| self.failed(&e))
    }

    fn name(&self) -> String {
        clean(self.command.first().map_or("", String::as_str))
    }

    fn failed(&self, what: &str) -> GcpError {
        unusable(format!("program `{}`: {what}", self.name()))
    }

    /// The token of an earlier run while it is good. What is wrong with the file does not matter: the program writes anew.
    async fn left_over(&self) -> Option<Secret<String>> {
        let bytes = bounded(self.output_file.as_deref()?, LONGEST_OUTPUT).await.ok()?;
        let answer: Value = serde_json::from_slice(&bytes).ok()?;
        answer.get("expiration_time")?;
        token_of(&answer, SystemTime::now()).ok()
    }

    async fn run(&self, about: About<'_>) -> Result<Zeroizing<Vec<u8>>, GcpError> {
        let (program, arguments) = self
            .command
            .split_first()
            .ok_or_else(|| self.failed("it has no name"))?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE", about.audience)
            .env("GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE", about.token_type)
            .env("GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        if let Some(account) = about.account {
            command.env("GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL", account);
        }
        if let Some(file) = self.output_file.as_deref().map(Path::as_os_str) {
            command.env("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE", file);
        }
        let mut child = command.spawn().map_err(|e| self.failed(&e.to_string()))?;
        let mut output = Zeroizing::new(Vec::new());
        if let Some(out) = child.stdout.take() {
            let read = out.take(LONGEST_OUTPUT + 1).read_to_end(&mut output).await;
            read.map_err(|e| self.failed(&e.to_string()))?;
        }
        if output.len() as u64 > LONGEST_OUTPUT {
            return Err(self.failed("it wrote too much"));
        }
        let status = child.wait().await.map_err(|e| self.failed(&e.to_string()))?;
        // a failure that the program describes says more than its status
        if !status.success() && output.is_empty() {
            return Err(self.failed(&format!("it ended with {status}")));
        }
        Ok(output)
    }
}

/// The token of a program's answer.
fn token_of(answer: &Value, now: SystemTime) -> Result<Secret<String>, String> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    if answer.get("version").and_then(Value::as_u64) != Some(1) {
        return Err("expected an answer of version 1, found another".to_owned());
    }
    match answer.get("success").and_then(Value::as_bool) {
        Some(true) => {}
        Some(false) => {
            let (code, message) = (text("code").unwrap_or("?"), text("message").unwrap_or_default());
            return Err(format!(
                "it failed with code `{}`: {}",
                clean(code),
                clean(message)
            ));
        }
        None => return Err("expected `success` in its answer, found none".to_owned()),
    }
    if let Some(end) = answer.get("expiration_time") {
        let end = end
            .as_u64()
            .ok_or("expected seconds as `expiration_time`, found something else")?;
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        if end <= now {
            return Err("its token is expired".to_owned());
        }
    }
    let member = match text("token_type") {
        Some("urn:ietf:params:oauth:token-type:jwt" | "urn:ietf:params:oauth:token-type:id_token") => {
            "id_token"
        }
        Some("urn:ietf:params:oauth:token-type:saml2") => "saml_response",
        _ => {
            return Err(
                "expected `token_type` to be that of a JWT, an ID token or SAML, found another".to_owned(),
            );
        }
    };
    let token = text(member).filter(|token| !token.is_empty());
    token
        .map(|token| token.to_owned().into())
        .ok_or_else(|| format!("expected `{member}` in its answer, found none"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    #[test]
    fn answers_of_programs() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        let jwt = "urn:ietf:params:oauth:token-type:jwt";
        let fine = json!({"version": 1, "success": true, "token_type": jwt, "id_token": "canary", "expiration_time": 1_001});
        let with = |name: &str, value: Value| {
            let mut answer = fine.clone();
            answer[name] = value;
            token_of(&answer, now)
        };
        assert_eq!(token_of(&fine, now).unwrap().expose(), "canary");
        let saml = json!({"version": 1, "success": true, "saml_response": "s",
            "token_type": "urn:ietf:params:oauth:token-type:saml2"});
        assert_eq!(token_of(&saml, now).unwrap().expose(), "s");
        for (name, value, says) in [
            ("version", json!(2), "version 1"),
            ("success", json!(null), "`success`"),
            ("success", json!(false), "failed with code"),
            ("expiration_time", json!(1_000), "expired"),
            ("expiration_time", json!("soon"), "expected seconds"),
            ("token_type", json!("x"), "`token_type`"),
            ("id_token", json!(""), "`id_token`"),
        ] {
            let error = with(name, value).unwrap_err();
            assert!(error.contains(says) && !error.contains("canary"), "{error}");
        }
    }
}
