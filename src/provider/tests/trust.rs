//! `oidcfed_aws_trust`, as far as it needs a host: what is known at plan, refreshes, imports, lists.

use super::host::{Host, map, said, set};
use super::lab::{ISSUER, Lab, OWN};
use crate::clouds::aws::client::{NewRole, Tags};
use crate::framework::{DiagnosticSeverity, Diagnostics, ImportKey, Listed, Value};

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

/// Every trust of an issuer goes, and the provider that somebody manages by itself stays.
#[tokio::test]
async fn a_provider_held_by_itself_outlives_the_trusts() {
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[], &[]).await;
    let provider = host
        .apply(
            "oidcfed_aws_oidc_provider",
            &[("issuer", Value::string(ISSUER))],
            None,
        )
        .await;
    let object = host.apply(TYPE, &config("deploy"), None).await;
    let other = Host::new(&lab, &[], &[]).await;
    other.destroy(TYPE, &object).await;
    assert!(lab.stranger().await.get_provider(&lab.arn()).await.is_ok());
    other.destroy("oidcfed_aws_oidc_provider", &provider).await;
    assert!(lab.stranger().await.get_provider(&lab.arn()).await.is_err());
}

/// A provider that was adopted by one configuration is never deleted by it, also not after an update.
#[tokio::test]
async fn an_adopted_provider_is_never_deleted_by_the_adopter() {
    let lab = Lab::start().await;
    let ours = Host::new(&lab, &[], &[]).await;
    let theirs = Host::new(&lab, &[], &[]).await;
    const PROVIDER: &str = "oidcfed_aws_oidc_provider";
    let issuer = ("issuer", Value::string(ISSUER));
    ours.apply(PROVIDER, std::slice::from_ref(&issuer), None).await;
    let adopted = theirs.apply(PROVIDER, std::slice::from_ref(&issuer), None).await;
    let more = [issuer, ("audiences", set(&["sts.amazonaws.com", "another"]))];
    let adopted = theirs.apply(PROVIDER, &more, Some(&adopted)).await;
    theirs.destroy(PROVIDER, &adopted).await;
    let left = lab.stranger().await.get_provider(&lab.arn()).await.unwrap();
    assert_eq!(left.client_ids, ["sts.amazonaws.com"]);
}

/// From exclusive to shared: the right to delete without a look is given up.
#[tokio::test]
async fn what_was_exclusive_is_shared_like_any_other() {
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[], &[]).await;
    let held = |ownership: &str| {
        let members = [
            ("arn", Value::Null),
            ("ownership", Value::string(ownership)),
            ("thumbprints", Value::Null),
        ];
        let members = members.map(|(name, value)| (name.to_owned(), value));
        ("oidc_provider", Value::Object(members.into()))
    };
    let with = |ownership: &str| {
        let mut config = config("first");
        config.push(held(ownership));
        config
    };
    let first = host.apply(TYPE, &with("exclusive"), None).await;
    let first = host.apply(TYPE, &with("shared"), Some(&first)).await;
    let second = host.apply(TYPE, &config("second"), None).await;
    Host::new(&lab, &[], &[]).await.destroy(TYPE, &first).await;
    assert!(
        lab.stranger().await.get_provider(&lab.arn()).await.is_ok(),
        "the second trust needs it"
    );
    Host::new(&lab, &[], &[]).await.destroy(TYPE, &second).await;
    assert!(lab.stranger().await.get_provider(&lab.arn()).await.is_err());
}

/// A finished role with a generated name is nobody's leftover: a second trust with the same prefix makes its own.
#[tokio::test]
async fn a_live_role_of_the_same_prefix_is_not_taken_over() {
    let lab = Lab::start().await;
    let mut config = config("x");
    config.retain(|(name, _)| *name != "role_name");
    config.push(("role_name_prefix", Value::string("deploy-")));
    const MAYBE: &str = "A role like this one may be a leftover";
    let make = async |config: &[(&str, Value)]| {
        let (object, diagnostics) = Host::new(&lab, &[], &[])
            .await
            .try_apply(TYPE, config, None)
            .await;
        let warnings: Vec<String> = said(&diagnostics)
            .into_iter()
            .filter(|one| one.contains(MAYBE))
            .collect();
        (object.unwrap(), warnings)
    };
    let (first, warnings) = make(&config).await;
    assert_eq!(warnings, [""; 0]);
    let (second, warnings) = make(&config).await;
    assert_ne!(first.state.member("role_name"), second.state.member("role_name"));
    let name = first.state.member("role_name").and_then(Value::as_str).unwrap();
    // Whether a state knows it, IAM does not tell: it is named.
    assert!(warnings.len() == 1 && warnings[0].contains(name), "{warnings:?}");
    let mut other = config.clone();
    other.push(("description", Value::string("another")));
    assert_eq!(make(&other).await.1, [""; 0], "no role like this one");
    let role = lab.stranger().await.get_role(name).await.unwrap();
    assert!(role.tags.is_empty(), "the mark is taken off: {:?}", role.tags);
}

/// Number 5 of what must be impossible: a real cloud that trusts an issuer of this machine.
#[tokio::test]
async fn a_real_cloud_never_trusts_a_laboratory() {
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[lab.aws_with_iam_elsewhere()], &LOOPBACK).await;
    for issuer in LABORATORIES {
        let mut config = config("deploy");
        config.retain(|(name, _)| *name != "issuer");
        config.push(("issuer", Value::string(issuer)));
        let (_, diagnostics) = host.plan(TYPE, &config, None).await;
        refused_for_its_issuer(&diagnostics, issuer);
        let mut also = self::config("deploy");
        also.push(("also", one_more(issuer)));
        let (_, diagnostics) = host.plan(TYPE, &also, None).await;
        assert!(diagnostics.has_errors(), "{issuer} beside a real one");
    }
}

const LOOPBACK: [(&str, Value); 1] = [("allow_loopback_issuers", Value::Bool(true))];

const LABORATORIES: [&str; 3] = [
    "https://localhost:8443",
    "http://127.0.0.1:8080/team",
    "https://issuer.localhost",
];

fn refused_for_its_issuer(diagnostics: &Diagnostics, issuer: &str) {
    let errors = said(diagnostics);
    assert!(
        errors.len() == 1 && errors[0].starts_with("issuer: ") && errors[0].contains("which is this machine"),
        "{issuer}: {errors:?}"
    );
}

/// The same for the provider alone: at plan, and at apply of a plan that was made for the laboratory. An IAM that was asked
/// would be unreachable, and that would be the error.
#[tokio::test]
async fn a_real_cloud_never_has_a_provider_of_a_laboratory() {
    let ty = super::oidc_provider::TYPE;
    let lab = Lab::start().await;
    let inside = Host::new(&lab, &[], &LOOPBACK).await;
    let elsewhere = Host::new(&lab, &[lab.aws_with_iam_elsewhere()], &LOOPBACK).await;
    for issuer in LABORATORIES {
        let config = [("issuer", Value::string(issuer))];
        let (planned, diagnostics) = inside.plan(ty, &config, None).await;
        let (_, refused) = elsewhere.plan(ty, &config, None).await;
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        refused_for_its_issuer(&refused, issuer);
        let (object, diagnostics) = elsewhere.apply_planned(ty, &config, planned.unwrap()).await;
        refused_for_its_issuer(&diagnostics, issuer);
        assert!(object.is_none(), "{issuer}");
    }
}

fn one_more(issuer: &str) -> Value {
    let member = |name: &str| {
        let value = if name == "issuer" {
            Value::string(issuer)
        } else {
            Value::Null
        };
        (name.to_owned(), value)
    };
    let names = [
        "issuer",
        "platform",
        "audiences",
        "subjects",
        "subject_patterns",
        "claims",
        "claim_patterns",
    ];
    let branch = Value::Object(names.into_iter().map(member).collect());
    Value::Map([("other".to_owned(), branch)].into())
}

/// The plan of a change, and of somebody else's change, says whom it lets in and whom it shuts out.
#[tokio::test]
async fn a_plan_names_who_comes_and_who_goes() {
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[], &[]).await;
    let with = |subject: &str| {
        let mut config = config("deploy");
        config.retain(|(name, _)| *name != "subjects");
        config.push(("subjects", set(&[subject])));
        config
    };
    let (main, other) = (
        "repo:acme/api:ref:refs/heads/main",
        "repo:acme/api:ref:refs/heads/next",
    );
    let object = host.apply(TYPE, &with(main), None).await;
    let (_, diagnostics) = host.plan(TYPE, &with(main), Some(&object)).await;
    assert!(said(&diagnostics).is_empty(), "{:?}", said(&diagnostics));
    let (_, diagnostics) = host.plan(TYPE, &with(other), Some(&object)).await;
    let told = said(&diagnostics);
    let tells = |title: &str, subject: &str| {
        let wanted = format!(r#""sub":"{subject}""#);
        told.iter()
            .any(|text| text.starts_with("subjects: ") && text.contains(title) && text.contains(&wanted))
    };
    assert!(
        tells("newly admits", other) && tells("newly refuses", main),
        "{told:?}"
    );
    // somebody lets everybody in: putting it right admits nobody new
    let stranger = lab.stranger().await;
    let open = stranger.get_role("deploy").await.unwrap().trust_policy;
    let open = open
        .replace("StringEquals", "StringLike")
        .replace(main, "repo:acme/*");
    stranger.update_trust_policy("deploy", &open).await.unwrap();
    let drifted = host.refresh(TYPE, &object).await.unwrap();
    let (_, diagnostics) = host.plan(TYPE, &with(main), Some(&drifted)).await;
    let told = said(&diagnostics);
    assert!(told.iter().any(|text| text.contains("newly refuses")), "{told:?}");
    assert!(!told.iter().any(|text| text.contains("newly admits")), "{told:?}");
}

/// Created: what follows from the configuration is known at plan, what IAM gives is not, so that what uses the role waits
/// for it.
#[tokio::test]
async fn a_create_promises_what_follows_from_the_configuration() {
    const KNOWN: [&str; 9] = [
        "trust_policy",
        "oidc_provider_arn",
        "account_id",
        "partition",
        "findings",
        "tags_all",
        "effective_platform",
        "accepted_audiences",
        "audience",
    ];
    // what it brings to the provider is seen when it comes there
    const UNKNOWN: [&str; 4] = ["id", "role_arn", "role_unique_id", "added_audiences"];
    let lab = Lab::start().await;
    let host = Host::new(&lab, &[("default_tags", map(&[("from", "provider")]))], &[]).await;
    let config = config("deploy");
    let (planned, diagnostics) = host.plan(TYPE, &config, None).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let planned = planned.unwrap().planned;
    for name in KNOWN {
        let value = planned.member(name).unwrap();
        assert!(
            value.is_wholly_known() && !value.is_null(),
            "`{name}` is not known at plan: {value:?}"
        );
    }
    for name in UNKNOWN {
        assert!(planned.member(name).unwrap().is_unknown(), "`{name}` is promised");
    }
    for attribute in host.schema(TYPE).attributes.iter().filter(|one| one.computed) {
        let name = attribute.name.as_str();
        let listed = KNOWN.contains(&name) || UNKNOWN.contains(&name);
        let known = planned.member(name).unwrap().is_wholly_known();
        assert!(
            listed || known,
            "`{name}` is unknown at plan, and nothing says why"
        );
    }
    let object = host.apply(TYPE, &config, None).await;
    for name in KNOWN {
        assert_eq!(object.state.member(name), planned.member(name), "{name}");
    }
}

/// The configuration of the provider is not known yet: the state stays as it is, nobody is asked, and that is said once.
#[tokio::test]
async fn an_unknown_configuration_is_one_warning_of_a_refresh() {
    let lab = Lab::start().await;
    let made = Host::new(&lab, &[], &[]).await;
    let issuer = ("issuer", Value::string(ISSUER));
    for (kind, config) in [
        (TYPE, config("deploy")),
        ("oidcfed_aws_oidc_provider", vec![issuer]),
    ] {
        let object = made.apply(kind, &config, None).await;
        lab.emulator.reset_calls();
        let host = Host::new(&lab, &[("profile", Value::UNKNOWN)], &[]).await;
        let (read, diagnostics) = host.try_refresh(kind, &object).await;
        let read = read.unwrap();
        assert_eq!(
            (&read.state, &read.private),
            (&object.state, &object.private),
            "{kind}"
        );
        let heard: Vec<_> = diagnostics
            .iter()
            .map(|one| (one.severity, one.summary.as_str()))
            .collect();
        assert_eq!(
            heard,
            [(DiagnosticSeverity::Warning, "Not refreshed")],
            "{kind}: {diagnostics:?}"
        );
        assert!(lab.calls().is_empty(), "{kind}: {:?}", lab.calls());
    }
}

/// The roles that trust an OIDC provider, whoever made them, and no others.
#[tokio::test]
async fn trusts_are_listed() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    let host = Host::new(&lab, &[], &[]).await;
    let object = host.apply(TYPE, &config("deploy"), None).await;
    for (name, path, principal) in [
        ("by-hand", "/ci/", format!(r#"{{"Federated":"{}"}}"#, lab.arn())),
        (
            "of-a-service",
            "/",
            r#"{"Service":"ec2.amazonaws.com"}"#.to_owned(),
        ),
    ] {
        let action = if name == "by-hand" {
            "sts:AssumeRoleWithWebIdentity"
        } else {
            "sts:AssumeRole"
        };
        let role = NewRole {
            name: name.to_owned(),
            path: path.to_owned(),
            trust_policy: format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"{action}"}}]}}"#
            ),
            description: None,
            max_session_duration: None,
            permissions_boundary: None,
            tags: Tags::new(),
        };
        stranger.create_role(&role).await.unwrap();
    }
    let names = |listed: &[Listed<Value>]| -> Vec<String> {
        let mut names: Vec<String> = listed.iter().map(|one| one.display_name.clone()).collect();
        names.sort();
        names
    };
    let listed = host.list(TYPE, true).await;
    assert_eq!(names(&listed), ["by-hand", "deploy"]);
    let ours = listed.iter().find(|one| one.display_name == "deploy").unwrap();
    assert_eq!(ours.identity.member("account_id"), Some(&Value::string(OWN)));
    assert_eq!(ours.identity.member("role_name"), Some(&Value::string("deploy")));
    let resource = ours.resource.as_ref().unwrap();
    for name in ["role_arn", "trust_policy", "subjects", "issuer"] {
        assert_eq!(resource.member(name), object.state.member(name), "{name}");
    }
    // Without the objects, one call is enough; and each name leads to an import.
    lab.emulator.reset_calls();
    let bare = host.list(TYPE, false).await;
    assert!(bare.iter().all(|one| one.resource.is_none()));
    assert_eq!(names(&bare), ["by-hand", "deploy"]);
    assert_eq!(lab.calls(), [("iam:ListRoles".to_owned(), 1)]);
    for one in bare {
        let found = host.import(TYPE, ImportKey::Identity(one.identity.clone())).await;
        assert_eq!(
            found.state.member("role_name"),
            Some(&Value::string(&one.display_name))
        );
    }
    // What the block asks for.
    let path = [("role_path", Value::string("/ci/"))];
    let (below, _) = host.try_list(TYPE, &path, false, 100).await;
    assert_eq!(names(&below), ["by-hand"]);
    let (one, _) = host.try_list(TYPE, &[], false, 1).await;
    assert_eq!(one.len(), 1, "no more than asked for");
    let (elsewhere, diagnostics) = host
        .try_list(TYPE, &[("account_id", Value::string("222233334444"))], false, 100)
        .await;
    assert!(elsewhere.is_empty());
    let said = said(&diagnostics);
    assert!(
        said.iter().any(|one| one.contains("account_role_name")),
        "{said:?}"
    );
}
