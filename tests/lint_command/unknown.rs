//! What is not known, or not recognised, is said.

use serde_json::json;

use crate::command_line::Call;
use crate::documents::{self, policy};
use crate::{MAIN, lint, rules};

#[test]
fn templates_say_what_is_not_known() {
    let call = Call::of(&["lint", "template.yaml", "--output", "json"]);
    call.file("template.yaml", documents::TEMPLATE);
    let answer = call.run();
    let found = rules(&answer);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Deploy",
            "Exact",
            "Parameters (Org = acme)",
            "Parameters",
            "Whole"
        ],
        "{}",
        answer.stdout
    );
    let of = |name: &str| found.iter().find(|(own, _)| own == name).unwrap().1.clone();
    assert!(
        of("Deploy").contains(&"open-owner-prefix".to_owned()),
        "{found:?}"
    );
    assert!(
        !of("Exact")
            .iter()
            .any(|rule| rule == "unknown-value" || rule == "unanalysable-condition"),
        "{found:?}"
    );
    assert!(
        of("Parameters").contains(&"unknown-value".to_owned())
            && of("Parameters").contains(&"unanalysable-condition".to_owned()),
        "{found:?}"
    );
    assert_eq!(of("Whole"), ["unknown-value"]);
    let json = answer.json();
    let notes = json["files"][0]["notes"].to_string();
    assert!(
        notes.contains("has a template of its own") && notes.contains("is not about OIDC tokens"),
        "{notes}"
    );
    let line = |trust: usize, rule: &str| {
        let all = json["files"][0]["trusts"][trust]["findings"]
            .as_array()
            .unwrap()
            .clone();
        all.into_iter().find(|finding| finding["rule"] == rule).unwrap()["line"]
            .as_u64()
            .unwrap()
    };
    let at = |line: u64| {
        documents::TEMPLATE
            .lines()
            .nth(usize::try_from(line).unwrap() - 1)
            .unwrap()
    };
    assert!(
        at(line(3, "unknown-value")).contains("${Org}"),
        "{}",
        at(line(3, "unknown-value"))
    );
    assert!(at(line(0, "open-owner-prefix")).contains("repo:acme*"));
}

#[test]
fn arm_templates_and_their_expressions() {
    let answer = lint(&documents::arm(), &["--output", "json"]);
    let found = rules(&answer);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["known", "unknown", "nested"], "{}", answer.stdout);
    for known in [&found[0].1, &found[2].1] {
        assert!(known.contains(&"mutable-subject".to_owned()), "{found:?}");
        assert!(!known.contains(&"unknown-value".to_owned()), "{found:?}");
    }
    let unknown = answer.json()["files"][0]["trusts"][1]["findings"].to_string();
    assert!(unknown.contains("parameters('subject')"), "{unknown}");
    assert_eq!(answer.code, 3);
}

#[test]
fn what_is_no_document_says_what_was_expected_and_found() {
    for (text, place, found) in [
        (
            &b"{\"a\": 1}"[..],
            "line 1, column 1: ",
            "found an object with `a`",
        ),
        (b"[]", "line 1, column 1: ", "found an empty list"),
        (b"hello", "line 1, column 1: ", "found `hello`"),
        (
            b"[{\"Statement\": []},\n {\"x\": 1}]",
            "line 2, column 2: at `/1`: ",
            "found an object with `x`",
        ),
        (b"{\"a\": ", "", "found no JSON (EOF"),
        (b"a: [", "line ", "found no YAML ("),
        (
            b"{\"version\": 4, \"lineage\": \"x\", \"serial\": 1}",
            "line 1, column 1: ",
            "print it with `terraform show -json`",
        ),
        (b"\xff\xfe{\0}\0", "", "expected UTF-8, found UTF-16"),
        (
            b"{\"a\": \"\xff\"}",
            "",
            "expected UTF-8, found something else at byte 7",
        ),
        (b"", "", "found no JSON"),
    ] {
        let mut call = Call::of(&["lint", "-"]);
        call.stdin = text.to_vec();
        let answer = call.run();
        assert_eq!(answer.code, 1, "{}", answer.stdout);
        assert!(
            answer.stderr.starts_with(&format!("error: stdin: {place}")),
            "{}",
            answer.stderr
        );
        assert!(answer.stderr.contains(found), "{}", answer.stderr);
    }
    let mut wrong = policy(MAIN);
    wrong["Statement"][0]["Effect"] = json!("allow");
    let answer = lint(&json!({"Role": {"AssumeRolePolicyDocument": wrong}}), &[]);
    assert_eq!(answer.code, 1);
    assert!(answer.stderr.contains("at `/Role/AssumeRolePolicyDocument/Statement/0/Effect`: expected `Allow` or `Deny`, found `allow`"), "{}", answer.stderr);
    // one that cannot be read does not hide what is wrong with the others
    let call = Call::of(&["lint", "open.json", "absent.json"]);
    call.file("open.json", policy("repo:acme*").to_string());
    let both = call.run();
    assert_eq!(both.code, 1);
    assert!(
        both.stdout.contains("open-owner-prefix") && both.stderr.contains("absent.json"),
        "{}",
        both.stderr
    );
}
