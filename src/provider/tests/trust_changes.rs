//! A trust that changes, or that somebody changes: what is written, in which order, and what is shown.

use serde_json::{Value as Json, json};

use super::host::{Host, Object, map, said, set};
use super::lab::{ISSUER, Lab};
use crate::clouds::aws::client::{NewRole, Tags};
use crate::clouds::aws::emulator::Event;
use crate::framework::{ImportKey, Value};

const TYPE: &str = "oidcfed_aws_trust";
const ROLE: &str = "deploy";
const REALM: &str = "https://keycloak.example/realms/acme";
const GITHUB: &str = "https://token.actions.githubusercontent.com/acme";
const MAIN: &str = "repo:acme/api:ref:refs/heads/main";
const OTHER: &str = "repo:acme/other:ref:refs/heads/main";

type Config = Vec<(&'static str, Value)>;

/// A set for each name.
fn sets(members: &[(&str, &[&str])]) -> Value {
    let members = members
        .iter()
        .map(|(name, items)| ((*name).to_owned(), set(items)));
    Value::Map(members.collect())
}

/// A trust of a platform whose tokens always carry `azp`.
fn of_clients(clients: &[&str]) -> Config {
    vec![
        ("issuer", Value::string(REALM)),
        ("platform", Value::string("keycloak")),
        ("audiences", set(&["account"])),
        ("subjects", set(&["4f6ff2f0-3f3c-4b1b-9f5b-0d9f5ec1c6a1"])),
        ("claims", sets(&[("azp", clients)])),
        ("role_name", Value::string(ROLE)),
    ]
}

/// The calls that write, in their order, since the receiver was made or asked last.
fn writes(events: &mut tokio::sync::broadcast::Receiver<Event>) -> Vec<String> {
    let reads = |action: &str| action.contains(":Get") || action.contains(":List");
    std::iter::from_fn(|| events.try_recv().ok())
        .map(|event| event.action)
        .filter(|action| !reads(action))
        .collect()
}

/// The client ids of such a platform are the values of `azp`: the new one is there before the policy names it, the old
/// one goes after, and what somebody else added stays.
#[tokio::test]
async fn client_ids_follow_azp() {
    const ADD: &str = "iam:AddClientIDToOpenIDConnectProvider";
    const REWRITE: &str = "iam:UpdateAssumeRolePolicy";
    const REMOVE: &str = "iam:RemoveClientIDFromOpenIDConnectProvider";
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    let arn = lab.arn().replace(
        ISSUER.trim_start_matches("https://"),
        REALM.trim_start_matches("https://"),
    );
    let client_ids = async || {
        let mut ids = stranger.get_provider(&arn).await.unwrap().client_ids;
        ids.sort();
        ids
    };
    let object = Host::new(&lab, &[], &[])
        .await
        .apply(TYPE, &of_clients(&["one"]), None)
        .await;
    assert_eq!(client_ids().await, ["one"], "not the audience");
    stranger.add_client_id(&arn, "theirs").await.unwrap();

    let change = async |object: &Object, clients: &[&str]| {
        let host = Host::new(&lab, &[], &[]).await;
        let config = of_clients(clients);
        let fresh = host.refresh(TYPE, object).await.unwrap();
        let mut events = lab.emulator.subscribe();
        let object = host.apply(TYPE, &config, Some(&fresh)).await;
        let written = writes(&mut events);
        assert_eq!(
            Host::new(&lab, &[], &[])
                .await
                .drift(TYPE, &config, &object)
                .await,
            None
        );
        (object, written)
    };
    let (object, written) = change(&object, &["theirs", "two"]).await;
    assert_eq!(written, [ADD, REWRITE, REMOVE]);
    assert_eq!(client_ids().await, ["theirs", "two"]);
    let (object, written) = change(&object, &["three"]).await;
    assert_eq!(written, [ADD, REWRITE, REMOVE]);
    assert_eq!(client_ids().await, ["theirs", "three"], "what they added stays");
    Host::new(&lab, &[], &[]).await.destroy(TYPE, &object).await;
    assert_eq!(client_ids().await, ["theirs"]);
}

/// Two statements; the second inherits the claim of the top.
fn of_two() -> Config {
    let names = [
        "issuer",
        "platform",
        "audiences",
        "subjects",
        "subject_patterns",
        "claims",
        "claim_patterns",
    ];
    let branch = names.map(|name| {
        let value = if name == "subjects" {
            set(&[OTHER])
        } else {
            Value::Null
        };
        (name.to_owned(), value)
    });
    vec![
        ("issuer", Value::string(GITHUB)),
        ("subjects", set(&[MAIN])),
        ("claims", sets(&[("repository_owner_id", &["111"])])),
        (
            "also",
            Value::Map([("other".to_owned(), Value::Object(branch.into()))].into()),
        ),
        ("role_name", Value::string(ROLE)),
    ]
}

/// The trust policy with its second statement changed by somebody.
async fn rewrite(lab: &Lab, how: impl Fn(&mut Vec<Json>)) {
    let stranger = lab.stranger().await;
    let mut policy: Json =
        serde_json::from_str(&stranger.get_role(ROLE).await.unwrap().trust_policy).unwrap();
    how(policy["Statement"].as_array_mut().unwrap());
    stranger
        .update_trust_policy(ROLE, &policy.to_string())
        .await
        .unwrap();
}

fn second(statements: &mut [Json]) -> &mut Json {
    let found = statements
        .iter_mut()
        .find(|statement| statement.to_string().contains(OTHER));
    found.expect("the statement of `also`")
}

fn conditions(statement: &mut Json) -> impl Iterator<Item = &mut serde_json::Map<String, Json>> {
    let operators = statement["Condition"].as_object_mut().unwrap();
    operators.values_mut().filter_map(Json::as_object_mut)
}

#[tokio::test]
async fn a_branch_that_inherits_is_the_same_in_other_words() {
    let lab = Lab::start().await;
    let config = of_two();
    let object = Host::new(&lab, &[], &[]).await.apply(TYPE, &config, None).await;
    rewrite(&lab, |statements| {
        statements.reverse();
        for statement in statements {
            statement["Action"] = json!([statement["Action"]]);
            for condition in conditions(statement) {
                for value in condition.values_mut().filter(|value| value.is_string()) {
                    *value = json!([value]);
                }
            }
        }
    })
    .await;
    let host = Host::new(&lab, &[], &[]).await;
    assert_eq!(host.refresh(TYPE, &object).await.unwrap().state, object.state);
    assert_eq!(host.drift(TYPE, &config, &object).await, None);
}

#[tokio::test]
async fn another_subject_of_a_branch_is_shown_and_mended() {
    let lab = Lab::start().await;
    let config = of_two();
    let object = Host::new(&lab, &[], &[]).await.apply(TYPE, &config, None).await;
    rewrite(&lab, |statements| {
        let changed = second(statements)
            .to_string()
            .replace(OTHER, "repo:evil/other:ref:refs/heads/main");
        *second(statements) = serde_json::from_str(&changed).unwrap();
    })
    .await;
    let host = Host::new(&lab, &[], &[]).await;
    let fresh = host.refresh(TYPE, &object).await.unwrap();
    let Some(Value::Map(also)) = fresh.state.member("also") else {
        panic!("no `also` in {:?}", fresh.state)
    };
    assert_eq!(
        also.get("other").and_then(|branch| branch.member("subjects")),
        Some(&set(&["repo:evil/other:ref:refs/heads/main"]))
    );
    assert!(host.drift(TYPE, &config, &object).await.is_some());
    let mended = host.apply(TYPE, &config, Some(&fresh)).await;
    assert_eq!(
        Host::new(&lab, &[], &[])
            .await
            .drift(TYPE, &config, &mended)
            .await,
        None
    );
    assert_eq!(mended.state, object.state);
}

/// The second statement tests less than the top: `also` cannot say that, since what it leaves out is inherited. The
/// arguments stay as they are, and never pretend to be what the policy says.
#[tokio::test]
async fn a_branch_that_tests_less_than_the_top_is_shown_and_mended() {
    let lab = Lab::start().await;
    let config = of_two();
    let object = Host::new(&lab, &[], &[]).await.apply(TYPE, &config, None).await;
    rewrite(&lab, |statements| {
        for condition in conditions(second(statements)) {
            condition.retain(|key, _| !key.ends_with(":repository_owner_id"));
        }
        second(statements)["Condition"]
            .as_object_mut()
            .unwrap()
            .retain(|_, condition| condition.as_object().is_some_and(|keys| !keys.is_empty()));
    })
    .await;
    let host = Host::new(&lab, &[], &[]).await;
    let fresh = host.refresh(TYPE, &object).await.unwrap();
    for argument in ["also", "subjects", "claims"] {
        assert_eq!(
            fresh.state.member(argument),
            object.state.member(argument),
            "{argument}"
        );
    }
    assert_ne!(
        fresh.state.member("trust_policy"),
        object.state.member("trust_policy")
    );
    let planned = host
        .drift(TYPE, &config, &object)
        .await
        .expect("a plan that mends it");
    assert_eq!(
        planned.member("trust_policy"),
        object.state.member("trust_policy")
    );
    let mended = host.apply(TYPE, &config, Some(&fresh)).await;
    assert_eq!(
        Host::new(&lab, &[], &[])
            .await
            .drift(TYPE, &config, &mended)
            .await,
        None
    );
    assert_eq!(mended.state, object.state);
}

/// A branch with some arguments of its own.
fn branch(own: &[(&str, Value)]) -> Value {
    let names = [
        "issuer",
        "platform",
        "audiences",
        "subjects",
        "subject_patterns",
        "claims",
        "claim_patterns",
    ];
    let member = |name: &str| {
        own.iter()
            .find(|(given, _)| *given == name)
            .map_or(Value::Null, |(_, v)| v.clone())
    };
    Value::Object(names.map(|name| (name.to_owned(), member(name))).into())
}

fn also_of(value: &Value) -> Vec<String> {
    match value.member("also") {
        Some(Value::Map(also)) => also.keys().cloned().collect(),
        other => panic!("no `also` but {other:?}"),
    }
}

/// An import numbers the branches. That is no change; the names of the configuration come with the first change of anything
/// else, and IAM hears nothing of them.
#[tokio::test]
async fn the_branches_of_an_import_are_those_of_the_configuration() {
    let lab = Lab::start().await;
    let subject = |name: &str| set(&[&format!("repo:acme/{name}:ref:refs/heads/main")]);
    let config = |audience: Option<&[&str]>, branches: &[(&str, Value)]| {
        let also = branches
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()));
        let mut config: Config = vec![
            ("issuer", Value::string(GITHUB)),
            ("subjects", set(&[MAIN])),
            ("also", Value::Map(also.collect())),
            ("role_name", Value::string(ROLE)),
        ];
        config.extend(audience.map(|texts| ("audiences", set(texts))));
        config
    };
    let own = ("audiences", set(&["own.example"]));
    let plain = ("audiences", set(&["sts.amazonaws.com"]));
    let elsewhere = ("issuer", Value::string(REALM));
    let cases: [(Option<&[&str]>, Config); 3] = [
        (
            None,
            vec![
                ("prod", branch(&[("subjects", subject("a"))])),
                ("dev", branch(&[("subjects", subject("b")), own.clone()])),
            ],
        ),
        // the cloud's own audience is not that of the top, and written therefore
        (
            Some(&["top.example"]),
            vec![
                ("z", branch(&[("subjects", subject("a")), plain])),
                ("a", branch(&[("subjects", subject("b"))])),
            ],
        ),
        (
            None,
            vec![
                ("prod", branch(&[("subjects", subject("a")), elsewhere])),
                ("dev", branch(&[("subject_patterns", set(&["repo:acme/b:*"]))])),
                ("test", branch(&[("subjects", subject("c"))])),
            ],
        ),
    ];
    for (audiences, branches) in cases {
        let written = config(audiences, &branches);
        let maker = Host::new(&lab, &[], &[]).await;
        let made = maker.apply(TYPE, &written, None).await;
        let host = Host::new(&lab, &[], &[]).await;
        let imported = host.import(TYPE, ImportKey::Id(ROLE.to_owned())).await;
        assert_eq!(host.drift(TYPE, &written, &imported).await, None, "{branches:?}");
        // what means something else is a change
        let mut changed = branches.clone();
        changed[0].1 = branch(&[("subjects", subject("another"))]);
        let platform = ("platform", Value::string("github-actions"));
        let mut declared = branches.clone();
        declared[1].1 = match declared[1].1.clone() {
            Value::Object(mut members) => {
                members.insert(platform.0.to_owned(), platform.1);
                Value::Object(members)
            }
            other => panic!("{other:?}"),
        };
        let fewer = &branches[1..];
        for other in [changed.as_slice(), declared.as_slice(), fewer] {
            let (planned, diagnostics) = host.plan(TYPE, &config(audiences, other), Some(&imported)).await;
            assert!(!diagnostics.has_errors(), "{diagnostics:?}");
            let planned = planned.unwrap().planned;
            assert_eq!(also_of(&planned).len(), other.len());
            assert!(
                other
                    .iter()
                    .all(|(key, _)| also_of(&planned).contains(&(*key).to_owned()))
            );
        }
        let mut described = written.clone();
        described.push(("description", Value::string("ours")));
        let mut events = lab.emulator.subscribe();
        let named = host.apply(TYPE, &described, Some(&imported)).await;
        assert_eq!(writes(&mut events), ["iam:UpdateRole"]);
        assert_eq!(also_of(&named.state), also_of(&made.state));
        assert_eq!(host.drift(TYPE, &described, &named).await, None);
        Host::new(&lab, &[], &[]).await.destroy(TYPE, &made).await;
    }
}

/// Between refresh and apply the role was deleted, and made anew by somebody: it is not touched.
#[tokio::test]
async fn a_role_that_was_made_anew_is_not_changed() {
    let lab = Lab::start().await;
    let stranger = lab.stranger().await;
    let host = Host::new(&lab, &[], &[]).await;
    let plain: Config = vec![
        ("issuer", Value::string(GITHUB)),
        ("subjects", set(&[MAIN])),
        ("role_name", Value::string(ROLE)),
    ];
    let object = host.apply(TYPE, &plain, None).await;
    let first = stranger.get_role(ROLE).await.unwrap();
    stranger.delete_role(ROLE).await.unwrap();
    let mut changed = plain.clone();
    changed.retain(|(name, _)| *name != "issuer");
    changed.push(("issuer", Value::string(ISSUER)));
    changed.push(("tags", map(&[("team", "api")])));
    let refused = async |words: &[&str]| {
        let next = Host::new(&lab, &[], &[]).await;
        let mut events = lab.emulator.subscribe();
        let (left, diagnostics) = next.try_apply(TYPE, &changed, Some(&object)).await;
        let errors = said(&diagnostics).join("\n");
        assert!(diagnostics.has_errors(), "{errors}");
        assert!(words.iter().all(|word| errors.contains(word)), "{errors}");
        assert_eq!(writes(&mut events), [""; 0]);
        assert_eq!(left.unwrap().state, object.state);
    };
    refused(&[&first.unique_id, "deleted meanwhile"]).await;
    let theirs = NewRole {
        name: ROLE.to_owned(),
        path: "/".to_owned(),
        trust_policy: first.trust_policy.clone(),
        description: None,
        max_session_duration: None,
        permissions_boundary: None,
        tags: Tags::new(),
    };
    let theirs = stranger.create_role(&theirs).await.unwrap();
    refused(&[&first.unique_id, &theirs.unique_id, "Plan again"]).await;
}

/// A plan that could not be judged is judged by the apply, before it writes.
#[tokio::test]
async fn risks_that_were_unknown_at_plan_are_judged_before_anything_is_written() {
    let lab = Lab::start().await;
    let config = |risks: Value| {
        vec![
            (
                "issuer",
                Value::string("https://token.actions.githubusercontent.com"),
            ),
            // a repository of that name in anybody's organization
            ("subject_patterns", set(&["repo:*/api:ref:refs/heads/main"])),
            ("role_name", Value::string(ROLE)),
            ("accepted_risks", risks),
        ]
    };
    let host = Host::new(&lab, &[], &[]).await;
    let (planned, diagnostics) = host.plan(TYPE, &config(Value::UNKNOWN), None).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let planned = planned.unwrap();
    assert!(planned.planned.member("findings").unwrap().is_unknown());
    let mut events = lab.emulator.subscribe();
    let (left, diagnostics) = host
        .apply_planned(TYPE, &config(map(&[("other-rule", "because")])), planned)
        .await;
    assert!(left.is_none() && diagnostics.has_errors(), "{diagnostics:?}");
    assert_eq!(writes(&mut events), [""; 0]);

    let refusals = said(&diagnostics).join(" ");
    let words = refusals
        .split(['`', '"', ' '])
        .filter(|word| word.contains('@') && word.contains('-'));
    let risks: Vec<(&str, &str)> = words.map(|key| (key, "because")).collect();
    assert!(!risks.is_empty(), "no key of a risk in {refusals}");
    // A host plans again with what it knows by then.
    let accepted = config(map(&risks));
    let made = Host::new(&lab, &[], &[]).await.apply(TYPE, &accepted, None).await;
    assert_eq!(
        Host::new(&lab, &[], &[])
            .await
            .drift(TYPE, &accepted, &made)
            .await,
        None
    );
}
