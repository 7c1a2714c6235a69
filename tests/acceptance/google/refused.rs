//! Bad input gets a clear error on the right argument at plan time; an open trust never gets applied.

use super::{ADDRESS, Google};
use crate::harness::Lab;
use serde_json::Value;

crate::on_sandbox!(
    bad_input,
    open_trusts,
    switched_on,
    unknown_until_apply,
    a_real_google_trusts_no_laboratory
);

/// The arguments that errors are about, and their texts.
fn errors(terraform: &crate::harness::Terraform) -> Vec<(String, String)> {
    let errors = terraform.errors(&["plan", "-json"]);
    let place = |error: &Value| {
        let code = error["snippet"]["code"]
            .as_str()
            .unwrap_or_default()
            .trim()
            .to_owned();
        (code, format!("{} {}", error["summary"], error["detail"]))
    };
    errors.iter().map(place).collect()
}

fn bad_input(lab: &Lab) {
    let google = Google::of(lab);
    let terraform = google.configuration("");
    let long = "x".repeat(40);
    for (argument, value, says) in [
        ("pool", r#"{ id = "ci" }"#.to_owned(), "4 to 32 characters"),
        (
            "pool",
            r#"{ id = "gcp-pool" }"#.to_owned(),
            "which Google keeps for itself",
        ),
        (
            "pool",
            format!(r#"{{ id = "ci-pool", display_name = "{long}" }}"#),
            "at most 32 characters",
        ),
        (
            "pool",
            r#"{ id = "ci-pool", ownership = "mine" }"#.to_owned(),
            "expected `exclusive`, `shared` or `external`",
        ),
        (
            "pool",
            r#"{ id = "ci-pool", ownership = "external", disabled = true }"#.to_owned(),
            "never written",
        ),
        (
            "pool_provider",
            r#"{ id = "Main" }"#.to_owned(),
            "4 to 32 characters",
        ),
        ("attribute_mapping", "{}".to_owned(), "at least `google.subject`"),
        (
            "attribute_mapping",
            r#"{ "attribute.x" = "assertion.ref" }"#.to_owned(),
            "a mapping of `google.subject`",
        ),
        (
            "attribute_mapping",
            r#"{ "google.subject" = "assertion.sub", "google.nobody" = "'x'" }"#.to_owned(),
            "google.nobody",
        ),
        (
            "attribute_condition",
            r#""assertion.repository ==""#.to_owned(),
            "line 1",
        ),
        (
            "attribute_condition",
            r#""assertion.repository == 1""#.to_owned(),
            "To mend it",
        ),
        (
            "attribute_condition",
            r#""assertion.no_such_claim == 'x'""#.to_owned(),
            "no_such_claim",
        ),
        ("attribute_condition", r#""""#.to_owned(), "found an empty string"),
        (
            "claims",
            r#"{ no_such_claim = ["x"] }"#.to_owned(),
            "what kind of value",
        ),
        ("jwks_json", r#""{}""#.to_owned(), "expected a JSON Web Key Set"),
        (
            "jwks_json",
            r#"jsonencode({ keys = [{ kty = "RSA", kid = "1", x5c = [] }] })"#.to_owned(),
            "leave out `x5c`",
        ),
        (
            "discovery_uri",
            r#""https://elsewhere.example/.well-known/x""#.to_owned(),
            "where the issuer is",
        ),
        (
            "service_account_email",
            r#""deploy""#.to_owned(),
            "expected the e-mail address",
        ),
        (
            "service_account",
            r#"{ account_id = "short" }"#.to_owned(),
            "6 to 30 characters",
        ),
        (
            "bind",
            r#""group""#.to_owned(),
            "expected `trust`, `subject` or `attribute.NAME`",
        ),
        (
            "bind",
            r#""attribute.nobody""#.to_owned(),
            "expected an attribute that is mapped",
        ),
        (
            "grants",
            r#"{ a = { role = "roles/viewer" } }"#.to_owned(),
            "expected exactly one of",
        ),
        (
            "grants",
            r#"{ a = { project = "p", role = "viewer" } }"#.to_owned(),
            "expected a role",
        ),
        (
            "on_soft_deleted",
            r#""ignore""#.to_owned(),
            "expected `restore` or `error`",
        ),
        (
            "credential_source",
            "{}".to_owned(),
            "expected exactly one of `file`, `url` and `executable`",
        ),
        ("issuer", r#""https://issuer.example?x=y""#.to_owned(), "expected"),
        (
            "also",
            r#"{ x = { issuer = "https://issuer.example" } }"#.to_owned(),
            "a provider of a pool trusts one issuer",
        ),
        (
            "subjects",
            format!(r#"["repo:acme/{}:ref:refs/heads/main"]"#, "x".repeat(120)),
            "at most 127 bytes",
        ),
    ] {
        let trust = google.trust().with(argument, &*value);
        terraform.write("main.tf", &trust.to_string());
        let found = errors(&terraform);
        assert!(!found.is_empty(), "{argument} = {value}: planned");
        let right = found
            .iter()
            .any(|(code, text)| code.starts_with(argument) && text.contains(says));
        assert!(
            right,
            "{argument} = {value}: expected `{says}` on the argument, found {found:#?}"
        );
    }
    assert!(google.get(&google.pool_name()).is_none(), "nothing was made");
}

fn open_trusts(lab: &Lab) {
    let google = Google::of(lab);
    for (argument, value, rule) in [
        ("subject_patterns", r#"["*"]"#, "missing-subject"),
        ("subject_patterns", r#"["repo:acme*"]"#, "open-owner-prefix"),
    ] {
        let trust = google.trust().without("subjects").with(argument, value);
        let terraform = google.configuration(&trust.to_string());
        let found = errors(&terraform);
        assert!(
            found.iter().any(|(_, text)| text.contains(rule)),
            "{value}: {found:#?}"
        );
        assert!(
            found
                .iter()
                .any(|(_, text)| text.contains("This token of somebody else would be accepted")),
            "{found:#?}"
        );
    }
    assert!(google.get(&google.pool_name()).is_none());
    // accepted, it is applied, and stands in the attribute
    let trust = google
        .trust()
        .without("subjects")
        .with("subject_patterns", r#"["repo:acme/*"]"#)
        .with("accepted_risks", r#"{ "whole-owner" = "all of acme deploys" }"#);
    let terraform = google.configuration(&trust.to_string());
    terraform.settle("a whole owner");
    let findings = terraform.state(ADDRESS)["findings"].clone();
    let accepted = findings
        .as_array()
        .expect("findings")
        .iter()
        .any(|one| one["accepted"] == "all of acme deploys");
    assert!(accepted, "{findings:#}");
    terraform.destroy();
}

/// What is switched off admits nobody: what is known of an open trust is a warning, and an error when it is switched on.
fn switched_on(lab: &Lab) {
    let google = Google::of(lab);
    let open = google
        .trust()
        .without("subjects")
        .with("subject_patterns", r#"["repo:acme*"]"#)
        .with("pool_provider", r#"{ id = "main-provider", disabled = true }"#);
    let accepted = open.clone().with(
        "accepted_risks",
        r#"{ "open-owner-prefix@repo:acme*" = "switched off" }"#,
    );
    let terraform = google.configuration(&accepted.to_string());
    terraform.settle("switched off");
    terraform.write("main.tf", &open.to_string());
    assert_eq!(errors(&terraform), [], "unchanged");
    let on = open.with("pool_provider", r#"{ id = "main-provider" }"#);
    terraform.write("main.tf", &on.to_string());
    let found = errors(&terraform);
    assert!(
        found.iter().any(|(_, text)| text.contains("open-owner-prefix")),
        "{found:#?}"
    );
    terraform.write("main.tf", &accepted.to_string());
    terraform.destroy();
}

fn unknown_until_apply(lab: &Lab) {
    let google = Google::of(lab);
    let later = |value: &str| format!("resource \"terraform_data\" \"later\" {{\n  input = {value}\n}}\n");
    for (argument, value, input) in [
        (
            "subjects",
            "[terraform_data.later.output]",
            r#""repo:acme/api:ref:refs/heads/main""#,
        ),
        (
            "attribute_condition",
            "terraform_data.later.output",
            r#""assertion.ref == 'refs/heads/main'""#,
        ),
        (
            "pool",
            "{ id = terraform_data.later.output }",
            &format!("\"{}\"", google.pool),
        ),
        (
            "service_account_email",
            "terraform_data.later.output",
            r#""1-compute@developer.gserviceaccount.com""#,
        ),
    ] {
        let trust = google.trust().with(argument, value);
        let trust = if argument == "service_account_email" {
            google.trust().with("project", "terraform_data.later.output")
        } else {
            trust
        };
        let input = if argument == "service_account_email" {
            r#""sandbox-one""#
        } else {
            input
        };
        let terraform = google.configuration(&format!("{}{trust}", later(input)));
        let plan = terraform.plan();
        assert_eq!(plan.actions(ADDRESS), ["create"], "{argument}");
        assert_eq!(
            plan.change(ADDRESS)["after_unknown"]["findings"],
            true,
            "{argument}"
        );
        terraform.settle(argument);
        terraform.destroy();
    }
    // what is open is refused at the apply too, before anything is made
    let terraform = google.configuration(&format!(
        "{}{}",
        later(r#""*""#),
        google
            .trust()
            .without("subjects")
            .with("subject_patterns", "[terraform_data.later.output]")
            .with("pool", r#"{ id = "never-made" }"#)
    ));
    let text = super::refusal(&terraform, "apply");
    assert!(text.contains("missing-subject"), "{text}");
    let made = google.get(&google.pool_name().replace(&google.pool, "never-made"));
    assert!(made.is_none());
}

/// Number 5 of what must be impossible: a real cloud with an issuer of this machine.
fn a_real_google_trusts_no_laboratory(lab: &Lab) {
    let google = Google::of(lab);
    let terraform = google.configuration(&google.trust().with("project", r#""100000000001""#).to_string());
    let real = lab.preface("gcp = { endpoints = { iam = \"https://iam.googleapis.com/\" } }");
    terraform.write("provider.tf", &real);
    let found = errors(&terraform);
    assert!(
        found
            .iter()
            .any(|(_, text)| text.contains("A real cloud does not trust a laboratory")),
        "{found:#?}"
    );
}
