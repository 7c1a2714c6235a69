//! The shared vectors of the decision, each row through the whole exchange: signature, provider, mapping, condition, and
//! through the project's policy where the row names a binding.

use serde_json::{Value, json};

use super::laboratory::{Laboratory, NUMBER, PROJECT, pools};
use crate::clouds::gcp::emulator::Service;
use crate::clouds::gcp::emulator::store::{Pool, Provider};
use crate::shared_files::shared_json;

#[tokio::test]
async fn every_row() {
    let Some(rows) = shared_json("vectors/gcp_wif_eval.json") else {
        return;
    };
    let lab = Laboratory::open().await;
    let (mut tried, mut bindings, mut wrong) = (0, 0, Vec::new());
    for row in rows.as_array().unwrap() {
        let name = row["provider"]["name"].as_str().unwrap();
        furnish(&lab, name, &row["provider"]);
        let mut claims = row["claims"].clone();
        lab.keys.publish(
            row["provider"]["issuer_uri"].as_str().unwrap(),
            &lab.issuer.key_set(),
        );
        claims["iat"] = json!(lab.now() - 5);
        claims["exp"] = json!(lab.now() + 300);
        let answer = lab.exchange_at(name, &lab.issuer.sign(&claims)).await;
        tried += 1;
        if (answer.status == 200) != row["accepted"].as_bool().unwrap() {
            wrong.push(format!("{}: {} ({})", row["id"], answer.text, row["note"]));
            continue;
        }
        if let (Some(binding), 200) = (row["binding"].as_str(), answer.status) {
            bindings += 1;
            let token = answer.json()["access_token"].as_str().unwrap().to_owned();
            let read = bound(&lab, binding, &token).await;
            if read != row["binding_matches"].as_bool().unwrap() {
                wrong.push(format!("{}: {binding} {read}", row["id"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried >= 82, "{tried}");
    assert!(bindings > 0, "{bindings}");
}

async fn bound(lab: &Laboratory, binding: &str, token: &str) -> bool {
    lab.bind_project("roles/storage.objectViewer", binding).await;
    let path = format!("storage/v1/b/{PROJECT}-data/o/hello.txt");
    let answer = lab
        .ask_as(token, Service::Storage, "GET", &path, &Value::Null)
        .await;
    answer.status == 200
}

/// Puts the provider straight into the project: some are so open that IAM would not store them.
fn furnish(lab: &Laboratory, name: &str, row: &Value) {
    let (pool, id) = name.split_once("/providers/").unwrap();
    assert_eq!(
        format!("v1/{pool}").replace(NUMBER, PROJECT),
        format!("{}/pool", pools())
    );
    let fields = json!({
        "oidc": {"issuerUri": row["issuer_uri"], "allowedAudiences": row["allowed_audiences"]},
        "attributeMapping": row["attribute_mapping"],
        "attributeCondition": row["attribute_condition"],
    });
    let provider = Provider {
        name: name.to_owned(),
        fields: fields.as_object().unwrap().clone(),
        purged_at: None,
    };
    let made = Pool {
        name: pool.to_owned(),
        fields: Default::default(),
        purged_at: None,
        providers: [(id.to_owned(), provider)].into(),
    };
    lab.emulator.world().pools.insert(pool.to_owned(), made);
}
