//! What is changed of a trust, and where it shows.

use crate::harness::Lab;
use serde_json::{Value, json};

use super::{POWER, READ_ONLY};

/// An argument, two values of it, and where the second one must show: a pointer into [`seen`], and the value there.
pub struct Change {
    pub argument: &'static str,
    pub first: &'static str,
    pub second: &'static str,
    pub shows: fn(&Lab) -> Value,
}

pub const CHANGES: &[Change] = &[
    Change {
        argument: "description",
        first: r#""one""#,
        second: r#""two""#,
        shows: |_| json!("two"),
    },
    Change {
        argument: "max_session_duration",
        first: "7200",
        second: "43200",
        shows: |_| json!(43200),
    },
    Change {
        argument: "permissions_boundary",
        first: r#""arn:aws:iam::aws:policy/ReadOnlyAccess""#,
        second: r#""arn:aws:iam::aws:policy/PowerUserAccess""#,
        shows: |_| json!(POWER),
    },
    Change {
        argument: "managed_policy_arns",
        first: r#"["ReadOnlyAccess", "PowerUserAccess"]"#,
        second: r#"["arn:aws:iam::aws:policy/ReadOnlyAccess"]"#,
        shows: |_| json!([READ_ONLY]),
    },
    Change {
        argument: "inline_policies",
        first: r#"{ one = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] }) }"#,
        second: r#"{ two = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ec2:*", Resource = "*" }] }) }"#,
        shows: |_| json!(["two"]),
    },
    Change {
        argument: "tags",
        first: r#"{ a = "1", b = "2" }"#,
        second: r#"{ b = "3" }"#,
        shows: |_| json!({ "b": "3" }),
    },
    Change {
        argument: "subjects",
        first: r#"["repo:acme/one:ref:refs/heads/main"]"#,
        second: r#"["repo:acme/two:ref:refs/heads/main"]"#,
        shows: |_| json!("repo:acme/two:ref:refs/heads/main"),
    },
    Change {
        argument: "subject_patterns",
        first: r#"["repo:acme/one:*"]"#,
        second: r#"["repo:acme/two:*"]"#,
        shows: |_| json!("repo:acme/two:*"),
    },
    Change {
        argument: "claims",
        first: r#"{ repository_owner_id = ["111"] }"#,
        second: r#"{ repository_owner_id = ["222"] }"#,
        shows: |_| json!("222"),
    },
    Change {
        argument: "claim_patterns",
        first: r#"{ job_workflow_ref = ["acme/one/*"] }"#,
        second: r#"{ job_workflow_ref = ["acme/two/*"] }"#,
        shows: |_| json!("acme/two/*"),
    },
    Change {
        argument: "also",
        first: r#"{ other = { subjects = ["repo:acme/third:ref:refs/heads/main"] } }"#,
        second: r#"{ other = { subjects = ["repo:acme/fourth:ref:refs/heads/main"] } }"#,
        shows: |_| json!("repo:acme/fourth:ref:refs/heads/main"),
    },
    Change {
        argument: "platform",
        first: r#""github-actions-enterprise""#,
        second: r#""github-actions""#,
        shows: |_| json!("github-actions"),
    },
    Change {
        argument: "accepted_risks",
        first: r#"{ mutable-issuer = "one reason" }"#,
        second: r#"{ mutable-issuer = "another reason" }"#,
        shows: |_| json!(["another reason"]),
    },
    Change {
        argument: "oidc_provider",
        first: r#"{ ownership = "shared" }"#,
        second: r#"{ ownership = "exclusive", thumbprints = ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] }"#,
        shows: |_| json!(["exclusive", ["a".repeat(40)]]),
    },
    Change {
        argument: "oidc_provider",
        first: r#"{ ownership = "exclusive" }"#,
        second: r#"{ ownership = "exclusive", thumbprints = ["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"] }"#,
        shows: |_| json!(["exclusive", ["b".repeat(40)]]),
    },
    Change {
        argument: "also",
        first: r#"{ other = { issuer = "https://token.actions.githubusercontent.com/first-of-also" } }"#,
        second: r#"{ other = { issuer = "https://token.actions.githubusercontent.com/second-of-also" } }"#,
        shows: |lab| json!(lab.provider_arn(ALSO[1])),
    },
    Change {
        argument: "also",
        first: r#"{ other = { platform = "github-actions-enterprise", subject_patterns = ["repo:acme/third:*"] } }"#,
        second: r#"{ other = { platform = "github-actions", subject_patterns = ["repo:acme/fourth:*"] } }"#,
        shows: |_| json!("repo:acme/fourth:*"),
    },
    Change {
        argument: "also",
        first: r#"{ other = { claims = { repository_owner_id = ["333"] } } }"#,
        second: r#"{ other = { claims = { repository_owner_id = ["444"] } } }"#,
        shows: |_| json!("444"),
    },
    Change {
        argument: "also",
        first: r#"{ other = { claim_patterns = { job_workflow_ref = ["acme/third/*"] } } }"#,
        second: r#"{ other = { claim_patterns = { job_workflow_ref = ["acme/fourth/*"] } } }"#,
        shows: |_| json!("acme/fourth/*"),
    },
    Change {
        argument: "session_tag_keys",
        first: r#"["team"]"#,
        second: r#"["team", "project"]"#,
        shows: |_| json!("sts:TagSession"),
    },
    Change {
        argument: "source_identity",
        first: "false",
        second: "true",
        shows: |_| json!("sts:SetSourceIdentity"),
    },
    Change {
        argument: "require_authorized_role",
        first: "false",
        second: "true",
        shows: |_| json!("sts:RoleAuthorizedByIdp"),
    },
    Change {
        argument: "additional_statements",
        first: r#"jsonencode([{ Sid = "One", Effect = "Deny", Action = "sts:AssumeRole", Principal = { AWS = "*" } }])"#,
        second: r#"jsonencode([{ Sid = "Two", Effect = "Deny", Action = "sts:AssumeRole", Principal = { AWS = "*" } }])"#,
        shows: |_| json!("Two"),
    },
];

/// The issuers of further branches, one after the other.
pub const ALSO: [&str; 2] = [
    "https://token.actions.githubusercontent.com/first-of-also",
    "https://token.actions.githubusercontent.com/second-of-also",
];

/// Arguments that change elsewhere, and where. `also.audiences` is changed with the audiences, where a back-end can.
pub const ELSEWHERE: &[(&str, &str)] = &[
    ("issuer", "issuer_in_place"),
    ("audiences", "audiences_in_place"),
    ("also.audiences", "audiences_in_place"),
    ("role_name", "replacements"),
    ("role_name_prefix", "replacements"),
    ("role_path", "replacements"),
    ("force_detach", "behaviour_without_a_call"),
    ("timeouts", "behaviour_without_a_call"),
    ("timeouts.create", "behaviour_without_a_call"),
    ("timeouts.delete", "behaviour_without_a_call"),
    ("timeouts.update", "only bounds the time, as its neighbours do"),
    ("timeouts.read", "only bounds the time, as its neighbours do"),
    ("account_id", "accounts.rs"),
    ("oidc_provider.arn", "ownership.rs, by_arn; it is given, or not"),
];
