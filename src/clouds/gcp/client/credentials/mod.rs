//! Whose calls these are: access tokens, where they come from, and their renewal.
//!
//! Owns the order in which credentials are looked for ("How Application Default Credentials works"), every kind of
//! credentials file (AIP-4110 to AIP-4117), and the one token that all calls share until it is about to end.
//! Must not know what the token is used for.
//!
//! | file | noun |
//! |---|---|
//! | `found` | where credentials are looked for, in order |
//! | `file` | a credentials file, read |
//! | `origin` | a kind of credentials, which gives tokens |
//! | `service_account`, `user`, `external`, `impersonation`, `metadata` | the kinds |
//! | `subject`, `executable` | the workload's own token, which is exchanged |
//! | `address` | where secrets may be sent |
//! | `exchange` | one request for a token |
//! | `token` | an access token |

mod address;
mod exchange;
mod executable;
mod external;
mod file;
mod found;
mod impersonation;
mod metadata;
mod origin;
mod service_account;
mod subject;
mod token;
mod user;

use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::Mutex;

pub(super) use token::Token;

use self::exchange::Exchange;
use self::origin::Origin;
use super::error::{GcpError, Kind};
use super::google::Shared;
use super::settings::{ServiceAccount, Source};
use crate::clouds::{Environment, Limits};

/// What tokens are asked for: everything the APIs of this project's calls need.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// The credentials of one configuration. Nothing is looked for before the first token is wanted.
#[derive(Debug)]
pub(super) struct Credentials {
    source: Option<Source>,
    impersonate: Option<ServiceAccount>,
    environment: Environment,
    /// Held while a token is fetched, so that many calls make one exchange.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    origin: Option<Arc<Origin>>,
    last: Option<Token>,
    /// There is nothing on this machine; looking again for every call would wait for every call.
    nowhere: Option<GcpError>,
}

impl Credentials {
    pub fn new(
        source: Option<Source>,
        impersonate: Option<ServiceAccount>,
        environment: Environment,
    ) -> Self {
        Self {
            source,
            impersonate,
            environment,
            state: Mutex::default(),
        }
    }

    /// A token that is good for now.
    ///
    /// # Errors
    /// `Credentials`, whatever an exchange answered: a missing service account is no missing resource. `Stopped`,
    /// `Deadline`, `Configuration` stay what they are.
    pub async fn token(&self, shared: &Shared, limits: &Limits) -> Result<Token, GcpError> {
        let mut state = self.state.lock().await;
        if let Some(token) = state
            .last
            .as_ref()
            .filter(|last| last.is_fresh(SystemTime::now()))
        {
            return Ok(token.clone());
        }
        if let Some(error) = &state.nowhere {
            return Err(error.clone());
        }
        let exchange = Exchange {
            shared,
            limits,
            environment: &self.environment,
        };
        let fetched = self.fetch(&mut state, &exchange).await.map_err(of_credentials);
        match &fetched {
            Ok(token) => state.last = Some(token.clone()),
            Err(error) if metadata::is_absent(error) => state.nowhere = Some(error.clone()),
            Err(_) => {}
        }
        fetched
    }

    async fn fetch(&self, state: &mut State, exchange: &Exchange<'_>) -> Result<Token, GcpError> {
        let origin = match &state.origin {
            Some(origin) => Arc::clone(origin),
            None => {
                let impersonate = self.impersonate.as_ref();
                let origin = found::origin(self.source.as_ref(), impersonate, exchange).await?;
                Arc::clone(state.origin.insert(Arc::new(origin)))
            }
        };
        origin.token(exchange).await
    }

    /// After a token was refused: whether another one can be had. That one is not given out again.
    pub async fn renews(&self, refused: &Token) -> bool {
        let mut state = self.state.lock().await;
        if state.last.as_ref().is_some_and(|last| last.is_same(refused)) {
            state.last = None;
        }
        state.origin.as_ref().is_some_and(|origin| origin.is_renewable())
    }
}

// SECURITY: "not found" or "no permission" of an exchange must not be taken for an answer about a resource, nor an
// exchange that failed for a write whose effect is not known.
fn of_credentials(mut error: GcpError) -> GcpError {
    if !error.is_stopped() && error.kind != Kind::Configuration {
        error.kind = Kind::Credentials;
    }
    error
}

/// An error about credentials that were not sent anywhere.
fn unusable(what: impl Into<String>) -> GcpError {
    GcpError::new(Kind::Credentials, "credentials", what)
}
