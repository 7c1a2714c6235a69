//! Whose a token is, and tokens of somebody else.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{platform, values};
use crate::platforms::{Chooser, Tenancy, TenantSource, ids, infer};
use crate::trust::{Claims, IssuerUrl};

fn claims(members: Value) -> Claims {
    Claims::new(members.as_object().unwrap().clone())
}

#[test]
fn variables_that_name_the_tenant() {
    for (id, form, expected) in [
        ("github-actions", "branch", vec!["owner"]),
        ("github-actions", "branch-immutable", vec!["owner", "owner_id"]),
        ("gitlab-saas", "default", vec!["project_path"]),
        ("fly", "machine", vec!["org"]),
        ("vercel-global", "environment", vec!["team"]),
        ("kubernetes", "service-account", vec!["namespace"]),
        ("env0", "organization", vec!["organization_sub"]),
        ("buildkite", "composite", vec!["organization"]),
        // nothing in a bare id tells what it is an id of
        ("buildkite", "id", vec![]),
    ] {
        let platform = platform(id);
        let form = platform.subjects.iter().find(|known| known.name == form).unwrap();
        let found: Vec<&str> = platform.tenant_variables(form).into_iter().collect();
        assert_eq!(found, expected, "{id} {}", form.name);
    }
    let github = platform("github-actions");
    assert_eq!(
        github.choosers(&github.subjects[4]),
        BTreeMap::from([
            ("branch", Chooser::Workload),
            ("owner", Chooser::Tenant),
            ("owner_id", Chooser::Platform),
            ("repo", Chooser::Tenant),
            ("repo_id", Chooser::Platform),
        ])
    );
}

#[test]
fn the_tenant_of_a_token() {
    use TenantSource::{Claims, Issuer, Names, Subject};
    for (id, token, expected) in [
        (
            "github-actions",
            json!({ "sub": "repo:a/b:pull_request", "repository_owner_id": "7", "repository_owner": "a" }),
            Some((Claims, vec![("repository_owner_id", "7")])),
        ),
        (
            "github-actions",
            json!({ "sub": "repo:a/b:pull_request", "repository_owner": "a" }),
            Some((Names, vec![("repository_owner", "a")])),
        ),
        (
            "github-actions",
            json!({ "sub": "repo:a/b:pull_request" }),
            Some((Subject, vec![("owner", "a")])),
        ),
        (
            "github-actions",
            json!({ "sub": "repo:a@7/b@9:pull_request" }),
            Some((Subject, vec![("owner", "a"), ("owner_id", "7")])),
        ),
        ("github-actions", json!({ "sub": "environment:prod" }), None),
        ("github-actions", json!({}), None),
        (
            "gitlab-saas",
            json!({ "sub": "project_path:g/s/p:ref_type:tag:ref:v1" }),
            Some((Subject, vec![("top_group", "g")])),
        ),
        (
            "github-actions-enterprise",
            json!({ "iss": "https://token.actions.githubusercontent.com/acme", "sub": "repo:a/b:pull_request" }),
            Some((Issuer, vec![("enterprise_slug", "acme")])),
        ),
        (
            "env0",
            json!({ "sub": "auth0|632b8219674bde0224a96141" }),
            Some((
                Subject,
                vec![("organization_sub", "auth0|632b8219674bde0224a96141")],
            )),
        ),
        (
            "bitrise",
            json!({ "sub": "whatever" }),
            Some((Subject, vec![("sub", "whatever")])),
        ),
        (
            "rwx",
            json!({ "sub": "mint:0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001:default" }),
            Some((
                Subject,
                vec![("organization_uuid", "0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001")],
            )),
        ),
        // two readings, and no prefix of a tenant
        (
            "buildkite",
            json!({ "sub": "0191f956-042f-7ec4-aa62-8e5eeae396d0" }),
            None,
        ),
        (
            "cursor-cloud",
            json!({ "team_id": 12, "sub": "user:1" }),
            Some((Claims, vec![("team_id", "12")])),
        ),
        ("cursor-cloud", json!({ "sub": "user:1" }), None),
    ] {
        let found = platform(id).tenant_of(&claims(token.clone()));
        let found = found.map(|tenant| (tenant.source, tenant.values));
        assert_eq!(
            found,
            expected.map(|(source, pairs)| (source, values(&pairs))),
            "{id} {token}"
        );
    }
}

#[test]
fn foreign_tokens_are_consistent() {
    let github = platform("github-actions").foreign_tokens();
    assert_eq!(github.len(), 8);
    for token in &github {
        let text = |name: &str| token.claims.text(name).unwrap();
        assert_eq!(text("repository"), "evil/evil");
        assert_eq!(text("repository_owner"), "evil");
        assert_eq!(text("iss"), "https://token.actions.githubusercontent.com");
        assert_eq!(text("repository_owner_id"), "999999999999");
        assert_eq!(text("repository_id"), "999999999999");
        assert!(text("sub").starts_with("repo:evil"), "{}", text("sub"));
        assert_eq!(
            token.claims.get("environment").is_some(),
            token.form.starts_with("environment")
        );
    }
    for id in ids() {
        let platform = platform(id);
        let tokens = platform.foreign_tokens();
        assert_eq!(tokens.len(), platform.subjects.len(), "{id}");
        for token in tokens {
            let subject = token.claims.text("sub").unwrap();
            let readings = platform.parse_subject(subject);
            assert!(
                readings.iter().any(|reading| reading.form == token.form
                    && reading
                        .variables
                        .iter()
                        .all(|(name, value)| token.variables.get(name) == Some(value))),
                "{id} {subject} {readings:?}"
            );
            // what is made of the same variables says the same
            for (name, value) in platform.claims_beside(subject).members() {
                assert_eq!(token.claims.get(name), Some(value), "{id} {name}");
            }
            if platform.tenancy == Tenancy::Shared {
                assert!(platform.tenant_of(&token.claims).is_some(), "{id} {subject}");
            }
            if let Some(issuer) = token.claims.text("iss") {
                let inference = infer(&IssuerUrl::parse(issuer).unwrap());
                let literal = platform.tenancy != Tenancy::SelfHosted && !issuer.contains("evil.example");
                assert_eq!(
                    inference.platforms.iter().any(|found| found.id == id),
                    literal && !NOT_INFERRED.contains(&id),
                    "{id} {issuer}"
                );
            }
        }
    }
}

/// Their hosts are the customer's own.
const NOT_INFERRED: [&str; 4] = ["auth0", "harness", "octopus-deploy", "okta"];
