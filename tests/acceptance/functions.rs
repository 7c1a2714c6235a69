//! The provider's functions, called from HCL by the real host.

use crate::harness::{Need, Terraform, available, left_out};

const REQUIRED: &str = r#"terraform {
  required_providers {
    oidcfed = { source = "oidcfed/oidcfed" }
  }
}
"#;

/// A configuration, when the host knows functions of providers.
fn configuration(body: &str) -> Option<Terraform> {
    if !available(&[Need::Terraform]) {
        return None;
    }
    let first = if Terraform::version().is_terraform() { 8 } else { 7 };
    if !Terraform::version().at_least(1, first) {
        left_out("this host has no provider functions");
        return None;
    }
    let terraform = Terraform::new(Vec::new());
    terraform.write("required.tf", REQUIRED).write("main.tf", body);
    Some(terraform)
}

/// `{"iss":"https://issuer.example","sub":"s","aud":["a","b"],"iat":1700000000,"nested":{"flag":true,"none":null}}`
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwic3ViIjoicyIsImF1ZCI6WyJhIiwiYiJdLCJpYXQiOjE3MDAwMDAwMDAsIm5lc3RlZCI6eyJmbGFnIjp0cnVlLCJub25lIjpudWxsfX0.c2ln";

#[test]
fn functions_from_hcl() {
    let body = format!(
        r#"
locals {{
  github = {{ owner = "acme", owner_id = "1", repo = "api", repo_id = "2", environment = "production:eu", branch = null }}
  claims = provider::oidcfed::claims("{TOKEN}")
  acme   = <<-EOT
    id = "acme"
    issuer = "https://oidc.acme.example/{{team}}"
    tenancy = "per-tenant"
    tenant = "team"
    [variable]
    team = {{ pattern = "[a-z]+", chosen_by = "tenant", mutable = true }}
    job = {{ pattern = "[a-z]+", chosen_by = "tenant", mutable = true }}
    [[subject]]
    template = "team:{{team}}:job:{{job}}"
  EOT
}}
output "all" {{
  value = {{
    subjects = provider::oidcfed::subjects("github-actions", local.github)
    subject  = provider::oidcfed::subject("fly", {{ org = "acme", app = "web", machine = "m1" }})
    issuer   = provider::oidcfed::issuer("vercel", {{ team = "acme", project = "web" }})
    own      = [
      provider::oidcfed::issuer(local.acme, {{ team = "a", job = "b" }}),
      provider::oidcfed::subject(local.acme, {{ team = "a", job = "b" }}),
      provider::oidcfed::platform(local.acme).tenancy,
    ]
    parsed   = provider::oidcfed::parse_subject("github-actions", "repo:acme/api:environment:production%3Aeu").variables
    platform = provider::oidcfed::platform("https://oidc.vercel.com").tenancy
    generic  = provider::oidcfed::platform("https://issuer.example").id
    claims   = [local.claims.sub, local.claims.aud[1], local.claims.iat, local.claims.nested.flag]
  }}
}}
"#
    );
    let Some(terraform) = configuration(&body) else {
        return;
    };
    terraform.apply();
    let found = terraform
        .run(&["output", "-json", "all"])
        .succeeded("output")
        .json();
    assert_eq!(
        found,
        serde_json::json!({
            "subjects": ["repo:acme/api:environment:production%3Aeu", "repo:acme@1/api@2:environment:production%3Aeu"],
            "subject": "acme:web:m1",
            "issuer": "https://oidc.vercel.com/acme",
            "own": ["https://oidc.acme.example/a", "team:a:job:b", "per-tenant"],
            "parsed": { "owner": "acme", "repo": "api", "environment": "production:eu" },
            "platform": "shared",
            "generic": "generic",
            "claims": ["s", "b", 1_700_000_000, true],
        })
    );
    terraform.assert_empty_plan("functions are pure");
}

#[test]
fn a_wrong_argument_is_named() {
    for (call, argument, told) in [
        (
            r#"subject("github-actions", { owner = "a b", repo = "r", branch = "main" })"#,
            "variables",
            "expected a value that matches",
        ),
        (r#"subject("nobody", {})"#, "platform", "the catalogue has"),
        (r#"parse_subject("fly", "x")"#, "subject", "{org}:{app}:{machine}"),
        (r#"claims("x")"#, "token", "expected three parts"),
        (r#"thumbprint("x")"#, "pem_chain", "certificate"),
    ] {
        let body = format!("output \"x\" {{ value = provider::oidcfed::{call} }}\n");
        let Some(terraform) = configuration(&body) else {
            return;
        };
        let finished = terraform.run(&["plan", "-no-color"]);
        assert_ne!(finished.code, 0, "{call}");
        let text = finished
            .all()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace("│ ", "");
        assert!(text.contains(&format!("\"{argument}\"")), "{call}: {text}");
        assert!(text.contains(told), "{call}: {text}");
    }
}

/// The decisions of the three clouds, from HCL objects and from JSON.
#[test]
fn decisions_from_hcl() {
    let body = r#"
locals {
  arn    = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
  issuer = "https://token.actions.githubusercontent.com"
  claims = { iss = local.issuer, aud = "sts.amazonaws.com", sub = "repo:acme/api:ref:refs/heads/main", iat = 1790000000, exp = 1790000300 }
  policy = {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = local.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
        StringLike   = { "token.actions.githubusercontent.com:sub" = "repo:acme*/*" }
      }
    }]
  }
  provider   = { url = local.issuer, client_ids = ["sts.amazonaws.com"], role_arn = "arn:aws:iam::111122223333:role/deploy" }
  google     = {
    name                = "projects/1/locations/global/workloadIdentityPools/ci/providers/github"
    issuer_uri          = local.issuer
    allowed_audiences   = ["sts.amazonaws.com"]
    attribute_mapping   = { "google.subject" = "assertion.sub" }
    attribute_condition = "assertion.sub == 'repo:acme/api:ref:refs/heads/main'"
    binding             = null
  }
  credential = { issuer = local.issuer, audiences = ["api://AzureADTokenExchange"], subject = local.claims.sub }
}
output "all" {
  value = {
    aws     = provider::oidcfed::evaluate_aws(jsonencode(local.policy), local.provider, local.claims).decision
    refused = provider::oidcfed::evaluate_aws(local.policy, local.provider, merge(local.claims, { sub = "repo:other/x:pull_request" })).decision
    gcp     = provider::oidcfed::evaluate_gcp(local.google, local.claims).decision
    azure   = provider::oidcfed::evaluate_azure(jsonencode(local.credential), local.claims).decision
    lint    = provider::oidcfed::lint_aws(local.policy, null)[0].rule
    entra   = provider::oidcfed::lint_azure(merge(local.credential, { subject = "repo:acme/api:*" }), null)[0].rule
    witness = jsondecode(provider::oidcfed::lint_aws(local.policy, "github-actions")[0].witness).iss
  }
}
"#;
    let Some(terraform) = configuration(body) else {
        return;
    };
    terraform.apply();
    let found = terraform
        .run(&["output", "-json", "all"])
        .succeeded("output")
        .json();
    let expected = serde_json::json!({
        "aws": "allow", "refused": "deny", "gcp": "allow", "azure": "deny",
        "lint": "open-owner-prefix", "entra": "literal-wildcard", "witness": "https://token.actions.githubusercontent.com",
    });
    assert_eq!(found, expected);
}

/// What the linters of Google Cloud and Azure show from HCL is a token that the evaluators there accept, for objects and JSON.
#[test]
fn witnesses_from_hcl() {
    let body = r#"
locals {
  issuer = "https://token.actions.githubusercontent.com"
  google = {
    name                = "projects/1/locations/global/workloadIdentityPools/ci/providers/github"
    issuer_uri          = local.issuer
    allowed_audiences   = ["ci"]
    attribute_mapping   = { "google.subject" = "assertion.actor + assertion.repository" }
    attribute_condition = "assertion.repository.startsWith('acme')"
  }
  closed = merge(local.google, {
    attribute_mapping   = { "google.subject" = "assertion.sub" }
    attribute_condition = "assertion.sub == 'repo:acme@1/api@2:environment:prod'"
  })
  azure = {
    issuer                   = local.issuer
    audiences                = ["api://AzureADTokenExchange"]
    claimsMatchingExpression = { value = "claims['sub'] matches 'repo:acme*'", languageVersion = 1 }
  }
  of_google = provider::oidcfed::lint_gcp(local.google, null)
  of_azure  = provider::oidcfed::lint_azure(jsonencode(local.azure), "github-actions")
  shown     = { for name, findings in { google = local.of_google, azure = local.of_azure } : name => [for f in findings : f if f.witness != null] }
}
output "google" {
  value = [for f in local.shown.google : {
    rule     = f.rule
    severity = f.severity
    iss      = jsondecode(f.witness).iss
    sub      = jsondecode(f.witness).sub
    decision = provider::oidcfed::evaluate_gcp(jsonencode(local.google), jsondecode(f.witness)).decision
    closed   = provider::oidcfed::evaluate_gcp(local.closed, jsondecode(f.witness)).decision
  }]
}
output "azure" {
  value = [for f in local.shown.azure : {
    rule     = f.rule
    severity = f.severity
    iss      = jsondecode(f.witness).iss
    sub      = jsondecode(f.witness).sub
    decision = provider::oidcfed::evaluate_azure(local.azure, jsondecode(f.witness)).decision
    closed   = provider::oidcfed::evaluate_azure({ issuer = local.issuer, audiences = ["api://AzureADTokenExchange"], subject = "repo:acme@1/api@2:environment:prod" }, jsondecode(f.witness)).decision
  }]
}
output "clean" {
  value = [for f in provider::oidcfed::lint_gcp(local.closed, null) : f.rule if contains(["medium", "high", "critical"], f.severity)]
}
output "steps" {
  value = {
    google = provider::oidcfed::evaluate_gcp(local.closed, { iss = local.issuer, aud = "ci", sub = "repo:evil/x:pull_request" }).steps[*].name
    azure  = provider::oidcfed::evaluate_azure(local.azure, { iss = local.issuer, aud = "other", sub = "repo:acme/x:pull_request" }).decision
  }
}
"#;
    let Some(terraform) = configuration(body) else {
        return;
    };
    terraform.apply();
    let output = |name: &str| {
        terraform
            .run(&["output", "-json", name])
            .succeeded("output")
            .json()
    };
    for (cloud, rules) in [
        ("google", &["ambiguous-concatenation", "unanchored-match"][..]),
        ("azure", &["open-owner-prefix"]),
    ] {
        let found = output(cloud);
        let found = found.as_array().unwrap();
        for rule in rules {
            assert!(
                found.iter().any(|finding| finding["rule"] == *rule),
                "no {rule}: {found:#?}"
            );
        }
        for finding in found {
            assert_eq!(
                finding["iss"], "https://token.actions.githubusercontent.com",
                "{finding}"
            );
            assert!(
                finding["sub"].as_str().is_some_and(|subject| !subject.is_empty()),
                "{finding}"
            );
            assert_eq!(finding["decision"], "allow", "{finding}");
            assert_eq!(finding["closed"], "deny", "{finding}");
        }
        assert!(
            found.iter().any(|finding| finding["severity"] == "critical"),
            "{found:#?}"
        );
    }
    assert_eq!(output("clean"), serde_json::json!([]));
    let steps = output("steps");
    assert_eq!(
        steps["google"].as_array().unwrap().last().unwrap(),
        "condition",
        "{steps}"
    );
    assert_eq!(steps["azure"], "deny");
    terraform.assert_empty_plan("functions are pure");
}
