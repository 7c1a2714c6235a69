//! `data "oidcfed_gcp_pool"`: what there is under a name, and whom it lets in.

use super::Google;
use crate::harness::{Lab, Terraform};
use crate::hcl::{Block, text};
use serde_json::{Value, json};

crate::on_sandbox!(a_pool_through_its_life, by_its_full_name);

const ADDRESS: &str = "data.oidcfed_gcp_pool.found";

fn source(pool: &str) -> Block {
    Block::data("oidcfed_gcp_pool", "found").with("pool_id", text(pool))
}

/// What the data source answers now.
fn read(terraform: &Terraform) -> Value {
    terraform
        .run(&["apply", "-auto-approve", "-no-color"])
        .succeeded("read");
    terraform.state(ADDRESS)
}

fn rules(found: &Value) -> Vec<&str> {
    let findings = found["findings"].as_array().expect("findings");
    findings
        .iter()
        .filter_map(|finding| finding["rule"].as_str())
        .collect()
}

/// Missing, made, with a stranger in it, deleted: each is an answer, and no finding is an error.
fn a_pool_through_its_life(lab: &Lab) {
    let google = Google::of(lab);
    let (project, number) = google.project();
    let looking = google.configuration(&source(&google.pool).to_string());
    let found = read(&looking);
    assert_eq!(found["exists"], false);
    assert_eq!(found["name"], google.pool_name());
    assert_eq!(found["project_number"], number);
    assert_eq!(found["project"], project);
    for nothing in ["state", "disabled", "providers", "findings"] {
        assert_eq!(found[nothing], Value::Null, "{nothing}");
    }

    let making = google.configuration(&google.trust().to_string());
    making.settle("made");
    let found = read(&looking);
    assert_eq!(
        (&found["exists"], &found["state"]),
        (&json!(true), &json!("ACTIVE"))
    );
    assert_eq!(found["disabled"], false);
    // that the issuer is this machine's own
    assert_eq!(rules(&found), ["issuer-url", "undeclared-issuer"]);
    let provider = &found["providers"][0];
    assert_eq!(provider["name"], google.provider_name());
    assert_eq!(provider["id"], "main-provider");
    assert_eq!(provider["issuer_uri"], lab.sandbox().issuer());
    assert_eq!(
        provider["attribute_condition"],
        "assertion.sub in ['repo:acme/api:ref:refs/heads/main']"
    );
    assert_eq!(
        provider["attribute_mapping"]["attribute.oidcfed_trust"],
        "'main-provider'"
    );
    looking.assert_empty_plan("nothing changed");

    let stranger = json!({
        "attributeMapping": { "google.subject": "assertion.sub" },
        "attributeCondition": "assertion.sub.startsWith('repo:acme')",
        "oidc": { "issuerUri": "https://token.actions.githubusercontent.com" },
    });
    let path = format!(
        "{}/providers?workloadIdentityPoolProviderId=a-stranger",
        google.pool_name()
    );
    google.iam("POST", &path, stranger);
    let found = read(&looking);
    assert_eq!(found["providers"][0]["id"], "a-stranger");
    for rule in ["open-owner-prefix", "providers-collide"] {
        assert!(rules(&found).contains(&rule), "{rule}: {found:#}");
    }
    let first = &found["findings"][0];
    assert_eq!(first["severity"], "critical");
    assert!(
        first["witness"]
            .as_str()
            .is_some_and(|token| token.contains("evil")),
        "{first}"
    );

    google.iam("DELETE", &google.pool_name(), Value::Null);
    let found = read(&looking);
    assert_eq!(
        (&found["exists"], &found["state"]),
        (&json!(true), &json!("DELETED"))
    );
    assert_eq!(rules(&found), Vec::<&str>::new());
}

fn by_its_full_name(lab: &Lab) {
    let google = Google::of(lab);
    let (project, number) = google.project();
    google.configuration(&google.trust().to_string()).settle("made");
    let by_id = google.pool_name().replace(&number, &project);
    for name in [google.pool_name(), by_id] {
        let looking = google.configuration(&source(&name).to_string());
        let found = read(&looking);
        assert_eq!(
            (&found["exists"], &found["pool_id"]),
            (&json!(true), &json!(name))
        );
        assert_eq!(found["name"], google.pool_name());
        looking.assert_empty_plan("nothing changed");
    }
    for (block, says) in [
        (source("Builds"), "4 to 32 characters"),
        (source("acme/builds"), "or its full name"),
        (
            source(&google.pool_name()).with("project", text(&project)),
            "leave `project` out",
        ),
        (
            source(&google.pool).with("project", text("nobodys-project")),
            "nobodys-project",
        ),
    ] {
        let errors = google
            .configuration(&block.to_string())
            .errors(&["plan", "-json"]);
        let said = json!(errors).to_string();
        assert!(said.contains(says), "{block}: {said}");
    }
}
