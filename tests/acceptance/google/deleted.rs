//! Ids of what was deleted within thirty days. An undelete revives every provider of a pool with its old condition: only what is
//! ours and harmless comes back.

use super::{Google, refusal};
use crate::harness::Lab;
use serde_json::{Value, json};

crate::on_sandbox!(
    what_somebody_else_deleted,
    ours_with_a_strangers_provider,
    ours_that_was_changed_before_it_went,
    ours_that_was_not_switched_off,
    ours_with_a_provider_of_another_kind,
    what_comes_back_besides_goes_again,
    refused_when_asked_to,
    a_provider_alone
);

fn make(google: &Google<'_>, description: &str, disabled: bool) {
    let (project, _) = google.project();
    let parent = format!("projects/{project}/locations/global/workloadIdentityPools");
    let pool = json!({ "description": description, "disabled": disabled });
    google.iam(
        "POST",
        &format!("{parent}?workloadIdentityPoolId={}", google.pool),
        pool,
    );
}

fn add_provider(google: &Google<'_>, id: &str, description: &str, disabled: bool) {
    let path = format!(
        "{}/providers?workloadIdentityPoolProviderId={id}",
        google.pool_name()
    );
    let provider = json!({
        "description": description, "disabled": disabled,
        "attributeMapping": { "google.subject": "assertion.sub" }, "attributeCondition": "assertion.sub != 'x'",
        "oidc": { "issuerUri": "https://issuer.example" },
    });
    google.iam("POST", &path, provider);
}

fn refused(google: &Google<'_>, says: &str) {
    google.iam("DELETE", &google.pool_name(), Value::Null);
    let terraform = google.configuration(&google.trust().to_string());
    let text = refusal(&terraform, "apply");
    assert!(
        text.contains("The id is that of something deleted") && text.contains(says),
        "{text}"
    );
    assert!(
        text.contains(&format!("pool.id = \\\"{}-2\\\"", google.pool)),
        "another id is proposed: {text}"
    );
    assert_eq!(
        google.get(&google.pool_name()).expect("kept")["state"],
        "DELETED",
        "it was brought back"
    );
}

fn what_somebody_else_deleted(lab: &Lab) {
    let google = Google::of(lab);
    make(&google, "somebody's", true);
    refused(&google, "has no mark");
}

fn ours_with_a_strangers_provider(lab: &Lab) {
    let google = Google::of(lab);
    make(&google, "[oidcfed]", true);
    add_provider(&google, "somebodys", "", true);
    refused(&google, "its provider `somebodys` was not made by this provider");
}

fn ours_that_was_changed_before_it_went(lab: &Lab) {
    let google = Google::of(lab);
    make(&google, "[oidcfed]", true);
    add_provider(&google, "main-provider", "[oidcfed]", false);
    refused(&google, "would come back switched on, and admits other tokens");
}

/// Google may hide what is in a deleted pool: one that is not switched off comes back only where our own provider is seen in it.
fn ours_that_was_not_switched_off(lab: &Lab) {
    let google = Google::of(lab);
    make(&google, "[oidcfed]", false);
    refused(&google, "the pool would come back switched on");
}

fn ours_with_a_provider_of_another_kind(lab: &Lab) {
    let google = Google::of(lab);
    make(&google, "[oidcfed]", true);
    let path = format!(
        "{}/providers?workloadIdentityPoolProviderId=main-provider",
        google.pool_name()
    );
    let provider =
        json!({ "description": "[oidcfed]", "disabled": true, "aws": { "accountId": "111122223333" } });
    google.iam("POST", &path, provider);
    refused(&google, "of another kind than OIDC");
}

/// The undelete of a pool revives also what was deleted before it.
fn what_comes_back_besides_goes_again(lab: &Lab) {
    let google = Google::of(lab);
    make(&google, "[oidcfed]", true);
    add_provider(&google, "former-one", "[oidcfed]", true);
    let former = format!("{}/providers/former-one", google.pool_name());
    google.iam("DELETE", &former, Value::Null);
    google.iam("DELETE", &google.pool_name(), Value::Null);
    let terraform = google.configuration(&google.trust().to_string());
    terraform.settle("brought back");
    assert_eq!(
        google.active(&former),
        None,
        "a provider that nobody asked for came back"
    );
    terraform.destroy();
    assert_eq!(google.active(&google.pool_name()), None);
}

fn refused_when_asked_to(lab: &Lab) {
    let google = Google::of(lab);
    let trust = google.trust().with("on_soft_deleted", r#""error""#);
    let terraform = google.configuration(&trust.to_string());
    terraform.settle("at first");
    terraform.destroy();
    let text = refusal(&terraform, "apply");
    assert!(text.contains("`on_soft_deleted` is `error`"), "{text}");
    assert_eq!(google.get(&google.pool_name()).expect("kept")["state"], "DELETED");
    // with `restore` it is ours to bring back
    terraform.write("main.tf", &google.trust().to_string());
    terraform.settle("brought back");
    terraform.destroy();
}

/// In a pool of several only the provider goes, and comes back.
fn a_provider_alone(lab: &Lab) {
    let google = Google::of(lab);
    make(&google, "everybody's", false);
    let shared = format!(r#"{{ id = "{}", ownership = "shared" }}"#, google.pool);
    let trust = google.trust().with("pool", shared);
    let terraform = google.configuration(&trust.to_string());
    terraform.settle("at first");
    terraform.destroy();
    assert!(
        google.active(&google.pool_name()).is_some(),
        "the pool is everybody's"
    );
    let provider = google.get(&google.provider_name()).expect("kept");
    assert_eq!(
        (&provider["state"], &provider["disabled"]),
        (&json!("DELETED"), &json!(true))
    );
    terraform.settle("the second time");
    assert_eq!(
        google.active(&google.provider_name()).expect("the provider")["disabled"],
        Value::Null
    );
    // somebody brings it back, changes it, deletes it
    terraform.destroy();
    google.iam("POST", &format!("{}:undelete", google.provider_name()), json!({}));
    let url = format!(
        "{}?updateMask=attributeCondition,disabled",
        google.provider_name()
    );
    google.iam(
        "PATCH",
        &url,
        json!({ "attributeCondition": "assertion.sub != 'x'", "disabled": false }),
    );
    google.iam("DELETE", &google.provider_name(), Value::Null);
    let text = refusal(&terraform, "apply");
    assert!(
        text.contains("pool_provider.id") && text.contains("admits other tokens than this trust"),
        "{text}"
    );
}
