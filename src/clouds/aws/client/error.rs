//! What went wrong in a call to AWS, and what to do about it.

use std::error::Error;
use std::fmt::{self, Display};
use std::ops::{Deref, DerefMut};

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::codes::{hint_of, kind_of};
use crate::clouds::redact::clean;

/// A failed call. The text never holds a secret; the hint says what to do and is shown apart from the text.
#[derive(Clone, Debug)]
pub struct AwsError(Box<Failure>);

/// The parts of an [`AwsError`].
#[derive(Clone, Debug)]
pub struct Failure {
    /// The permission of the call, `iam:GetRole`.
    pub operation: &'static str,
    /// What it was about: a role's name, a provider's ARN. Empty when there is nothing to name.
    pub subject: String,
    pub kind: Kind,
    /// The code of the wire (`NoSuchEntity`), when the service answered with one.
    pub code: Option<String>,
    /// HTTP status, when there was an answer.
    pub status: Option<u16>,
    pub message: String,
    /// What the service calls the request, for its support.
    pub request_id: Option<String>,
    pub hint: Option<String>,
}

/// What a caller can react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    NotFound,
    /// Name or URL taken; maybe by one's own call whose answer was lost: read and compare.
    Exists,
    /// Something is still attached or inside; maybe not for long after a detach.
    DeleteConflict,
    /// Somebody else changes the same object.
    ConcurrentModification,
    TemporarilyUnmodifiable,
    /// A service-linked role.
    Unmodifiable,
    NotAttachable,
    /// A quota. Repeating does not help.
    LimitExceeded,
    /// A policy document IAM refuses.
    MalformedPolicy,
    /// A principal in the policy document is not known (yet).
    InvalidPrincipal,
    /// A parameter IAM refuses.
    Invalid,
    AccessDenied,
    /// The credentials themselves: none found, expired, refused, a role that could not be assumed.
    Credentials,
    /// The signature is refused: a wrong secret key, or a wrong clock.
    Signature,
    Throttled,
    /// IAM could not reach the issuer.
    IssuerUnreachable,
    /// The service failed (5xx).
    Service,
    /// No readable answer.
    Transport {
        may_have_been_sent: bool,
    },
    /// The host asked to stop.
    Stopped,
    /// The time for the whole operation is over.
    Deadline,
    /// The credentials are of another account than the configuration or the state says, or of one that is not allowed.
    WrongAccount,
    /// Settings that cannot work.
    Configuration,
    /// Another error answer.
    Other,
}

impl AwsError {
    pub(super) fn new(kind: Kind, operation: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Failure {
            operation,
            subject: String::new(),
            kind,
            code: None,
            status: None,
            message: message.into(),
            request_id: None,
            hint: None,
        }))
    }

    pub(in crate::clouds::aws) fn configuration(message: impl Display) -> Self {
        Self::new(Kind::Configuration, "aws", message.to_string())
    }

    pub(super) fn unreadable(operation: &'static str, message: impl Into<String>) -> Self {
        Self::new(
            Kind::Transport {
                may_have_been_sent: true,
            },
            operation,
            message,
        )
    }

    /// Names what the call was about, unless something closer to the cause is named already.
    pub(super) fn about(mut self, subject: &str) -> Self {
        if self.subject.is_empty() {
            subject.clone_into(&mut self.subject);
        }
        self
    }

    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn is_not_found(&self) -> bool {
        self.kind == Kind::NotFound
    }

    /// The call may or may not have had its effect: read back before repeating what creates something.
    pub fn outcome_unknown(&self) -> bool {
        matches!(
            self.kind,
            Kind::Service
                | Kind::Transport {
                    may_have_been_sent: true
                }
        )
    }

    /// What a call that failed through the SDK means.
    pub(super) fn of_sdk<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(inner) = inner_of(error) {
            return inner;
        }
        match error {
            SdkError::ServiceError(context) => {
                let raw = context.raw();
                let mut answer = of_answer(operation, context.err(), raw.status().as_u16());
                answer.request_id = raw.headers().get("x-amzn-requestid").map(ToOwned::to_owned);
                answer
            }
            SdkError::ResponseError(context) => {
                let status = context.raw().status().as_u16();
                let kind = if status >= 500 {
                    Kind::Service
                } else {
                    Kind::Transport {
                        may_have_been_sent: true,
                    }
                };
                let mut answer = Self::new(
                    kind,
                    operation,
                    format!("the answer cannot be read: {}", chain(error)),
                );
                answer.status = Some(status);
                answer
            }
            SdkError::TimeoutError(_) => {
                let kind = Kind::Transport {
                    may_have_been_sent: true,
                };
                Self::new(kind, operation, "no answer in time").with_hint(
                    "check the network and `HTTPS_PROXY`, or raise `request_timeout` of the provider",
                )
            }
            SdkError::DispatchFailure(failure) => {
                let connected = !never_connected(error);
                let user = failure.is_user();
                let kind = Kind::Transport {
                    may_have_been_sent: connected && !user,
                };
                Self::new(kind, operation, chain(error)).with_hint(
                    "check the network, `endpoints`, `HTTPS_PROXY`, `NO_PROXY` and, for a private certificate \
                     authority, `ca_bundle_file`",
                )
            }
            other => Self::new(Kind::Configuration, operation, chain(other)),
        }
    }
}

impl Deref for AwsError {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl DerefMut for AwsError {
    fn deref_mut(&mut self) -> &mut Failure {
        &mut self.0
    }
}

impl Error for AwsError {}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation)?;
        if !self.subject.is_empty() {
            write!(f, " `{}`", self.subject)?;
        }
        if let Some(code) = &self.code {
            write!(f, ": {code}")?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

fn of_answer(operation: &'static str, error: &impl ProvideErrorMetadata, status: u16) -> AwsError {
    if status < 400 {
        let mut answer = AwsError::unreadable(operation, "the answer cannot be read");
        answer.status = Some(status);
        return answer;
    }
    let code = error.code().unwrap_or_default();
    let message = error.message().unwrap_or_default();
    let kind = kind_of(code, status, message);
    let text = if kind == Kind::Signature || code == "SignatureDoesNotMatch" {
        // SECURITY: the service repeats the signed headers here, the session token among them.
        "the signature does not match the request".to_owned()
    } else {
        clean(message)
    };
    let mut answer = AwsError::new(kind, operation, text);
    answer.code = (!code.is_empty()).then(|| code.to_owned());
    answer.status = Some(status);
    answer.hint = hint_of(kind, operation, message);
    answer
}

/// An error of ours that came through the SDK: from a credentials provider, for instance.
fn inner_of(error: &(dyn Error + 'static)) -> Option<AwsError> {
    let mut next = error.source();
    let mut no_credentials = false;
    while let Some(current) = next {
        if let Some(ours) = current.downcast_ref::<AwsError>() {
            return Some(ours.clone());
        }
        no_credentials |= current.is::<CredentialsError>();
        next = current.source();
    }
    no_credentials.then(|| {
        AwsError::new(Kind::Credentials, "aws", format!("no usable AWS credentials: {}", chain(error))).with_hint(
            "set `profile`, `access_key` and `secret_key`, or `assume_role_with_web_identity` of the provider, or the \
             environment of the AWS tools (`AWS_PROFILE`, `AWS_ACCESS_KEY_ID`)",
        )
    })
}

/// Whether the failure is one of finding an address, connecting or TLS, so that no request was sent.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let mut next = error.source();
    while let Some(current) = next {
        if let Some(io) = current.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::ConnectionRefused
        {
            return true;
        }
        let text = current.to_string();
        let phases = [
            "tcp connect error",
            "dns error",
            "TLS handshake failed",
            "connect timeout",
            "tunnel error",
        ];
        if phases.iter().any(|phase| text.contains(phase)) {
            return true;
        }
        next = current.source();
    }
    false
}

/// The texts of an error and its causes, each once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(current) = next {
        let text = clean(&current.to_string());
        if !text.is_empty() && !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        next = current.source();
    }
    parts.join(": ")
}
