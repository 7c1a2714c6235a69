//! The data sources of AWS.

use super::host::{Host, map, said, set};
use super::lab::{ISSUER, Lab, OTHER, OWN};
use crate::framework::Value;

fn issuer() -> (&'static str, Value) {
    ("issuer", Value::string(ISSUER))
}

#[tokio::test]
async fn a_provider_that_is_not_there_and_one_that_is() {
    const TYPE: &str = "oidcfed_aws_oidc_provider";
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[], &[]).await;
    let (found, diagnostics) = host.data(TYPE, &[issuer()]).await;
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let found = found.unwrap();
    assert_eq!(found.member("exists"), Some(&Value::Bool(false)));
    assert_eq!(found.member("arn"), Some(&Value::string(lab.arn())));
    assert_eq!(
        (found.member("audiences"), found.member("trusted_by")),
        (Some(&Value::Null), Some(&set(&[])))
    );
    host.apply(TYPE, &[issuer()], None).await;
    let trust = [
        issuer(),
        ("subjects", set(&["repo:acme/api"])),
        ("role_name", Value::string("deploy")),
    ];
    host.apply("oidcfed_aws_trust", &trust, None).await;
    let found = host.data(TYPE, &[issuer()]).await.0.unwrap();
    assert_eq!(found.member("exists"), Some(&Value::Bool(true)));
    assert_eq!(found.member("audiences"), Some(&set(&["sts.amazonaws.com"])));
    assert_eq!(
        found.member("trusted_by"),
        Some(&set(&[&format!("arn:aws:iam::{OWN}:role/deploy")]))
    );
    assert_eq!(found.member("account_id"), Some(&Value::string(OWN)));
    let (_, diagnostics) = host
        .data(TYPE, &[("issuer", Value::string("https://localhost:1"))])
        .await;
    assert!(
        said(&diagnostics)
            .iter()
            .any(|one| one.contains("allow_loopback_issuers")),
        "{diagnostics:?}"
    );
}

#[tokio::test]
async fn the_policy_is_the_one_the_resource_writes() {
    const TYPE: &str = "oidcfed_aws_trust_policy";
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[], &[]).await;
    let arguments = [
        issuer(),
        ("subjects", set(&["repo:acme/api:ref:refs/heads/main"])),
        ("audiences", set(&["a.example"])),
        ("session_tag_keys", set(&["team"])),
    ];
    let (found, diagnostics) = host.data(TYPE, &arguments).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let found = found.unwrap();
    let mut trust = arguments.to_vec();
    trust.push(("role_name", Value::string("deploy")));
    let object = host.apply("oidcfed_aws_trust", &trust, None).await;
    assert_eq!(found.member("json"), object.state.member("trust_policy"));
    assert_eq!(found.member("oidc_provider_arn"), Some(&Value::string(lab.arn())));
    // Named by ARN or account, nobody is asked.
    lab.emulator.reset_calls();
    let elsewhere = lab.arn().replace(OWN, OTHER);
    for given in [
        ("oidc_provider_arn", Value::string(&elsewhere)),
        ("account_id", Value::string(OTHER)),
    ] {
        let mut arguments = arguments.to_vec();
        arguments.push(given);
        let found = host.data(TYPE, &arguments).await.0.unwrap();
        assert!(
            found
                .member("json")
                .unwrap()
                .as_str()
                .unwrap()
                .contains(&elsewhere)
        );
    }
    assert!(lab.calls().is_empty(), "{:?}", lab.calls());
    let wrong = [
        issuer(),
        ("subjects", set(&["a"])),
        ("oidc_provider_arn", Value::string(lab.arn() + "/x")),
    ];
    let (none, diagnostics) = host.data(TYPE, &wrong).await;
    assert!(
        none.is_none()
            && said(&diagnostics)
                .iter()
                .any(|one| one.starts_with("oidc_provider_arn: "))
    );
    let nothing = [issuer(), ("accepted_risks", map(&[]))];
    assert!(
        host.data(TYPE, &nothing).await.1.has_errors(),
        "a trust that tests nothing"
    );
}
