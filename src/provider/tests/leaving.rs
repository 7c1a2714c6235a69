//! A trust leaves a provider: whose role counts as its own, and whose keeps the provider.

use super::host::{Host, set};
use super::lab::{ISSUER, Lab, OWN};
use crate::clouds::aws::client::{Iam, NewProvider, NewRole, Tags};
use crate::framework::Value;

const TYPE: &str = "oidcfed_aws_trust";
const OTHER_ISSUER: &str = "https://other.example";

fn config(issuer: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("issuer", Value::string(issuer)),
        ("subjects", set(&["repo:acme/api:ref:refs/heads/main"])),
        ("role_name", Value::string("deploy")),
    ]
}

/// A statement that names a provider and tests what a trust tests.
fn statement(arn: &str, audience: &str) -> String {
    let url = ISSUER.trim_start_matches("https://");
    format!(
        r#"{{"Sid":"Own","Effect":"Allow","Principal":{{"Federated":"{arn}"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{{"StringEquals":{{"{url}:aud":"{audience}","{url}:sub":"repo:acme/web:ref:refs/heads/main"}}}}}}"#
    )
}

fn role(statement: &str) -> NewRole {
    NewRole {
        name: "deploy".to_owned(),
        path: "/".to_owned(),
        trust_policy: format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#),
        description: None,
        max_session_duration: None,
        permissions_boundary: None,
        tags: Tags::new(),
    }
}

async fn audiences(iam: &Iam, arn: &str) -> Option<Vec<String>> {
    iam.get_provider(arn)
        .await
        .ok()
        .map(|provider| provider.client_ids)
}

/// The role was deleted by hand, and its name is somebody else's now: that role needs the provider like any other.
#[tokio::test]
async fn a_role_remade_under_the_old_name_keeps_the_provider() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    let object = Host::new(&lab, &[], &[])
        .await
        .apply(TYPE, &config(ISSUER), None)
        .await;
    stranger.delete_role("deploy").await.unwrap();
    let theirs = role(&statement(&lab.arn(), "sts.amazonaws.com"));
    let theirs = stranger.create_role(&theirs).await.unwrap();
    let host = Host::new(&lab, &[], &[]).await;
    assert!(!host.destroy(TYPE, &object).await.has_errors());
    assert_eq!(
        audiences(&stranger, &lab.arn()).await,
        Some(vec!["sts.amazonaws.com".to_owned()])
    );
    assert_eq!(
        stranger.get_role("deploy").await.unwrap().unique_id,
        theirs.unique_id
    );
}

#[tokio::test]
async fn a_role_remade_under_the_old_name_keeps_its_audience() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    let foreign = NewProvider {
        url: ISSUER.to_owned(),
        client_ids: vec!["theirs.example".to_owned()],
        thumbprints: vec!["a".repeat(40)],
        tags: Tags::new(),
    };
    stranger.create_provider(&foreign).await.unwrap();
    for (needed, left) in [
        ("sts.amazonaws.com", vec!["theirs.example", "sts.amazonaws.com"]),
        ("theirs.example", vec!["theirs.example"]),
    ] {
        let object = Host::new(&lab, &[], &[])
            .await
            .apply(TYPE, &config(ISSUER), None)
            .await;
        stranger.delete_role("deploy").await.unwrap();
        let theirs = role(&statement(&lab.arn(), needed));
        stranger.create_role(&theirs).await.unwrap();
        let host = Host::new(&lab, &[], &[]).await;
        assert!(!host.destroy(TYPE, &object).await.has_errors());
        let left: Vec<String> = left.into_iter().map(str::to_owned).collect();
        assert_eq!(audiences(&stranger, &lab.arn()).await, Some(left), "{needed}");
        stranger.delete_role("deploy").await.unwrap();
        let _ = stranger.remove_client_id(&lab.arn(), "sts.amazonaws.com").await;
    }
}

/// One run deletes a trust and makes another of the same role name: the place of the new one is its own.
#[tokio::test]
async fn a_trust_of_the_same_name_keeps_its_place() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    let first = Host::new(&lab, &[], &[])
        .await
        .apply(TYPE, &config(ISSUER), None)
        .await;
    stranger.delete_role("deploy").await.unwrap();
    let host = Host::new(&lab, &[], &[]).await;
    let second = host.apply(TYPE, &config(ISSUER), None).await;
    // IAM's lists lag: they do not show the second role yet
    stranger.delete_role("deploy").await.unwrap();
    assert!(!host.destroy(TYPE, &first).await.has_errors());
    assert!(audiences(&stranger, &lab.arn()).await.is_some());
    assert!(!host.destroy(TYPE, &second).await.has_errors());
}

fn with_statement(issuer: &str, lab: &Lab) -> Vec<(&'static str, Value)> {
    let mut config = config(issuer);
    let text = format!("[{}]", statement(&lab.arn(), "sts.amazonaws.com"));
    config.push(("additional_statements", Value::string(text)));
    config
}

fn held(mut config: Vec<(&'static str, Value)>, ownership: &str) -> Vec<(&'static str, Value)> {
    let members = [
        ("arn", Value::Null),
        ("ownership", Value::string(ownership)),
        ("thumbprints", Value::Null),
    ];
    let members = members.map(|(name, value)| (name.to_owned(), value));
    config.push(("oidc_provider", Value::Object(members.into())));
    config
}

/// The issuer changes, and a statement of the role's own still names the old provider: it stays until that statement goes.
#[tokio::test]
async fn a_statement_of_ones_own_keeps_the_old_provider() {
    for ownership in ["shared", "exclusive"] {
        let lab = Lab::start().await;
        let stranger = lab.stranger().await;
        let host = Host::new(&lab, &[], &[]).await;
        let before = held(with_statement(ISSUER, &lab), ownership);
        let object = host.apply(TYPE, &before, None).await;
        let after = held(with_statement(OTHER_ISSUER, &lab), ownership);
        let next = Host::new(&lab, &[], &[]).await;
        let object = next.apply(TYPE, &after, Some(&object)).await;
        let kept = Some(vec!["sts.amazonaws.com".to_owned()]);
        assert_eq!(audiences(&stranger, &lab.arn()).await, kept, "{ownership}");
        assert_eq!(next.drift(TYPE, &after, &object).await, None);
        let last = Host::new(&lab, &[], &[]).await;
        let without = held(config(OTHER_ISSUER), ownership);
        let object = last.apply(TYPE, &without, Some(&object)).await;
        assert_eq!(audiences(&stranger, &lab.arn()).await, None, "{ownership}");
        assert!(!last.destroy(TYPE, &object).await.has_errors());
        assert!(stranger.list_providers().await.unwrap().is_empty(), "{OWN}");
    }
}

/// The same, and the trust is destroyed with that statement: nothing of ours is left behind.
#[tokio::test]
async fn a_destroy_gives_back_every_provider_it_ever_made() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    let host = Host::new(&lab, &[], &[]).await;
    let object = host.apply(TYPE, &with_statement(ISSUER, &lab), None).await;
    let object = host
        .apply(TYPE, &with_statement(OTHER_ISSUER, &lab), Some(&object))
        .await;
    assert_eq!(stranger.list_providers().await.unwrap().len(), 2);
    let next = Host::new(&lab, &[], &[]).await;
    assert!(!next.destroy(TYPE, &object).await.has_errors());
    assert!(stranger.list_providers().await.unwrap().is_empty());
}

/// A statement of the role's own that admits another audience only: ours goes from the old provider, the provider stays.
#[tokio::test]
async fn a_statement_of_ones_own_keeps_what_it_admits() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    let host = Host::new(&lab, &[], &[]).await;
    let of = |issuer: &str, more: bool| {
        let mut config = config(issuer);
        let text = format!("[{}]", statement(&lab.arn(), "second.example"));
        config.push(("additional_statements", Value::string(text)));
        if more {
            config.push(("audiences", set(&["sts.amazonaws.com", "second.example"])));
        }
        config
    };
    let object = host.apply(TYPE, &of(ISSUER, true), None).await;
    let object = host.apply(TYPE, &of(OTHER_ISSUER, false), Some(&object)).await;
    assert_eq!(
        audiences(&stranger, &lab.arn()).await,
        Some(vec!["second.example".to_owned()])
    );
    // Somebody adds the audience again: it is not ours to take away any more.
    stranger
        .add_client_id(&lab.arn(), "sts.amazonaws.com")
        .await
        .unwrap();
    assert!(!host.destroy(TYPE, &object).await.has_errors());
    let left = audiences(&stranger, &lab.arn()).await;
    assert_eq!(left, Some(vec!["sts.amazonaws.com".to_owned()]));
}

fn foreign(client_ids: &[&str]) -> NewProvider {
    NewProvider {
        url: ISSUER.to_owned(),
        client_ids: client_ids.iter().map(|id| (*id).to_owned()).collect(),
        thumbprints: vec!["a".repeat(40)],
        tags: Tags::new(),
    }
}

fn other_role(arn: &str, audience: &str) -> NewRole {
    NewRole {
        name: "theirs".to_owned(),
        ..role(&statement(arn, audience))
    }
}

fn with_audiences(issuer: &str, audiences: &[&str], description: &str) -> Vec<(&'static str, Value)> {
    let mut config = config(issuer);
    config.push(("audiences", set(audiences)));
    config.push(("description", Value::string(description)));
    config
}

/// The trust drops an audience that it added, or the whole provider, while somebody's role admits that audience: it stays,
/// until the last need goes, and the next change or the destroy takes it away.
#[tokio::test]
async fn an_audience_that_was_needed_when_it_was_dropped_goes_later() {
    let kept = vec!["theirs.example".to_owned()];
    let stays = ["theirs.example", "sts.amazonaws.com"]
        .map(str::to_owned)
        .to_vec();
    for (issuer, audiences_then) in [(ISSUER, "theirs.example"), (OTHER_ISSUER, "sts.amazonaws.com")] {
        for by_change in [true, false] {
            let when = format!("{issuer}, by a change: {by_change}");
            let lab = Lab::start().await;
            let stranger = lab.stranger().await;
            stranger
                .create_provider(&foreign(&["theirs.example"]))
                .await
                .unwrap();
            let fresh = async || Host::new(&lab, &[], &[]).await;
            let before = with_audiences(ISSUER, &["sts.amazonaws.com", "theirs.example"], "1");
            let object = fresh().await.apply(TYPE, &before, None).await;
            let theirs = other_role(&lab.arn(), "sts.amazonaws.com");
            stranger.create_role(&theirs).await.unwrap();
            let dropped = with_audiences(issuer, &[audiences_then], "1");
            let object = fresh().await.apply(TYPE, &dropped, Some(&object)).await;
            assert_eq!(
                audiences(&stranger, &lab.arn()).await,
                Some(stays.clone()),
                "{when}"
            );
            let added = object.state.member("added_audiences").unwrap();
            assert_eq!(
                added.member(&lab.arn()),
                Some(&set(&["sts.amazonaws.com"])),
                "{when}"
            );
            assert_eq!(fresh().await.drift(TYPE, &dropped, &object).await, None, "{when}");
            // still needed
            let again = with_audiences(issuer, &[audiences_then], "2");
            let object = fresh().await.apply(TYPE, &again, Some(&object)).await;
            assert_eq!(
                audiences(&stranger, &lab.arn()).await,
                Some(stays.clone()),
                "{when}"
            );
            stranger.delete_role("theirs").await.unwrap();
            let host = fresh().await;
            if by_change {
                let last = with_audiences(issuer, &[audiences_then], "3");
                let object = host.apply(TYPE, &last, Some(&object)).await;
                assert_eq!(
                    audiences(&stranger, &lab.arn()).await,
                    Some(kept.clone()),
                    "{when}"
                );
                assert_eq!(fresh().await.drift(TYPE, &last, &object).await, None, "{when}");
                let added = object.state.member("added_audiences").unwrap();
                assert_eq!(added.member(&lab.arn()), None, "{when}");
            } else {
                host.destroy(TYPE, &object).await;
                assert_eq!(
                    audiences(&stranger, &lab.arn()).await,
                    Some(kept.clone()),
                    "{when}"
                );
            }
        }
    }
}

/// The same at a provider that is held without a role.
#[tokio::test]
async fn an_audience_of_a_resource_goes_later_as_well() {
    const PROVIDER: &str = "oidcfed_aws_oidc_provider";
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    stranger
        .create_provider(&foreign(&["theirs.example"]))
        .await
        .unwrap();
    let config = |audiences: &[&str]| vec![("issuer", Value::string(ISSUER)), ("audiences", set(audiences))];
    let fresh = async || Host::new(&lab, &[], &[]).await;
    let both = config(&["sts.amazonaws.com", "theirs.example"]);
    let object = fresh().await.apply(PROVIDER, &both, None).await;
    let theirs = other_role(&lab.arn(), "sts.amazonaws.com");
    stranger.create_role(&theirs).await.unwrap();
    let dropped = config(&["theirs.example"]);
    let object = fresh().await.apply(PROVIDER, &dropped, Some(&object)).await;
    assert_eq!(audiences(&stranger, &lab.arn()).await.unwrap().len(), 2);
    assert_eq!(fresh().await.drift(PROVIDER, &dropped, &object).await, None);
    stranger.delete_role("theirs").await.unwrap();
    fresh().await.destroy(PROVIDER, &object).await;
    let left = audiences(&stranger, &lab.arn()).await;
    assert_eq!(left, Some(vec!["theirs.example".to_owned()]));
}
