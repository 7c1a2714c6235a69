//! The entrance to Google Cloud: one call, one wait.

use std::sync::Arc;

use http::Method;
use serde_json::Value;
use zeroize::Zeroizing;

use super::attempt::{self, ended_call};
use super::connect::{Connection, send};
use super::credentials::{Credentials, Token};
use super::endpoint::{Api, Endpoints};
use super::error::{GcpError, Kind};
use super::settings::Settings;
use crate::clouds::Limits;
use crate::clouds::patience::{Effect, Patience};
use crate::framework::Context;

/// Google Cloud as one configuration of the provider reaches it. Cheap to clone; nothing happens before the first call.
#[derive(Clone, Debug)]
pub struct Google {
    shared: Arc<Shared>,
    limits: Limits,
}

/// What the clones share.
#[derive(Debug)]
pub(super) struct Shared {
    project: Option<String>,
    pub endpoints: Endpoints,
    pub connection: Connection,
    pub patience: Patience,
    credentials: Credentials,
}

/// One call of a method.
#[derive(Clone, Debug)]
pub struct Request {
    pub api: Api,
    /// The method's name, for messages: `iam.projects.locations.workloadIdentityPools.create`.
    pub operation: &'static str,
    pub method: Method,
    /// From the version on, percent-encoded: `v1/projects/p/serviceAccounts`.
    pub path: String,
    pub query: Vec<(&'static str, String)>,
    pub body: Option<Value>,
    pub effect: Effect,
}

impl Google {
    pub fn new(settings: Settings) -> Self {
        Self::with_patience(settings, attempt::patience())
    }

    /// With waits of a few milliseconds.
    #[cfg(test)]
    pub fn impatient(settings: Settings) -> Self {
        let unit = std::time::Duration::from_millis(2);
        Self::with_patience(settings, attempt::patience().with_unit(unit))
    }

    fn with_patience(settings: Settings, patience: Patience) -> Self {
        let Settings {
            project,
            credentials,
            impersonate,
            endpoints,
            ca_bundle,
            request_timeout,
            environment,
        } = settings;
        Self {
            shared: Arc::new(Shared {
                project,
                endpoints,
                connection: Connection::new(ca_bundle, request_timeout),
                patience,
                credentials: Credentials::new(credentials, impersonate, environment),
            }),
            limits: Limits::default(),
        }
    }

    /// The same, whose calls end with the host's call.
    #[must_use]
    pub fn within(&self, context: &Context) -> Self {
        Self {
            limits: Limits::from(context),
            ..self.clone()
        }
    }

    /// When its calls end.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The provider block's project: an id, or a number.
    pub fn project(&self) -> Option<&str> {
        self.shared.project.as_deref()
    }

    /// Whether IAM is on this machine, as in the sandbox.
    pub fn writes_to_loopback(&self) -> bool {
        let iam = self.shared.endpoints.named(Api::Iam);
        iam.is_some_and(super::Endpoint::is_loopback)
    }

    /// The full address of a path of an API, for files that others read.
    ///
    /// # Errors
    /// A path that makes no address.
    pub fn address(&self, api: Api, path: &str) -> Result<String, GcpError> {
        let url = self.shared.endpoints.url(api, path);
        url.map(String::from).map_err(GcpError::configuration)
    }

    /// Makes the call until it is answered for good; an empty answer is `null`.
    ///
    /// # Errors
    /// The last answer. [`GcpError::is_lost`] says that a write may have happened.
    pub async fn call(&self, request: Request) -> Result<Value, GcpError> {
        let about = subject(&request.path);
        let url = self.shared.endpoints.url(request.api, &request.path);
        let mut url = url.map_err(|e| GcpError::configuration(e).about(about))?;
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let what = (request.operation, request.effect);
        let once = || self.once(&request, &url);
        attempt::call(what, &self.shared.patience, &self.limits, once)
            .await
            // that there are no usable credentials is not about this call
            .map_err(|e| {
                if e.kind == Kind::Credentials {
                    e
                } else {
                    e.about(about)
                }
            })
    }

    /// Waits before the next look at an operation, or at something that is not visible yet: a tenth of a second and more,
    /// doubling, up to some seconds. `attempt` counts from 0.
    ///
    /// # Errors
    /// At once, when the host asks to stop or the deadline leaves no time for the wait and another look.
    pub async fn pause(&self, attempt: u32) -> Result<(), GcpError> {
        attempt::pause("gcp", attempt, &self.shared.patience, &self.limits).await
    }

    /// One attempt. A token that is refused is renewed once: it may have been revoked, or this machine's clock be wrong.
    async fn once(&self, request: &Request, url: &url::Url) -> Result<Value, GcpError> {
        let token = self.token(request.operation).await?;
        let answer = self.exchange(request, url, &token).await;
        let refused = answer.as_ref().is_err_and(|e| e.kind == Kind::Unauthenticated);
        if !refused || !self.shared.credentials.renews(&token).await {
            return answer;
        }
        let token = self.token(request.operation).await?;
        self.exchange(request, url, &token).await
    }

    /// Looking for a token is no write: it ends with the limits.
    async fn token(&self, operation: &'static str) -> Result<Token, GcpError> {
        let token = self.shared.credentials.token(&self.shared, &self.limits);
        let token = self.limits.bound(Effect::Read, token).await;
        token.map_err(|ended| ended_call(operation, ended))?
    }

    async fn exchange(&self, request: &Request, url: &url::Url, token: &Token) -> Result<Value, GcpError> {
        let operation = request.operation;
        let client = self.shared.connection.client()?;
        let mut builder = client
            .request(request.method.clone(), url.clone())
            .header(http::header::ACCEPT, "application/json")
            .header(http::header::AUTHORIZATION, token.header(operation)?);
        if let Some(project) = &token.quota_project {
            builder = builder.header("x-goog-user-project", project);
        }
        if let Some(body) = &request.body {
            builder = builder.json(body);
        } else if request.method != Method::GET && request.method != Method::DELETE {
            // Google's front end answers 411 to a POST without a length
            builder = builder.header(http::header::CONTENT_LENGTH, 0);
        }
        let answer = send(operation, builder).await?;
        if !answer.is_success() {
            return Err(GcpError::of_answer(operation, &answer));
        }
        read(operation, &answer.body)
    }
}

fn read(operation: &'static str, body: &Zeroizing<Vec<u8>>) -> Result<Value, GcpError> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body)
        .map_err(|_| GcpError::unreadable(operation, "expected JSON in the answer, found something else"))
}

/// A path without its version.
fn subject(path: &str) -> &str {
    path.split_once('/').map_or(path, |(_, rest)| rest)
}
