//! Applies that end in the middle, and parts of what was granted: nothing that may be there is forgotten.

use super::{ADDRESS, Google, members, refusal};
use crate::harness::Lab;
use serde_json::{Value, json};

crate::on_sandbox!(
    a_project_by_id_and_number,
    a_second_account_that_cannot_be_made,
    grants_of_an_apply_that_failed,
    a_part_of_a_grant
);

fn given(google: &Google<'_>, name: &str) -> String {
    let path = "projects/sandbox-one/serviceAccounts";
    google.iam("POST", path, json!({ "accountId": name }));
    format!("{name}@{}.iam.gserviceaccount.com", google.project().0)
}

fn grant(project: &str) -> String {
    format!(r#"{{ read = {{ project = "{project}", role = "roles/viewer" }} }}"#)
}

fn of_ours(google: &Google<'_>, project: &str) -> Vec<String> {
    let mut all = google.project_members(project);
    all.retain(|one| one.starts_with("roles/viewer principal"));
    all
}

/// Id and number of one project are one policy: a grant that is only written otherwise stays.
fn a_project_by_id_and_number(lab: &Lab) {
    let google = Google::of(lab);
    let (project, number) = google.project();
    let trust = google.trust();
    let terraform = google.configuration(&trust.clone().with("grants", grant(&project)).to_string());
    terraform.settle("by id");
    for written in [&number, &project] {
        terraform.write(
            "main.tf",
            &trust.clone().with("grants", grant(written)).to_string(),
        );
        terraform.apply();
        assert_eq!(of_ours(&google, &project).len(), 1, "{written}");
        terraform.assert_empty_plan(written);
    }
    terraform.destroy();
    assert_eq!(of_ours(&google, &project), Vec::<String>::new());
}

/// The account that there is stays known, and goes with the trust.
fn a_second_account_that_cannot_be_made(lab: &Lab) {
    let google = Google::of(lab);
    let taken = given(&google, "taken-one");
    let made = |name: &str| {
        google
            .trust()
            .with("service_account", format!(r#"{{ account_id = "{name}" }}"#))
    };
    let terraform = google.configuration(&made("first-one").to_string());
    terraform.settle("the first");
    let first = terraform.state(ADDRESS)["service_account_email"].clone();
    terraform.write("main.tf", &made("taken-one").to_string());
    assert!(refusal(&terraform, "apply").contains("The service account exists already"));
    assert_eq!(terraform.state(ADDRESS)["service_account_email"], first);
    terraform.destroy();
    let account = |email: &str| google.get(&format!("projects/sandbox-one/serviceAccounts/{email}"));
    assert_eq!(
        account(first.as_str().expect("an account")),
        None,
        "the first was forgotten"
    );
    assert!(account(&taken).is_some(), "somebody's");
}

/// One policy was changed, the other not, and the configuration goes back to what it was: what was granted between is taken away,
/// by the next apply or by a destroy.
fn grants_of_an_apply_that_failed(lab: &Lab) {
    let google = Google::of(lab);
    let (project, _) = google.project();
    for end in ["apply", "destroy"] {
        let trust = google.trust();
        let terraform = google.configuration(&trust.to_string());
        terraform.settle("at first");
        // the second place does not exist
        let both = format!(
            r#"{{ a = {{ project = "{project}", role = "roles/viewer" }}, b = {{ project = "zz-no-such-project", role = "roles/viewer" }} }}"#
        );
        terraform.write("main.tf", &trust.clone().with("grants", both).to_string());
        assert!(refusal(&terraform, "apply").contains("Could not change the policy"));
        assert_eq!(of_ours(&google, &project).len(), 1, "the first was granted");
        terraform.write("main.tf", &trust.to_string());
        if end == "apply" {
            let plan = terraform.plan();
            assert_eq!(plan.actions(ADDRESS), ["update"], "{}", plan.text);
            assert!(
                plan.text.contains("An apply ended in the middle"),
                "{}",
                plan.text
            );
            terraform.apply_plan();
            assert_eq!(
                of_ours(&google, &project),
                Vec::<String>::new(),
                "the grant is still there"
            );
            terraform.assert_empty_plan("back again");
        }
        terraform.destroy();
        assert_eq!(of_ours(&google, &project), Vec::<String>::new(), "{end}");
    }
}

/// Somebody took one of two members away: the other goes with the trust.
fn a_part_of_a_grant(lab: &Lab) {
    let google = Google::of(lab);
    let (project, _) = google.project();
    let trust = google
        .trust()
        .with(
            "subjects",
            r#"["repo:acme/api:ref:refs/heads/a", "repo:acme/api:ref:refs/heads/b"]"#,
        )
        .with("bind", r#""subject""#)
        .with("grants", grant(&project));
    let terraform = google.configuration(&trust.to_string());
    let url = |verb: &str| google.url("resource_manager", &format!("v3/projects/{project}:{verb}"));
    let call = |verb: &str, body: Value| {
        lab.boto
            .request("POST", &url(verb), ("Authorization", &google.token()), body)
    };
    let take_one = || {
        let mut policy = call("getIamPolicy", json!({}));
        assert!(members(&policy).iter().any(|one| one.ends_with("heads/a")));
        for binding in policy["bindings"].as_array_mut().expect("bindings") {
            let list = binding["members"].as_array_mut().expect("members");
            list.retain(|one| !one.as_str().is_some_and(|one| one.ends_with("heads/a")));
        }
        call("setIamPolicy", json!({ "policy": policy }));
    };
    terraform.settle("at first");
    take_one();
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{}", plan.text);
    terraform.apply_plan();
    terraform.assert_empty_plan("given back");
    assert_eq!(of_ours(&google, &project).len(), 2);
    take_one();
    terraform.destroy();
    assert_eq!(
        of_ours(&google, &project),
        Vec::<String>::new(),
        "one member stayed"
    );
}
