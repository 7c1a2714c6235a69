//! `oidcfed_aws_trust`, as far as it needs a host: refreshes, imports.

use super::host::{Host, map, set};
use super::lab::{ISSUER, Lab, OWN};
use crate::framework::{ImportKey, Value};

const TYPE: &str = "oidcfed_aws_trust";

fn config(role: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("issuer", Value::string(ISSUER)),
        ("subjects", set(&["repo:acme/api:ref:refs/heads/main"])),
        ("role_name", Value::string(role)),
        ("managed_policy_arns", set(&["ReadOnlyAccess"])),
        (
            "inline_policies",
            map(&[(
                "p",
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#,
            )]),
        ),
    ]
}

#[tokio::test]
async fn an_import_by_identity_needs_no_account() {
    let lab = Lab::start().await;
    let config = config("deploy");
    Host::new(&lab, &[], &[]).await.apply(TYPE, &config, None).await;
    for account in [Value::Null, Value::string(OWN)] {
        let identity = [
            ("account_id".to_owned(), account),
            ("role_name".to_owned(), Value::string("deploy")),
        ];
        let host = Host::new(&lab, &[], &[]).await;
        let object = host
            .import(TYPE, ImportKey::Identity(Value::Object(identity.into())))
            .await;
        assert_eq!(host.drift(TYPE, &config, &object).await, None);
    }
}

/// Four calls per trust, and one for their provider: nothing is asked twice, nothing that nobody needs.
#[tokio::test]
async fn a_refresh_asks_what_it_must_and_no_more() {
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[], &[]).await;
    let mut objects = Vec::new();
    for number in 0..10 {
        let config = config(&format!("deploy-{number}"));
        let object = host.apply(TYPE, &config, None).await;
        objects.push((config, object));
    }
    lab.emulator.reset_calls();
    let next = Host::new(&lab, &[], &[]).await;
    for (config, object) in &objects {
        assert_eq!(next.drift(TYPE, config, object).await, None);
    }
    let calls: u64 = lab.calls().iter().map(|(_, calls)| calls).sum();
    assert_eq!(calls, 41, "{:?}", lab.calls());
}
