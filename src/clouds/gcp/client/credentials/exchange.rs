//! One request for a token, with its repetitions.

use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use super::token::Token;
use crate::clouds::gcp::client::attempt;
use crate::clouds::gcp::client::connect::{Answer, send};
use crate::clouds::gcp::client::error::{GcpError, Kind};
use crate::clouds::gcp::client::google::Shared;
use crate::clouds::{Effect, Environment, Limits};

/// What a kind of credentials needs to get a token.
#[derive(Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub shared: &'a Shared,
    pub limits: &'a Limits,
    pub environment: &'a Environment,
}

impl Exchange<'_> {
    /// A form (RFC 6749, RFC 8693) and its answer. It may be sent twice: all that comes of it is another token.
    ///
    /// # Errors
    /// The last answer.
    pub async fn post_form(
        &self,
        operation: &'static str,
        url: &Url,
        form: &[(&str, &str)],
        basic: Option<&str>,
    ) -> Result<Value, GcpError> {
        let client = self.shared.connection.client()?;
        let body = written(form);
        let build = |client: &Client| {
            let request = client
                .post(url.clone())
                .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(http::header::ACCEPT, "application/json")
                .body(body.as_str().to_owned());
            match basic {
                Some(basic) => request.header(http::header::AUTHORIZATION, sensitive(basic)),
                None => request,
            }
        };
        read(operation, &self.ask(operation, &client, build).await?)
    }

    /// JSON, with a token.
    ///
    /// # Errors
    /// The last answer.
    pub async fn post_json(
        &self,
        operation: &'static str,
        url: &Url,
        token: &Token,
        body: &Value,
    ) -> Result<Value, GcpError> {
        let client = self.shared.connection.client()?;
        let bearer = token.header(operation)?;
        let build = |client: &Client| {
            let request = client
                .post(url.clone())
                .header(http::header::AUTHORIZATION, bearer.clone())
                .header(http::header::ACCEPT, "application/json")
                .json(body);
            match &token.quota_project {
                Some(project) => request.header("x-goog-user-project", project),
                None => request,
            }
        };
        read(operation, &self.ask(operation, &client, build).await?)
    }

    /// A request of another form, repeated while its failure may pass.
    ///
    /// # Errors
    /// The last answer, also when its status is not 2xx.
    pub async fn ask(
        &self,
        operation: &'static str,
        client: &Client,
        build: impl Fn(&Client) -> RequestBuilder,
    ) -> Result<Answer, GcpError> {
        let what = (operation, Effect::Read);
        let build = &build;
        attempt::call(what, &self.shared.patience, self.limits, || async move {
            let answer = send(operation, build(client)).await?;
            if answer.is_success() {
                Ok(answer)
            } else {
                Err(GcpError::of_answer(operation, &answer))
            }
        })
        .await
    }
}

fn written(form: &[(&str, &str)]) -> Zeroizing<String> {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    Zeroizing::new(text.extend_pairs(form).finish())
}

fn read(operation: &'static str, answer: &Answer) -> Result<Value, GcpError> {
    serde_json::from_slice(&answer.body)
        .map_err(|_| GcpError::unreadable(operation, "expected JSON in the answer, found something else"))
}

/// A header whose value no debug output shows. What cannot stand in a header is left out, and then refused.
fn sensitive(text: &str) -> http::HeaderValue {
    let mut value =
        http::HeaderValue::from_str(text).unwrap_or_else(|_| http::HeaderValue::from_static("Basic"));
    value.set_sensitive(true);
    value
}

/// A member of an answer that has to be a text which is not empty.
///
/// # Errors
/// Its name.
pub(super) fn text_of(operation: &'static str, answer: &Value, name: &str) -> Result<String, GcpError> {
    let found = answer.get(name).and_then(Value::as_str);
    found
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| {
            let message = format!("expected `{name}` in the answer, found none");
            GcpError::new(Kind::Credentials, operation, message)
        })
}

/// `expires_in`, in seconds: a number, or a number as text.
pub(super) fn seconds_of(answer: &Value) -> Option<u64> {
    let found = answer.get("expires_in")?;
    found.as_u64().or_else(|| found.as_str()?.parse().ok())
}
