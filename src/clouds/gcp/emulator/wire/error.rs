//! Errors on the wire: Google's own form (`google.rpc.Status`), and that of OAuth for the two services that speak it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::Service;
use crate::trust::LimitError;

/// A refused call.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    /// Of HTTP.
    pub status: u16,
    /// The canonical name (`INVALID_ARGUMENT`), or the `error` of OAuth (`invalid_grant`).
    pub code: String,
    pub message: String,
    pub details: Vec<Value>,
    /// The word that older clients look for in `errors`.
    pub legacy: Option<&'static str>,
}

impl ApiError {
    pub fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            details: Vec::new(),
            legacy: None,
        }
    }

    fn detail(mut self, detail: Value) -> Self {
        self.details.push(detail);
        self
    }

    fn legacy(mut self, word: &'static str) -> Self {
        self.legacy = Some(word);
        self
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_ARGUMENT", message).legacy("badRequest")
    }

    /// A value that the dialect says Google refuses.
    pub fn limit<L>(field: &str, error: &LimitError<L>) -> Self
    where
        LimitError<L>: std::fmt::Display,
    {
        let description = error.to_string();
        Self::invalid(format!("{field}: {description}")).detail(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{ "field": field, "description": description }],
        }))
    }

    pub fn precondition(message: impl Into<String>) -> Self {
        Self::new(400, "FAILED_PRECONDITION", message).legacy("failedPrecondition")
    }

    /// A value that an organisation policy does not allow.
    pub fn organisation_policy(constraint: &str, resource: &str, refused: &str) -> Self {
        Self::precondition("Precondition check failed.").detail(json!({
            "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
            "violations": [{
                "type": constraint,
                "subject": format!("orgpolicy:{resource}"),
                "description": format!("Org Policy violated for value: '{refused}'."),
            }],
        }))
    }

    pub fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "Requested entity was not found.").legacy("notFound")
    }

    pub fn exists() -> Self {
        Self::new(409, "ALREADY_EXISTS", "Requested entity already exists").legacy("alreadyExists")
    }

    pub fn aborted() -> Self {
        let message = "There were concurrent policy changes. Please retry the whole read-modify-write with exponential \
                       backoff. The request's ETag did not match the current policy's ETag.";
        Self::new(409, "ABORTED", message).legacy("aborted")
    }

    /// No permission, or nothing there: the caller is not told which.
    pub fn denied(permission: &str, service: Service, resource: &str) -> Self {
        let host = service.host();
        let message = format!(
            "Permission '{permission}' denied on resource '//{host}/{resource}' (or it may not exist)."
        );
        Self::new(403, "PERMISSION_DENIED", message)
            .detail(json!({
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "IAM_PERMISSION_DENIED",
                "domain": "iam.googleapis.com",
                "metadata": { "permission": permission, "resource": resource },
            }))
            .legacy("forbidden")
    }

    pub fn unauthenticated(reason: &str, service: Service) -> Self {
        let message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or \
                       other valid authentication credential.";
        Self::new(401, "UNAUTHENTICATED", message)
            .detail(error_info(reason, service))
            .legacy("authError")
    }

    /// A token that was not made for this.
    pub fn scopes(service: Service) -> Self {
        Self::new(
            403,
            "PERMISSION_DENIED",
            "Request had insufficient authentication scopes.",
        )
        .detail(error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", service))
        .legacy("insufficientPermissions")
    }

    pub fn service_disabled(service: Service, consumer: &str) -> Self {
        let host = service.host();
        let message = format!(
            "{host} has not been used in project {consumer} before or it is disabled. Enable it, then retry."
        );
        let mut info = error_info("SERVICE_DISABLED", service);
        if let Some(metadata) = info.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("consumer".to_owned(), json!(format!("projects/{consumer}")));
        }
        Self::new(403, "PERMISSION_DENIED", message)
            .detail(info)
            .detail(json!({
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [{ "description": "Google developers console API activation" }],
            }))
            .legacy("accessNotConfigured")
    }

    /// No randomness, or a key that cannot be used.
    pub fn internal() -> Self {
        Self::new(500, "INTERNAL", "Internal error encountered.").legacy("backendError")
    }

    pub fn into_response(self, service: Service) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if service.answers_as_oauth() {
            let body = json!({ "error": self.code, "error_description": self.message });
            return (status, Json(body)).into_response();
        }
        let mut error = json!({ "code": self.status, "message": self.message, "status": self.code });
        if let Some(members) = error.as_object_mut() {
            if let Some(reason) = self.legacy {
                let entry = json!({ "message": self.message, "domain": "global", "reason": reason });
                members.insert("errors".to_owned(), json!([entry]));
            }
            if !self.details.is_empty() {
                members.insert("details".to_owned(), Value::Array(self.details));
            }
        }
        (status, Json(json!({ "error": error }))).into_response()
    }
}

fn error_info(reason: &str, service: Service) -> Value {
    json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": { "service": service.host() },
    })
}
