//! A user who logged in with `gcloud auth application-default login` (AIP-4113; RFC 6749, section 6).

use std::time::SystemTime;

use url::Url;

use super::address;
use super::exchange::{Exchange, seconds_of, text_of};
use super::file::Document;
use super::token::Token;
use crate::clouds::gcp::client::error::GcpError;
use crate::trust::Secret;

const OPERATION: &str = "oauth2.token";
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

/// An `authorized_user` file.
#[derive(Clone, Debug)]
pub(super) struct AuthorizedUser {
    client_id: String,
    client_secret: Secret<String>,
    refresh_token: Secret<String>,
    token_uri: Url,
    quota_project: Option<String>,
}

impl AuthorizedUser {
    /// # Errors
    /// A member that is missing, or an address that is not Google's.
    pub fn read(document: Document<'_>, exchange: &Exchange<'_>) -> Result<Self, GcpError> {
        let token_uri = document.optional("token_uri")?.unwrap_or(TOKEN_URI);
        Ok(Self {
            client_id: document.text("client_id")?.to_owned(),
            client_secret: document.secret("client_secret")?,
            refresh_token: document.secret("refresh_token")?,
            token_uri: address::of_login(document, "token_uri", token_uri)?,
            quota_project: document.quota_project(exchange)?,
        })
    }

    /// # Errors
    /// The answer, when it is none with a token.
    pub async fn token(&self, exchange: &Exchange<'_>) -> Result<Token, GcpError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose()),
            ("refresh_token", self.refresh_token.expose()),
        ];
        let begin = SystemTime::now();
        let answer = exchange.post_form(OPERATION, &self.token_uri, &form, None).await;
        let answer = answer.map_err(|error| {
            if error.status.as_deref() == Some("invalid_grant") {
                error.with_hint(
                    "the log-in ended or was revoked: log in again, `gcloud auth application-default login`",
                )
            } else {
                error
            }
        })?;
        let token = Token::living(
            text_of(OPERATION, &answer, "access_token")?,
            begin,
            seconds_of(&answer),
        );
        Ok(token.counted_against(self.quota_project.as_deref()))
    }
}
