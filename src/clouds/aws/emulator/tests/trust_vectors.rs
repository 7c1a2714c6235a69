//! The shared vectors of trust decisions, each row through the whole exchange: signature, provider, trust policy.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::issuer::TestIssuer;
use super::laboratory::{Laboratory, account};

use crate::clouds::aws::emulator::store::{Document, KeyCase, Provider, Role, Tags};
use crate::oidc::ManualClock;
use crate::shared_files::shared_json;

#[tokio::test]
async fn every_row() {
    let Some(vectors) = shared_json("vectors/aws_trust_decision.json") else {
        return;
    };
    let now = vectors["clock"].as_i64().unwrap();
    let id = vectors["role_account"].as_str().unwrap();
    let rows = vectors["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 49);
    let issuer = TestIssuer::new("k1");
    let mut wrong = Vec::new();
    for row in rows {
        let lab = Laboratory::with_clock(Arc::new(ManualClock::at(now))).await;
        furnish(&lab, id, row, now);
        if let Some(url) = row["claims"]["iss"].as_str() {
            lab.keys.publish(url, &issuer.key_set());
        }
        let outcome = lab
            .sts_as(&lab.administrator())
            .assume_role_with_web_identity()
            .role_arn(format!("arn:aws:iam::{id}:role/r"))
            .role_session_name("row")
            .web_identity_token(issuer.sign(&row["claims"]))
            .send()
            .await;
        let found = match &outcome {
            Ok(_) => "allow".to_owned(),
            Err(error) => {
                use aws_smithy_types::error::metadata::ProvideErrorMetadata;
                error.code().unwrap_or_default().to_owned()
            }
        };
        let expected = match (row["expected"].as_str().unwrap(), row["reason"].as_str().unwrap()) {
            ("allow", _) => found == "allow",
            ("deny", "audience-not-registered" | "InvalidIdentityToken") => found == "InvalidIdentityToken",
            ("deny", _) => found == "InvalidIdentityToken" || found == "AccessDenied",
            other => panic!("{other:?}"),
        };
        if !expected {
            wrong.push(format!("{}: {found} ({})", row["id"], row["note"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Puts providers and role straight into the account: some of the policies are so open that IAM would not store them.
fn furnish(lab: &Laboratory, id: &str, row: &Value, now: i64) {
    let mut world = lab.emulator.world();
    let account = world.account_mut(&account(id)).unwrap();
    for provider in row["providers"].as_array().unwrap() {
        let url = provider["url"].as_str().unwrap().trim_start_matches("https://");
        let client_ids = provider["client_ids"].as_array().unwrap();
        account.providers.insert(
            url.to_owned(),
            Provider {
                arn: provider["arn"].as_str().unwrap().to_owned(),
                url: url.to_owned(),
                client_ids: client_ids
                    .iter()
                    .map(|one| one.as_str().unwrap().to_owned())
                    .collect(),
                thumbprints: Vec::new(),
                created: now,
                tags: Tags::new(KeyCase::Significant),
                unseen_reads: 0,
                unseen_exchanges: 0,
            },
        );
    }
    account.roles.insert(
        "r".to_owned(),
        Role {
            path: "/".to_owned(),
            name: "r".to_owned(),
            id: "AROATEST".to_owned(),
            arn: format!("arn:aws:iam::{id}:role/r"),
            created: now,
            trust: Document::parse(&row["trust_policy"].to_string()).unwrap(),
            description: None,
            max_session: 3600,
            boundary: None,
            tags: Tags::new(KeyCase::Ignored),
            inline: BTreeMap::new(),
            attached: Vec::new(),
            last_used: None,
            unseen_reads: 0,
            unseen_lists: 0,
        },
    );
}
