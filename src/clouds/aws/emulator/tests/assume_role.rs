//! From one AWS identity to a role.

use serde_json::{Value, json};

use super::laboratory::{ACCOUNT, Laboratory, OTHER_ACCOUNT, code, message};
use crate::clouds::aws::emulator::Credentials;

async fn role(lab: &Laboratory, owner: &str, name: &str, principal: &Value, extra: &Value) -> String {
    let mut statement =
        json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"});
    for (key, value) in extra.as_object().unwrap() {
        statement[key] = value.clone();
    }
    let made = lab
        .iam_as(&lab.administrator_of(owner))
        .create_role()
        .role_name(name)
        .max_session_duration(43_200)
        .assume_role_policy_document(json!({"Version": "2012-10-17", "Statement": [statement]}).to_string())
        .send()
        .await
        .unwrap();
    made.role().unwrap().arn().to_owned()
}

async fn allow(lab: &Laboratory, owner: &str, name: &str, action: &str) {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]});
    lab.iam_as(&lab.administrator_of(owner))
        .put_role_policy()
        .role_name(name)
        .policy_name("p")
        .policy_document(policy.to_string())
        .send()
        .await
        .unwrap();
}

fn ask(
    lab: &Laboratory,
    caller: &Credentials,
    arn: &str,
) -> aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder {
    lab.sts_as(caller)
        .assume_role()
        .role_arn(arn)
        .role_session_name("s1")
}

async fn assume(lab: &Laboratory, caller: &Credentials, arn: &str) -> Credentials {
    let answer = ask(lab, caller, arn).send().await.unwrap();
    let credentials = answer.credentials().unwrap();
    Credentials {
        access_key_id: credentials.access_key_id().to_owned(),
        secret_access_key: credentials.secret_access_key().to_owned().into(),
        session_token: Some(credentials.session_token().to_owned().into()),
    }
}

#[tokio::test]
async fn another_account_and_its_external_id() {
    let lab = Laboratory::open().await;
    let condition = json!({"Condition": {"StringEquals": {"sts:ExternalId": "e1"}}});
    let root = json!(format!("arn:aws:iam::{ACCOUNT}:root"));
    let arn = role(&lab, OTHER_ACCOUNT, "target", &root, &condition).await;
    let caller = lab.administrator();
    for (id, good) in [(None, false), (Some("e2"), false), (Some("e1"), true)] {
        let outcome = ask(&lab, &caller, &arn)
            .set_external_id(id.map(str::to_owned))
            .send()
            .await;
        assert_eq!(outcome.is_ok(), good, "{id:?}");
    }
    let stranger = lab.administrator_of(OTHER_ACCOUNT);
    assert_eq!(
        message(ask(&lab, &stranger, &arn).external_id("e1").send().await),
        format!(
            "User: arn:aws:iam::{OTHER_ACCOUNT}:user/administrator is not authorized to perform: sts:AssumeRole on \
             resource: {arn}"
        )
    );
    assert_eq!(
        code(ask(&lab, &caller, &format!("{arn}x")).send().await),
        "AccessDenied"
    );
}

#[tokio::test]
async fn a_chain_lasts_an_hour_and_needs_a_permission_across_accounts() {
    let lab = Laboratory::open().await;
    let first = role(&lab, ACCOUNT, "first", &json!(ACCOUNT), &json!({})).await;
    let near = role(&lab, ACCOUNT, "near", &json!(first), &json!({})).await;
    let far = role(&lab, OTHER_ACCOUNT, "far", &json!(first), &json!({})).await;
    let session = assume(&lab, &lab.administrator(), &first).await;
    let through_near = assume(&lab, &session, &near).await;
    let who = lab
        .sts_as(&through_near)
        .get_caller_identity()
        .send()
        .await
        .unwrap();
    assert_eq!(
        who.arn(),
        Some(format!("arn:aws:sts::{ACCOUNT}:assumed-role/near/s1").as_str())
    );
    assert_eq!(code(ask(&lab, &session, &far).send().await), "AccessDenied");
    allow(&lab, ACCOUNT, "first", "sts:AssumeRole").await;
    let far_session = assume(&lab, &session, &far).await;
    let who = lab
        .sts_as(&far_session)
        .get_caller_identity()
        .send()
        .await
        .unwrap();
    assert_eq!(who.account(), Some(OTHER_ACCOUNT));
    let long = ask(&lab, &session, &near).duration_seconds(3601).send().await;
    assert_eq!(code(long), "ValidationError");
    let long = ask(&lab, &lab.administrator(), &first)
        .duration_seconds(43_200)
        .send()
        .await;
    assert!(long.is_ok());
}

#[tokio::test]
async fn principals_have_to_exist() {
    let lab = Laboratory::open().await;
    let create = |principal: Value| {
        let iam = lab.iam();
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal,
            "Action": "sts:AssumeRole"}]});
        async move {
            iam.create_role()
                .role_name("r")
                .assume_role_policy_document(policy.to_string())
                .send()
                .await
        }
    };
    let none = format!("arn:aws:iam::{ACCOUNT}:role/none");
    let outcome = create(json!({"AWS": none})).await;
    assert_eq!(code(outcome), "MalformedPolicyDocument");
    let outcome = create(json!({"AWS": none})).await;
    assert_eq!(
        message(outcome),
        format!("Invalid principal in policy: \"AWS\":\"{none}\"")
    );
    for bad in [
        json!("*"),
        json!({"AWS": "999999999999"}),
        json!({"AWS": "acme"}),
        json!({"Federated": "https://token.actions.githubusercontent.com"}),
        json!({"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/https://issuer.example")}),
        json!({"Service": "lambda"}),
    ] {
        assert_eq!(
            code(create(bad.clone()).await),
            "MalformedPolicyDocument",
            "{bad}"
        );
    }
    create(json!({"Service": "lambda.amazonaws.com"})).await.unwrap();
}

#[tokio::test]
async fn a_shared_issuer_without_its_tenant_is_not_stored() {
    let lab = Laboratory::open().await;
    let create = |condition: Value| {
        let iam = lab.iam();
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com")},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition}]});
        async move {
            iam.create_role()
                .role_name("r")
                .assume_role_policy_document(policy.to_string())
                .send()
                .await
        }
    };
    let aud = json!({"StringEquals": {"gitlab.com:aud": "sts.amazonaws.com"}});
    assert_eq!(code(create(aud).await), "MalformedPolicyDocument");
    let star = json!({"StringLike": {"gitlab.com:sub": "*"}});
    assert_eq!(code(create(star).await), "MalformedPolicyDocument");
    create(json!({"StringLike": {"gitlab.com:sub": "project_path:acme/*"}}))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_trusted_role_made_anew_is_not_trusted() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    let first = role(&lab, ACCOUNT, "first", &json!(ACCOUNT), &json!({})).await;
    let second = role(&lab, ACCOUNT, "second", &json!(first), &json!({})).await;
    let old = iam.get_role().role_name("first").send().await.unwrap();
    let old_id = old.role().unwrap().role_id().to_owned();
    iam.delete_role().role_name("first").send().await.unwrap();
    role(&lab, ACCOUNT, "first", &json!(ACCOUNT), &json!({})).await;
    allow(&lab, ACCOUNT, "first", "sts:AssumeRole").await;
    let session = assume(&lab, &lab.administrator(), &first).await;
    assert_eq!(code(ask(&lab, &session, &second).send().await), "AccessDenied");
    let read = iam.get_role().role_name("second").send().await.unwrap();
    let trust = read
        .role()
        .unwrap()
        .assume_role_policy_document()
        .unwrap()
        .to_owned();
    assert!(trust.contains(&old_id), "{trust}");
}

#[tokio::test]
async fn an_explicit_deny_is_said_to_be_one() {
    let lab = Laboratory::open().await;
    let arn = role(&lab, ACCOUNT, "r", &json!(ACCOUNT), &json!({})).await;
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:Delete*", "Resource": "*",
         "Condition": {"StringEquals": {"iam:ResourceTag/keep": "yes"}}}]});
    lab.iam()
        .put_role_policy()
        .role_name("r")
        .policy_name("p")
        .policy_document(policy.to_string())
        .send()
        .await
        .unwrap();
    let iam = lab.iam_as(&assume(&lab, &lab.administrator(), &arn).await);
    iam.create_instance_profile()
        .instance_profile_name("i")
        .send()
        .await
        .unwrap();
    let passed = iam
        .add_role_to_instance_profile()
        .instance_profile_name("i")
        .role_name("r")
        .send()
        .await;
    assert!(message(passed).ends_with("with an explicit deny in an identity-based policy"));
    for (name, tag, good) in [("keep", "yes", false), ("toss", "no", true)] {
        role(&lab, ACCOUNT, name, &json!(ACCOUNT), &json!({})).await;
        iam.tag_role()
            .role_name(name)
            .tags(
                aws_sdk_iam::types::Tag::builder()
                    .key("keep")
                    .value(tag)
                    .build()
                    .unwrap(),
            )
            .send()
            .await
            .unwrap();
        let outcome = iam.delete_role().role_name(name).send().await;
        assert_eq!(outcome.is_ok(), good, "{name}");
    }
}

#[tokio::test]
async fn managed_session_policies() {
    let lab = Laboratory::open().await;
    let arn = role(&lab, ACCOUNT, "r", &json!(ACCOUNT), &json!({})).await;
    allow(&lab, ACCOUNT, "r", "iam:*").await;
    let narrowed = |policy: &str| {
        let arn = aws_sdk_sts::types::PolicyDescriptorType::builder()
            .arn(policy)
            .build();
        ask(&lab, &lab.administrator(), "x")
            .role_arn(format!("arn:aws:iam::{ACCOUNT}:role/r"))
            .policy_arns(arn)
    };
    assert_eq!(arn, format!("arn:aws:iam::{ACCOUNT}:role/r"));
    let unknown = narrowed("arn:aws:iam::aws:policy/NoSuchPolicy").send().await;
    assert_eq!(code(unknown), "ValidationError");
    let answer = narrowed("arn:aws:iam::aws:policy/IAMReadOnlyAccess")
        .send()
        .await
        .unwrap();
    let iam = lab.iam_as(&super::exchange::keys_of(answer.credentials().unwrap()));
    iam.list_roles().send().await.unwrap();
    assert!(
        message(iam.delete_role().role_name("r").send().await)
            .ends_with("because no session policy allows the iam:DeleteRole action")
    );
}
