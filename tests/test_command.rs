//! `oidcfed test` as a program: cases that hold and that do not, where mistakes stand, plans, JUnit, exit codes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod command_line;
#[path = "lint_command/documents.rs"]
#[allow(dead_code, reason = "shared with the tests of lint")]
mod documents;
#[path = "test_command/plan.rs"]
mod plan;

use command_line::{Answer, Call};
use documents::{GITHUB, arn, credential, policy, provider};
use serde_json::{Value, json};

const MAIN: &str = "repo:acme/api:ref:refs/heads/main";
const AUDIENCE: &str = "sts.amazonaws.com";
const ENTRA: &str = "api://AzureADTokenExchange";

fn issuer() -> String {
    format!("https://{GITHUB}")
}

fn aws() -> Value {
    json!({
        "id": "main-deploys", "cloud": "aws", "now": 1_790_000_100,
        "providers": [{"url": issuer(), "client_ids": [AUDIENCE]}],
        "role_arn": arn("deploy"),
        "trust_policy": policy(MAIN),
        "claims": {"iss": issuer(), "aud": AUDIENCE, "sub": MAIN, "iat": 1_790_000_000, "exp": 1_790_000_300},
        "expect": "allow",
    })
}

fn google() -> Value {
    json!({
        "id": "other-repository", "cloud": "gcp",
        "provider": {"name": "projects/1/locations/global/workloadIdentityPools/ci/providers/github", "issuer_uri": issuer(),
            "allowed_audiences": ["ci"], "attribute_mapping": {"google.subject": "assertion.sub", "attribute.repository": "assertion.repository"},
            "attribute_condition": "assertion.repository_id == '456'"},
        "binding": "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/attribute.repository/acme/api",
        "claims": {"iss": issuer(), "aud": "ci", "sub": MAIN, "repository": "acme/api", "repository_id": "457"}, "expect": "deny",
    })
}

fn azure() -> Value {
    json!({
        "id": "exact", "cloud": "azure", "credential": credential(ENTRA, MAIN),
        "claims": {"iss": issuer(), "aud": ENTRA, "sub": "repo:acme/API:ref:refs/heads/main"}, "expect": "deny",
    })
}

fn cases(cases: &[Value]) -> Call {
    let call = Call::of(&["test", "trust.json"]);
    call.file("trust.json", json!({ "cases": cases }).to_string());
    call
}

fn with(mut case: Value, name: &str, value: Value) -> Value {
    case[name] = value;
    case
}

fn without(mut case: Value, name: &str) -> Value {
    case.as_object_mut().unwrap().remove(name).unwrap();
    case
}

fn ask(all: &[Value]) -> Answer {
    cases(all).run()
}

#[test]
fn cases_of_three_clouds_hold() {
    let open = json!({"id": "no-open-trust", "cloud": "aws", "platform": "github-actions", "trust_policy": policy(MAIN), "expect_findings": []});
    let answer = ask(&[aws(), google(), azure(), open]);
    assert_eq!(
        (answer.code, answer.stderr.as_str()),
        (0, ""),
        "{}",
        answer.stdout
    );
    assert_eq!(answer.stdout.lines().last(), Some("4 cases hold"));
    assert_eq!(answer.stdout.matches("\n  holds  ").count(), 4);
}

#[test]
fn what_does_not_hold_is_shown_with_the_step_that_decided() {
    let stranger = "repo:evil/api:ref:refs/heads/main";
    let mut denied = aws();
    denied["claims"]["sub"] = json!(stranger);
    let mut late = with(aws(), "id", json!("late"));
    late["now"] = json!(1_790_001_000);
    let mut admitted = with(google(), "id", json!("admitted"));
    admitted["claims"]["repository_id"] = json!("456");
    let unknown = with(
        without(with(aws(), "id", json!("unknown")), "providers"),
        "expect",
        json!("allow"),
    );
    let all = [denied, late, admitted, unknown];
    let answer = ask(&all);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    let text = &answer.stdout;
    assert_eq!(text.matches("\n  FAILS  ").count(), 4, "{text}");
    for part in [
        "FAILS  main-deploys\n         expected  allow\n         decided   deny\n         by        `",
        &format!("and found   {stranger}"),
        "FAILS  late\n         expected  allow\n         decided   deny\n         by        `time`",
        "FAILS  admitted\n         expected  deny\n         decided   allow\n",
        "FAILS  unknown\n         expected  allow\n         decided   unknown\n",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert_eq!(text.lines().last(), Some("0 cases hold, 4 do not"));
    let json = cases(&all).with(&["--output", "json"]).run().json();
    assert_eq!(json["counts"], json!({"hold": 0, "fail": 4, "errors": 0}));
    assert_eq!(
        json["files"][0]["cases"][1]["decision"]["refused_by"]["name"],
        "time"
    );
}

#[test]
fn unknown_is_an_answer_of_its_own() {
    let unknown = with(without(aws(), "providers"), "expect", json!("unknown"));
    assert_eq!(ask(&[unknown]).code, 0);
    let denied = with(aws(), "expect", json!("deny"));
    assert_eq!(ask(&[denied]).code, 3);
    let mut stranger = without(with(aws(), "expect", json!("unknown")), "providers");
    stranger["claims"]["sub"] = json!("repo:evil/x:ref:refs/heads/main");
    assert_eq!(ask(&[stranger]).code, 3, "a certain no is not unknown");
    let other_provider = with(
        with(
            aws(),
            "providers",
            json!([{"url": "https://gitlab.com", "client_ids": [AUDIENCE]}]),
        ),
        "expect",
        json!("deny"),
    );
    let answer = ask(&[other_provider]);
    assert_eq!(answer.code, 0, "{}", answer.stdout);
}

#[test]
fn findings_exactly_and_among_others() {
    let case = |subject: &str, name: &str, rules: Value| json!({"id": "x", "cloud": "aws", "trust_policy": policy(subject), name: rules});
    let code = |case: Value| ask(&[case]).code;
    assert_eq!(code(case(MAIN, "expect_findings", json!([]))), 0);
    let open = ask(&[case("repo:acme*", "expect_findings", json!([]))]);
    assert_eq!(open.code, 3);
    assert!(
        open.stdout.contains("`open-owner-prefix` is not expected"),
        "{}",
        open.stdout
    );
    assert_eq!(
        code(case(
            "repo:acme*",
            "expect_findings_include",
            json!(["open-owner-prefix"])
        )),
        0
    );
    assert_eq!(
        code(case(
            "repo:acme*",
            "expect_findings",
            json!(["open-owner-prefix"])
        )),
        3,
        "others fire too"
    );
    let missing = ask(&[case(MAIN, "expect_findings_include", json!(["open-subject"]))]);
    assert_eq!(missing.code, 3);
    assert!(
        missing
            .stdout
            .contains("`open-subject` is expected and is not there"),
        "{}",
        missing.stdout
    );
}

#[test]
fn documents_beside_the_test_file_and_toml() {
    let call = Call::of(&["test", "tests/trust.toml", "--junit", "junit.xml"]);
    std::fs::create_dir(call.directory().join("tests")).unwrap();
    call.file(
        "tests/role.json",
        json!({"Role": {"Arn": arn("deploy"), "AssumeRolePolicyDocument": policy(MAIN)}}).to_string(),
    );
    call.file(
        "tests/provider.json",
        provider("assertion.sub == 'x'").to_string(),
    );
    call.file(
        "tests/acme.toml",
        "id = 'acme'\nissuer = 'https://oidc.acme.example'\ntenancy = 'self-hosted'\n[variable]\njob = { pattern = '[a-z]+', chosen_by = 'tenant', mutable = true }\n[[subject]]\ntemplate = 'job:{job}'\n",
    );
    let own = policy("job:a").to_string().replace(GITHUB, "oidc.acme.example");
    call.file("tests/own.json", own);
    call.file("tests/trust.toml", format!(
        "[[cases]]\nid = 'file'\ncloud = 'aws'\ntrust_policy = {{ file = 'role.json' }}\nproviders = [{{ url = '{0}', client_ids = ['{AUDIENCE}'] }}]\nexpect = 'allow'\n[cases.claims]\niss = '{0}'\naud = '{AUDIENCE}'\nsub = '{MAIN}'\n\n[[cases]]\nid = 'google'\ncloud = 'gcp'\nprovider = {{ file = 'provider.json' }}\nclaims = {{ iss = '{0}', aud = 'ci', sub = 'y' }}\nexpect = 'deny'\n\n[[cases]]\nid = 'declared <&>'\ncloud = 'aws'\nplatform = {{ file = 'acme.toml' }}\ntrust_policy = {{ file = 'own.json' }}\nexpect_findings = ['any-tag']\n",
        issuer()
    ));
    let answer = call.run();
    assert_eq!(
        (answer.code, answer.stderr.as_str()),
        (3, ""),
        "{}",
        answer.stdout
    );
    assert!(
        answer
            .stdout
            .contains("  holds  file\n  holds  google\n  FAILS  declared <&>\n"),
        "{}",
        answer.stdout
    );
    let xml = std::fs::read_to_string(call.directory().join("junit.xml")).unwrap();
    assert!(
        xml.contains("<testsuite name=\"tests/trust.toml\" tests=\"3\" failures=\"1\" errors=\"0\">"),
        "{xml}"
    );
    assert!(
        xml.contains("<testcase classname=\"tests/trust.toml\" name=\"file\"/>"),
        "{xml}"
    );
    assert!(
        xml.contains("name=\"declared &lt;&amp;&gt;\">\n      <failure message=\""),
        "{xml}"
    );
}

#[test]
fn mistakes_have_their_place_and_keep_no_other_case_from_running() {
    for (case, error) in [
        (
            with(aws(), "expects", json!("deny")),
            "at `/cases/1/expects`: expected one of the members `id`",
        ),
        (
            with(google(), "trust_policy", json!({})),
            "at `/cases/1/trust_policy`: expected one of the members",
        ),
        (
            with(aws(), "cloud", json!("AWS")),
            "at `/cases/1/cloud`: expected one of `aws`, `gcp`, `azure`, found `AWS`",
        ),
        (
            without(aws(), "claims"),
            "at `/cases/1/claims`: expected the claims of the token",
        ),
        (
            without(aws(), "expect"),
            "at `/cases/1`: expected `expect`, `expect_findings` or `expect_findings_include`, found none of them",
        ),
        (
            with(aws(), "expect", json!("allowed")),
            "at `/cases/1/expect`: expected `allow`, `deny` or `unknown`, found `allowed`",
        ),
        (
            with(aws(), "expect_findings", json!(["open-sub"])),
            "at `/cases/1/expect_findings/0`: expected the id of a rule, found `open-sub`",
        ),
        (
            with(aws(), "now", json!("noon")),
            "at `/cases/1/now`: expected Unix seconds",
        ),
        (
            with(aws(), "id", json!("first")),
            "at `/cases/1/id`: expected an id of its own, found `first` again",
        ),
        (
            with(aws(), "trust_policy", json!({"file": "absent.json"})),
            "at `/cases/1/trust_policy`: `absent.json`: ",
        ),
        (
            with(aws(), "trust_policy", json!({"Statement": [{"Effect": "allow"}]})),
            "at `/cases/1/trust_policy/Statement/0/Effect`: expected `Allow` or `Deny`",
        ),
        (
            with(aws(), "providers", json!([{"url": 1}])),
            "at `/cases/1/providers/0/",
        ),
        (
            with(aws(), "role_arn", json!("deploy")),
            "at `/cases/1/role_arn`: expected the ARN of a role",
        ),
        (
            with(google(), "binding", json!("everyone")),
            "at `/cases/1/binding`: ",
        ),
        (
            with(azure(), "platform", json!("nonsense")),
            "at `/cases/1/platform`: ",
        ),
        (
            with(azure(), "plan", json!("plan.json")),
            "at `/cases/1/credential`: expected either the trust or `plan` and `resource`, found both",
        ),
    ] {
        let answer = ask(&[with(azure(), "id", json!("first")), case]);
        assert_eq!(answer.code, 1, "{error}: {}", answer.stdout);
        assert!(
            answer.stderr.starts_with("error: `trust.json`: line 1, column ")
                && answer.stderr.contains(error),
            "{error} is not in {}",
            answer.stderr
        );
        assert!(answer.stdout.contains("  holds  first\n"), "{}", answer.stdout);
    }
    for (text, error) in [
        (
            "{\"cases\": []}",
            "at `/cases`: expected a list of cases, which is not empty, found an empty list",
        ),
        (
            "{\"cases\": [{}], \"now\": 1}",
            "at `/now`: expected no member but `cases`",
        ),
        ("{\"cases\": [", "found no JSON"),
        (
            "[[cases]]\nid = 'x'\nid = 'y'\n",
            "line 3, column 1: expected JSON or TOML, found no TOML",
        ),
        (
            "[[cases]]\nid = 'x'\ncloud = 'aws'\nexpekt = 'allow'\n",
            "line 4, column 1: at `/cases/0/expekt`",
        ),
    ] {
        let call = Call::of(&["test", "trust.json"]);
        call.file("trust.json", text);
        let answer = call.run();
        assert_eq!(answer.code, 1);
        assert!(
            answer.stderr.contains(error),
            "{error} is not in {}",
            answer.stderr
        );
    }
    assert_eq!(Call::of(&["test"]).run().code, 64);
    assert_eq!(cases(&[aws()]).with(&["--output", "sarif"]).run().code, 64);
}
