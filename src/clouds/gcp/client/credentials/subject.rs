//! The workload's own token, which is exchanged: given, in a file, at an address, from a program.

use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use super::exchange::Exchange;
use super::executable::Executable;
use super::file::Document;
use super::found::bounded;
use super::{address, unusable};
use crate::clouds::gcp::client::error::{GcpError, Kind};
use crate::clouds::redact::clean;
use crate::oidc::{TokenError, WorkloadToken};
use crate::trust::Secret;

const OPERATION: &str = "subject_token";
/// SAML answers are the longest.
const LONGEST_TOKEN: u64 = 256 * 1024;

/// Where it is.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// As the provider block says.
    Workload(WorkloadToken),
    /// As a credentials file says.
    Sourced(CredentialSource),
}

/// A `credential_source`.
#[derive(Clone, Debug)]
pub(super) enum CredentialSource {
    File {
        path: PathBuf,
        format: Format,
    },
    Url {
        url: Box<Url>,
        headers: Vec<(HeaderName, HeaderValue)>,
        format: Format,
    },
    Executable(Executable),
}

/// The token, and what may be said of it.
pub(super) struct SubjectToken {
    pub token: Secret<String>,
    pub told: Option<String>,
}

/// How the token stands in what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    /// A member of a JSON object.
    Json(String),
}

/// What the token is for; a program is told.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub audience: &'a str,
    pub token_type: &'a str,
    pub account: Option<&'a str>,
}

impl Subject {
    /// The token as it is now.
    ///
    /// # Errors
    /// Where it was looked for, and why there is none.
    pub async fn token(&self, about: About<'_>, exchange: &Exchange<'_>) -> Result<SubjectToken, GcpError> {
        match self {
            Self::Workload(source) => {
                let found = source.get().await.map_err(|e| absent(&e))?;
                let told = Some(clean(&found.told()));
                let token = found.token;
                Ok(SubjectToken { token, told })
            }
            Self::Sourced(source) => {
                let token = source.token(about, exchange).await?;
                Ok(SubjectToken { token, told: None })
            }
        }
    }
}

impl CredentialSource {
    /// # Errors
    /// A kind that is not offered, or a member that is missing or wrong.
    pub fn read(source: Document<'_>) -> Result<Self, GcpError> {
        for (member, kind) in [("environment_id", "AWS"), ("certificate", "X.509")] {
            if source.has(member) {
                return Err(source.wrong(&format!(
                    "a `credential_source` of {kind} (`{member}`) is not offered; expected one with `file`, `url` or `executable`"
                )));
            }
        }
        if let Some(path) = source.optional("file")? {
            let (path, format) = (PathBuf::from(path), Format::read(source)?);
            return Ok(Self::File { path, format });
        }
        if let Some(text) = source.optional("url")? {
            return Ok(Self::Url {
                url: Box::new(address::of_subject(source, "url", text)?),
                headers: headers(source)?,
                format: Format::read(source)?,
            });
        }
        if let Some(program) = source.optional_object("executable")? {
            return Executable::read(program).map(Self::Executable);
        }
        Err(source
            .wrong("expected a `credential_source` with `file`, `url` or `executable`, found none of them"))
    }

    async fn token(&self, about: About<'_>, exchange: &Exchange<'_>) -> Result<Secret<String>, GcpError> {
        match self {
            Self::File { path, format } => {
                let called = format!("token file `{}`", path.display());
                let bytes = bounded(path, LONGEST_TOKEN).await;
                let bytes = bytes.map_err(|e| {
                    unusable(format!("{called}: {e}"))
                        .with_hint("name the file in which the platform puts the workload's token")
                })?;
                format
                    .token(&bytes)
                    .map_err(|e| unusable(format!("{called}: {e}")))
            }
            Self::Url { url, headers, format } => ask(url, headers, format, exchange).await,
            Self::Executable(program) => program.token(about, exchange).await,
        }
    }
}

fn absent(error: &TokenError) -> GcpError {
    let (argument, more) = match error {
        TokenError::File { .. } => ("`token_file` ", ""),
        TokenError::NoneFound { .. } => (
            "",
            "; a token that is elsewhere is given with `token_file` or `token`",
        ),
    };
    unusable(format!("{argument}{error}")).with_hint(format!("{}{more}", error.hint()))
}

async fn ask(
    url: &Url,
    headers: &[(HeaderName, HeaderValue)],
    format: &Format,
    exchange: &Exchange<'_>,
) -> Result<Secret<String>, GcpError> {
    let connection = &exchange.shared.connection;
    let client = if address::is_near(url) {
        connection.direct()?
    } else {
        connection.client()?
    };
    let build = |client: &reqwest::Client| {
        let mut request = client.get(url.clone());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request
    };
    let host = url.host_str().unwrap_or_default();
    let answer = exchange.ask(OPERATION, &client, build).await;
    let answer = answer.map_err(|mut error| {
        // the hints for Google's own answers do not fit another server's
        error.hint = Some("check `credential_source` of the credentials file".to_owned());
        error.about(host)
    })?;
    format
        .token(&answer.body)
        .map_err(|e| GcpError::new(Kind::Credentials, OPERATION, e).about(host))
}

fn headers(source: Document<'_>) -> Result<Vec<(HeaderName, HeaderValue)>, GcpError> {
    let wrong = |name: &str| {
        source.wrong(&format!(
            "expected a header as `{name}` of `headers`, found none that can be sent"
        ))
    };
    let read = |(name, value): (String, Secret<String>)| {
        let header = HeaderName::try_from(&name).map_err(|_| wrong(&name))?;
        let mut value = HeaderValue::from_str(value.expose()).map_err(|_| wrong(&name))?;
        value.set_sensitive(true);
        Ok((header, value))
    };
    source.pairs("headers")?.into_iter().map(read).collect()
}

impl Format {
    fn read(source: Document<'_>) -> Result<Self, GcpError> {
        let Some(format) = source.optional_object("format")? else {
            return Ok(Self::Text);
        };
        match format.optional("type")?.unwrap_or("text") {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json(format.text("subject_token_field_name")?.to_owned())),
            _ => Err(format.wrong("expected the `type` of `format` to be `text` or `json`, found another")),
        }
    }

    /// # Errors
    /// What was expected.
    fn token(&self, bytes: &[u8]) -> Result<Secret<String>, String> {
        let text = match self {
            Self::Text => {
                std::str::from_utf8(bytes).map_err(|_| "expected a token, found no text".to_owned())?
            }
            Self::Json(name) => return of_json(bytes, name),
        };
        let token = text.trim();
        if token.is_empty() {
            return Err("expected a token, found nothing".to_owned());
        }
        Ok(token.to_owned().into())
    }
}

fn of_json(bytes: &[u8], name: &str) -> Result<Secret<String>, String> {
    let members: Value =
        serde_json::from_slice(bytes).map_err(|_| "expected JSON, found something else".to_owned())?;
    let found = members.get(name).and_then(Value::as_str).map(str::trim);
    match found.filter(|token| !token.is_empty()) {
        Some(token) => Ok(token.to_owned().into()),
        None => Err(format!("expected the token as `{name}` in the JSON, found none")),
    }
}

/// The bounds and the default of a program's time (AIP-4117).
pub(super) const PROGRAM_MILLISECONDS: (u64, u64) = (5_000, 120_000);
pub(super) const PROGRAM_TIME: Duration = Duration::from_secs(30);
