//! What to do about an error of Google Cloud.

use super::error::{GcpError, Kind};
use super::role::role_holding;

/// What to do about it.
pub(super) fn hint_of(error: &GcpError) -> Option<String> {
    let text = match error.kind {
        Kind::ServiceDisabled => enable(error),
        Kind::PermissionDenied => permission(error),
        Kind::FailedPrecondition => organisation_policy(error)?,
        Kind::Unauthenticated => {
            "renew the credentials (`gcloud auth application-default login`), or check `credentials`, `access_token` and \
             `workload_identity` of the provider"
                .to_owned()
        }
        Kind::Credentials => exchange(error.status.as_deref().unwrap_or_default())?.to_owned(),
        Kind::Throttled => format!(
            "{} is used up: wait a minute and apply again, or run with less parallelism (`-parallelism=5`)",
            quota(error)
        ),
        Kind::LimitReached => format!(
            "{} is used up: ask for more (console, IAM & Admin, Quotas), or need less",
            quota(error)
        ),
        Kind::Aborted => "somebody else changes the same object; apply again".to_owned(),
        Kind::AlreadyExists => {
            "choose another id, or import what is there; an id stays taken for 30 days after its pool or provider was \
             deleted"
                .to_owned()
        }
        _ => return None,
    };
    Some(text)
}

fn enable(error: &GcpError) -> String {
    let named = |name: &str| {
        error
            .metadata
            .get(name)
            .map(String::as_str)
            .filter(|v| is_plain(v))
    };
    let service = named("service").unwrap_or("SERVICE");
    let project = named("consumer").map_or("PROJECT", |consumer| {
        consumer.strip_prefix("projects/").unwrap_or(consumer)
    });
    format!(
        "enable the API, wait some minutes, and apply again: `gcloud services enable {service} --project {project}`"
    )
}

fn permission(error: &GcpError) -> String {
    let unsure = "what does not exist is refused in the same words";
    let Some(permission) = error.missing_permission() else {
        return format!("give the credentials a role that allows the call; {unsure}");
    };
    let role = role_holding(permission).map(|role| format!(", for example with `{role}`"));
    format!(
        "the credentials need `{permission}`{}; a deny policy may take it away, and {unsure}",
        role.unwrap_or_default()
    )
}

/// Only what an organisation policy refuses; other preconditions say themselves what they want.
fn organisation_policy(error: &GcpError) -> Option<String> {
    let is_policy =
        |kind: &str, subject: &str| kind.starts_with("constraints/") || subject.starts_with("orgpolicy:");
    let violation = error
        .violations
        .iter()
        .find(|violation| is_policy(&violation.kind, &violation.subject))?;
    let constraint = violation
        .kind
        .strip_prefix("constraints/")
        .unwrap_or(&violation.kind);
    Some(format!(
        "the organisation policy `constraints/{constraint}` refuses it: have an administrator of the organisation allow \
         the value, or choose one that it allows"
    ))
}

/// The error codes of the Security Token Service and of token endpoints.
fn exchange(code: &str) -> Option<&'static str> {
    match code {
        "invalid_target" => Some(
            "check `provider_name`: it holds the project's number, not its id, and neither pool nor provider may be disabled \
             or deleted",
        ),
        "invalid_grant" => Some(
            "check that the token or the log-in is not expired, and that the token's issuer and audience are those of the \
             provider",
        ),
        "unauthorized_client" => Some(
            "the provider's attribute condition or mapping does not admit this token; compare its claims with them",
        ),
        "invalid_client" => Some("check the client id and secret in the credentials file"),
        "invalid_request" => Some("check `provider_name`, and that the mapped subject has at most 127 bytes"),
        _ => None,
    }
}

fn quota(error: &GcpError) -> String {
    let named = ["quota_limit", "quota_metric"].map(|name| error.metadata.get(name));
    match named.into_iter().flatten().next() {
        Some(name) if is_plain(name) => format!("the quota `{name}`"),
        _ => "a quota of the project".to_owned(),
    }
}

/// Fit to stand in a command.
fn is_plain(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'-' | b'_' | b':');
    !text.is_empty() && !text.starts_with('-') && text.bytes().all(fits)
}
