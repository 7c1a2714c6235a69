//! `oidcfed token decode`: what a token says, believed by nobody.

use std::path::Path;

use clap::Args;
use serde_json::json;

use crate::oidc::{Duplicates, Unverified};
use crate::trust::Claims;

use super::super::exit::{Exit, Failure};
use super::super::inputs::Inputs;
use super::super::printer::Printer;

const DECODED: &str =
    "the token was decoded, not verified: neither its signature nor its times were looked at";
/// Characters.
const LONGEST_TOKEN: usize = 64 * 1024;

/// Show the claims of a token, without verifying it
#[derive(Debug, Args)]
pub struct Decode {
    /// The token; `-` is stdin, where nobody sees it in the list of processes
    #[arg(default_value = "-", hide_default_value = true)]
    token: String,
}

impl Decode {
    // SECURITY: a token is good for whoever reads it; no message repeats it.
    pub fn run(self, printer: &Printer) -> Result<Exit, Failure> {
        let (text, from) = match self.token.as_str() {
            "-" => (Inputs::new(std::iter::empty())?.read(Path::new("-"))?, "stdin"),
            token => (token.to_owned(), "the argument"),
        };
        let token: Unverified<Claims> = Unverified::decode(text.trim(), LONGEST_TOKEN, Duplicates::Refuse)
            .map_err(|e| Failure::new(format!("{from}: {e}")))?;
        let answer = json!({
            "verified": false,
            "header": token.header().members(),
            "claims": token.unverified().members(),
        });
        printer.note(&format!("note: {DECODED}"));
        printer.data(&answer, |answer| {
            let claims = answer.get("claims").unwrap_or(answer);
            format!("{claims:#}\n")
        })?;
        Ok(Exit::Yes)
    }
}
