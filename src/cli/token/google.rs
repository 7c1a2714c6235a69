//! The answer that Google's libraries expect of a program that gives a token (AIP-4117, "Executable-sourced credentials").
//!
//! They take the output and the errors of a program for one text, and read it only where the program ends with 0: here
//! everything is said in the answer.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::oidc::FoundToken;

use super::super::exit::{Exit, Failure};

const AUDIENCE: &str = "GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE";
const OUTPUT_FILE: &str = "GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE";
const TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:jwt";

/// What the library that started this program says.
pub(super) struct Asked {
    /// `//iam.googleapis.com/` and the provider's name; none: no library asks.
    audience: Option<String>,
    /// Where the library looks before it asks again.
    output_file: Option<PathBuf>,
}

impl Asked {
    pub fn of(variable: &impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        Self {
            audience: set(AUDIENCE),
            output_file: set(OUTPUT_FILE).map(PathBuf::from),
        }
    }

    /// What a provider accepts unless it names others: its name as a URL, and without the scheme.
    pub fn audiences(&self) -> Vec<String> {
        match &self.audience {
            Some(name) if name.starts_with("//") => vec![format!("https:{name}"), name.clone()],
            Some(other) => vec![other.clone()],
            None => Vec::new(),
        }
    }

    /// The answer, kept where it shall be, and how the program ends.
    pub fn answer(&self, found: Result<FoundToken, Failure>) -> (Value, Exit) {
        let kept = found.and_then(|token| {
            let answer = success(&token)?;
            if let Some(path) = &self.output_file {
                keep(path, &answer).map_err(|e| {
                    let path = path.display();
                    Failure::new(format!(
                        "`{path}`, which `{OUTPUT_FILE}` names, cannot be written: {e}"
                    ))
                })?;
            }
            Ok(answer)
        });
        match kept {
            Ok(answer) => (answer, Exit::Yes),
            Err(failure) if self.audience.is_some() => (refusal(&failure), Exit::Yes),
            Err(failure) => (refusal(&failure), failure.exit()),
        }
    }
}

fn success(token: &FoundToken) -> Result<Value, Failure> {
    // without it the answer could not be kept, and Google takes no such token
    let end = token.expires_at().ok_or_else(|| {
        Failure::new("expected the token to say when it ends (`exp`), found none; Google takes no such token")
    })?;
    Ok(json!({
        "version": 1,
        "success": true,
        "token_type": TOKEN_TYPE,
        "id_token": token.token.expose(),
        "expiration_time": end,
    }))
}

fn refusal(failure: &Failure) -> Value {
    let code = match failure.exit() {
        Exit::Usage => "WRONG_USAGE",
        _ => "NO_TOKEN",
    };
    let message = match failure.hint() {
        Some(hint) => format!("{} ({hint})", failure.message()),
        None => failure.message().to_owned(),
    };
    json!({ "version": 1, "success": false, "code": code, "message": message })
}

// SECURITY: there is a token in it; a new file that nobody else can read takes the place of the old one at once.
fn keep(path: &Path, answer: &Value) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let mut fresh = name.to_owned();
    fresh.push(format!(".{}.new", std::process::id()));
    let fresh = path.with_file_name(fresh);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    let written = file.write_all(answer.to_string().as_bytes());
    let placed = written.and_then(|()| std::fs::rename(&fresh, path));
    if placed.is_err() {
        let _ = std::fs::remove_file(&fresh);
    }
    placed
}
