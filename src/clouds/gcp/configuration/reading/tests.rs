//! The `gcp` attribute as somebody may write it, right and wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::clouds::gcp::client::Kind;
use crate::clouds::gcp::configuration::attribute;
use crate::framework::testing::configuration;
use crate::framework::{Context, Schema, Stop};
use crate::oidc::WorkloadToken;
use crate::platforms::by_id;

const PROVIDER: &str = "projects/123/locations/global/workloadIdentityPools/pool/providers/prov";

fn text(text: &str) -> Value {
    Value::string(text)
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
    Value::Object(members.collect::<BTreeMap<_, _>>())
}

/// The value of the attribute, with null for what is left out, as the host sends it.
fn block<const N: usize>(members: [(&str, Value); N]) -> Value {
    let whole = configuration(
        &Schema::new("", vec![attribute("gcp")]),
        [("gcp", object(members))],
    );
    whole.member("gcp").unwrap().clone()
}

fn read_with(block: &Value, environment: &Environment) -> (Option<Configured>, Vec<String>) {
    let mut diagnostics = Diagnostics::new();
    let configured = read(block, &Common::default(), environment, &mut diagnostics);
    let said = diagnostics
        .iter()
        .map(|d| format!("{}: {}", d.path, d.detail))
        .collect();
    (configured, said)
}

fn identity<const N: usize>(more: [(&str, Value); N]) -> Value {
    let mut members = vec![("provider_name", text(PROVIDER))];
    members.extend(more);
    let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
    Value::Object(members.collect())
}

/// The settings that come of a block; there must be no mistake in it.
fn settings_of(block: &Value, environment: &Environment) -> Settings {
    let model = match block {
        Value::Null => GcpModel::default(),
        known => GcpModel::from_value(known).unwrap(),
    };
    let mut diagnostics = Diagnostics::new();
    let common = Common::default();
    let credentials = credentials(&model, &common, environment, &mut diagnostics);
    let (configured, said) = read_with(block, environment);
    assert!(said.is_empty() && diagnostics.is_empty(), "{said:?}");
    let project = configured.unwrap().project;
    settings(&model, credentials, &project, (&common, environment)).unwrap()
}

#[test]
fn the_schema_is_the_contract() {
    let Value::Object(members) = block([]) else {
        panic!("expected an object")
    };
    let names: Vec<&str> = members.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "access_token",
            "credentials",
            "endpoints",
            "impersonate_service_account",
            "project",
            "workload_identity"
        ]
    );
    let crate::framework::AttributeType::Nested(_, members) = attribute("gcp").ty else {
        panic!("expected members")
    };
    let sensitive: Vec<&str> = members
        .iter()
        .filter(|member| member.sensitive)
        .map(|member| member.name.as_str())
        .collect();
    assert_eq!(sensitive, ["credentials", "access_token"]);
    let crate::framework::AttributeType::Nested(_, inner) =
        &members.iter().find(|m| m.name == "workload_identity").unwrap().ty
    else {
        panic!("expected members")
    };
    assert!(inner.iter().find(|m| m.name == "token").unwrap().sensitive);
}

#[test]
fn arguments_beat_the_environment() {
    let environment = Environment::of([
        ("GOOGLE_CLOUD_PROJECT", "of-environment"),
        (
            "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT",
            "env@p.iam.gserviceaccount.com",
        ),
        ("GOOGLE_IAM_CUSTOM_ENDPOINT", "https://env.example/v1/"),
        ("GOOGLE_STS_CUSTOM_ENDPOINT", "https://sts.example/v1/"),
        (
            "GOOGLE_IAM_CREDENTIALS_CUSTOM_ENDPOINT",
            "https://creds.example/v1/",
        ),
        (
            "GOOGLE_CLOUD_RESOURCE_MANAGER_CUSTOM_ENDPOINT",
            "https://projects.example/v3/",
        ),
    ]);
    let seen = |settings: Settings| {
        let Endpoints {
            iam,
            sts,
            iam_credentials,
            resource_manager,
        } = settings.endpoints;
        let endpoints = [iam, sts, iam_credentials, resource_manager].map(|one| one.unwrap().to_string());
        (
            settings.project.unwrap(),
            settings.impersonate.unwrap().to_string(),
            endpoints,
        )
    };
    let endpoint = |host: &str| format!("https://{host}.example/");
    let (project, account, endpoints) = seen(settings_of(&Value::Null, &environment));
    assert_eq!(
        (project.as_str(), account.as_str()),
        ("of-environment", "env@p.iam.gserviceaccount.com")
    );
    assert_eq!(endpoints, ["env", "sts", "creds", "projects"].map(endpoint));
    let written = block([
        ("project", text("written")),
        (
            "impersonate_service_account",
            text("own@p.iam.gserviceaccount.com"),
        ),
        ("endpoints", object([("iam", text("https://own.example"))])),
    ]);
    let (project, account, endpoints) = seen(settings_of(&written, &environment));
    assert_eq!(
        (project.as_str(), account.as_str()),
        ("written", "own@p.iam.gserviceaccount.com")
    );
    assert_eq!(endpoints, ["own", "sts", "creds", "projects"].map(endpoint));
}

#[test]
fn the_project_of_the_environment_by_its_names() {
    let names = [
        "GOOGLE_CLOUD_PROJECT",
        "GOOGLE_PROJECT",
        "GCLOUD_PROJECT",
        "CLOUDSDK_CORE_PROJECT",
    ];
    for first in 0..names.len() {
        let variables: [(&str, &str); 4] = std::array::from_fn(|index| {
            let value = if index < first {
                ""
            } else {
                ["a", "b", "c", "d"][index]
            };
            (names[index], value)
        });
        let (configured, _) = read_with(&Value::Null, &Environment::of(variables));
        let expected = ["a", "b", "c", "d"][first];
        assert_eq!(configured.unwrap().project, Attr::from_text(expected));
    }
}

#[test]
fn each_source_of_credentials_arrives() {
    let environment = Environment::of([("GOOGLE_CREDENTIALS", "/never/read")]);
    let source = |block: &Value| settings_of(block, &environment).credentials;
    assert!(source(&Value::Null).is_none());
    let Some(Source::AccessToken(token)) = source(&block([("access_token", text("ya29.x"))])) else {
        panic!("expected a token")
    };
    assert_eq!(token.expose(), "ya29.x");
    let Some(Source::Credentials(path)) = source(&block([("credentials", text("/a.json"))])) else {
        panic!("expected credentials")
    };
    assert_eq!(path.expose(), "/a.json");
    let of = |member: &str, value: &str| {
        let account = ("service_account", text("a@p.iam.gserviceaccount.com"));
        let block = block([("workload_identity", identity([account, (member, text(value))]))]);
        match source(&block) {
            Some(Source::WorkloadIdentity(identity)) => identity,
            other => panic!("expected an identity, found {other:?}"),
        }
    };
    let given = of("token", " header.payload.signature\n");
    assert_eq!(given.provider_name.to_string(), PROVIDER);
    assert_eq!(
        given.service_account.unwrap().as_str(),
        "a@p.iam.gserviceaccount.com"
    );
    assert!(
        matches!(given.token, WorkloadToken::Given(token) if token.expose() == "header.payload.signature")
    );
    assert!(matches!(of("token_file", "/t").token, WorkloadToken::File(path) if path.to_str() == Some("/t")));
    let WorkloadToken::OfPlatform(places) = of("platform", "github-actions").token else {
        panic!("expected the places of a platform")
    };
    assert_eq!(places.platform().id, "github-actions");
    assert_eq!(
        places.audiences()[0],
        format!("https://iam.googleapis.com/{PROVIDER}")
    );
}

#[test]
fn a_providers_name_is_taken_as_google_writes_it() {
    for prefix in ["", "//iam.googleapis.com/", "https://iam.googleapis.com/"] {
        assert_eq!(
            provider_name(&format!("{prefix}{PROVIDER}")).unwrap().to_string(),
            PROVIDER
        );
    }
    assert!(provider_name(&PROVIDER.replace("123", "my-project")).is_err());
    assert!(provider_name(&format!("https://evil.example/{PROVIDER}")).is_err());
}

#[test]
fn the_audience_is_that_of_the_platform_or_of_the_provider() {
    let name = ProviderName::parse(PROVIDER).unwrap();
    let of = |id: &str| audiences(by_id(id).unwrap(), &name);
    let [long, short] = name.default_audiences();
    assert_eq!(of("github-actions"), [long.clone(), short.clone()]);
    assert_eq!(of("hcp-terraform"), [short.clone(), long.clone()]);
    assert_eq!(of("kubernetes"), [long.clone(), short.clone()]);
    assert_eq!(
        of("azure-devops"),
        [
            "api://AzureADTokenExchange".to_owned(),
            long.clone(),
            short.clone()
        ]
    );
    // what has another variable in it is nothing to ask for
    assert_eq!(of("circleci"), [long, short]);
}

#[test]
fn mistakes_are_said_at_their_argument() {
    let token = || ("token", text("a"));
    for (block, path) in [
        (
            block([("access_token", text("a")), ("credentials", text("b"))]),
            "gcp.credentials",
        ),
        (
            block([
                ("credentials", text("b")),
                ("workload_identity", identity([token()])),
            ]),
            "gcp.workload_identity",
        ),
        (
            block([(
                "workload_identity",
                identity([token(), ("token_file", text("b"))]),
            )]),
            "gcp.workload_identity",
        ),
        (
            block([("workload_identity", identity([("platform", text("github"))]))]),
            "gcp.workload_identity.platform",
        ),
        (
            block([("workload_identity", identity([]))]),
            "gcp.workload_identity",
        ),
        (
            block([(
                "workload_identity",
                object([("provider_name", text("p")), token()]),
            )]),
            "gcp.workload_identity.provider_name",
        ),
    ] {
        let (configured, said) = read_with(&block, &Environment::of([]));
        assert!(configured.is_none() && said.len() == 1, "{path}: {said:?}");
        assert!(said[0].starts_with(&format!("{path}: ")), "{said:?}");
    }
}

#[test]
fn the_schema_refuses_what_can_never_be_right() {
    let crate::framework::AttributeType::Nested(_, members) = attribute("gcp").ty else {
        panic!("expected members")
    };
    for (name, wrong) in [
        ("project", "My Project"),
        ("project", ""),
        ("credentials", ""),
        ("access_token", ""),
        ("impersonate_service_account", "somebody"),
    ] {
        let member = members.iter().find(|member| member.name == name).unwrap();
        let mut diagnostics = Diagnostics::new();
        for check in &member.validators {
            check(&text(wrong), &at(name), &mut diagnostics);
        }
        assert!(diagnostics.has_errors(), "{name} = {wrong}");
    }
}

#[test]
fn unknown_values_are_waited_for() {
    let environment = Environment::of([("GOOGLE_CLOUD_PROJECT", "p")]);
    for (block, project) in [
        (Value::UNKNOWN, Attr::Unknown),
        (block([("access_token", Value::UNKNOWN)]), Attr::from_text("p")),
        (
            block([("endpoints", object([("iam", Value::UNKNOWN)]))]),
            Attr::from_text("p"),
        ),
        (
            block([("workload_identity", identity([("token", Value::UNKNOWN)]))]),
            Attr::from_text("p"),
        ),
    ] {
        let mut diagnostics = Diagnostics::new();
        validate(&block, &mut diagnostics);
        let (configured, said) = read_with(&block, &environment);
        let configured = configured.unwrap();
        assert!(said.is_empty() && diagnostics.is_empty(), "{said:?}");
        assert!(configured.waits() && configured.google.is_none());
        assert_eq!(configured.project, project);
    }
    let common = Common {
        unknown: true,
        ..Common::default()
    };
    let mut diagnostics = Diagnostics::new();
    let configured = read(&Value::Null, &common, &environment, &mut diagnostics).unwrap();
    assert!(configured.waits() && diagnostics.is_empty());
    // only resources that name no project wait for the project
    let (configured, _) = read_with(&block([("project", Value::UNKNOWN)]), &environment);
    let configured = configured.unwrap();
    assert!(!configured.waits() && configured.project.is_unknown());
}

#[test]
fn a_wrong_environment_is_said_when_a_call_needs_it() {
    let context = Context::new(Stop::new(), Duration::from_secs(1));
    for (name, value) in [
        ("GOOGLE_IAM_CUSTOM_ENDPOINT", "http://iam.example/"),
        ("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT", "somebody"),
        ("GOOGLE_CLOUD_PROJECT", "My Project"),
    ] {
        let (configured, said) = read_with(&Value::Null, &Environment::of([(name, value)]));
        let configured = configured.unwrap();
        assert!(said.is_empty() && !configured.waits(), "{said:?}");
        let error = configured.google(&context).unwrap_err();
        assert_eq!(error.kind, Kind::Configuration);
        assert!(
            error.to_string().contains(name) && error.to_string().contains(value),
            "{error}"
        );
    }
}

#[test]
fn a_resource_without_a_project_has_that_of_the_block() {
    use crate::clouds::gcp::configuration::Configuration;
    let configuration = Configuration::default();
    let set = |block: &Value| configuration.set(read_with(block, &Environment::of([])).0.unwrap());
    set(&block([("project", text("of-block"))]));
    let project = |given: &Attr<String>| configuration.project(given);
    assert_eq!(project(&Attr::Null).unwrap().as_deref(), Some("of-block"));
    assert_eq!(project(&Attr::from_text("own")).unwrap().as_deref(), Some("own"));
    assert_eq!(project(&Attr::Unknown).unwrap(), None);
    set(&block([("project", Value::UNKNOWN)]));
    assert_eq!(project(&Attr::Null).unwrap(), None);
    set(&Value::Null);
    assert!(
        project(&Attr::Null)
            .unwrap_err()
            .to_string()
            .contains("`GOOGLE_CLOUD_PROJECT`")
    );
}
