//! The public corpus `subvectors`: subjects and claims of five platforms against conditions of the three clouds, each with its
//! source. Our evaluators decide as it says, but for the rows of `docs/subvectors.md`.
//!
//! Read from the Python environment of the tests, at the version of `tests/requirements.txt`; nothing of it is kept here.

use crate::harness::{Need, Python, available};
use oidcfed::clouds::aws::dialect as aws;
use oidcfed::clouds::azure::dialect as azure;
use oidcfed::clouds::gcp::dialect as gcp;
use oidcfed::trust::{Claims, Verdict};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Rows where ours is another answer, with the document that decides; each is told in `docs/subvectors.md`.
const OTHERWISE: &[(&str, Verdict)] = &[("gl-flex-and-project-id-excludes-squatter", Verdict::Unknown)];

const AUDIENCE: &str = "api://AzureADTokenExchange";

#[test]
fn every_row_is_decided_as_the_corpus_says() {
    if !available(&[Need::Python]) {
        return;
    }
    let page = include_str!("../../docs/subvectors.md");
    let (mut tried, mut wrong, mut otherwise) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
    for (suite, row) in rows() {
        let consumer = row["condition"]["consumer"].as_str().unwrap();
        let id = row["id"].as_str().unwrap();
        let found = match consumer {
            "aws-stringlike" | "aws-stringequals" | "aws-all" => on_aws(&row),
            "gcp-cel" => on_google(&row),
            "azure-fic-exact" | "azure-fic-flexible" => on_azure(&row),
            other => panic!("{suite}: a condition of a kind that is not known here, `{other}`"),
        };
        *tried.entry(consumer.to_owned()).or_insert(0) += 1;
        let said = match row["expect"].as_str().unwrap() {
            "match" => Verdict::Allow,
            "no-match" => Verdict::Deny,
            other => panic!("{id}: `{other}`"),
        };
        let exception = OTHERWISE.iter().find(|(name, _)| *name == id);
        if let Some((name, verdict)) = exception {
            otherwise.insert(*name);
            assert!(
                page.contains(&format!("`{name}`")),
                "docs/subvectors.md does not tell of {name}"
            );
            assert_ne!(*verdict, said, "{id} is as the corpus says");
        }
        let expected = exception.map_or(said, |(_, verdict)| *verdict);
        if found != expected {
            wrong.push(format!(
                "{suite} {id}: {found:?} and not {expected:?}: {}",
                row["condition"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(otherwise.len(), OTHERWISE.len(), "a row is gone: {otherwise:?}");
    let all: usize = tried.values().sum();
    assert_eq!((all, tried.len()), (163, 6), "{tried:?}");
}

/// Each row of each suite.
fn rows() -> Vec<(String, Value)> {
    let program = "import subvectors.corpus as c, json\nfor name in c.suite_names(): print(json.dumps(c.load_suite(name)))";
    let output = Python::ready()
        .command("python", &[])
        .args(["-c", program])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let suites = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    suites
        .flat_map(|suite| {
            let name = suite["suite"].as_str().unwrap().to_owned();
            let rows = suite["vectors"].as_array().unwrap().clone();
            rows.into_iter().map(move |row| (name.clone(), row))
        })
        .collect()
}

/// Whose tokens a row is about. Where the issuer names the tenant, so does the subject, or any tenant will do.
fn issuer(row: &Value) -> String {
    let subject = row["subject"].as_str().unwrap();
    match row["issuer"].as_str().unwrap() {
        "github" => "https://token.actions.githubusercontent.com".to_owned(),
        "gitlab" => "https://gitlab.com".to_owned(),
        "terraform-cloud" => "https://app.terraform.io".to_owned(),
        "bitbucket" => {
            "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc".to_owned()
        }
        "circleci" => {
            let org = subject.split('/').nth(1).unwrap();
            format!("https://oidc.circleci.com/org/{org}")
        }
        other => panic!("an issuer that is not known here, `{other}`"),
    }
}

fn claims(row: &Value, audience: &str) -> Claims {
    let mut claims: Map<String, Value> = row["claims"].as_object().cloned().unwrap_or_default();
    let mut or = |name: &str, value: Value| {
        claims.entry(name).or_insert(value);
    };
    or("iss", json!(issuer(row)));
    or("aud", json!(audience));
    or("sub", row["subject"].clone());
    Claims::new(claims)
}

fn on_aws(row: &Value) -> Verdict {
    let issuer = issuer(row);
    let url = issuer.trim_start_matches("https://");
    let claims = claims(row, "sts.amazonaws.com");
    let condition = &row["condition"];
    let alone = [condition.clone()];
    let all = condition["of"].as_array().map_or(&alone[..], Vec::as_slice);
    // Two tests of one key by one operator cannot stand in one block.
    let mut block: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for test in all {
        let operator = match test["consumer"].as_str().unwrap() {
            "aws-stringlike" => "StringLike",
            "aws-stringequals" => "StringEquals",
            other => panic!("`{other}` within a block"),
        };
        let operator = match test["qualifier"].as_str() {
            Some(qualifier) => format!("{qualifier}:{operator}"),
            None => operator.to_owned(),
        };
        let key = format!("{url}:{}", test["claim"].as_str().unwrap_or("sub"));
        let before = block
            .entry(operator)
            .or_default()
            .insert(key, test["pattern"].clone());
        assert_eq!(before, None, "{}", row["id"]);
    }
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "Federated": format!("arn:aws:iam::111122223333:oidc-provider/{url}") },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": block,
    }] });
    let role = aws::RoleDocument::parse(&policy.to_string()).unwrap();
    let provider = aws::ProviderDocument {
        url: Some(url.to_owned()),
        // The corpus asks about the condition, and not whether the audience is registered.
        client_ids: Some([claims.text("aud").unwrap().to_owned()].into()),
        arn: None,
    };
    let exchange = aws::OfflineExchange {
        role: &role,
        provider: &provider,
        session_name: Some("session".to_owned()),
        duration: None,
        claims: &claims,
    };
    aws::evaluate_offline(&exchange).unwrap().verdict
}

fn on_google(row: &Value) -> Verdict {
    let settings = gcp::ProviderSettings {
        name: "projects/1/locations/global/workloadIdentityPools/ci/providers/ours".to_owned(),
        issuer_uri: issuer(row),
        allowed_audiences: ["own".to_owned()].into(),
        // A subject may be longer than what Google maps; the corpus asks about the condition.
        attribute_mapping: [("google.subject".to_owned(), "'anybody'".to_owned())].into(),
        attribute_condition: row["condition"]["pattern"].as_str().unwrap().to_owned(),
        disabled: None,
    };
    let provider = gcp::Provider::parse(&settings).unwrap_or_else(|e| panic!("{}: {e}", row["id"]));
    gcp::evaluate(&provider, &claims(row, "own"), None)
        .decision
        .verdict
}

fn on_azure(row: &Value) -> Verdict {
    let condition = &row["condition"];
    let mut credential = json!({ "issuer": issuer(row), "audiences": [AUDIENCE] });
    match condition["consumer"].as_str() {
        Some("azure-fic-exact") => credential["subject"] = condition["pattern"].clone(),
        _ => {
            credential["claimsMatchingExpression"] =
                json!({ "value": condition["pattern"], "languageVersion": 1 });
        }
    }
    let credential =
        azure::Credential::parse(&credential.to_string()).unwrap_or_else(|e| panic!("{}: {e}", row["id"]));
    azure::evaluate_azure(&[credential], &claims(row, AUDIENCE)).verdict
}
