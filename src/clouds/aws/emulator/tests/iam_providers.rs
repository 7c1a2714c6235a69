//! OIDC providers through the SDK.

use aws_sdk_iam::types::Tag;

use super::laboratory::{ACCOUNT, Laboratory, OTHER_ACCOUNT, code};

const URL: &str = "https://token.actions.githubusercontent.com";

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build().unwrap()
}

#[tokio::test]
async fn a_provider_from_birth_to_death() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    let made = iam
        .create_open_id_connect_provider()
        .url(URL)
        .client_id_list("sts.amazonaws.com")
        .tags(tag("Env", "a"))
        .tags(tag("env", "b"))
        .send()
        .await
        .unwrap();
    let arn = made.open_id_connect_provider_arn().unwrap();
    assert_eq!(
        arn,
        format!("arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com")
    );
    let read = iam
        .get_open_id_connect_provider()
        .open_id_connect_provider_arn(arn)
        .send()
        .await
        .unwrap();
    assert_eq!(read.url(), Some("token.actions.githubusercontent.com"));
    assert_eq!(read.client_id_list(), ["sts.amazonaws.com"]);
    assert_eq!(read.thumbprint_list().len(), 1);
    assert_eq!(read.thumbprint_list()[0].len(), 40);
    assert_eq!(read.tags().len(), 2);
    let again = iam.create_open_id_connect_provider().url(URL).send().await;
    assert_eq!(code(again), "EntityAlreadyExists");
    for id in ["b", "b", "sts.amazonaws.com"] {
        iam.add_client_id_to_open_id_connect_provider()
            .open_id_connect_provider_arn(arn)
            .client_id(id)
            .send()
            .await
            .unwrap();
    }
    for id in ["absent", "sts.amazonaws.com"] {
        iam.remove_client_id_from_open_id_connect_provider()
            .open_id_connect_provider_arn(arn)
            .client_id(id)
            .send()
            .await
            .unwrap();
    }
    iam.update_open_id_connect_provider_thumbprint()
        .open_id_connect_provider_arn(arn)
        .thumbprint_list("a".repeat(40))
        .send()
        .await
        .unwrap();
    iam.untag_open_id_connect_provider()
        .open_id_connect_provider_arn(arn)
        .tag_keys("Env")
        .send()
        .await
        .unwrap();
    let read = iam
        .get_open_id_connect_provider()
        .open_id_connect_provider_arn(arn)
        .send()
        .await
        .unwrap();
    assert_eq!(read.client_id_list(), ["b"]);
    assert_eq!(read.thumbprint_list(), ["a".repeat(40)]);
    assert_eq!(read.tags(), [tag("env", "b")]);
    let list = iam.list_open_id_connect_providers().send().await.unwrap();
    assert_eq!(list.open_id_connect_provider_list().len(), 1);
    let delete = || {
        iam.delete_open_id_connect_provider()
            .open_id_connect_provider_arn(arn)
            .send()
    };
    delete().await.unwrap();
    assert_eq!(code(delete().await), "NoSuchEntity");
}

#[tokio::test]
async fn limits_of_a_provider() {
    let lab = Laboratory::open().await;
    let iam = lab.iam();
    let ids = |count| Some((0..count).map(|n| format!("id{n}")).collect::<Vec<_>>());
    let prints = |count| Some((0..count).map(|n| format!("{n:040x}")).collect::<Vec<_>>());
    let create = || iam.create_open_id_connect_provider();
    let too_many_ids = create().url(URL).set_client_id_list(ids(101)).send().await;
    assert_eq!(code(too_many_ids), "LimitExceeded");
    let too_many_prints = create().url(URL).set_thumbprint_list(prints(6)).send().await;
    assert_eq!(code(too_many_prints), "InvalidInput");
    assert_eq!(
        code(create().url(URL).thumbprint_list("abc").send().await),
        "ValidationError"
    );
    assert_eq!(
        code(create().url("http://issuer.example").send().await),
        "ValidationError"
    );
    let reserved = create().url(URL).tags(tag("aws:x", "y")).send().await;
    assert_eq!(code(reserved), "InvalidInput");
    let made = create()
        .url(URL)
        .set_client_id_list(ids(100))
        .set_thumbprint_list(prints(5))
        .send()
        .await
        .unwrap();
    let arn = made.open_id_connect_provider_arn().unwrap();
    let one_more = iam
        .add_client_id_to_open_id_connect_provider()
        .open_id_connect_provider_arn(arn)
        .client_id("one more")
        .send()
        .await;
    assert_eq!(code(one_more), "LimitExceeded");
    let cleared = iam
        .update_open_id_connect_provider_thumbprint()
        .open_id_connect_provider_arn(arn)
        .set_thumbprint_list(Some(vec![]))
        .send()
        .await;
    assert_eq!(code(cleared), "InvalidInput");
}

#[tokio::test]
async fn accounts_are_apart() {
    let lab = Laboratory::open().await;
    let other = lab.administrator_of(OTHER_ACCOUNT);
    lab.iam()
        .create_open_id_connect_provider()
        .url(URL)
        .send()
        .await
        .unwrap();
    let other = lab.iam_as(&other);
    let list = other.list_open_id_connect_providers().send().await.unwrap();
    assert!(list.open_id_connect_provider_list().is_empty());
    let foreign = other
        .delete_open_id_connect_provider()
        .open_id_connect_provider_arn(format!(
            "arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
        ))
        .send()
        .await;
    assert_eq!(code(foreign), "AccessDenied");
}
