//! Error answers of Google's APIs, read: the `error` object of AIP-193, that of a failed operation, and OAuth's
//! (RFC 6749, section 5.2).

use std::collections::BTreeMap;

use serde_json::Value;

use super::connect::Answer;
use super::error::{FieldViolation, GcpError, Kind, Violation};
use super::hint::hint_of;
use crate::clouds::redact::clean;

impl GcpError {
    /// What an answer with a status other than 2xx means.
    pub(super) fn of_answer(operation: &'static str, answer: &Answer) -> Self {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let http = answer.status;
        let mut error = match body.get("error") {
            Some(Value::String(code)) => of_oauth(operation, code, &body),
            Some(problem) => of_problem(operation, http, text(problem, "status"), problem),
            None => without_words(operation, http),
        };
        error.http = Some(http);
        error.retry_after = answer.asked_wait();
        error.hint = hint_of(&error);
        error
    }

    /// What the `error` of a long-running operation means: its `code` is a number of `google.rpc.Code`.
    pub fn of_operation(operation: &'static str, problem: &Value) -> Self {
        let code = problem.get("code").and_then(Value::as_u64);
        let status = code.and_then(|code| RPC_CODES.get(usize::try_from(code).ok()?));
        let mut error = of_problem(operation, 0, status.map(|s| (*s).to_owned()), problem);
        error.hint = hint_of(&error);
        error
    }
}

/// `google.rpc.Code`, by number.
const RPC_CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

fn of_problem(operation: &'static str, http: u16, status: Option<String>, problem: &Value) -> GcpError {
    let message = text(problem, "message").unwrap_or_default();
    let mut error = GcpError::new(Kind::Other, operation, message);
    let no_details = Vec::new();
    let details = problem
        .get("details")
        .and_then(Value::as_array)
        .unwrap_or(&no_details);
    for detail in details {
        read_detail(&mut error, detail);
    }
    if error.reason.is_none() {
        let legacy = problem.get("errors").and_then(|errors| errors.get(0));
        error.reason = legacy.and_then(|first| text(first, "reason"));
    }
    error.kind = kind_of(status.as_deref().unwrap_or_default(), http, &error);
    error.status = status.filter(|status| !status.is_empty());
    if error.kind == Kind::PermissionDenied && !error.metadata.contains_key("permission") {
        let named = permission_in(&error.message).map(str::to_owned);
        error
            .metadata
            .extend(named.map(|name| ("permission".to_owned(), name)));
    }
    error
}

fn read_detail(error: &mut GcpError, detail: &Value) {
    let of_type = text(detail, "@type").unwrap_or_default();
    match of_type.rsplit('/').next().unwrap_or_default() {
        "google.rpc.ErrorInfo" => {
            error.reason = text(detail, "reason");
            error.domain = text(detail, "domain");
            error.metadata = metadata(detail.get("metadata"));
        }
        "google.rpc.PreconditionFailure" => {
            error.violations.extend(violations(detail).map(|one| Violation {
                kind: text(one, "type").unwrap_or_default(),
                subject: text(one, "subject").unwrap_or_default(),
                description: text(one, "description").unwrap_or_default(),
            }))
        }
        "google.rpc.QuotaFailure" => error.violations.extend(violations(detail).map(|one| Violation {
            kind: "quota".to_owned(),
            subject: text(one, "subject").unwrap_or_default(),
            description: text(one, "description").unwrap_or_default(),
        })),
        "google.rpc.BadRequest" => {
            let fields = detail.get("fieldViolations").and_then(Value::as_array);
            error
                .fields
                .extend(fields.into_iter().flatten().map(|one| FieldViolation {
                    field: text(one, "field").unwrap_or_default(),
                    description: text(one, "description").unwrap_or_default(),
                }));
        }
        _ => {}
    }
}

fn violations(detail: &Value) -> impl Iterator<Item = &Value> {
    detail
        .get("violations")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn metadata(members: Option<&Value>) -> BTreeMap<String, String> {
    let members = members.and_then(Value::as_object).into_iter().flatten();
    members
        .filter_map(|(name, value)| Some((clean(name), clean(value.as_str()?))))
        .collect()
}

/// Canonical status first; the HTTP status only where there is none that says more.
fn kind_of(status: &str, http: u16, error: &GcpError) -> Kind {
    let disabled = matches!(
        error.reason.as_deref(),
        Some("SERVICE_DISABLED" | "accessNotConfigured")
    );
    match status {
        "NOT_FOUND" => Kind::NotFound,
        "ALREADY_EXISTS" => Kind::AlreadyExists,
        "ABORTED" => Kind::Aborted,
        "PERMISSION_DENIED" if disabled => Kind::ServiceDisabled,
        "PERMISSION_DENIED" => Kind::PermissionDenied,
        "INVALID_ARGUMENT" | "OUT_OF_RANGE" => Kind::InvalidArgument,
        "FAILED_PRECONDITION" => Kind::FailedPrecondition,
        "UNAUTHENTICATED" => Kind::Unauthenticated,
        "RESOURCE_EXHAUSTED" => exhausted(error),
        "UNAVAILABLE" | "INTERNAL" | "DEADLINE_EXCEEDED" | "UNKNOWN" | "CANCELLED" | "DATA_LOSS" => {
            Kind::Service
        }
        _ => kind_of_http(http, disabled, error),
    }
}

fn kind_of_http(http: u16, disabled: bool, error: &GcpError) -> Kind {
    match http {
        400 => Kind::InvalidArgument,
        401 => Kind::Unauthenticated,
        403 if disabled => Kind::ServiceDisabled,
        403 => Kind::PermissionDenied,
        404 => Kind::NotFound,
        409 if error.reason.as_deref() == Some("alreadyExists") => Kind::AlreadyExists,
        429 => exhausted(error),
        500.. => Kind::Service,
        _ => Kind::Other,
    }
}

/// A quota of calls passes, one of things does not ("Maximum number of service accounts on project reached").
fn exhausted(error: &GcpError) -> Kind {
    if error.message.to_ascii_lowercase().contains("maximum number") {
        Kind::LimitReached
    } else {
        Kind::Throttled
    }
}

fn of_oauth(operation: &'static str, code: &str, body: &Value) -> GcpError {
    let description = text(body, "error_description").unwrap_or_default();
    let mut error = GcpError::new(Kind::Credentials, operation, description);
    error.status = Some(clean(code));
    error.kind = match code {
        "quota_exceeded" | "slow_down" => Kind::Throttled,
        "server_error" | "temporarily_unavailable" | "internal_failure" => Kind::Service,
        _ => Kind::Credentials,
    };
    error
}

/// A page of some proxy, or nothing.
fn without_words(operation: &'static str, http: u16) -> GcpError {
    let message = match http {
        300..=399 => "expected an answer, found a redirect, which is not followed",
        _ => "the answer is no error object of Google's; maybe something in between answered",
    };
    let mut error = GcpError::new(Kind::Other, operation, message);
    error.kind = kind_of_http(http, false, &error);
    error
}

/// The name in `Permission 'NAME' denied on resource …`.
fn permission_in(message: &str) -> Option<&str> {
    let (_, after) = message.split_once("Permission ")?;
    let quote = after.chars().next().filter(|c| matches!(c, '\'' | '`' | '"'))?;
    let name = after.get(1..)?.split(quote).next()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '.';
    (name.contains('.') && name.chars().all(fits)).then_some(name)
}

fn text(object: &Value, name: &str) -> Option<String> {
    object.get(name)?.as_str().map(clean)
}
