//! Who may call at all.

use std::sync::Arc;

use super::laboratory::{ACCOUNT, Laboratory, OTHER_ACCOUNT, code};
use crate::oidc::ManualClock;

#[tokio::test]
async fn the_administrator_is_known() {
    let lab = Laboratory::open().await;
    for account in [ACCOUNT, OTHER_ACCOUNT] {
        let credentials = lab.administrator_of(account);
        let who = lab
            .sts_as(&credentials)
            .get_caller_identity()
            .send()
            .await
            .unwrap();
        assert_eq!(who.account(), Some(account));
        assert_eq!(
            who.arn(),
            Some(format!("arn:aws:iam::{account}:user/administrator").as_str())
        );
    }
    assert_eq!(lab.emulator.calls()["sts:GetCallerIdentity"], 2);
}

#[tokio::test]
async fn a_wrong_key_secret_or_token_is_refused() {
    let lab = Laboratory::open().await;
    let good = lab.administrator();
    let who = |credentials| {
        let client = lab.sts_as(&credentials);
        async move { code(client.get_caller_identity().send().await) }
    };
    let mut unknown = good.clone();
    unknown.access_key_id = "AKIAAAAAAAAAAAAAAAAA".to_owned();
    assert_eq!(who(unknown).await, "InvalidClientTokenId");
    let mut forged = good.clone();
    forged.secret_access_key = format!("{}x", good.secret_access_key.expose()).into();
    assert_eq!(who(forged).await, "SignatureDoesNotMatch");
    let mut surplus = good.clone();
    surplus.session_token = Some("token".to_owned().into());
    assert_eq!(who(surplus).await, "InvalidClientTokenId");
}

#[tokio::test]
async fn another_time_is_refused() {
    let lab = Laboratory::with_clock(Arc::new(ManualClock::at(1_000_000_000))).await;
    assert_eq!(code(lab.iam().list_roles().send().await), "SignatureDoesNotMatch");
}

#[tokio::test]
async fn an_unsigned_request_and_an_unknown_action() {
    let lab = Laboratory::open().await;
    let ask = |query: &'static str| {
        let url = format!("{}/?{query}", lab.endpoint);
        async move {
            let _ = rustls::crypto::ring::default_provider().install_default();
            let response = reqwest::get(url).await.unwrap();
            assert!(response.headers().contains_key("x-amzn-requestid"));
            (response.status().as_u16(), response.text().await.unwrap())
        }
    };
    let (status, text) = ask("Action=ListRoles&Version=2010-05-08").await;
    assert_eq!(status, 403);
    assert!(text.contains("<Code>MissingAuthenticationToken</Code>"), "{text}");
    let (status, text) = ask("Action=Nothing&Version=2010-05-08").await;
    assert_eq!(status, 400);
    assert!(text.contains("<Code>InvalidAction</Code>"), "{text}");
}
