//! A kind of credentials, which gives tokens.

use std::future::Future;
use std::pin::Pin;

use super::exchange::Exchange;
use super::external::ExternalAccount;
use super::impersonation::Impersonation;
use super::metadata::MetadataServer;
use super::service_account::ServiceAccountKey;
use super::token::Token;
use super::user::AuthorizedUser;
use crate::clouds::gcp::client::error::GcpError;
use crate::trust::Secret;

/// The kinds.
#[derive(Debug)]
pub(super) enum Origin {
    /// A token of somebody else's making.
    Given(Secret<String>),
    ServiceAccount(ServiceAccountKey),
    User(AuthorizedUser),
    External(Box<ExternalAccount>),
    Impersonated(Box<Origin>, Box<Impersonation>),
    Metadata(MetadataServer),
}

impl Origin {
    /// A new token.
    pub fn token<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<Token, GcpError>> + Send + 'a>> {
        Box::pin(async move {
            match self {
                Self::Given(token) => Ok(Token::lasting(token.clone())),
                Self::ServiceAccount(key) => key.token(),
                Self::User(user) => user.token(exchange).await,
                Self::External(account) => account.token(exchange).await,
                Self::Impersonated(source, impersonation) => {
                    let own = source.token(exchange).await?;
                    impersonation.token(&own, exchange).await
                }
                Self::Metadata(server) => server.token(exchange).await,
            }
        })
    }

    /// Whether another token can be had when one is refused.
    pub fn is_renewable(&self) -> bool {
        match self {
            Self::Given(_) => false,
            Self::Impersonated(source, _) => source.is_renewable(),
            _ => true,
        }
    }
}
