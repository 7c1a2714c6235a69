//! States of an older release, whose catalogue knew something else: an unchanged trust stays as it was made.

use super::host::{Host, Object, said, set};
use super::lab::{ISSUER as GENERIC, Lab, OWN};
use crate::clouds::aws::client::{NewProvider, NewRole, Tags};
use crate::framework::{ImportKey, Value};

const TYPE: &str = "oidcfed_aws_trust";
/// Its tokens always carry `azp`, as the catalogue knows today.
const ISSUER: &str = "https://login.app.env0.com/";
const SUBJECT: &str = "auth0|deploy";

fn arn() -> String {
    format!("arn:aws:iam::{OWN}:oidc-provider/login.app.env0.com/")
}

fn config() -> Vec<(&'static str, Value)> {
    vec![
        ("issuer", Value::string(ISSUER)),
        ("subjects", set(&[SUBJECT])),
        ("role_name", Value::string("deploy")),
    ]
}

/// What that release wrote: the audience on `:aud`.
fn older_policy() -> String {
    let arn = arn();
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Trust","Effect":"Allow","Principal":{{"Federated":"{arn}"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{{"StringEquals":{{"login.app.env0.com/:aud":"sts.amazonaws.com","login.app.env0.com/:sub":"{SUBJECT}"}}}}}}]}}"#
    )
}

async fn host(lab: &Lab) -> Host {
    Host::new(lab, &[], &[("guardrail", Value::string("warn"))]).await
}

/// A trust of that release, as an import finds it.
async fn older(lab: &Lab) -> Object {
    let stranger = lab.stranger().await;
    let provider = NewProvider {
        url: ISSUER.to_owned(),
        client_ids: vec!["sts.amazonaws.com".to_owned()],
        thumbprints: vec!["a".repeat(40)],
        tags: Tags::new(),
    };
    stranger.create_provider(&provider).await.unwrap();
    let role = NewRole {
        name: "deploy".to_owned(),
        path: "/".to_owned(),
        trust_policy: older_policy(),
        description: None,
        max_session_duration: None,
        permissions_boundary: None,
        tags: Tags::new(),
    };
    stranger.create_role(&role).await.unwrap();
    host(lab)
        .await
        .import(TYPE, ImportKey::Id("deploy".to_owned()))
        .await
}

fn without(object: &Object, key: &str) -> Object {
    let mut private: serde_json::Value = serde_json::from_slice(&object.private).unwrap();
    assert!(
        private.as_object_mut().unwrap().remove(key).is_some(),
        "{private}"
    );
    Object {
        private: serde_json::to_vec(&private).unwrap(),
        ..object.clone()
    }
}

fn with(argument: &'static str, value: Value) -> Vec<(&'static str, Value)> {
    let mut config = config();
    config.push((argument, value));
    config
}

#[tokio::test]
async fn an_unchanged_trust_stays_as_it_was_made() {
    let lab = Lab::start().await;
    let object = older(&lab).await;
    let next = host(&lab).await;
    let plain = config();
    assert_eq!(next.drift(TYPE, &plain, &object).await, None);
    // It is the record that decides, not what the role says now.
    let (_, diagnostics) = next.plan(TYPE, &plain, Some(&without(&object, "implied"))).await;
    let errors = said(&diagnostics);
    assert!(errors.iter().any(|one| one.starts_with("claims: ")), "{errors:?}");
    // A crash wipes the record: the policy shows what was decided.
    let wiped = Object {
        private: Vec::new(),
        ..object.clone()
    };
    assert_eq!(next.drift(TYPE, &plain, &wiped).await, None);
    // A change of something else leaves the policy as it is, and the record stays.
    let mut described = plain.clone();
    described.push(("description", Value::string("deploys")));
    let object = next.apply(TYPE, &described, Some(&object)).await;
    let last = host(&lab).await;
    assert_eq!(last.drift(TYPE, &described, &object).await, None);
    let policy = object
        .state
        .member("trust_policy")
        .and_then(Value::as_str)
        .unwrap();
    assert!(policy.contains(":aud") && !policy.contains(":oaud"), "{policy}");
    // What somebody else changes is still taken back to what was decided.
    let stranger = lab.stranger().await;
    let widened = older_policy().replace(SUBJECT, "auth0|stranger");
    stranger.update_trust_policy("deploy", &widened).await.unwrap();
    let fresh = last.refresh(TYPE, &object).await.unwrap();
    assert_eq!(fresh.state.member("subjects"), Some(&set(&["auth0|stranger"])));
    let object = last.apply(TYPE, &described, Some(&fresh)).await;
    let role = stranger.get_role("deploy").await.unwrap();
    assert!(role.trust_policy.contains(SUBJECT) && !role.trust_policy.contains(":oaud"));
    assert_eq!(last.drift(TYPE, &described, &object).await, None);
}

#[tokio::test]
async fn changed_audiences_decide_anew() {
    let lab = Lab::start().await;
    let object = older(&lab).await;
    let next = host(&lab).await;
    let changed = with("audiences", set(&["other.example"]));
    let (_, diagnostics) = next.plan(TYPE, &changed, Some(&object)).await;
    let errors = said(&diagnostics);
    assert!(errors.iter().any(|one| one.starts_with("claims: ")), "{errors:?}");
    let client = Value::Map([("azp".to_owned(), set(&["client"]))].into());
    let object = next
        .apply(TYPE, &with("claims", client.clone()), Some(&object))
        .await;
    let policy = object
        .state
        .member("trust_policy")
        .and_then(Value::as_str)
        .unwrap();
    assert!(policy.contains(":oaud"), "{policy}");
    assert_eq!(
        host(&lab)
            .await
            .drift(TYPE, &with("claims", client), &object)
            .await,
        None
    );
    let provider = lab.stranger().await.get_provider(&arn()).await.unwrap();
    assert_eq!(provider.client_ids, ["sts.amazonaws.com", "client"]);
}

/// A state of a release with another default audience: it stays until the issuer changes.
#[tokio::test]
async fn the_default_audience_stays() {
    let lab = Lab::start().await;
    let generic = |name: &'static str, more: Option<Value>| {
        let mut config = vec![
            ("issuer", Value::string(GENERIC)),
            ("subjects", set(&["repo:acme/api:ref:refs/heads/main"])),
            ("role_name", Value::string(name)),
        ];
        config.extend(more.map(|audiences| ("audiences", audiences)));
        config
    };
    let today = host(&lab).await.apply(TYPE, &generic("today", None), None).await;
    let written = generic("deploy", Some(set(&["older.example"])));
    let object = host(&lab).await.apply(TYPE, &written, None).await;
    // As if `older.example` had been the default: what the record of today says, with that audience.
    let read = |object: &Object| serde_json::from_slice::<serde_json::Value>(&object.private).unwrap();
    let mut audience = read(&today)["implied"]["audience"].clone();
    assert_eq!(audience["is"], "sts.amazonaws.com");
    audience["is"] = "older.example".into();
    let mut private = read(&object);
    private["implied"]["audience"] = audience;
    let Value::Object(mut state) = object.state.clone() else {
        panic!("{:?}", object.state)
    };
    state.insert("audiences".to_owned(), Value::Null);
    let object = Object {
        state: Value::Object(state),
        private: serde_json::to_vec(&private).unwrap(),
        ..object
    };
    let next = host(&lab).await;
    assert_eq!(next.drift(TYPE, &generic("deploy", None), &object).await, None);
    let mut moved = generic("deploy", None);
    moved.retain(|(name, _)| *name != "issuer");
    moved.push(("issuer", Value::string("https://other.example")));
    let object = next.apply(TYPE, &moved, Some(&object)).await;
    assert_eq!(
        object.state.member("accepted_audiences"),
        Some(&set(&["sts.amazonaws.com"]))
    );
}

/// A platform that an older release knew: the trust stays as it is, and can be destroyed; a new one is refused.
#[tokio::test]
async fn a_platform_that_is_no_longer_known_is_a_warning() {
    let lab = Lab::start().await;
    let config = |platform: &str, description: &str| {
        vec![
            ("issuer", Value::string(GENERIC)),
            ("platform", Value::string(platform)),
            ("subjects", set(&["repo:acme/api:ref:refs/heads/main"])),
            ("role_name", Value::string("deploy")),
            ("description", Value::string(description)),
        ]
    };
    let made = host(&lab)
        .await
        .apply(TYPE, &config("kubernetes", "x"), None)
        .await;
    // As if that platform had been called so: the record is written anew from what the policy shows.
    let Value::Object(mut state) = made.state.clone() else {
        panic!("{:?}", made.state)
    };
    state.insert("platform".to_owned(), Value::string("acme-retired"));
    state.insert("effective_platform".to_owned(), Value::string("acme-retired"));
    let older = Object {
        state: Value::Object(state),
        ..without(&made, "implied")
    };
    let next = host(&lab).await;
    let older = next.refresh(TYPE, &older).await.unwrap();
    let unchanged = config("acme-retired", "x");
    assert!(!next.validate(TYPE, &unchanged).has_errors());
    assert_eq!(next.drift(TYPE, &unchanged, &older).await, None);
    let (_, diagnostics) = next.plan(TYPE, &unchanged, Some(&older)).await;
    let warnings = said(&diagnostics).join("\n");
    for words in [
        "platform: The platform is not known",
        "acme-retired",
        "What to do",
        "file(",
    ] {
        assert!(warnings.contains(words), "{words}: {warnings}");
    }
    // Something else changes, and what was decided stays.
    let described = config("acme-retired", "y");
    let object = next.apply(TYPE, &described, Some(&older)).await;
    assert_eq!(
        object.state.member("trust_policy"),
        made.state.member("trust_policy")
    );
    assert_eq!(
        object.state.member("effective_platform"),
        Some(&Value::string("acme-retired"))
    );
    assert_eq!(host(&lab).await.drift(TYPE, &described, &object).await, None);
    // It is no word for a new trust, or for a change of what depends on it.
    let mut wider = unchanged.clone();
    wider.push(("audiences", set(&["other.example"])));
    for (config, prior) in [(&unchanged, None), (&wider, Some(&object))] {
        let (_, diagnostics) = next.plan(TYPE, config, prior).await;
        let errors = said(&diagnostics);
        assert!(diagnostics.has_errors(), "{errors:?}");
        assert!(
            errors
                .iter()
                .any(|one| one.starts_with("platform: Invalid platform")),
            "{errors:?}"
        );
    }
    assert!(!host(&lab).await.destroy(TYPE, &object).await.has_errors());
    assert!(lab.stranger().await.list_providers().await.unwrap().is_empty());
}

/// A platform file that an older release read: the same, also where its issuer alone tells less than the file did.
#[tokio::test]
async fn a_platform_file_that_can_no_longer_be_read_is_a_warning() {
    const FILE: &str = r#"
id = "acme-ci"
issuer = "https://issuer.example"
tenancy = "self-hosted"
[variable]
team = { pattern = "[a-z]+", chosen_by = "tenant", mutable = false }
[[subject]]
template = "team:{team}"
"#;
    let refused_today = FILE.replace("tenancy", "retired_member = 1\ntenancy");
    let lab = Lab::start().await;
    let enforcing = async || Host::new(&lab, &[], &[]).await;
    let config = |platform: &str, description: &str| {
        vec![
            ("issuer", Value::string(GENERIC)),
            ("platform", Value::string(platform)),
            ("subject_patterns", set(&["*"])),
            ("role_name", Value::string("deploy")),
            ("description", Value::string(description)),
        ]
    };
    let made = enforcing().await.apply(TYPE, &config(FILE, "x"), None).await;
    let Value::Object(mut state) = made.state.clone() else {
        panic!("{:?}", made.state)
    };
    state.insert("platform".to_owned(), Value::string(&refused_today));
    // As if that release had read the file: the record is written anew from what the policy shows.
    let older = Object {
        state: Value::Object(state),
        ..without(&made, "implied")
    };
    let next = enforcing().await;
    let older = next.refresh(TYPE, &older).await.unwrap();
    let unchanged = config(&refused_today, "x");
    assert!(!next.validate(TYPE, &unchanged).has_errors());
    assert_eq!(next.drift(TYPE, &unchanged, &older).await, None);
    let (_, diagnostics) = next.plan(TYPE, &unchanged, Some(&older)).await;
    let warnings = said(&diagnostics).join("\n");
    for words in [
        "platform: The platform file cannot be read",
        "retired_member",
        "What to do",
    ] {
        assert!(warnings.contains(words), "{words}: {warnings}");
    }
    // Something else changes, and what was decided stays.
    let described = config(&refused_today, "y");
    let object = next.apply(TYPE, &described, Some(&older)).await;
    for same in ["trust_policy", "effective_platform"] {
        assert_eq!(object.state.member(same), made.state.member(same));
    }
    assert_eq!(enforcing().await.drift(TYPE, &described, &object).await, None);
    // It is no file for a new trust, or for a change of what depends on it; and other subjects are judged by what the issuer
    // tells.
    let mut audience = unchanged.clone();
    audience.push(("audiences", set(&["other.example"])));
    let mut another = unchanged.clone();
    another[1].1 = Value::string(format!("{refused_today}# another file\n"));
    let mut wider = unchanged.clone();
    wider[2].1 = set(&["t*"]);
    for (config, prior, path) in [
        (&unchanged, None, "platform: Invalid platform"),
        (&audience, Some(&object), "platform: Invalid platform"),
        (&another, Some(&object), "platform: Invalid platform"),
        (&wider, Some(&object), "subject_patterns: "),
    ] {
        let (_, diagnostics) = next.plan(TYPE, config, prior).await;
        let errors = said(&diagnostics);
        assert!(diagnostics.has_errors(), "{errors:?}");
        assert!(errors.iter().any(|one| one.starts_with(path)), "{errors:?}");
    }
    assert!(!enforcing().await.destroy(TYPE, &object).await.has_errors());
    assert!(lab.stranger().await.list_providers().await.unwrap().is_empty());
}
