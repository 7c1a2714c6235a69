//! Platforms that work by name: issuer, subjects, default audience, tenant.

use serde_json::json;

use super::{platform, values};
use crate::platforms::{DeclaredBy, Platform, Tenancy, TenantSource, infer};
use crate::trust::{Claims, IssuerUrl};

struct Seed {
    id: &'static str,
    values: &'static [(&'static str, &'static str)],
    issuers: &'static [&'static str],
    subjects: &'static [&'static str],
    /// Receiver and audience.
    audience: (&'static str, Option<&'static str>),
    tenant: (TenantSource, &'static [(&'static str, &'static str)]),
}

const UUID: &str = "0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001";

const SEEDS: &[Seed] = &[
    Seed {
        id: "vercel",
        values: &[
            ("team", "acme"),
            ("project", "web"),
            ("environment", "production"),
        ],
        issuers: &["https://oidc.vercel.com/acme"],
        subjects: &["owner:acme:project:web:environment:production"],
        audience: ("token", Some("https://vercel.com/acme")),
        tenant: (TenantSource::Issuer, &[("team", "acme")]),
    },
    Seed {
        id: "vercel-global",
        values: &[
            ("team", "acme"),
            ("project", "web"),
            ("environment", "production"),
        ],
        issuers: &["https://oidc.vercel.com"],
        subjects: &["owner:acme:project:web:environment:production"],
        audience: ("token", Some("https://vercel.com/acme")),
        tenant: (TenantSource::Names, &[("owner", "acme")]),
    },
    Seed {
        id: "fly",
        values: &[("org", "acme"), ("app", "web"), ("machine", "m1")],
        issuers: &["https://oidc.fly.io/acme"],
        subjects: &["acme:web:m1"],
        audience: ("aws", Some("sts.amazonaws.com")),
        tenant: (TenantSource::Issuer, &[("org", "acme")]),
    },
    Seed {
        id: "deno-deploy",
        values: &[("org", "acme"), ("app", "web"), ("context", "production")],
        issuers: &["https://oidc.deno.com"],
        subjects: &["deployment:acme/web/production"],
        audience: ("aws", None),
        tenant: (TenantSource::Names, &[("org_slug", "acme")]),
    },
    Seed {
        id: "kubernetes",
        values: &[
            ("service_account_issuer", "https://k8s.acme.example/prod"),
            ("namespace", "team-a"),
            ("service_account", "web"),
        ],
        issuers: &["https://k8s.acme.example/prod"],
        subjects: &["system:serviceaccount:team-a:web"],
        audience: ("azure", Some("api://AzureADTokenExchange")),
        tenant: (TenantSource::Subject, &[("namespace", "team-a")]),
    },
    Seed {
        id: "eks",
        values: &[
            ("region", "eu-west-1"),
            ("cluster_oidc_id", "0123456789ABCDEF0123456789ABCDEF"),
            ("namespace", "team-a"),
            ("service_account", "web"),
        ],
        issuers: &[
            "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
            "https://oidc.eks.eu-west-1.amazonaws.com.cn/id/0123456789ABCDEF0123456789ABCDEF",
        ],
        subjects: &["system:serviceaccount:team-a:web"],
        audience: ("aws", Some("sts.amazonaws.com")),
        tenant: (
            TenantSource::Issuer,
            &[
                ("cluster_oidc_id", "0123456789ABCDEF0123456789ABCDEF"),
                ("region", "eu-west-1"),
            ],
        ),
    },
    Seed {
        id: "gke",
        values: &[
            ("project", "acme-prod"),
            ("location", "europe-west1"),
            ("cluster", "main"),
            ("namespace", "team-a"),
            ("service_account", "web"),
        ],
        issuers: &[
            "https://container.googleapis.com/v1/projects/acme-prod/locations/europe-west1/clusters/main",
        ],
        subjects: &["system:serviceaccount:team-a:web"],
        audience: ("aws", Some("sts.amazonaws.com")),
        tenant: (
            TenantSource::Issuer,
            &[
                ("cluster", "main"),
                ("location", "europe-west1"),
                ("project", "acme-prod"),
            ],
        ),
    },
    Seed {
        id: "github-actions",
        values: &[
            ("owner", "acme"),
            ("owner_id", "1"),
            ("repo", "api"),
            ("repo_id", "2"),
            ("environment", "production"),
        ],
        issuers: &["https://token.actions.githubusercontent.com"],
        subjects: &[
            "repo:acme/api:environment:production",
            "repo:acme@1/api@2:environment:production",
        ],
        audience: ("token", Some("https://github.com/acme")),
        tenant: (TenantSource::Claims, &[("repository_owner_id", "1")]),
    },
    Seed {
        id: "gitlab-saas",
        values: &[
            ("project_path", "acme/group/api"),
            ("ref_type", "branch"),
            ("ref", "main"),
        ],
        issuers: &["https://gitlab.com"],
        subjects: &["project_path:acme/group/api:ref_type:branch:ref:main"],
        audience: ("token", Some("https://gitlab.com")),
        tenant: (TenantSource::Names, &[("project_path", "acme/group/api")]),
    },
    Seed {
        id: "circleci",
        values: &[
            ("org_id", UUID),
            ("project_id", UUID),
            ("user_id", UUID),
            ("vcs_origin", "github.com/acme/api"),
            ("vcs_ref", "refs/heads/main"),
        ],
        issuers: &["https://oidc.circleci.com/org/0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001"],
        subjects: &[
            "org/0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001/project/0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001/user/0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001",
            "org/0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001/project/0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001/user/0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001/vcs-origin/github.com/acme/api/vcs-ref/refs/heads/main",
        ],
        audience: ("aws", Some(UUID)),
        tenant: (TenantSource::Issuer, &[("org_id", UUID)]),
    },
];

#[test]
fn by_name() {
    for seed in SEEDS {
        let platform = platform(seed.id);
        let given = values(seed.values);
        let issuers = platform.issuers(&given).unwrap();
        let texts: Vec<&str> = issuers.iter().map(IssuerUrl::as_str).collect();
        assert_eq!(texts, seed.issuers, "{}", seed.id);
        assert_eq!(platform.issuer(&given).unwrap(), issuers[0], "{}", seed.id);
        let subjects = platform.subjects(&given).unwrap();
        assert_eq!(subjects, seed.subjects, "{}", seed.id);
        assert!(subjects.contains(&platform.subject(&given).unwrap()));
        let (receiver, audience) = seed.audience;
        assert_eq!(
            platform.audience(receiver, &given).unwrap().as_deref(),
            audience,
            "{}",
            seed.id
        );
        for subject in &subjects {
            let mut claims = platform.claims_of(&given);
            claims.insert("iss", json!(issuers[0].as_str()));
            claims.insert("sub", json!(subject));
            let tenant = platform
                .tenant_of(&claims)
                .unwrap_or_else(|| panic!("{} {claims:?}", seed.id));
            assert_eq!(
                (tenant.source, tenant.values),
                (seed.tenant.0, values(seed.tenant.1)),
                "{}",
                seed.id
            );
        }
        if seed.id != "kubernetes" {
            assert!(
                infer(&issuers[0])
                    .platforms
                    .iter()
                    .any(|found| found.id == seed.id),
                "{}",
                seed.id
            );
        }
    }
}

/// A hosting platform of which only issuers and the place of the token are public.
#[test]
fn epycbyte_in_both_modes() {
    let platform = platform("epycbyte");
    let team = values(&[("team", "acme")]);
    assert_eq!(
        platform.issuer(&team).unwrap().as_str(),
        "https://oidc.epycbyte.com/acme"
    );
    let both: Vec<String> = platform
        .issuers(&team)
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        both,
        ["https://oidc.epycbyte.com/acme", "https://oidc.epycbyte.com"]
    );
    let global = platform.issuers(&values(&[])).unwrap();
    assert_eq!(global[0].as_str(), "https://oidc.epycbyte.com");
    // no team is no reason to fall back to the issuer of all teams
    assert!(platform.issuer(&values(&[])).is_err());
    assert_eq!(infer(&global[0]).tenancy, Tenancy::Shared);
    assert_eq!(
        infer(&platform.issuer(&team).unwrap()).tenancy,
        Tenancy::PerTenant
    );
    assert_eq!(platform.audience("token", &team), Ok(None));
    let mut claims = Claims::default();
    claims.insert("iss", json!("https://oidc.epycbyte.com/acme"));
    let tenant = platform.tenant_of(&claims).unwrap();
    assert_eq!((tenant.source, tenant.values), (TenantSource::Issuer, team));
    claims.insert("iss", json!("https://oidc.epycbyte.com"));
    assert_eq!(platform.tenant_of(&claims), None);
    assert_eq!(
        platform.token_sources[0].to_string(),
        "the environment variable `epycbyte_OIDC_TOKEN` (builds)"
    );
}

#[test]
fn an_issuer_of_ones_own_with_a_template() {
    let platform = Platform::read(
        r#"
id = "own"
issuer = "https://id.acme.example"
tenancy = "self-hosted"
default_audience = { aws = "sts.amazonaws.com", token = "https://{host_name}.acme.example" }
[variable]
service = { pattern = "[a-z-]+", chosen_by = "tenant", mutable = true }
stage = { pattern = "(?:test|live)", chosen_by = "platform", mutable = false }
host_name = { pattern = "[a-z]+", chosen_by = "tenant", mutable = true }
[[subject]]
name = "service"
template = "service:{service}:stage:{stage}"
"#,
        DeclaredBy::Configuration,
    )
    .unwrap();
    let given = values(&[("service", "billing"), ("stage", "live"), ("host_name", "a")]);
    assert_eq!(
        platform.issuer(&given).unwrap().as_str(),
        "https://id.acme.example"
    );
    assert_eq!(platform.subjects(&given).unwrap(), ["service:billing:stage:live"]);
    assert_eq!(
        platform.audience("aws", &given),
        Ok(Some("sts.amazonaws.com".to_owned()))
    );
    assert_eq!(
        platform.audience("token", &given),
        Ok(Some("https://a.acme.example".to_owned()))
    );
    let readings = platform.parse_subject("service:billing:stage:live");
    assert_eq!(readings.len(), 1);
    assert_eq!(
        readings[0].variables,
        values(&[("service", "billing"), ("stage", "live")])
    );
    assert!(platform.parse_subject("service:billing:stage:other").is_empty());
    let mut claims = Claims::default();
    claims.insert("sub", json!("service:billing:stage:live"));
    assert_eq!(platform.tenant_of(&claims), None, "the tenant runs the issuer");
}
