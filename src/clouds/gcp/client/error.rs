//! What went wrong in a call to Google Cloud, and what to do about it.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{self, Display};
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use crate::clouds::Effect;

/// A failed call. No part of it ever holds a secret.
#[derive(Clone, Debug)]
pub struct GcpError(Box<Failure>);

/// The parts of a [`GcpError`].
#[derive(Clone, Debug)]
pub struct Failure {
    /// The method, `iam.projects.locations.workloadIdentityPools.create`.
    pub operation: &'static str,
    /// What it was about: the path of the method without its version. Empty when there is nothing to name.
    pub subject: String,
    pub kind: Kind,
    /// HTTP status, when there was an answer.
    pub http: Option<u16>,
    /// The canonical status (`NOT_FOUND`), or the `error` of an OAuth answer (`invalid_grant`).
    pub status: Option<String>,
    pub message: String,
    /// `google.rpc.ErrorInfo`.
    pub reason: Option<String>,
    pub domain: Option<String>,
    pub metadata: BTreeMap<String, String>,
    /// `google.rpc.PreconditionFailure`: organisation policies, for instance.
    pub violations: Vec<Violation>,
    /// `google.rpc.BadRequest`.
    pub fields: Vec<FieldViolation>,
    /// A write whose effect is not known.
    lost: bool,
    /// What the service asked to wait.
    pub(super) retry_after: Option<Duration>,
    pub hint: Option<String>,
}

/// A violated precondition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The constraint of an organisation policy, or another type.
    pub kind: String,
    pub subject: String,
    pub description: String,
}

/// A field that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldViolation {
    pub field: String,
    pub description: String,
}

/// What a caller can react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    NotFound,
    /// An id in use, maybe by something soft-deleted, maybe by one's own call whose answer was lost: read and compare.
    AlreadyExists,
    /// Somebody else changed the same object: read, modify, write again.
    Aborted,
    /// No permission, or the thing does not exist and the caller may not know that.
    PermissionDenied,
    /// The API is not enabled in the project.
    ServiceDisabled,
    InvalidArgument,
    /// An organisation policy, or the state of the thing.
    FailedPrecondition,
    /// The access token is refused.
    Unauthenticated,
    /// There are no usable credentials, or they could not be exchanged for an access token.
    Credentials,
    /// Too many calls; passes.
    Throttled,
    /// A quota of things. Repeating does not help.
    LimitReached,
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
    /// Settings that cannot work.
    Configuration,
    /// Another error answer.
    Other,
}

impl GcpError {
    pub(super) fn new(kind: Kind, operation: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Failure {
            operation,
            subject: String::new(),
            kind,
            http: None,
            status: None,
            message: message.into(),
            reason: None,
            domain: None,
            metadata: BTreeMap::new(),
            violations: Vec::new(),
            fields: Vec::new(),
            lost: false,
            retry_after: None,
            hint: None,
        }))
    }

    /// Settings that cannot work.
    pub fn configuration(message: impl Display) -> Self {
        Self::new(Kind::Configuration, "gcp", message.to_string())
    }

    pub(in crate::clouds::gcp) fn unreadable(operation: &'static str, message: impl Into<String>) -> Self {
        let kind = Kind::Transport {
            may_have_been_sent: true,
        };
        Self::new(kind, operation, message)
    }

    /// Names what the call was about, unless something closer to the cause is named already.
    #[must_use]
    pub fn about(mut self, subject: &str) -> Self {
        if self.subject.is_empty() {
            subject.clone_into(&mut self.subject);
        }
        self
    }

    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn is_not_found(&self) -> bool {
        self.kind == Kind::NotFound
    }

    pub fn is_already_exists(&self) -> bool {
        self.kind == Kind::AlreadyExists
    }

    pub fn is_aborted(&self) -> bool {
        self.kind == Kind::Aborted
    }

    /// Also said of what does not exist and of what is not visible yet; not of an API that is not enabled.
    pub fn is_permission_denied(&self) -> bool {
        self.kind == Kind::PermissionDenied
    }

    pub fn is_invalid_argument(&self) -> bool {
        self.kind == Kind::InvalidArgument
    }

    pub fn is_failed_precondition(&self) -> bool {
        self.kind == Kind::FailedPrecondition
    }

    /// A write that may or may not have had its effect: read back before repeating what creates something.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// There was no time for the call: the host asked to stop, or the deadline came.
    pub fn is_stopped(&self) -> bool {
        matches!(self.kind, Kind::Stopped | Kind::Deadline)
    }

    /// The permission that is missing, when Google names it.
    pub fn missing_permission(&self) -> Option<&str> {
        if self.kind != Kind::PermissionDenied {
            return None;
        }
        self.metadata.get("permission").map(String::as_str)
    }

    pub(super) fn outcome_unknown(&self) -> bool {
        matches!(
            self.kind,
            Kind::Service
                | Kind::Transport {
                    may_have_been_sent: true
                }
        )
    }

    /// Says whether a call with this effect may have had it.
    pub(super) fn after(mut self, effect: Effect) -> Self {
        self.lost = effect != Effect::Read && self.outcome_unknown();
        self
    }

    /// Everything but the hint.
    pub(in crate::clouds::gcp) fn said(&self) -> String {
        let mut text = self.operation.to_owned();
        if !self.subject.is_empty() {
            text.push_str(&format!(" `{}`", self.subject));
        }
        match (&self.status, self.http) {
            (Some(status), Some(http)) => text.push_str(&format!(": {status} (HTTP {http})")),
            (Some(status), None) => text.push_str(&format!(": {status}")),
            (None, Some(http)) => text.push_str(&format!(": HTTP {http}")),
            (None, None) => {}
        }
        if !self.message.is_empty() {
            text.push_str(&format!(": {}", self.message));
        }
        for violation in &self.violations {
            text.push_str(&format!("; `{}`: {}", violation.kind, violation.description));
        }
        for violation in &self.fields {
            text.push_str(&format!(
                "; field `{}`: {}",
                violation.field, violation.description
            ));
        }
        text
    }
}

impl Deref for GcpError {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl DerefMut for GcpError {
    fn deref_mut(&mut self) -> &mut Failure {
        &mut self.0
    }
}

impl Error for GcpError {}

impl Display for GcpError {
    /// What was asked, what Google answered, what to do next.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said())?;
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}
