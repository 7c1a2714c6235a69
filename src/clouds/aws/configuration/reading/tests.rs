//! The `aws` attribute as somebody may write it, right and wrong.

use super::*;
use crate::clouds::aws::configuration::attribute;
use crate::framework::{Attribute, AttributeType};
use crate::oidc::WorkloadToken;

/// The value of an object with some members, the others null, as the host sends it.
fn object(attributes: &[Attribute], members: &[(&str, Value)]) -> Value {
    let of = |attribute: &Attribute| {
        let given = members.iter().find(|(name, _)| *name == attribute.name);
        (
            attribute.name.clone(),
            given.map_or(Value::Null, |(_, value)| value.clone()),
        )
    };
    for (name, _) in members {
        assert!(
            attributes.iter().any(|attribute| attribute.name == *name),
            "no attribute {name}"
        );
    }
    Value::Object(attributes.iter().map(of).collect())
}

fn members_of<'a>(attributes: &'a [Attribute], name: &str) -> &'a [Attribute] {
    let found = attributes
        .iter()
        .find(|attribute| attribute.name == name)
        .unwrap();
    match &found.ty {
        AttributeType::Nested(_, members) => members,
        AttributeType::Plain(_) => panic!("{name} has no members"),
    }
}

fn schema() -> Vec<Attribute> {
    members_of(&[attribute("aws")], "aws").to_vec()
}

fn block(members: &[(&str, Value)]) -> Value {
    object(&schema(), members)
}

fn nested(name: &str, members: &[(&str, Value)]) -> Value {
    object(members_of(&schema(), name), members)
}

fn text(text: &str) -> Value {
    Value::string(text)
}

fn role_at(arn: &str) -> Value {
    nested("accounts", &[("role_arn", text(arn))])
}

fn set(items: &[&str]) -> Value {
    Value::Set(items.iter().map(|item| text(item)).collect())
}

fn paths(block: &Value) -> Vec<String> {
    let mut diagnostics = Diagnostics::new();
    validate(block, &mut diagnostics);
    diagnostics.iter().map(|found| found.path.to_string()).collect()
}

fn read_with(block: &Value, environment: &Environment) -> (Option<Configured>, Vec<String>) {
    let mut diagnostics = Diagnostics::new();
    let configured = read(block, &Common::default(), environment, &mut diagnostics);
    (
        configured,
        diagnostics
            .iter()
            .map(|found| format!("{}: {}", found.path, found.detail))
            .collect(),
    )
}

#[test]
fn nothing_given_is_fine() {
    for nothing in [Value::Null, block(&[])] {
        assert!(paths(&nothing).is_empty());
        let (configured, said) = read_with(&nothing, &Environment::of([]));
        assert!(configured.unwrap().accounts.is_some() && said.is_empty());
    }
}

#[test]
fn mistakes_point_at_their_argument() {
    let own = "arn:aws:iam::111122223333:role/r";
    let token = |members: &[(&str, Value)]| {
        let mut all = vec![("role_arn", text(own))];
        all.extend(members.iter().cloned());
        nested("assume_role_with_web_identity", &all)
    };
    let accounts = |id: &str, entry: Value| Value::Map([(id.to_owned(), entry)].into());
    for (members, path) in [
        (vec![("access_key", text("a"))], "aws.secret_key"),
        (vec![("secret_key", text("a"))], "aws.access_key"),
        (vec![("token", text("a"))], "aws.token"),
        (
            vec![(
                "assume_role_with_web_identity",
                token(&[("platform", text("github"))]),
            )],
            "aws.assume_role_with_web_identity.platform",
        ),
        (
            vec![(
                "assume_role_with_web_identity",
                token(&[("token", text("a")), ("token_file", text("b"))]),
            )],
            "aws.assume_role_with_web_identity",
        ),
        (
            vec![("accounts", accounts("1", role_at(own)))],
            "aws.accounts[\"1\"]",
        ),
        (
            vec![("accounts", accounts("222233334444", role_at(own)))],
            "aws.accounts[\"222233334444\"].role_arn",
        ),
        (
            vec![("accounts", accounts("222233334444", Value::Null))],
            "aws.accounts[\"222233334444\"]",
        ),
        (
            vec![
                ("allowed_account_ids", set(&["111122223333"])),
                ("forbidden_account_ids", set(&["111122223333"])),
            ],
            "aws.forbidden_account_ids",
        ),
        (vec![("account_role_name", text("a/"))], "aws.account_role_name"),
    ] {
        let block = block(&members);
        assert_eq!(paths(&block), [path]);
        let (configured, said) = read_with(&block, &Environment::of([]));
        assert!(configured.is_none() && !said.is_empty(), "{path}");
    }
}

#[test]
fn unknown_values_are_waited_for() {
    for (name, value) in [
        ("region", Value::UNKNOWN),
        ("allowed_account_ids", Value::Set(vec![Value::UNKNOWN])),
    ] {
        let block = block(&[(name, value)]);
        assert!(paths(&block).is_empty());
        let (configured, said) = read_with(&block, &Environment::of([]));
        assert!(
            configured.unwrap().accounts.is_none() && said.is_empty(),
            "{name}"
        );
    }
    let (configured, _) = read_with(&Value::UNKNOWN, &Environment::of([]));
    assert!(configured.unwrap().accounts.is_none());
    // Unknown default tags keep nobody from calling.
    let (configured, _) = read_with(&block(&[("default_tags", Value::UNKNOWN)]), &Environment::of([]));
    let configured = configured.unwrap();
    assert!(configured.accounts.is_some() && configured.default_tags.is_unknown());
}

#[test]
fn the_environment_fills_in() {
    let identity = nested(
        "assume_role_with_web_identity",
        &[("role_arn", text("arn:aws:iam::111122223333:role/r"))],
    );
    let block = block(&[("assume_role_with_web_identity", identity)]);
    let (configured, said) = read_with(&block, &Environment::of([]));
    assert!(configured.is_none() && said.len() == 1, "{said:?}");
    let (configured, said) = read_with(
        &block,
        &Environment::of([("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")]),
    );
    assert!(configured.is_some() && said.is_empty(), "{said:?}");
}

#[test]
fn everything_arrives_in_the_settings() {
    let own = "arn:aws:iam::111122223333:role/first";
    let chain = nested(
        "assume_role",
        &[
            ("role_arn", text(own)),
            ("external_id", text("ext")),
            ("duration", text("15m")),
            ("session_name", text("ci")),
        ],
    );
    let other = "arn:aws:iam::222233334444:role/x";
    let block = block(&[
        ("region", text("eu-central-1")),
        ("access_key", text("AKIA")),
        ("secret_key", text("secret")),
        ("assume_role", Value::List(vec![chain])),
        (
            "accounts",
            Value::Map([("222233334444".to_owned(), role_at(other))].into()),
        ),
        ("allowed_account_ids", set(&["111122223333", "222233334444"])),
        (
            "endpoints",
            nested("endpoints", &[("iam", text("https://iam.example"))]),
        ),
        ("use_fips_endpoint", Value::Bool(true)),
        ("max_retries", Value::Number(crate::framework::Number::Int(3))),
    ]);
    let model = AwsModel::from_value(&block).unwrap();
    let mut diagnostics = Diagnostics::new();
    let environment = Environment::of([("OIDCFED_AWS_ACCOUNT_ROLE_NAME", "deployer")]);
    let settings = settings(&model, &Common::default(), &environment, &mut diagnostics);
    assert!(diagnostics.is_empty());
    assert_eq!(settings.region.as_deref(), Some("eu-central-1"));
    assert!(settings.access_keys.is_some());
    let first = settings.assume_role.first().unwrap();
    assert_eq!(
        (first.role_arn.to_string().as_str(), first.session_name.as_str()),
        (own, "ci")
    );
    assert_eq!(
        (
            first.external_id.as_deref(),
            first.duration.map(SessionDuration::seconds)
        ),
        (Some("ext"), Some(900))
    );
    assert_eq!(
        (settings.accounts.len(), settings.allowed_account_ids.len()),
        (1, 2)
    );
    assert_eq!(settings.endpoints.iam.as_deref(), Some("https://iam.example"));
    assert_eq!(
        (settings.use_fips_endpoint, settings.max_retries),
        (Some(true), Some(3))
    );
    assert_eq!(settings.account_role_name.as_deref(), Some("deployer"));
    assert!(settings.check().is_ok());
}

#[test]
fn a_platform_is_read_and_nothing_of_it_is_looked_at() {
    let block = |platform: &str| {
        let role = ("role_arn", text("arn:aws-cn:iam::111122223333:role/r"));
        let identity = nested(
            "assume_role_with_web_identity",
            &[role, ("platform", text(platform))],
        );
        block(&[("assume_role_with_web_identity", identity)])
    };
    // the argument beats the environment, of which nothing is read before a call needs it
    let environment = Environment::of([("AWS_WEB_IDENTITY_TOKEN_FILE", "/does/not/exist")]);
    let (configured, said) = read_with(&block("github-actions"), &environment);
    assert!(said.is_empty(), "{said:?}");
    let accounts = configured.unwrap().accounts.unwrap();
    let Some(WorkloadToken::OfPlatform(places)) = accounts.web_identity() else {
        panic!("expected the places of a platform")
    };
    assert_eq!(places.platform().id, "github-actions");
    assert_eq!(places.audiences(), ["sts.amazonaws.com.cn"]);
    let declared = "id = \"acme\"\nissuer = \"https://oidc.acme.example\"\ntenancy = \"shared\"\ntenant = \"t\"\n[variable]\nt = { pattern = \"[a-z]+\", chosen_by = \"platform\", mutable = false }\n[[subject]]\ntemplate = \"t:{t}\"\n[[token_source]]\n";
    let (configured, said) = read_with(
        &block(&format!("{declared}kind = \"env\"\nname = \"ACME\"\n")),
        &environment,
    );
    assert!(configured.is_some() && said.is_empty(), "{said:?}");
    for (wrong, says) in [
        ("github", "github-actions"),
        (
            &format!("{declared}kind = \"cli\"\nargv = [\"sh\"]\n"),
            "expected `env` or `file` in a configuration",
        ),
        (
            &format!("{declared}kind = \"http\"\nurl = \"https://evil.example\"\n"),
            "expected `env` or `file` in a configuration",
        ),
    ] {
        let (configured, said) = read_with(&block(wrong), &environment);
        assert!(configured.is_none() && said.len() == 1, "{said:?}");
        assert!(
            said[0].starts_with("aws.assume_role_with_web_identity.platform: ") && said[0].contains(says),
            "{said:?}"
        );
    }
}
