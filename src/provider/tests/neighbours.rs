//! The other roles of an account that trust the same provider: who is let in by a change of it, and what happens when nobody
//! may look.

use super::host::{Host, map, said, set};
use super::lab::{ISSUER, Lab};
use super::oidc_provider::{TYPE as PROVIDER, foreign, issuer};
use crate::clouds::aws::client::{Iam, NewRole, Tags};
use crate::clouds::aws::emulator::{Failure, Faults};
use crate::framework::{DiagnosticSeverity, Diagnostics, Value};

const TRUST: &str = "oidcfed_aws_trust";
const OURS: &str = "sts.amazonaws.com";
const THEIRS: &str = "theirs.example";

type Config = Vec<(&'static str, Value)>;

/// A trust of these audiences.
fn trust(audiences: &[&str]) -> Config {
    vec![
        issuer(),
        ("subjects", set(&["repo:acme/api:ref:refs/heads/main"])),
        ("audiences", set(audiences)),
        ("role_name", Value::string("deploy")),
    ]
}

/// The issuer alone, with these audiences.
fn alone(audiences: &[&str]) -> Config {
    vec![issuer(), ("audiences", set(audiences))]
}

/// Both resources that write a shared provider, asking for these audiences.
fn both(audiences: &[&str]) -> [(&'static str, Config); 2] {
    [(TRUST, trust(audiences)), (PROVIDER, alone(audiences))]
}

/// A role of somebody's that names the provider; `aud`: the audience it tests, if it does.
fn old_role(lab: &Lab, name: &str, aud: Option<&str>) -> NewRole {
    let arn = lab.arn();
    let url = ISSUER.trim_start_matches("https://");
    let condition = aud.map_or_else(String::new, |aud| {
        format!(r#","Condition":{{"StringEquals":{{"{url}:aud":"{aud}"}}}}"#)
    });
    NewRole {
        name: name.to_owned(),
        path: "/".to_owned(),
        trust_policy: format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Federated":"{arn}"}},"Action":"sts:AssumeRoleWithWebIdentity"{condition}}}]}}"#
        ),
        description: None,
        max_session_duration: None,
        permissions_boundary: None,
        tags: Tags::new(),
    }
}

async fn fresh(lab: &Lab) -> Host {
    Host::new(lab, &[], &[]).await
}

async fn client_ids(stranger: &Iam, lab: &Lab) -> Vec<String> {
    stranger.get_provider(&lab.arn()).await.unwrap().client_ids
}

fn no_listing(lab: &Lab) {
    lab.emulator.set_faults(Faults {
        fail: vec![Failure {
            operation: "ListRoles".to_owned(),
            call: 1,
            times: 1000,
            code: "AccessDenied".to_owned(),
            status: 403,
            message: "not authorized to perform: iam:ListRoles".to_owned(),
            applied: false,
            withheld: false,
        }],
        ..Faults::default()
    });
}

/// What was refused at this argument; nothing else was.
fn refused(diagnostics: &Diagnostics, path: &str, when: &str) -> String {
    let errors: Vec<_> = diagnostics
        .iter()
        .filter(|one| one.severity == DiagnosticSeverity::Error)
        .collect();
    assert_eq!(errors.len(), 1, "{when}: {diagnostics:?}");
    assert_eq!(errors[0].path.to_string(), path, "{when}: {diagnostics:?}");
    format!("{}: {}", errors[0].summary, errors[0].detail)
}

/// An old role that tests no audience would admit the tokens of the one that comes: refused by name and with such a token,
/// when it is planned, and when the role appeared after the plan. A role that tests its own audience is nobody's business.
#[tokio::test]
async fn an_audience_that_opens_an_old_role_is_refused() {
    for (kind, config) in both(&[OURS]) {
        let lab = Lab::start().await;
        let stranger = lab.stranger().await;
        stranger.create_provider(&foreign(&[THEIRS])).await.unwrap();
        let tested = old_role(&lab, "tested", Some(THEIRS));
        stranger.create_role(&tested).await.unwrap();
        let (planned, diagnostics) = fresh(&lab).await.plan(kind, &config, None).await;
        assert!(diagnostics.is_empty(), "{kind}: it is let alone: {diagnostics:?}");
        let old = old_role(&lab, "old", None);
        stranger.create_role(&old).await.unwrap();
        let host = fresh(&lab).await;
        let (_, at_plan) = host.plan(kind, &config, None).await;
        let (object, at_apply) = host.try_planned(kind, &config, None, planned.unwrap()).await;
        assert!(object.is_none(), "{kind}: nothing was made");
        for (when, diagnostics) in [("plan", at_plan), ("apply", at_apply)] {
            let when = format!("{kind}, {when}");
            let text = refused(&diagnostics, "audiences", &when);
            let witness = format!(r#""aud":"{OURS}""#);
            for part in ["audience-widens", "`old`", OURS, &witness, "audience-widens@old"] {
                assert!(text.contains(part), "{when}: `{part}` is not said: {text}");
            }
            assert!(!text.contains("`tested`"), "{when}: {text}");
        }
        assert_eq!(client_ids(&stranger, &lab).await, [THEIRS], "{kind}");
        assert!(stranger.get_role("deploy").await.is_err(), "{kind}");
        // a written reason lets it through
        let mut accepting = config.clone();
        accepting.push(("accepted_risks", map(&[("audience-widens@old", "it is ours")])));
        fresh(&lab).await.apply(kind, &accepting, None).await;
        assert_eq!(client_ids(&stranger, &lab).await, [THEIRS, OURS], "{kind}");
    }
}

/// The same audience is there already: nobody is newly let in, and nothing is said.
#[tokio::test]
async fn an_old_role_is_no_news_to_a_trust_that_adds_nothing() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    stranger.create_provider(&foreign(&[OURS])).await.unwrap();
    stranger.create_role(&old_role(&lab, "old", None)).await.unwrap();
    for (kind, config) in both(&[OURS]) {
        let (_, diagnostics) = fresh(&lab).await.try_apply(kind, &config, None).await;
        assert!(diagnostics.is_empty(), "{kind}: {diagnostics:?}");
    }
}

#[tokio::test]
async fn nobody_adds_an_audience_to_a_provider_of_others_unseen() {
    for (kind, config) in both(&[OURS]) {
        let lab = Lab::start().await;
        let stranger = lab.stranger().await;
        stranger.create_provider(&foreign(&[THEIRS])).await.unwrap();
        let (planned, _) = fresh(&lab).await.plan(kind, &config, None).await;
        no_listing(&lab);
        let host = fresh(&lab).await;
        let (_, at_plan) = host.plan(kind, &config, None).await;
        let (object, at_apply) = host.try_planned(kind, &config, None, planned.unwrap()).await;
        assert!(object.is_none(), "{kind}: nothing was made");
        for (when, diagnostics) in [("plan", at_plan), ("apply", at_apply)] {
            let when = format!("{kind}, {when}");
            let text = refused(&diagnostics, "issuer", &when);
            for part in [
                lab.arn().as_str(),
                "which somebody else made",
                "iam:ListRoles",
                "not authorized",
            ] {
                assert!(text.contains(part), "{when}: `{part}` is not said: {text}");
            }
        }
        assert_eq!(client_ids(&stranger, &lab).await, [THEIRS], "{kind}");
        assert!(stranger.get_role("deploy").await.is_err(), "{kind}");
    }
}

/// What a trust may do without `iam:ListRoles`: add to a provider that it made, and join where nothing is missing.
#[tokio::test]
async fn without_a_look_only_ones_own_provider_gets_an_audience() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    for (kind, first) in both(&[OURS]) {
        lab.emulator.set_faults(Faults::default());
        let object = fresh(&lab).await.apply(kind, &first, None).await;
        no_listing(&lab);
        let (_, second) = both(&[OURS, "second.example"])
            .into_iter()
            .find(|(other, _)| *other == kind)
            .unwrap();
        let object = fresh(&lab).await.apply(kind, &second, Some(&object)).await;
        assert_eq!(
            client_ids(&stranger, &lab).await,
            [OURS, "second.example"],
            "{kind}"
        );
        lab.emulator.set_faults(Faults::default());
        fresh(&lab).await.destroy(kind, &object).await;
        assert!(stranger.list_providers().await.unwrap().is_empty(), "{kind}");
    }
    stranger.create_provider(&foreign(&[OURS])).await.unwrap();
    no_listing(&lab);
    for (kind, config) in both(&[OURS]) {
        let (_, diagnostics) = fresh(&lab).await.try_apply(kind, &config, None).await;
        assert!(diagnostics.is_empty(), "{kind}: {diagnostics:?}");
    }
}

/// Said once, and only as a warning: something stays because nobody could look.
fn stays(diagnostics: &Diagnostics, lab: &Lab, when: &str) {
    assert!(!diagnostics.has_errors(), "{when}: {diagnostics:?}");
    let mut said = said(diagnostics);
    said.retain(|one| one.contains("The OIDC provider"));
    assert_eq!(said.len(), 1, "{when}: {diagnostics:?}");
    for part in ["The OIDC provider stays", &lab.arn(), "iam:ListRoles"] {
        assert!(said[0].contains(part), "{when}: `{part}` is not said: {said:?}");
    }
}

/// Nobody could look whether it is in use: the provider stays when its maker leaves, and the audience when its bringer does.
#[tokio::test]
async fn what_may_be_in_use_stays_with_a_warning() {
    for (kind, config) in both(&[OURS]) {
        for made_by_others in [false, true] {
            let when = format!("{kind}, made by others: {made_by_others}");
            let lab = Lab::start().await;
            let stranger = lab.stranger().await;
            if made_by_others {
                stranger.create_provider(&foreign(&[THEIRS])).await.unwrap();
            }
            let object = fresh(&lab).await.apply(kind, &config, None).await;
            let before = client_ids(&stranger, &lab).await;
            assert!(before.contains(&OURS.to_owned()), "{when}: {before:?}");
            no_listing(&lab);
            let diagnostics = fresh(&lab).await.destroy(kind, &object).await;
            stays(&diagnostics, &lab, &when);
            assert_eq!(client_ids(&stranger, &lab).await, before, "{when}");
            assert!(
                stranger.get_role("deploy").await.is_err(),
                "{when}: the role goes"
            );
        }
    }
}

/// The same when an audience is dropped: it stays ours, and goes as soon as somebody may look again.
#[tokio::test]
async fn an_audience_dropped_unseen_goes_later() {
    for (kind, first) in both(&[OURS, THEIRS]) {
        let lab = Lab::start().await;
        let stranger = lab.stranger().await;
        stranger.create_provider(&foreign(&[THEIRS])).await.unwrap();
        let object = fresh(&lab).await.apply(kind, &first, None).await;
        no_listing(&lab);
        let (_, second) = both(&[THEIRS])
            .into_iter()
            .find(|(other, _)| *other == kind)
            .unwrap();
        let (object, diagnostics) = fresh(&lab).await.try_apply(kind, &second, Some(&object)).await;
        stays(&diagnostics, &lab, kind);
        assert_eq!(client_ids(&stranger, &lab).await, [THEIRS, OURS], "{kind}");
        lab.emulator.set_faults(Faults::default());
        fresh(&lab).await.destroy(kind, &object.unwrap()).await;
        assert_eq!(client_ids(&stranger, &lab).await, [THEIRS], "{kind}");
    }
}

/// A provider holds a hundred client ids: the hundredth is added, one more is refused before anything is written.
#[tokio::test]
async fn a_full_provider_takes_no_audience() {
    let ids: Vec<String> = (0..100).map(|number| format!("a{number}.example")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for (kind, config) in both(&[OURS]) {
        let lab = Lab::start().await;
        let stranger = lab.stranger().await;
        stranger.create_provider(&foreign(&ids[..99])).await.unwrap();
        let host = fresh(&lab).await;
        let (planned, diagnostics) = host.plan(kind, &config, None).await;
        assert!(
            diagnostics.is_empty(),
            "{kind}: there is room for one: {diagnostics:?}"
        );
        stranger.add_client_id(&lab.arn(), ids[99]).await.unwrap();
        lab.emulator.reset_calls();
        let host = fresh(&lab).await;
        let (_, at_plan) = host.plan(kind, &config, None).await;
        let (object, at_apply) = host.try_planned(kind, &config, None, planned.unwrap()).await;
        assert!(object.is_none(), "{kind}: nothing was made");
        for (when, diagnostics) in [("plan", at_plan), ("apply", at_apply)] {
            let when = format!("{kind}, {when}");
            let text = refused(&diagnostics, "audiences", &when);
            for part in [
                lab.arn().as_str(),
                "at most 100 client ids",
                "found 100 there and 1 to add",
            ] {
                assert!(text.contains(part), "{when}: `{part}` is not said: {text}");
            }
        }
        let writes = |(name, _): &(String, u64)| name.contains(":Add") || name.contains(":Create");
        assert!(!lab.calls().iter().any(writes), "{kind}: {:?}", lab.calls());
        stranger.remove_client_id(&lab.arn(), ids[99]).await.unwrap();
        fresh(&lab).await.apply(kind, &config, None).await;
        assert_eq!(client_ids(&stranger, &lab).await.len(), 100, "{kind}");
    }
}

/// The role of a create that was cut off is taken over as it is; with a policy that this create would not have given it,
/// it is somebody's, and the conflict says how to import it.
#[tokio::test]
async fn a_leftover_with_a_policy_of_somebody_is_a_conflict() {
    const MANAGED: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    const FOREIGN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
    const OWN: &str =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#;
    const OTHER: &str =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let mut config = trust(&[OURS]);
    config.push(("managed_policy_arns", set(&[MANAGED])));
    config.push(("inline_policies", map(&[("own", OWN)])));
    for (name, document, difference) in [
        (FOREIGN, None, Some(FOREIGN)),
        ("foreign", Some(OTHER), Some("the inline policy foreign")),
        ("own", Some(OTHER), Some("the inline policy own")),
        ("own", Some(OWN), None),
    ] {
        let lab = Lab::start().await;
        let stranger = lab.stranger().await;
        // the host was cut off before it saved anything
        fresh(&lab).await.apply(TRUST, &config, None).await;
        let role = stranger.get_role("deploy").await.unwrap();
        match document {
            Some(document) => stranger
                .put_inline_policy("deploy", name, document)
                .await
                .unwrap(),
            None => stranger.attach_policy("deploy", name).await.unwrap(),
        }
        let (object, diagnostics) = fresh(&lab).await.try_apply(TRUST, &config, None).await;
        let Some(difference) = difference else {
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
            let taken = object.unwrap().state.member("role_unique_id").cloned();
            assert_eq!(taken, Some(Value::string(role.unique_id)));
            continue;
        };
        let text = refused(&diagnostics, "role_name", name);
        for part in [difference, "111122223333/deploy", "import"] {
            assert!(text.contains(part), "`{part}` is not said: {text}");
        }
        assert!(object.is_none_or(|object| object.state.member("role_arn") == Some(&Value::Null)));
        let attached = stranger.list_attached_policies("deploy").await.unwrap();
        let inline = stranger.list_inline_policies("deploy").await.unwrap();
        assert!(
            attached.iter().chain(&inline).any(|one| one == name),
            "it is left alone"
        );
    }
}
