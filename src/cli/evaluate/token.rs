//! Where the token comes from.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use crate::oidc::{Duplicates, Unverified};
use crate::trust::Claims;
use crate::trust::document::{self, describe};

use super::super::exit::Failure;
use super::super::inputs::{Inputs, name};

/// The token, one way or the other.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct TokenSource {
    /// The claims of the token, a JSON object; `-` is stdin
    #[arg(long, value_name = "FILE")]
    claims: Option<PathBuf>,
    /// The token itself, which is decoded and not verified; `-` is stdin
    #[arg(long, value_name = "FILE")]
    token: Option<PathBuf>,
}

const ASSUMED: &str = "the token is taken to be signed by its issuer and in time";
const DECODED: &str =
    "the token was decoded, not verified: neither its signature nor its times were looked at";
/// Characters.
const LONGEST_TOKEN: usize = 64 * 1024;

impl TokenSource {
    pub(super) fn path(&self) -> Option<&Path> {
        self.claims.as_deref().or(self.token.as_deref())
    }

    /// The claims, and what has to be said about them.
    // SECURITY: a token is good for whoever reads it; no message repeats it.
    pub(super) fn claims(&self, inputs: &Inputs) -> Result<(Claims, &'static str), Failure> {
        if let Some(path) = &self.token {
            let text = inputs.read(path)?;
            let token = Unverified::decode(text.trim(), LONGEST_TOKEN, Duplicates::Refuse)
                .map_err(|e| Failure::new(format!("{}: {e}", name(path))))?;
            return Ok((token.unverified().clone(), DECODED));
        }
        let Some(path) = &self.claims else {
            return Err(Failure::usage("expected `--claims` or `--token`, found neither"));
        };
        let named = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", name(path)));
        match document::parse(&inputs.read(path)?).map_err(|e| named(&e))? {
            Value::Object(members) => Ok((Claims::new(members), ASSUMED)),
            other => Err(named(&format!(
                "expected the claims (an object), found {}",
                describe(&other)
            ))),
        }
    }
}
