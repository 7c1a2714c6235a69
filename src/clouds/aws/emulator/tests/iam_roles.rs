//! Roles and what hangs on them, through the SDK.

use aws_sdk_iam::types::{EntityType, Tag};

use super::laboratory::{ACCOUNT, Laboratory, OTHER_ACCOUNT, code, message};
use crate::clouds::aws::emulator::{Failure, Faults, Freshness};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:sub":"repo:acme/api:ref:refs/heads/main"}}}]}"#;
const INLINE: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build().unwrap()
}

async fn make(iam: &aws_sdk_iam::Client, name: &str) {
    iam.create_role()
        .role_name(name)
        .assume_role_policy_document(TRUST)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_role_reads_back_as_it_was_made() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    let boundary = "arn:aws:iam::aws:policy/PowerUserAccess";
    iam.create_role()
        .role_name("Deploy")
        .path("/ci/")
        .assume_role_policy_document(TRUST)
        .description("from CI\r\n\u{e9}")
        .max_session_duration(7200)
        .permissions_boundary(boundary)
        .tags(tag("Env", "a"))
        .send()
        .await
        .unwrap();
    let read = iam.get_role().role_name("deploy").send().await.unwrap();
    let role = read.role().unwrap();
    assert_eq!(role.arn(), format!("arn:aws:iam::{ACCOUNT}:role/ci/Deploy"));
    assert_eq!(role.role_name(), "Deploy");
    assert!(role.role_id().starts_with("AROA"));
    assert_eq!(role.description(), Some("from CI\r\n\u{e9}"));
    assert_eq!(role.max_session_duration(), Some(7200));
    assert_eq!(
        role.permissions_boundary().unwrap().permissions_boundary_arn(),
        Some(boundary)
    );
    assert_eq!(role.tags(), [tag("Env", "a")]);
    let encoded = role.assume_role_policy_document().unwrap();
    assert!(encoded.starts_with("%7B%22Version%22%3A"), "{encoded}");
}

#[tokio::test]
async fn names_are_unique_ignoring_case() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    make(&iam, "Deploy").await;
    let again = iam
        .create_role()
        .role_name("dePLOY")
        .assume_role_policy_document(TRUST)
        .send()
        .await;
    assert_eq!(code(again), "EntityAlreadyExists");
    let other = lab.administrator_of(OTHER_ACCOUNT);
    make(&lab.iam_as(&other), "Deploy").await;
}

#[tokio::test]
async fn what_has_no_right_shape_is_refused() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    let create = || {
        iam.create_role()
            .role_name("x")
            .assume_role_policy_document(TRUST)
    };
    let spaced = create().role_name("a b").send().await;
    assert_eq!(
        message(spaced),
        "1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [\\w+=,.@-]+"
    );
    for (outcome, expected) in [
        (create().path("ci").send().await, "ValidationError"),
        (
            create().max_session_duration(3599).send().await,
            "ValidationError",
        ),
        (
            create().max_session_duration(43_201).send().await,
            "ValidationError",
        ),
        (
            create().description("x".repeat(1001)).send().await,
            "ValidationError",
        ),
        (create().tags(tag("a*", "b")).send().await, "ValidationError"),
        (
            create().tags(tag("env", "b")).tags(tag("Env", "c")).send().await,
            "InvalidInput",
        ),
        (
            create().assume_role_policy_document("no json").send().await,
            "MalformedPolicyDocument",
        ),
        (
            create()
                .permissions_boundary("arn:aws:iam::aws:policy/NoSuchPolicy")
                .send()
                .await,
            "NoSuchEntity",
        ),
        (
            create()
                .permissions_boundary("arn:aws:iam::aws:role/NoPolicy")
                .send()
                .await,
            "InvalidInput",
        ),
    ] {
        assert_eq!(code(outcome), expected);
    }
    assert!(iam.list_roles().send().await.unwrap().roles().is_empty());
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    for number in 0..7 {
        make(&iam, &format!("role{number}")).await;
    }
    let pages = iam
        .list_roles()
        .into_paginator()
        .page_size(3)
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .unwrap();
    let sizes: Vec<_> = pages.iter().map(|page| page.roles().len()).collect();
    assert_eq!(sizes, [3, 3, 1]);
}

#[tokio::test]
async fn a_role_dies_only_when_nothing_hangs_on_it() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    make(&iam, "r").await;
    let policy = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    iam.attach_role_policy()
        .role_name("r")
        .policy_arn(policy)
        .send()
        .await
        .unwrap();
    iam.put_role_policy()
        .role_name("r")
        .policy_name("p")
        .policy_document(INLINE)
        .send()
        .await
        .unwrap();
    iam.create_instance_profile()
        .instance_profile_name("i")
        .send()
        .await
        .unwrap();
    iam.add_role_to_instance_profile()
        .instance_profile_name("i")
        .role_name("r")
        .send()
        .await
        .unwrap();
    let delete = || iam.delete_role().role_name("r").send();
    assert!(message(delete().await).contains("instance profile"));
    let profiles = iam
        .list_instance_profiles_for_role()
        .role_name("r")
        .send()
        .await
        .unwrap();
    assert_eq!(profiles.instance_profiles()[0].roles()[0].role_name(), "r");
    iam.remove_role_from_instance_profile()
        .instance_profile_name("i")
        .role_name("r")
        .send()
        .await
        .unwrap();
    assert!(message(delete().await).contains("detach all policies"));
    iam.detach_role_policy()
        .role_name("r")
        .policy_arn(policy)
        .send()
        .await
        .unwrap();
    assert_eq!(code(delete().await), "DeleteConflict");
    iam.delete_role_policy()
        .role_name("r")
        .policy_name("p")
        .send()
        .await
        .unwrap();
    delete().await.unwrap();
    assert_eq!(code(delete().await), "NoSuchEntity");
}

#[tokio::test]
async fn policies_of_a_role() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    make(&iam, "r").await;
    let put = |name: &'static str, document: String| {
        iam.put_role_policy()
            .role_name("r")
            .policy_name(name)
            .policy_document(document)
            .send()
    };
    put("p", INLINE.to_owned()).await.unwrap();
    let read = iam
        .get_role_policy()
        .role_name("r")
        .policy_name("p")
        .send()
        .await
        .unwrap();
    assert!(read.policy_document().contains("%22s3%3A%2A%22"));
    let long = INLINE.replace("s3:*", &format!("s3:{}", "x".repeat(10_200)));
    assert_eq!(code(put("long", long).await), "LimitExceeded");
    assert_eq!(code(put("bad", "[]".to_owned()).await), "MalformedPolicyDocument");
    let made = iam
        .create_policy()
        .policy_name("own")
        .path("/team/")
        .policy_document(INLINE)
        .send()
        .await
        .unwrap();
    let own = made.policy().unwrap().arn().unwrap().to_owned();
    let attach = |arn: String| iam.attach_role_policy().role_name("r").policy_arn(arn).send();
    attach(own.clone()).await.unwrap();
    attach(own.clone()).await.unwrap();
    assert_eq!(
        code(attach(format!("arn:aws:iam::{ACCOUNT}:policy/none")).await),
        "NoSuchEntity"
    );
    let names: Vec<_> = "AdministratorAccess PowerUserAccess ReadOnlyAccess SecurityAudit IAMFullAccess \
                         IAMReadOnlyAccess AmazonS3FullAccess AmazonS3ReadOnlyAccess CloudWatchFullAccess \
                         CloudWatchReadOnlyAccess"
        .split_whitespace()
        .collect();
    let mut refused = Vec::new();
    for name in &names {
        if let Err(error) = attach(format!("arn:aws:iam::aws:policy/{name}")).await {
            refused.push(code::<(), _>(Err(error)));
        }
    }
    assert_eq!(refused, ["LimitExceeded"]);
    let attached = iam
        .list_attached_role_policies()
        .role_name("r")
        .path_prefix("/team/")
        .send()
        .await
        .unwrap();
    assert_eq!(attached.attached_policies().len(), 1);
    let delete = iam.delete_policy().policy_arn(&own).send().await;
    assert_eq!(code(delete), "DeleteConflict");
}

#[tokio::test]
async fn the_whole_account_in_one_call() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    make(&iam, "r").await;
    iam.put_role_policy()
        .role_name("r")
        .policy_name("p")
        .policy_document(INLINE)
        .send()
        .await
        .unwrap();
    let details = iam
        .get_account_authorization_details()
        .filter(EntityType::Role)
        .send()
        .await
        .unwrap();
    assert!(details.user_detail_list().is_empty());
    let role = &details.role_detail_list()[0];
    assert_eq!(role.role_policy_list()[0].policy_name(), Some("p"));
}

#[tokio::test]
async fn tags_of_roles_ignore_case() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    make(&iam, "r").await;
    for key in ["Env", "env"] {
        iam.tag_role()
            .role_name("r")
            .tags(tag(key, key))
            .send()
            .await
            .unwrap();
    }
    let tags = iam.list_role_tags().role_name("r").send().await.unwrap();
    assert_eq!(tags.tags(), [tag("env", "env")]);
    let many = (0..50).map(|n| tag(&format!("k{n}"), "v")).collect();
    let outcome = iam.tag_role().role_name("r").set_tags(Some(many)).send().await;
    assert_eq!(code(outcome), "LimitExceeded");
    iam.untag_role()
        .role_name("r")
        .tag_keys("ENV")
        .send()
        .await
        .unwrap();
    assert!(
        iam.list_role_tags()
            .role_name("r")
            .send()
            .await
            .unwrap()
            .tags()
            .is_empty()
    );
}

#[tokio::test]
async fn an_update_without_duration_falls_back() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    make(&iam, "r").await;
    for (duration, expected) in [(Some(7200), 7200), (None, 3600)] {
        iam.update_role()
            .role_name("r")
            .set_max_session_duration(duration)
            .send()
            .await
            .unwrap();
        let read = iam.get_role().role_name("r").send().await.unwrap();
        assert_eq!(read.role().unwrap().max_session_duration(), Some(expected));
    }
}

#[tokio::test]
async fn faults_on_request() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    lab.emulator.set_faults(Faults {
        fresh: Freshness {
            role_reads: 2,
            ..Freshness::default()
        },
        fail: vec![Failure {
            operation: "CreateRole".to_owned(),
            call: 1,
            times: 1,
            code: "ServiceFailure".to_owned(),
            status: 500,
            message: "lost".to_owned(),
            applied: true,
            withheld: false,
        }],
        ..Faults::default()
    });
    let lost = iam
        .create_role()
        .role_name("r")
        .assume_role_policy_document(TRUST)
        .send()
        .await;
    assert_eq!(code(lost), "ServiceFailure");
    let get = || iam.get_role().role_name("r").send();
    assert_eq!(code(get().await), "NoSuchEntity");
    assert_eq!(code(get().await), "NoSuchEntity");
    get().await.unwrap();
    assert_eq!(lab.emulator.calls()["iam:GetRole"], 3);
}

/// Lists lag behind: each role that is made under the fault is left out of the next ones.
#[tokio::test]
async fn a_fresh_role_is_left_out_of_lists() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    make(&iam, "old").await;
    lab.emulator
        .set_faults(serde_json::from_str(r#"{"fresh": {"role_lists": 2}}"#).unwrap());
    make(&iam, "fresh").await;
    let mut listed = Vec::new();
    for _ in 0..3 {
        listed.push(iam.list_roles().send().await.unwrap().roles().len());
    }
    assert_eq!(listed, [1, 1, 2]);
    assert!(iam.get_role().role_name("fresh").send().await.is_ok());
}
