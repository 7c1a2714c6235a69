//! `oidcfed lint` as a program: what it recognises, what it says is not known, places, exit codes, three forms of output.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "lint_command/arm.rs"]
mod arm;
mod command_line;
#[path = "lint_command/documents.rs"]
mod documents;
mod left_out;
#[path = "lint_command/outputs.rs"]
mod outputs;
#[path = "lint_command/plans.rs"]
mod plans;
#[path = "lint_command/templates.rs"]
mod templates;
#[path = "lint_command/together.rs"]
mod together;
#[path = "lint_command/unknown.rs"]
mod unknown;

use command_line::{Answer, Call};
use documents::{GITHUB, arn, credential, policy, provider};
use serde_json::{Value, json};

const MAIN: &str = "repo:acme/api:ref:refs/heads/main";

fn lint(document: &Value, arguments: &[&str]) -> Answer {
    let call = Call::of(&["lint", "document.json"]).with(arguments);
    call.file("document.json", document.to_string());
    call.run()
}

/// Names of trusts, and the rules that fire for each.
fn rules(answer: &Answer) -> Vec<(String, Vec<String>)> {
    let json = answer.json();
    let files = json["files"].as_array().unwrap().iter();
    let trusts = files.flat_map(|file| file["trusts"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    trusts
        .map(|trust| {
            let findings = trust["findings"].as_array().unwrap().iter();
            (
                text(&trust["name"]),
                findings.map(|finding| text(&finding["rule"])).collect(),
            )
        })
        .collect()
}

#[test]
fn roles_and_policies_in_every_shape() {
    let open = policy("repo:acme*");
    let encoded: String = url_encoded(&open.to_string());
    let role = |document: Value| json!({"RoleName": "deploy", "Arn": arn("deploy"), "AssumeRolePolicyDocument": document});
    let expected = rules(&lint(&open, &["--output", "json"]))[0].1.clone();
    assert!(expected.contains(&"open-owner-prefix".to_owned()), "{expected:?}");
    for document in [
        json!({"Role": role(open.clone())}),
        json!({"Role": role(json!(encoded))}),
        role(open.clone()),
        json!({"RoleDetailList": [role(json!(encoded))], "UserDetailList": [], "IsTruncated": false}),
        json!({"Roles": [role(open.clone()), role(documents::service())]}),
        json!([role(open.clone())]),
    ] {
        let answer = lint(&document, &["--output", "json"]);
        let found = rules(&answer);
        assert_eq!((answer.code, found.len()), (3, 1), "{document} {}", answer.stderr);
        assert_eq!(found[0].1, expected, "{document}");
    }
    let note = lint(&json!({"Roles": [role(open), role(documents::service())]}), &[]);
    assert!(
        note.stdout.contains("note: 1 of 2 is not about OIDC tokens"),
        "{}",
        note.stdout
    );
}

fn url_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn clean_is_0_and_severity_decides() {
    let clean = lint(&policy(MAIN), &[]);
    assert_eq!(clean.code, 0, "{}{}", clean.stdout, clean.stderr);
    assert!(
        clean.stdout.ends_with(" in 1 file: nothing found\n")
            || clean.stdout.contains(" low")
            || clean.stdout.contains(" info"),
        "{}",
        clean.stdout
    );
    let whole = policy("repo:acme/api:*");
    let code = |level: &str| lint(&whole, &["--severity", level]).code;
    assert_eq!((code("medium"), code("critical")), (3, 0));
    assert_eq!(lint(&policy("repo:acme*"), &["--severity", "critical"]).code, 3);
    assert_eq!(lint(&whole, &["--severity", "grave"]).code, 64);
    assert_eq!(Call::of(&["lint"]).run().code, 64);
}

#[test]
fn a_person_sees_rule_place_token_and_remedy() {
    let call = Call::of(&["lint", "role.json"]);
    call.file(
        "role.json",
        format!(
            "{:#}",
            json!({"Role": {"Arn": arn("deploy"), "AssumeRolePolicyDocument": policy("repo:acme*")}})
        ),
    );
    let answer = call.run();
    assert_eq!((answer.code, answer.stderr.as_str()), (3, ""));
    let text = &answer.stdout;
    assert_eq!(
        answer.first_line(),
        "`role.json`: a trust policy or IAM role (AWS)"
    );
    let finding = text.find("  critical  open-owner-prefix: ").unwrap();
    let rest = &text[finding..];
    for (part, marks) in [
        ("means", "A wildcard stands inside"),
        ("where", "line "),
        ("token", "{\"aud\":"),
        ("mend", "close the tenant's name"),
    ] {
        let line = rest
            .lines()
            .find(|line| line.trim_start().starts_with(part))
            .unwrap();
        assert!(line.contains(marks), "{line}");
    }
    let place = rest
        .lines()
        .find(|line| line.trim_start().starts_with("where"))
        .unwrap();
    let line: usize = place
        .split("line ")
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let written = std::fs::read_to_string(call.directory().join("role.json")).unwrap();
    assert!(
        written.lines().nth(line - 1).unwrap().contains("repo:acme*"),
        "{place}"
    );
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
    assert!(
        text.lines()
            .last()
            .unwrap()
            .starts_with("1 trust in 1 file: 1 critical"),
        "{text}"
    );
}

#[test]
fn what_is_accepted_is_shown_as_accepted() {
    let whole = policy("repo:acme/api:*");
    let all = lint(&whole, &["--output", "json"]).json();
    let findings = all["files"][0]["trusts"][0]["findings"]
        .as_array()
        .unwrap()
        .clone();
    let grave: Vec<&str> = findings
        .iter()
        .filter(|f| f["severity"] == "medium" || f["severity"] == "high")
        .map(|f| f["rule"].as_str().unwrap())
        .collect();
    assert!(!grave.is_empty());
    let accepts: Vec<String> = grave
        .iter()
        .map(|rule| format!("{rule}=agreed with the team"))
        .collect();
    let mut arguments = vec!["--output", "json"];
    for accept in &accepts {
        arguments.extend(["--accept", accept]);
    }
    let answer = lint(&whole, &arguments);
    assert_eq!(answer.code, 0, "{}", answer.stdout);
    let accepted = answer.json()["files"][0]["trusts"][0]["findings"].clone();
    let reasons = accepted
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["accepted"] == "agreed with the team")
        .count();
    assert_eq!(reasons, grave.len());
    assert_eq!(answer.json()["counts"]["accepted"], grave.len());
    arguments[1] = "sarif";
    let sarif = lint(&whole, &arguments).json();
    let suppressed = sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|result| result["suppressions"][0]["justification"] == "agreed with the team");
    assert_eq!(suppressed.count(), grave.len());
    let open = policy("repo:acme*");
    assert_eq!(
        lint(&open, &["--accept", "open-owner-prefix=x", "--severity", "high"]).code,
        3,
        "a critical finding needs the value"
    );
    assert_eq!(
        lint(
            &open,
            &["--accept", "open-owner-prefix@repo:acme*=x", "--severity", "high"]
        )
        .code,
        0
    );
    assert!(
        lint(&open, &["--accept", "any-tag=x"])
            .stderr
            .contains("`--accept any-tag` matches no finding")
    );
    for wrong in ["nonsense=x", "any-tag", "any-tag="] {
        assert_eq!(lint(&open, &["--accept", wrong]).code, 64, "{wrong}");
    }
}

#[test]
fn who_is_newly_admitted() {
    let against = |old: &Value, new: &Value| {
        let call = Call::of(&["lint", "new.json", "--against", "old.json", "--output", "json"]);
        call.file("old.json", old.to_string());
        call.file("new.json", new.to_string());
        call.run()
    };
    let of = |answer: &Answer, rule: &str| {
        let all = answer.json()["files"][0]["trusts"][0]["findings"]
            .as_array()
            .unwrap()
            .clone();
        all.into_iter().find(|finding| finding["rule"] == rule)
    };
    let wider = against(&policy(MAIN), &policy("repo:acme/web:ref:refs/heads/main"));
    let token = of(&wider, "newly-admits").unwrap()["witness"].clone();
    assert_eq!(
        (wider.code, token["sub"].as_str()),
        (3, Some("repo:acme/web:ref:refs/heads/main"))
    );
    let same = against(&policy(MAIN), &policy(MAIN));
    assert_eq!(
        (same.code, of(&same, "newly-admits"), of(&same, "change-unknown")),
        (0, None, None),
        "{}",
        same.stdout
    );
    let narrower = against(&policy("repo:acme/api:*"), &policy(MAIN));
    assert_eq!(
        (narrower.code, of(&narrower, "newly-admits")),
        (0, None),
        "{}",
        narrower.stdout
    );
    let unsure = against(&policy("repo:acme/api:${aws:SourceIp}"), &policy(MAIN));
    assert!(of(&unsure, "change-unknown").is_some(), "{}", unsure.stdout);

    let audience = "api://AzureADTokenExchange";
    let classic = |subject: &str| credential(audience, subject);
    let other = against(&classic(MAIN), &classic("repo:acme/web:ref:refs/heads/main"));
    assert_eq!(
        of(&other, "newly-admits").unwrap()["witness"]["sub"],
        "repo:acme/web:ref:refs/heads/main"
    );
    let kept = against(&json!([classic(MAIN), classic("x")]), &classic("x"));
    assert_eq!(
        (of(&kept, "newly-admits"), of(&kept, "change-unknown")),
        (None, None),
        "{}",
        kept.stdout
    );
    let google = |condition: &str| provider(condition);
    let one = google("assertion.sub in ['a']");
    let two = google("assertion.sub in ['a', 'b']");
    assert_eq!(
        of(&against(&one, &two), "newly-admits").unwrap()["witness"]["sub"],
        "b"
    );
    let back = against(&two, &one);
    assert_eq!(
        (of(&back, "newly-admits"), of(&back, "change-unknown")),
        (None, None),
        "{}",
        back.stdout
    );
    let beyond = against(
        &one,
        &google("assertion.sub.startsWith('a') && assertion.x != 'y'"),
    );
    assert!(of(&beyond, "change-unknown").is_some(), "{}", beyond.stdout);
    let more = against(&classic("x"), &json!({"value": [classic("x"), classic("y")]}));
    assert_eq!(
        of(&more, "newly-admits").unwrap()["witness"]["sub"],
        "y",
        "credentials of one identity are one trust"
    );
    let created = against(&json!([classic("y"), classic("z")]), &policy(MAIN));
    assert_eq!(
        of(&created, "newly-admits").unwrap()["witness"]["sub"],
        MAIN,
        "there was no such trust"
    );
}

#[test]
fn declared_platforms_are_known() {
    let file = r#"id = "acme-hosting"
issuer = "https://oidc.acme.example"
tenancy = "shared"
tenant = "team"
[variable]
team = { pattern = "[a-z]+", chosen_by = "platform", mutable = false }
job = { pattern = "[a-z]+", chosen_by = "tenant", mutable = true }
[[subject]]
template = "team:{team}:job:{job}"
"#;
    let text = policy("team:*:job:deploy")
        .to_string()
        .replace(GITHUB, "oidc.acme.example");
    let call = Call::of(&["lint", "policy.json", "--output", "json"]);
    call.file("policy.json", &text);
    let unknown = call.run().json()["files"][0]["trusts"][0]["findings"].clone();
    let call = call.with(&["--platform", "acme.toml"]);
    call.file("acme.toml", file);
    let known = call.run().json()["files"][0]["trusts"][0]["findings"].clone();
    assert_eq!(known[0]["severity"], "critical", "{known}");
    assert_ne!(unknown[0]["severity"], "critical", "{unknown}");
    assert!(
        known[0]["witness"]["sub"]
            .as_str()
            .unwrap()
            .ends_with(":job:deploy"),
        "{known}"
    );
}
