//! What the session of a token may do, and how long.

use std::sync::Arc;

use serde_json::json;

use super::exchange::{Exchange, ISSUER, SUBJECT, keys_of, now, trust};
use super::issuer::TestIssuer;
use super::laboratory::{ACCOUNT, Laboratory, code, message};

#[tokio::test]
async fn a_good_token_becomes_a_session_that_may_do_what_its_role_may() {
    let exchange = Exchange::prepared().await;
    let iam = exchange.lab.iam();
    let answer = exchange.ask(exchange.good_token()).send().await.unwrap();
    assert_eq!(answer.subject_from_web_identity_token(), Some(SUBJECT));
    assert_eq!(answer.audience(), Some("sts.amazonaws.com"));
    assert_eq!(
        answer.provider(),
        Some("arn:aws:iam::111122223333:oidc-provider/issuer.example/team/")
    );
    let credentials = answer.credentials().unwrap();
    assert!(credentials.access_key_id().starts_with("ASIA"));
    let session = keys_of(credentials);
    let who = exchange
        .lab
        .sts_as(&session)
        .get_caller_identity()
        .send()
        .await
        .unwrap();
    assert_eq!(
        who.arn(),
        Some("arn:aws:sts::111122223333:assumed-role/deploy/run-1")
    );
    assert_eq!(
        who.user_id(),
        answer.assumed_role_user().map(|user| user.assumed_role_id())
    );
    let as_session = exchange.lab.iam_as(&session);
    assert_eq!(
        message(as_session.get_role().role_name("deploy").send().await),
        "User: arn:aws:sts::111122223333:assumed-role/deploy/run-1 is not authorized to perform: iam:GetRole on \
         resource: arn:aws:iam::111122223333:role/ci/deploy because no identity-based policy allows the iam:GetRole \
         action"
    );
    iam.attach_role_policy()
        .role_name("deploy")
        .policy_arn("arn:aws:iam::aws:policy/IAMReadOnlyAccess")
        .send()
        .await
        .unwrap();
    as_session.get_role().role_name("deploy").send().await.unwrap();
    let write = as_session.delete_role().role_name("deploy").send().await;
    assert_eq!(code(write), "AccessDenied");
    iam.put_role_permissions_boundary()
        .role_name("deploy")
        .permissions_boundary("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
        .send()
        .await
        .unwrap();
    assert!(
        message(as_session.get_role().role_name("deploy").send().await)
            .ends_with("because no permissions boundary allows the iam:GetRole action")
    );
}

#[tokio::test]
async fn a_session_without_its_token_is_nobody() {
    let exchange = Exchange::prepared().await;
    let answer = exchange.ask(exchange.good_token()).send().await.unwrap();
    let mut session = keys_of(answer.credentials().unwrap());
    for token in [None, Some("another".to_owned().into())] {
        session.session_token = token;
        let outcome = exchange.lab.sts_as(&session).get_caller_identity().send().await;
        assert_eq!(code(outcome), "InvalidClientTokenId");
    }
}

#[tokio::test]
async fn a_session_policy_narrows() {
    let exchange = Exchange::prepared().await;
    let iam = exchange.lab.iam();
    iam.attach_role_policy()
        .role_name("deploy")
        .policy_arn("arn:aws:iam::aws:policy/IAMFullAccess")
        .send()
        .await
        .unwrap();
    let only_list =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:List*","Resource":"*"}]}"#;
    let answer = exchange
        .ask(exchange.good_token())
        .policy(only_list)
        .send()
        .await
        .unwrap();
    let session = exchange.lab.iam_as(&keys_of(answer.credentials().unwrap()));
    session.list_roles().send().await.unwrap();
    assert!(
        message(session.get_role().role_name("deploy").send().await)
            .ends_with("because no session policy allows the iam:GetRole action")
    );
}

#[tokio::test]
async fn a_role_made_anew_is_another_role() {
    let exchange = Exchange::prepared().await;
    let iam = exchange.lab.iam();
    let answer = exchange.ask(exchange.good_token()).send().await.unwrap();
    let session = exchange.lab.iam_as(&keys_of(answer.credentials().unwrap()));
    iam.delete_role().role_name("deploy").send().await.unwrap();
    iam.create_role()
        .role_name("deploy")
        .path("/ci/")
        .assume_role_policy_document(trust(&json!({})).to_string())
        .send()
        .await
        .unwrap();
    iam.attach_role_policy()
        .role_name("deploy")
        .policy_arn("arn:aws:iam::aws:policy/AdministratorAccess")
        .send()
        .await
        .unwrap();
    assert_eq!(code(session.list_roles().send().await), "AccessDenied");
}

#[tokio::test]
async fn session_tags_need_their_action() {
    let tagged = json!({"principal_tags": {"team": ["blue"]}, "transitive_tag_keys": ["team"]});
    let exchange = Exchange::prepared().await;
    let token = exchange.token_with("https://aws.amazon.com/tags", tagged.clone());
    assert_eq!(exchange.code(token).await, "AccessDenied");
    let both = json!({"Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]});
    let exchange = Exchange::with_trust(&both).await;
    let own = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetRole",
        "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue",
        "issuer.example/team/:sub": SUBJECT}}}]});
    exchange
        .lab
        .iam()
        .put_role_policy()
        .role_name("deploy")
        .policy_name("own")
        .policy_document(own.to_string())
        .send()
        .await
        .unwrap();
    for (tag, good) in [("blue", true), ("red", false)] {
        let mut tagged = tagged.clone();
        tagged["principal_tags"]["team"] = json!([tag]);
        let token = exchange.token_with("https://aws.amazon.com/tags", tagged);
        let answer = exchange.ask(token).send().await.unwrap();
        let session = exchange.lab.iam_as(&keys_of(answer.credentials().unwrap()));
        let read = session.get_role().role_name("deploy").send().await;
        assert_eq!(read.is_ok(), good, "{tag}");
    }
}

#[tokio::test]
async fn sessions_end() {
    let clock = Arc::new(crate::oidc::ManualClock::at(now()));
    let lab = Laboratory::with_clock(clock.clone()).await;
    let issuer = TestIssuer::new("k1");
    lab.keys.publish(ISSUER, &issuer.key_set());
    let iam = lab.iam();
    iam.create_open_id_connect_provider()
        .url(ISSUER)
        .client_id_list("sts.amazonaws.com")
        .send()
        .await
        .unwrap();
    iam.create_role()
        .role_name("deploy")
        .assume_role_policy_document(trust(&json!({})).to_string())
        .send()
        .await
        .unwrap();
    let exchange = Exchange {
        lab,
        issuer,
        role: format!("arn:aws:iam::{ACCOUNT}:role/deploy"),
    };
    let answer = exchange
        .ask(exchange.good_token())
        .duration_seconds(900)
        .send()
        .await
        .unwrap();
    let session = exchange.lab.sts_as(&keys_of(answer.credentials().unwrap()));
    // The client signs with the real time, which may differ by a quarter of an hour.
    clock.advance(800);
    assert!(session.get_caller_identity().send().await.is_ok());
    clock.advance(95);
    assert!(session.get_caller_identity().send().await.is_ok());
    clock.advance(5);
    assert_eq!(code(session.get_caller_identity().send().await), "ExpiredToken");
}
