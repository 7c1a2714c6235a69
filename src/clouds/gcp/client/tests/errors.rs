//! What is said of Google's error answers.

use serde_json::{Value, json};

use super::super::fake::{Fake, Reply};
use super::super::{FieldViolation, GcpError, Kind, Violation};
use super::calls::get;
use crate::clouds::gcp::diagnosis::detail;

async fn error_of(reply: Reply) -> GcpError {
    let fake = Fake::start(move |_, _| reply.clone()).await;
    fake.google().call(get()).await.unwrap_err()
}

fn info(reason: &str, metadata: Value) -> Value {
    json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata
    })
}

#[tokio::test]
async fn statuses_have_their_predicates() {
    type Predicate = fn(&GcpError) -> bool;
    let cases: [(u16, &str, Predicate); 6] = [
        (404, "NOT_FOUND", GcpError::is_not_found),
        (409, "ALREADY_EXISTS", GcpError::is_already_exists),
        (409, "ABORTED", GcpError::is_aborted),
        (403, "PERMISSION_DENIED", GcpError::is_permission_denied),
        (400, "INVALID_ARGUMENT", GcpError::is_invalid_argument),
        (400, "FAILED_PRECONDITION", GcpError::is_failed_precondition),
    ];
    for (http, status, is) in cases {
        let error = error_of(Reply::google_error(http, status, "m", json!([]))).await;
        assert!(is(&error), "{error}");
        let others = cases.iter().filter(|(_, name, _)| *name != status);
        assert!(others.into_iter().all(|(_, _, other)| !other(&error)), "{error}");
        assert_eq!((error.http, error.status.as_deref()), (Some(http), Some(status)));
    }
}

#[tokio::test]
async fn it_says_what_was_asked_and_what_was_answered() {
    let error = error_of(Reply::google_error(
        404,
        "NOT_FOUND",
        "Unknown service account",
        json!([]),
    ))
    .await;
    assert_eq!(
        error.to_string(),
        "iam.projects.serviceAccounts.get `projects/p/serviceAccounts/a%40b`: NOT_FOUND (HTTP 404): Unknown service account"
    );
}

#[tokio::test]
async fn an_api_that_is_off_says_how_it_is_enabled() {
    let metadata = json!({"consumer": "projects/123", "service": "iam.googleapis.com"});
    let details = json!([info("SERVICE_DISABLED", metadata)]);
    let error = error_of(Reply::google_error(403, "PERMISSION_DENIED", "off", details)).await;
    assert!(error.kind == Kind::ServiceDisabled && !error.is_permission_denied());
    let command = "`gcloud services enable iam.googleapis.com --project 123`";
    assert!(error.to_string().contains(command), "{error}");
    // what the answer says does not become a part of a command unless it is fit for one
    let metadata = json!({"consumer": "projects/1; rm -rf /", "service": "$(x)"});
    let details = json!([info("SERVICE_DISABLED", metadata)]);
    let error = error_of(Reply::google_error(403, "PERMISSION_DENIED", "off", details)).await;
    let hint = error.hint.clone().unwrap();
    assert!(hint.contains("enable SERVICE --project PROJECT`"), "{hint}");
}

#[tokio::test]
async fn a_missing_permission_is_named_with_a_role() {
    let metadata = json!({"permission": "iam.workloadIdentityPools.create", "resource": "projects/p"});
    let details = json!([info("IAM_PERMISSION_DENIED", metadata)]);
    let by_details = error_of(Reply::google_error(403, "PERMISSION_DENIED", "denied", details)).await;
    let message = "Permission 'iam.workloadIdentityPools.create' denied on resource '//iam.googleapis.com/projects/p' (or it \
                   may not exist).";
    let by_words = error_of(Reply::google_error(403, "PERMISSION_DENIED", message, json!([]))).await;
    for error in [by_details, by_words] {
        assert_eq!(
            error.missing_permission(),
            Some("iam.workloadIdentityPools.create")
        );
        let hint = error.hint.clone().unwrap();
        assert!(hint.contains("`iam.workloadIdentityPools.create`"), "{hint}");
        assert!(hint.contains("`roles/iam.workloadIdentityPoolAdmin`"), "{hint}");
    }
    let error = error_of(Reply::google_error(403, "PERMISSION_DENIED", "denied", json!([]))).await;
    assert_eq!(error.missing_permission(), None);
    assert!(
        error
            .hint
            .clone()
            .unwrap()
            .contains("a role that allows the call")
    );
}

#[tokio::test]
async fn an_organisation_policy_is_named() {
    let details = json!([{
        "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
        "violations": [{
            "type": "constraints/iam.workloadIdentityPoolProviders",
            "subject": "orgpolicy:projects/p/locations/global/workloadIdentityPools/x/providers/y",
            "description": "https://issuer.example is not allowed"
        }]
    }]);
    let error = error_of(Reply::google_error(
        400,
        "FAILED_PRECONDITION",
        "refused",
        details,
    ))
    .await;
    assert_eq!(
        error.violations,
        [Violation {
            kind: "constraints/iam.workloadIdentityPoolProviders".to_owned(),
            subject: "orgpolicy:projects/p/locations/global/workloadIdentityPools/x/providers/y".to_owned(),
            description: "https://issuer.example is not allowed".to_owned(),
        }]
    );
    let text = detail(&error);
    assert!(text.contains("https://issuer.example is not allowed"), "{text}");
    assert!(
        text.contains(
            "What to do: the organisation policy `constraints/iam.workloadIdentityPoolProviders` refuses it"
        ),
        "{text}"
    );
    let error = error_of(Reply::google_error(
        400,
        "FAILED_PRECONDITION",
        "state",
        json!([]),
    ))
    .await;
    assert_eq!(error.hint, None);
}

#[tokio::test]
async fn quotas_and_fields_are_named() {
    let metadata = json!({"quota_limit": "WorkloadIdentityPoolWritesPerMinutePerProject"});
    let details = json!([info("RATE_LIMIT_EXCEEDED", metadata)]);
    let error = error_of(Reply::google_error(
        429,
        "RESOURCE_EXHAUSTED",
        "Quota exceeded",
        details,
    ))
    .await;
    assert_eq!(error.kind, Kind::Throttled);
    assert!(
        error
            .to_string()
            .contains("`WorkloadIdentityPoolWritesPerMinutePerProject`"),
        "{error}"
    );
    let details = json!([{
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{"field": "attribute_mapping", "description": "bad key"}]
    }]);
    let error = error_of(Reply::google_error(400, "INVALID_ARGUMENT", "bad", details)).await;
    assert_eq!(
        error.fields,
        [FieldViolation {
            field: "attribute_mapping".to_owned(),
            description: "bad key".to_owned()
        }]
    );
    assert!(
        error.to_string().ends_with("field `attribute_mapping`: bad key"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_no_error_of_google_is_told_by_its_status() {
    for (status, body, kind) in [
        (400, "<html>bad</html>", Kind::InvalidArgument),
        (404, "", Kind::NotFound),
        (403, "{}", Kind::PermissionDenied),
        (
            409,
            r#"{"error": {"errors": [{"reason": "alreadyExists"}]}}"#,
            Kind::AlreadyExists,
        ),
        (418, "[]", Kind::Other),
    ] {
        let error = error_of(Reply::Body(status, body.to_owned())).await;
        assert_eq!((error.kind, error.http), (kind, Some(status)), "{error}");
        assert!(!error.to_string().contains("html"), "{error}");
    }
}

#[test]
fn a_failed_operation_says_what_its_call_would_have() {
    let problem = json!({"code": 9, "message": "refused", "details": [{
        "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
        "violations": [{"type": "constraints/iam.workloadIdentityPoolProviders", "subject": "", "description": "d"}]
    }]});
    let error = GcpError::of_operation(
        "iam.projects.locations.workloadIdentityPools.providers.create",
        &problem,
    );
    assert!(error.is_failed_precondition() && error.http.is_none());
    assert!(error.hint.clone().unwrap().contains("organisation policy"));
    for (code, kind) in [
        (5, Kind::NotFound),
        (6, Kind::AlreadyExists),
        (7, Kind::PermissionDenied),
        (10, Kind::Aborted),
        (14, Kind::Service),
        (99, Kind::Other),
    ] {
        let error = GcpError::of_operation("x", &json!({"code": code, "message": "m"}));
        assert_eq!(error.kind, kind, "{code}");
    }
}

#[tokio::test]
async fn no_secret_of_an_answer_is_repeated() {
    let token = "ya29.a0AfCanary";
    let message = format!("token {token} and eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2ln is refused");
    let details = json!([info("X", json!({"token": token}))]);
    let error = error_of(Reply::google_error(400, "INVALID_ARGUMENT", &message, details)).await;
    let all = format!("{error} {error:?} {}", detail(&error));
    assert!(!all.contains("Canary") && !all.contains("eyJ"), "{all}");
    assert!(error.message.contains("<left out>"), "{error}");
}
