//! `oidcfed evaluate` as a program: verdicts, exit codes, places of mistakes, and that a token is never repeated.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod command_line;
#[path = "evaluate_command/notes.rs"]
mod notes;
#[path = "evaluate_command/question.rs"]
mod question;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use question::Question;

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const MAIN: &str = "repo:acme/api:ref:refs/heads/main";

fn claims(audience: &str, subject: &str) -> Value {
    json!({"iss": GITHUB, "aud": audience, "sub": subject, "repository_id": "7"})
}

fn role() -> Value {
    json!({"Role": {
        "RoleName": "deploy",
        "Arn": "arn:aws:iam::111122223333:role/deploy",
        "MaxSessionDuration": 3600,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": MAIN,
            }},
        }]},
    }})
}

fn aws(subject: &str) -> Question {
    Question::about(&role()).claims(&claims("sts.amazonaws.com", subject))
}

fn credential(name: &str, subject: &str) -> Value {
    json!({"name": name, "issuer": GITHUB, "audiences": ["api://AzureADTokenExchange"], "subject": subject})
}

fn google() -> Value {
    json!({
        "name": "projects/1/locations/global/workloadIdentityPools/ci/providers/github",
        "attributeMapping": {"google.subject": "assertion.sub"},
        "attributeCondition": "assertion.repository_id == '7'",
        "oidc": {"issuerUri": GITHUB, "allowedAudiences": ["ci"]},
    })
}

#[test]
fn aws_says_yes_no_and_cannot_tell() {
    let yes = aws(MAIN).with(&["--client-id", "sts.amazonaws.com"]).ask();
    assert_eq!(
        (yes.code, yes.first_line()),
        (0, "allow: the token would be accepted")
    );
    assert_eq!(
        yes.stderr,
        "note: the token is taken to be signed by its issuer and in time\n"
    );

    let no = aws("repo:evil/api:ref:refs/heads/main")
        .with(&["--client-id", "sts.amazonaws.com"])
        .ask();
    assert_eq!(no.code, 2);
    assert!(
        no.first_line()
            .starts_with("deny: the token would be refused, by `"),
        "{}",
        no.stdout
    );
    assert!(
        no.stdout.contains(MAIN) && no.stdout.contains("repo:evil/api:ref:refs/heads/main"),
        "{}",
        no.stdout
    );
    assert_eq!(
        no.stdout.lines().filter(|line| line.starts_with("> no")).count(),
        1
    );

    let unknown = aws(MAIN).ask();
    assert_eq!(unknown.code, 1, "what cannot be told is no success");
    let first =
        "unknown: cannot tell whether the token would be accepted, because of `client ids of the provider`";
    assert_eq!(unknown.first_line(), first);
    assert_eq!(
        aws("repo:evil/api").ask().code,
        2,
        "the subject refuses whatever the provider is"
    );
}

#[test]
fn aws_with_the_provider_and_the_policy_alone() {
    let provider =
        |ids: &[&str]| json!({"Url": "token.actions.githubusercontent.com", "ClientIDList": ids}).to_string();
    for (ids, code) in [(&["sts.amazonaws.com"][..], 0), (&["other"][..], 2)] {
        let question = aws(MAIN).with(&["--provider", "provider.json"]);
        question.file("provider.json", &provider(ids));
        assert_eq!(question.ask().code, code, "{ids:?}");
    }
    let other = aws(MAIN)
        .with(&[
            "--client-id",
            "sts.amazonaws.com",
            "--provider-url",
            "https://issuer.example",
        ])
        .ask();
    assert_eq!(
        (other.code, other.first_line()),
        (2, "deny: the token would be refused, by `issuer`")
    );

    let policy = role()["Role"]["AssumeRolePolicyDocument"].clone();
    let alone = |arguments: &[&str]| {
        Question::about(&policy)
            .claims(&claims("sts.amazonaws.com", MAIN))
            .with(&["--client-id", "sts.amazonaws.com"])
            .with(arguments)
            .ask()
    };
    let assumed = alone(&[]);
    assert_eq!(assumed.code, 0);
    assert!(
        assumed
            .stderr
            .contains("the role is taken to be in the account of the provider"),
        "{}",
        assumed.stderr
    );
    let elsewhere = alone(&["--role-arn", "arn:aws:iam::444455556666:role/deploy"]);
    assert_eq!(
        elsewhere.code, 2,
        "the policy names the provider of another account: {}",
        elsewhere.stdout
    );
    assert_eq!(alone(&["--duration", "3601"]).code, 1);
    assert_eq!(
        aws(MAIN)
            .with(&["--client-id", "sts.amazonaws.com", "--duration", "3601"])
            .ask()
            .code,
        2
    );
    let another_role = aws(MAIN)
        .with(&["--role-arn", "arn:aws:iam::111122223333:role/other"])
        .ask();
    assert_eq!(another_role.code, 64);
}

#[test]
fn azure_tells_each_credential() {
    let audience = "api://AzureADTokenExchange";
    let all = json!({"value": [credential("other", "x"), credential("main", MAIN)]});
    let yes = Question::about(&all).claims(&claims(audience, MAIN)).ask();
    assert_eq!(yes.code, 0, "{}", yes.stderr);
    assert!(
        yes.stdout.contains("credential `other`: subject"),
        "{}",
        yes.stdout
    );
    let no = Question::about(&credential("main", MAIN))
        .claims(&claims(audience, "repo:Acme/api:ref:refs/heads/main"))
        .ask();
    assert_eq!(
        (no.code, no.first_line()),
        (2, "deny: the token would be refused, by `subject`")
    );
    assert!(no.stdout.contains("AADSTS700213"), "{}", no.stdout);
    let contested = json!({"issuer": GITHUB, "audiences": [audience],
        "claimsMatchingExpression": {"value": format!("claims['sub'] matches '{MAIN}*'"), "languageVersion": 1}});
    assert_eq!(
        Question::about(&contested)
            .claims(&claims(audience, MAIN))
            .ask()
            .code,
        1
    );
    let none = Question::about(&json!([]))
        .claims(&claims(audience, MAIN))
        .with(&["--cloud", "azure"])
        .ask();
    assert_eq!(none.code, 2);
}

#[test]
fn google_cloud_with_and_without_a_binding() {
    let asked = |change: &str, arguments: &[&str]| {
        let mut token = claims("ci", MAIN);
        token["repository_id"] = json!(change);
        Question::about(&google()).claims(&token).with(arguments).ask()
    };
    assert_eq!(asked("7", &[]).code, 0);
    let no = asked("8", &[]);
    assert_eq!(
        (no.code, no.first_line()),
        (2, "deny: the token would be refused, by `condition`")
    );
    let pool = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci";
    assert_eq!(
        asked("7", &["--binding", &format!("principal://{pool}/subject/{MAIN}")]).code,
        0
    );
    let other = asked("7", &["--binding", &format!("principal://{pool}/subject/other")]);
    assert_eq!(
        (other.code, other.first_line()),
        (2, "deny: the token would be refused, by `binding`")
    );
}

#[test]
fn json_for_programs() {
    let no = aws("repo:evil/api").with(&["--output", "json"]).ask();
    assert_eq!((no.code, no.stderr.as_str()), (2, ""));
    let answer = no.json();
    assert_eq!(answer["decision"], "deny");
    assert_eq!(answer["refused_by"]["verdict"], "deny");
    assert!(
        answer["steps"]
            .as_array()
            .unwrap()
            .contains(&answer["refused_by"])
    );
    let members: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(members, ["decision", "notes", "refused_by", "steps"]);
    assert_eq!(
        answer["notes"],
        json!(["the token is taken to be signed by its issuer and in time"])
    );
    let yes = aws(MAIN)
        .with(&["--output", "json", "--client-id", "sts.amazonaws.com"])
        .ask();
    assert_eq!(yes.json()["refused_by"], Value::Null);
    assert_eq!(
        aws(MAIN).with(&["--output", "json"]).ask().json()["decision"],
        "unknown"
    );
}

#[test]
fn a_token_is_decoded_and_never_repeated() {
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let payload = encode(&claims("sts.amazonaws.com", MAIN));
    let signature = BASE64URL_NOPAD.encode(b"no signature at all");
    let token = format!(
        "{}.{payload}.{signature}",
        encode(&json!({"alg": "RS256", "kid": "k"}))
    );
    for (text, code) in [
        (format!("{token}\n"), 0),
        (format!("{payload}.{token}"), 1),
        (token.replace(&payload, "e30x"), 1),
    ] {
        let mut question =
            Question::about(&role()).with(&["--token", "-", "--client-id", "sts.amazonaws.com"]);
        question.stdin = text;
        let answer = question.ask();
        assert_eq!(answer.code, code, "{}", answer.stderr);
        let said = format!("{}{}", answer.stdout, answer.stderr);
        for part in [&payload, &signature] {
            assert!(!said.contains(part.as_str()), "{said}");
        }
        if code == 0 {
            assert!(
                answer.stderr.contains("decoded, not verified"),
                "{}",
                answer.stderr
            );
        }
    }
}

#[test]
fn mistakes_have_a_place() {
    let audience = "api://AzureADTokenExchange";
    let mut short = credential("x", MAIN);
    short["audiences"] = json!([]);
    let mut wrong = role();
    wrong["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Effect"] = json!("allow");
    let mut expression = google();
    expression["attributeCondition"] = json!("assertion.sub ==");
    for (document, error) in [
        (
            short,
            "`document.json`: at `/audiences`: expected a list of exactly one audience, found an empty list",
        ),
        (
            wrong,
            "`document.json`: at `/Role/AssumeRolePolicyDocument/Statement/0/Effect`: expected `Allow` or `Deny`, found `allow`",
        ),
        (expression, "`document.json`: attribute_condition: "),
    ] {
        let answer = Question::about(&document).claims(&claims(audience, MAIN)).ask();
        assert_eq!((answer.code, answer.stdout.as_str()), (1, ""));
        assert!(
            answer.stderr.starts_with(&format!("error: {error}")),
            "{}",
            answer.stderr
        );
    }
    for (file, text, error) in [
        (
            "document.json",
            "{\n  \"Role\": ]",
            "`document.json`: expected JSON, found no JSON (expected value at line 2 column 11)",
        ),
        (
            "claims.json",
            "{\"sub\": 1, \"sub\": 2}",
            "`claims.json`: at `/sub`: expected every member once, found it twice",
        ),
        (
            "claims.json",
            "[]",
            "`claims.json`: expected the claims (an object), found an empty list",
        ),
    ] {
        let question = aws(MAIN);
        question.file(file, text);
        let answer = question.ask();
        assert_eq!((answer.code, answer.stdout.as_str()), (1, ""));
        assert!(answer.stderr.contains(error), "{}", answer.stderr);
    }
    let absent = Question::about(&role()).with(&["--claims", "absent.json"]).ask();
    assert_eq!(absent.code, 1);
    assert!(
        absent.stderr.starts_with("error: `absent.json`: "),
        "{}",
        absent.stderr
    );
}

#[test]
fn wrong_usage() {
    let document = || Question::about(&role());
    for question in [
        document(),
        document().with(&["--claims", "a", "--token", "b"]),
        document().with(&["--claims", "-", "--provider", "-"]),
        document().with(&["--claims", "a", "--cloud", "other"]),
        document().with(&["--claims", "a", "--provider", "b", "--client-id", "c"]),
        aws(MAIN).with(&["--binding", "principal://x"]),
        aws(MAIN).with(&["--role-arn", "deploy"]),
        Question::about(&credential("x", MAIN))
            .claims(&claims("a", MAIN))
            .with(&["--client-id", "x"]),
        Question::about(&google())
            .claims(&claims("ci", MAIN))
            .with(&["--binding", "everyone"]),
        Question::about(&json!({"x": 1})).claims(&claims("a", MAIN)),
    ] {
        let answer = question.ask();
        assert_eq!(
            (answer.code, answer.stdout.as_str()),
            (64, ""),
            "{}",
            answer.stderr
        );
    }
}
