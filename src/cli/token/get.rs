//! `oidcfed token get`: the workload's own token, found where its platform puts it.

use std::borrow::Cow;
use std::path::Path;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::oidc::{FoundToken, PlatformToken, Surroundings, TokenError, WorkloadToken, detected};
use crate::platforms::{DeclaredBy, Platform, by_id};
use crate::trust::Audience;

use super::super::exit::{Exit, Failure};
use super::super::inputs::{Inputs, name};
use super::super::printer::{Output, Printer};
use super::google;

/// Print the workload's own token, found where its platform puts it
///
/// A token lets whoever has it in: print it into a pipe, not into a log. It is not verified; that is for whom it is sent to.
#[derive(Debug, Args)]
pub struct Get {
    /// The platform that this runs on, as an id of the catalogue or a platform file (TOML); default: what the environment tells
    #[arg(long, value_name = "ID|FILE")]
    platform: Option<String>,
    /// The audience to ask for, where the platform is asked; where a variable is named after it, that one is read
    #[arg(long, value_name = "AUD")]
    audience: Option<String>,
    /// How to print it [default: text, or json after `--output json`]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The token alone
    Text,
    /// `token`, `claims`, `expires_at` (seconds since 1970) and `platform`
    Json,
    /// What Google's libraries expect of the program of an `executable` credential source. A failure is an answer too, and
    /// the exit code 0 when such a library asks, because it reads answers only then
    GoogleExecutable,
}

/// A token, and whose.
struct Found {
    token: FoundToken,
    platform: String,
}

impl Get {
    pub async fn run(self, printer: &Printer) -> Result<Exit, Failure> {
        let usual = match printer.output() {
            Output::Json | Output::Sarif => Format::Json,
            Output::Human => Format::Text,
        };
        match self.format.unwrap_or(usual) {
            Format::Text => {
                let found = self.find(Vec::new()).await?;
                printer.exactly(&format!("{}\n", found.token.token.expose()));
            }
            Format::Json => {
                let found = self.find(Vec::new()).await?;
                let answer = json!({
                    "token": found.token.token.expose(),
                    "claims": found.token.claims().map(|claims| claims.members()),
                    "expires_at": found.token.expires_at(),
                    "platform": found.platform,
                });
                printer.exactly(&format!("{answer}\n"));
            }
            Format::GoogleExecutable => {
                let asked = google::Asked::of(&variable);
                let found = self.find(asked.audiences()).await;
                let (answer, exit) = asked.answer(found.map(|found| found.token));
                printer.exactly(&format!("{answer}\n"));
                return Ok(exit);
            }
        }
        Ok(Exit::Yes)
    }

    /// `usual`: the audiences when none is given.
    async fn find(&self, usual: Vec<String>) -> Result<Found, Failure> {
        let audiences = match &self.audience {
            Some(audience) => {
                let audience = Audience::parse(audience);
                vec![
                    audience
                        .map_err(|e| Failure::usage(format!("--audience: {e}")))?
                        .to_string(),
                ]
            }
            None => usual,
        };
        let surroundings = Surroundings::new(variable);
        let mut errors: Vec<TokenError> = Vec::new();
        for platform in self.platforms(&surroundings)? {
            let id = platform.id.clone();
            let places = PlatformToken::new(platform, audiences.clone(), surroundings.clone());
            match WorkloadToken::OfPlatform(Box::new(places)).get().await {
                Ok(token) => return Ok(Found { token, platform: id }),
                Err(error) => errors.push(error),
            }
        }
        let hint = errors.first().map(|error| error.hint().to_owned());
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let failure = Failure::new(told.join("; "));
        Err(match hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        })
    }

    /// The one that is named, or those that this machine looks like; never none.
    fn platforms(&self, surroundings: &Surroundings) -> Result<Vec<Cow<'static, Platform>>, Failure> {
        let Some(text) = &self.platform else {
            let found = detected(surroundings);
            if found.is_empty() {
                return Err(
                    Failure::new("expected the environment of a platform, found variables of none")
                        .with_hint("name the platform that this runs on: --platform ID, or a platform file"),
                );
            }
            return Ok(found.into_iter().map(Cow::Borrowed).collect());
        };
        if let Some(known) = by_id(text) {
            return Ok(vec![Cow::Borrowed(known)]);
        }
        let path = Path::new(text);
        if path != Path::new("-") && !path.exists() {
            let unknown = Platform::named(text, DeclaredBy::CommandLine);
            let reason = unknown.err().map_or_else(String::new, |e| format!("; {e}"));
            return Err(Failure::usage(format!(
                "--platform: there is no file {}{reason}",
                name(path)
            )));
        }
        let declared = Inputs::new([path].into_iter())?.read(path)?;
        let declared = Platform::read(&declared, DeclaredBy::CommandLine)
            .map_err(|e| Failure::new(format!("{}: {e}", name(path))))?;
        Ok(vec![Cow::Owned(declared)])
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
