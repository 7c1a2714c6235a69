//! Whose calls these are: access tokens, where they come from, and their renewal.

mod token;

pub(super) use token::Token;

use super::error::{GcpError, Kind};
use super::google::Shared;
use super::settings::Source;

/// The credentials of one configuration.
#[derive(Debug)]
pub(super) struct Credentials {
    source: Option<Source>,
}

impl Credentials {
    pub fn new(source: Option<Source>) -> Self {
        Self { source }
    }

    /// A token that is good for now.
    pub async fn token(&self, _shared: &Shared) -> Result<Token, GcpError> {
        match &self.source {
            Some(Source::AccessToken(token)) => Ok(Token::lasting(token.clone())),
            None => Err(GcpError::new(
                Kind::Credentials,
                "gcp",
                "expected credentials, found none",
            )),
        }
    }

    /// Whether another token can be had when one is refused.
    pub fn renew(&self) -> bool {
        false
    }

    /// Does not give this token out again.
    pub async fn forget(&self, _token: &Token) {}
}
