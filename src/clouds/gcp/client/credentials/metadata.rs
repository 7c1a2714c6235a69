//! The metadata server of Google's machines (AIP-4115).

use std::time::SystemTime;

use serde_json::Value;
use url::Url;

use super::exchange::{Exchange, seconds_of, text_of};
use super::token::Token;
use super::{SCOPE, unusable};
use crate::clouds::Environment;
use crate::clouds::gcp::client::error::{GcpError, Kind};

const OPERATION: &str = "metadata.token";
/// `metadata.google.internal`; its number, because elsewhere the name may be anybody's.
const HOST: &str = "169.254.169.254";
const FLAVOR: &str = "Metadata-Flavor";

/// Where it is, if it is anywhere.
#[derive(Clone, Debug)]
pub(super) struct MetadataServer {
    /// `None`: what was named is no host.
    host: Option<String>,
    /// Somebody said that there is one.
    named: bool,
    /// Somebody said that there is none.
    absent: bool,
}

impl MetadataServer {
    pub fn of(environment: &Environment) -> Self {
        let named = environment.get("GCE_METADATA_HOST");
        let no_check = environment.get("NO_GCE_CHECK");
        Self {
            absent: named.is_none() && no_check.is_some_and(|text| text.eq_ignore_ascii_case("true")),
            named: named.is_some(),
            host: match named {
                Some(host) => Some(host).filter(|host| is_host(host)),
                None => Some(HOST.to_owned()),
            },
        }
    }

    /// The token of the machine's own service account.
    ///
    /// # Errors
    /// No server: then there are no credentials at all. Or its answer.
    pub async fn token(&self, exchange: &Exchange<'_>) -> Result<Token, GcpError> {
        if self.absent {
            return Err(nowhere());
        }
        let wrong = || {
            unusable("expected a host, or a host and a port, as `GCE_METADATA_HOST`, found something else")
        };
        let host = self.host.as_ref().ok_or_else(wrong)?;
        let text = format!(
            "http://{host}/computeMetadata/v1/instance/service-accounts/default/token?scopes={SCOPE}"
        );
        let url = Url::parse(&text).map_err(|_| wrong())?;
        let client = exchange.shared.connection.direct()?;
        let begin = SystemTime::now();
        let build = |client: &reqwest::Client| client.get(url.clone()).header(FLAVOR, "Google");
        let answer = match self.named {
            true => exchange.ask(OPERATION, &client, build).await,
            false => once(&client, build).await,
        };
        let answer = answer.map_err(|error| self.failed(error))?;
        // SECURITY: what says nothing of itself is some other server that happens to have the number
        if answer.headers.get(FLAVOR).is_none_or(|flavor| flavor != "Google") {
            return Err(if self.named {
                GcpError::new(
                    Kind::Credentials,
                    OPERATION,
                    "expected a metadata server of Google's, found another",
                )
            } else {
                nowhere()
            });
        }
        let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let value = text_of(OPERATION, &answer, "access_token")?;
        Ok(Token::living(value, begin, seconds_of(&answer)))
    }

    fn failed(&self, error: GcpError) -> GcpError {
        match error.kind {
            Kind::Transport { .. } if !self.named => nowhere(),
            Kind::NotFound => error.with_hint(
                "the machine has no service account: attach one, or name credentials in `gcp` of the provider",
            ),
            _ => error,
        }
    }
}

/// A name or a number, and maybe a port; nothing that would make another address of it.
fn is_host(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    text.bytes().all(fits)
}

/// Whether there is a server is only tried once: on other machines the number leads nowhere.
async fn once(
    client: &reqwest::Client,
    build: impl Fn(&reqwest::Client) -> reqwest::RequestBuilder,
) -> Result<crate::clouds::gcp::client::connect::Answer, GcpError> {
    let answer = crate::clouds::gcp::client::connect::send(OPERATION, build(client)).await?;
    if answer.is_success() {
        return Ok(answer);
    }
    Err(GcpError::of_answer(OPERATION, &answer))
}

const ABSENT: &str = "NO_CREDENTIALS";

fn nowhere() -> GcpError {
    let mut error = unusable(
        "expected credentials for Google Cloud, found none: not in `gcp` of the provider, not in `GOOGLE_OAUTH_ACCESS_TOKEN`, \
         `GOOGLE_CREDENTIALS` or `GOOGLE_APPLICATION_CREDENTIALS`, no log-in of gcloud, and no metadata server",
    )
    .with_hint(
        "log in with `gcloud auth application-default login`, or set `credentials`, `access_token` or `workload_identity` of \
         the provider",
    );
    error.reason = Some(ABSENT.to_owned());
    error
}

/// Whether an error says that there are no credentials anywhere.
pub(super) fn is_absent(error: &GcpError) -> bool {
    error.reason.as_deref() == Some(ABSENT) && error.http.is_none()
}
