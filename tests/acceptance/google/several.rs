//! Pools of several trusts: isolated from each other, made by the first, deleted by the last.

use super::{Google, refusal};
use crate::harness::{Lab, Terraform};
use crate::hcl::Block;
use serde_json::{Value, json};

crate::on_sandbox!(
    two_in_one_pool,
    two_configurations,
    an_external_pool,
    a_stranger_with_our_key,
    a_strangers_provider_of_our_name,
    a_stranger_in_a_pool_of_our_own
);

fn shared(google: &Google<'_>, name: &str) -> Block {
    google
        .trust()
        .label(name)
        .with(
            "pool",
            format!(r#"{{ id = "{}", ownership = "shared" }}"#, google.pool),
        )
        .with("pool_provider", format!(r#"{{ id = "provider-{name}" }}"#))
        .with("subjects", format!(r#"["repo:acme/{name}:ref:refs/heads/main"]"#))
        .with(
            "service_account",
            format!(r#"{{ account_id = "account-{name}" }}"#),
        )
}

fn state(terraform: &Terraform, name: &str) -> Value {
    terraform.state(&format!("oidcfed_gcp_trust.{name}"))
}

fn exchange(google: &Google<'_>, provider: &str, subject: &str) -> Result<String, String> {
    let name = format!("{}/providers/{provider}", google.pool_name());
    let token = google.mint(subject, &format!("https://iam.googleapis.com/{name}"));
    let body = json!({
        "grantType": "urn:ietf:params:oauth:grant-type:token-exchange", "audience": format!("//iam.googleapis.com/{name}"),
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
        "subjectToken": token, "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt",
    });
    let answer =
        google
            .lab
            .boto
            .try_request("POST", &google.url("sts", "v1/token"), ("X-Nothing", "x"), body);
    answer
        .map(|found| found["access_token"].as_str().unwrap_or_default().to_owned())
        .map_err(|error| error.message)
}

/// The same pool, made at the same time: each may act as its own account only.
fn two_in_one_pool(lab: &Lab) {
    let google = Google::of(lab);
    let both = format!("{}{}", shared(&google, "red"), shared(&google, "blue"));
    let terraform = google.configuration(&both);
    terraform.settle("two at once");
    for (own, other) in [("red", "blue"), ("blue", "red")] {
        let subject = format!("repo:acme/{own}:ref:refs/heads/main");
        let token =
            exchange(&google, &format!("provider-{own}"), &subject).expect("its own provider takes it");
        let email = |name: &str| {
            state(&terraform, name)["service_account_email"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        assert!(google.act_as(&token, &email(own)).is_ok(), "{own}");
        assert_eq!(google.act_as(&token, &email(other)), Err(403), "{own} as {other}");
        assert!(
            exchange(&google, &format!("provider-{other}"), &subject).is_err(),
            "{own} at {other}"
        );
    }
    terraform.write("main.tf", &shared(&google, "red").to_string());
    terraform.settle("one has left");
    assert!(
        google.active(&google.pool_name()).is_some(),
        "the other still needs the pool"
    );
    terraform.destroy();
    assert!(
        google.active(&google.pool_name()).is_none(),
        "the last one takes the pool with it"
    );
}

fn two_configurations(lab: &Lab) {
    let google = Google::of(lab);
    let (one, other) = (
        google.configuration(&shared(&google, "red").to_string()),
        google.configuration(&shared(&google, "blue").to_string()),
    );
    one.settle("the first");
    other.settle("the second");
    one.destroy();
    assert!(google.active(&google.pool_name()).is_some());
    other.assert_empty_plan("after the first has left");
    other.destroy();
    assert!(
        google.active(&google.pool_name()).is_none(),
        "whichever made it, the last one deletes it"
    );
}

fn an_external_pool(lab: &Lab) {
    let google = Google::of(lab);
    let external = format!(r#"{{ id = "{}", ownership = "external" }}"#, google.pool);
    let trust = google.trust().with("pool", external);
    let terraform = google.configuration(&trust.to_string());
    assert!(refusal(&terraform, "apply").contains("There is no such pool"));
    let parent = "projects/sandbox-one/locations/global/workloadIdentityPools";
    google.iam(
        "POST",
        &format!("{parent}?workloadIdentityPoolId={}", google.pool),
        json!({ "description": "everybody's" }),
    );
    let before = google.active(&google.pool_name());
    terraform.settle("in a pool that exists");
    terraform.destroy();
    assert_eq!(google.active(&google.pool_name()), before, "never written");
    assert!(google.active(&google.provider_name()).is_none());
}

/// Another provider of the pool could give its tokens the key of our binding.
fn a_stranger_with_our_key(lab: &Lab) {
    let google = Google::of(lab);
    let parent = "projects/sandbox-one/locations/global/workloadIdentityPools";
    google.iam(
        "POST",
        &format!("{parent}?workloadIdentityPoolId={}", google.pool),
        json!({}),
    );
    let stranger = |expression: &str| {
        json!({
            "attributeMapping": { "google.subject": "assertion.sub", "attribute.oidcfed_trust": expression },
            "attributeCondition": "assertion.sub != 'x'", "oidc": { "issuerUri": "https://issuer.example" },
        })
    };
    let path = format!(
        "{}/providers?workloadIdentityPoolProviderId=stranger",
        google.pool_name()
    );
    google.iam("POST", &path, stranger("assertion.team"));
    let trust = shared(&google, "red");
    let terraform = google.configuration(&trust.to_string());
    let text = refusal(&terraform, "plan");
    assert!(
        text.contains("binding-key-shared") && text.contains("stranger"),
        "{text}"
    );
    let accepting = trust.with(
        "accepted_risks",
        r#"{ "binding-key-shared@stranger" = "it is ours" }"#,
    );
    terraform.write("main.tf", &accepting.to_string());
    terraform.settle("accepted");
    // one that maps a constant of its own is no danger
    let url = format!(
        "{}/providers/stranger?updateMask=attributeMapping",
        google.pool_name()
    );
    google.iam(
        "PATCH",
        &url,
        json!({ "attributeMapping": { "google.subject": "assertion.sub" } }),
    );
    terraform.write("main.tf", &shared(&google, "red").to_string());
    terraform.settle("no danger any more");
    terraform.destroy();
    assert!(
        google.active(&google.pool_name()).is_some(),
        "somebody's provider is still in it"
    );
}

/// The id is taken in a pool that is not ours: the create fails, and nothing that follows touches what somebody else made.
fn a_strangers_provider_of_our_name(lab: &Lab) {
    let google = Google::of(lab);
    let parent = "projects/sandbox-one/locations/global/workloadIdentityPools";
    google.iam(
        "POST",
        &format!("{parent}?workloadIdentityPoolId={}", google.pool),
        json!({}),
    );
    let path = format!(
        "{}/providers?workloadIdentityPoolProviderId=main-provider",
        google.pool_name()
    );
    let provider = json!({
        "attributeMapping": { "google.subject": "assertion.sub" }, "attributeCondition": "assertion.sub != 'x'",
        "oidc": { "issuerUri": "https://issuer.example" },
    });
    google.iam("POST", &path, provider);
    let before = google.active(&google.provider_name()).expect("somebody's");
    for ownership in ["external", "shared"] {
        let pool = format!(r#"{{ id = "{}", ownership = "{ownership}" }}"#, google.pool);
        let terraform = google.configuration(&google.trust().with("pool", pool).to_string());
        for time in ["first", "second"] {
            let text = refusal(&terraform, "apply");
            assert!(
                text.contains("The provider exists already"),
                "{ownership}, {time}: {text}"
            );
            assert_eq!(
                google.active(&google.provider_name()).as_ref(),
                Some(&before),
                "{ownership}, {time}"
            );
        }
        assert_eq!(
            terraform.known(),
            Vec::<String>::new(),
            "{ownership}: nothing was made"
        );
        terraform.destroy();
        assert_eq!(
            google.active(&google.provider_name()).as_ref(),
            Some(&before),
            "{ownership}, destroyed"
        );
    }
}

/// Somebody put a provider into the pool of one trust: it is not deleted with it.
fn a_stranger_in_a_pool_of_our_own(lab: &Lab) {
    let google = Google::of(lab);
    let terraform = google.configuration(&google.trust().to_string());
    terraform.settle("at first");
    let path = format!(
        "{}/providers?workloadIdentityPoolProviderId=stranger",
        google.pool_name()
    );
    let provider = json!({
        "attributeMapping": { "google.subject": "assertion.sub" }, "attributeCondition": "assertion.sub != 'x'",
        "oidc": { "issuerUri": "https://issuer.example" },
    });
    google.iam("POST", &path, provider);
    let stranger = format!("{}/providers/stranger", google.pool_name());
    let (pool, before) = (google.active(&google.pool_name()), google.active(&stranger));
    let destroyed = terraform.run(&["destroy", "-auto-approve", "-no-color"]);
    assert!(
        destroyed.all().contains("The pool stays") && destroyed.all().contains("`stranger`"),
        "{}",
        destroyed.all()
    );
    destroyed.succeeded("destroy");
    assert_eq!(google.active(&google.pool_name()), pool, "the pool as it was");
    assert_eq!(google.active(&stranger), before);
    assert!(google.active(&google.provider_name()).is_none(), "ours is gone");
}
