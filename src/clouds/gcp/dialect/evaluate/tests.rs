use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::clouds::gcp::dialect::{Principal, Provider, ProviderSettings};
use crate::trust::{Claims, Verdict};

const NAME: &str = "projects/1/locations/global/workloadIdentityPools/pool/providers/prov";

fn settings() -> ProviderSettings {
    ProviderSettings {
        name: NAME.to_owned(),
        issuer_uri: "https://issuer.example".to_owned(),
        attribute_mapping: mapping(&[("google.subject", "assertion.sub")]),
        ..ProviderSettings::default()
    }
}

fn mapping(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

fn claims(more: serde_json::Value) -> Claims {
    let mut claims = json!({"iss": "https://issuer.example", "aud": format!("https://iam.googleapis.com/{NAME}"), "sub": "s"});
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    Claims::new(claims.as_object().unwrap().clone())
}

fn decide(settings: &ProviderSettings, more: serde_json::Value) -> Exchange {
    evaluate(&Provider::parse(settings).unwrap(), &claims(more), None)
}

fn conditioned(condition: &str) -> ProviderSettings {
    ProviderSettings {
        attribute_condition: condition.to_owned(),
        ..settings()
    }
}

fn last(exchange: &Exchange) -> (Verdict, &str, &str) {
    let step = exchange.decision.steps.last().unwrap();
    (exchange.decision.verdict, &step.name, &step.found)
}

#[test]
fn steps_in_googles_order() {
    let settings = ProviderSettings {
        attribute_mapping: mapping(&[
            ("google.subject", "assertion.sub"),
            ("attribute.team", "assertion.team"),
        ]),
        disabled: Some(false),
        ..conditioned("attribute.team == 'a'")
    };
    let provider = Provider::parse(&settings).unwrap();
    let binding = Principal::parse("principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/attribute.team/a").unwrap();
    let found = evaluate(&provider, &claims(json!({"team": "a"})), Some(&binding));
    let names: Vec<&str> = found
        .decision
        .steps
        .iter()
        .map(|step| step.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "provider",
            "issuer",
            "audience",
            "sub",
            "mapping google.subject",
            "length of google.subject",
            "mapping attribute.team",
            "condition",
            "binding"
        ]
    );
    assert_eq!(found.decision.verdict, Verdict::Allow);
}

#[test]
fn what_each_step_says() {
    let disabled = ProviderSettings {
        disabled: Some(true),
        ..settings()
    };
    for (exchange, error, name, found) in [
        (
            decide(&disabled, json!({})),
            StsError::InvalidTarget,
            "provider",
            "disabled",
        ),
        (
            decide(&settings(), json!({"iss": 3})),
            StsError::InvalidGrant,
            "issuer",
            "3",
        ),
        (
            decide(&settings(), json!({"aud": ["a", "b"]})),
            StsError::InvalidGrant,
            "audience",
            r#"["a","b"]"#,
        ),
        (
            decide(&settings(), json!({"sub": null})),
            StsError::InvalidGrant,
            "sub",
            "absent",
        ),
        (
            decide(&settings(), json!({"sub": ""})),
            StsError::UnauthorizedClient,
            "length of google.subject",
            "0 bytes",
        ),
        (
            decide(&settings(), json!({"sub": "é".repeat(64)})),
            StsError::InvalidRequest,
            "length of google.subject",
            "128 bytes",
        ),
        (
            decide(&settings(), json!({"sub": 7})),
            StsError::UnauthorizedClient,
            "mapping google.subject",
            "7, where a string is needed",
        ),
        (
            decide(
                &conditioned("assertion.owner == 'acme' && assertion.x"),
                json!({"owner": "evil", "x": 1}),
            ),
            StsError::UnauthorizedClient,
            "condition",
            "`assertion.owner == 'acme'` is false; assertion.owner is 'evil'; `assertion.x` is 1; assertion.x is 1",
        ),
        (
            decide(
                &conditioned("assertion.sub == 's' && assertion.environment == 'prod'"),
                json!({}),
            ),
            StsError::UnauthorizedClient,
            "condition",
            "`assertion.environment == 'prod'` is an error: there is no `environment` (column 34)",
        ),
        (
            decide(&conditioned("assertion.sub.matches('[')"), json!({})),
            StsError::UnauthorizedClient,
            "condition",
            "`assertion.sub.matches('[')` is an error: the regular expression is wrong: a `[` is not closed (column 22); assertion.sub is 's'",
        ),
    ] {
        assert_eq!(last(&exchange), (Verdict::Deny, name, found));
        assert_eq!(exchange.error, Some(error));
    }
}

#[test]
fn what_cannot_be_read() {
    for (settings, says) in [
        (
            conditioned("assertion.sub =="),
            "attribute_condition: line 1, column 17: mismatched input `end of the expression`",
        ),
        (
            conditioned(&format!("{}true", "!".repeat(200))),
            "attribute_condition: line 1, column 101: expected at most 100 operators inside each other",
        ),
        (
            conditioned("Msg{a: 1}"),
            "attribute_condition: line 1, column 4: expected values of CEL itself, found the message `Msg`",
        ),
        (
            conditioned("has(assertion)"),
            "attribute_condition: line 1, column 5: expected a member in `has(…)`",
        ),
        (
            ProviderSettings {
                attribute_mapping: mapping(&[("google.subject", "assertion.sub +\n + 'x'")]),
                ..settings()
            },
            "attribute_mapping[\"google.subject\"]: line 2, column 2: ",
        ),
        (
            ProviderSettings {
                attribute_mapping: mapping(&[("attribute.Team", "'x'")]),
                ..settings()
            },
            "attribute_mapping[\"attribute.Team\"]: expected `google.subject`, `google.groups` or `attribute.NAME`",
        ),
        (
            ProviderSettings {
                name: "prov".to_owned(),
                ..settings()
            },
            "name: expected `projects/NUMBER/",
        ),
    ] {
        let error = Provider::parse(&settings).unwrap_err().to_string();
        assert!(error.starts_with(says), "{error}");
    }
}

#[test]
fn what_is_not_known_is_never_allowed() {
    for condition in [
        "assertion.sub.upperAscii() == 'S'",
        "assertion.sub.replace('s', 't') == 't'",
        "true || assertion.sub.replace('s', 't') == 't'",
        "assertion.sub.substring(0) == 's'",
        "assertion.sub == 's' || nobody.knows == 1",
        "true || unheard_of(assertion.sub)",
        "assertion.n + 1 == 8",
        "assertion.n + 1.0 == 8.0",
        "string(assertion.great) == '9007199254740993'",
        r"assertion.sub.matches('\\pL')",
        "assertion.sub.extract('a') == ''",
    ] {
        let found = decide(
            &conditioned(condition),
            json!({"n": 7, "great": 9_007_199_254_740_993_i64}),
        );
        assert_eq!(found.decision.verdict, Verdict::Unknown, "{condition}");
        assert_eq!(found.error, None);
    }
    for condition in [
        "assertion.n == 7 && assertion.n < 7.5 && string(assertion.n) == '7'",
        "int(assertion.n) + 1 == 8",
        "assertion.sub.lowerAscii() == 's'",
    ] {
        let found = decide(&conditioned(condition), json!({"n": 7}));
        assert_eq!(found.decision.verdict, Verdict::Allow, "{condition}");
    }
    // Whatever is not known, this is refused.
    for condition in [
        "assertion.sub.replace('s', 't') == 'x'",
        "false && assertion.sub.substring(0) == 's'",
        "unheard_of(1)",
    ] {
        let found = decide(&conditioned(condition), json!({}));
        assert_eq!(found.decision.verdict, Verdict::Deny, "{condition}");
    }
    let doubtful = ProviderSettings {
        attribute_mapping: mapping(&[
            ("google.subject", "assertion.sub"),
            ("attribute.up", "assertion.sub.upperAscii()"),
        ]),
        ..settings()
    };
    let found = decide(&doubtful, json!({}));
    assert_eq!(found.decision.verdict, Verdict::Unknown);
    assert!(matches!(found.mapped.attributes["up"], MappedValue::Unknown(_)));
    let doubtful = ProviderSettings {
        attribute_condition: "attribute.up == 'S'".to_owned(),
        ..doubtful
    };
    assert_eq!(decide(&doubtful, json!({})).decision.verdict, Verdict::Unknown);
}

#[test]
fn tokens_known_in_part() {
    let decide = |condition: &str, known: serde_json::Value, unknown: &[&str], rest: Rest| {
        let provider = Provider::parse(&conditioned(condition)).unwrap();
        let claims = claims(known);
        let token = KnownClaims {
            claims: &claims,
            unknown: unknown.iter().map(|name| (*name).to_owned()).collect(),
            rest,
        };
        exchange(&provider, &token, None).decision.verdict
    };
    for (condition, unknown, rest, verdict) in [
        ("assertion.a == 'x'", &["a"][..], Rest::Absent, Verdict::Unknown),
        ("assertion.a == 'x'", &[], Rest::Unknown, Verdict::Unknown),
        ("assertion.a == 'x'", &[], Rest::Absent, Verdict::Deny),
        (
            "assertion.a == 'x' || assertion.sub == 's'",
            &["a"],
            Rest::Absent,
            Verdict::Allow,
        ),
        (
            "assertion.a == 'x' && assertion.sub == 't'",
            &["a"],
            Rest::Absent,
            Verdict::Deny,
        ),
        ("has(assertion.a)", &["a"], Rest::Absent, Verdict::Unknown),
        ("'a' in assertion", &[], Rest::Unknown, Verdict::Unknown),
        ("size(assertion) > 2", &[], Rest::Unknown, Verdict::Unknown),
        (
            "assertion.exists(name, name == 'a')",
            &[],
            Rest::Unknown,
            Verdict::Unknown,
        ),
        ("assertion == {}", &["a"], Rest::Absent, Verdict::Unknown),
        ("assertion.sub == 's'", &["aud"], Rest::Absent, Verdict::Unknown),
        ("assertion.sub == 't'", &["aud"], Rest::Absent, Verdict::Deny),
        (
            "assertion.sub == 't'",
            &["iss", "sub"],
            Rest::Absent,
            Verdict::Unknown,
        ),
    ] {
        assert_eq!(
            decide(condition, json!({}), unknown, rest),
            verdict,
            "{condition} {unknown:?} {rest:?}"
        );
    }
}

#[test]
fn groups_and_bindings() {
    let settings = ProviderSettings {
        attribute_mapping: mapping(&[
            ("google.subject", "assertion.sub"),
            ("google.groups", "assertion.groups"),
        ]),
        ..conditioned("'admins' in google.groups")
    };
    let provider = Provider::parse(&settings).unwrap();
    let pool = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool";
    let bound = |binding: &str, groups: serde_json::Value| {
        let binding = Principal::parse(binding).unwrap();
        let exchange = evaluate(&provider, &claims(json!({"groups": groups})), Some(&binding));
        (
            exchange.decision.verdict,
            exchange.error,
            exchange.decision.steps.last().unwrap().found.clone(),
        )
    };
    let group = format!("principalSet://{pool}/group/admins");
    assert_eq!(
        bound(&group, json!(["x", "admins"])),
        (Verdict::Allow, None, "google.groups `x`, `admins`".to_owned())
    );
    let other = format!("principalSet://{pool}/group/adm");
    assert_eq!(bound(&other, json!(["admins"])).0, Verdict::Deny);
    assert_eq!(bound(&other, json!(["admins"])).1, None);
    let elsewhere = group.replace("/pool/", "/other/");
    assert_eq!(
        bound(&elsewhere, json!(["admins"])).2,
        "an identity of the pool `projects/1/locations/global/workloadIdentityPools/pool`"
    );
    assert_eq!(
        bound(&group, json!("admins")).1,
        Some(StsError::UnauthorizedClient)
    );
    assert_eq!(
        bound(&group, json!(["admins", 3])).2,
        "['admins', 3], where a list of strings is needed"
    );
    let missing = format!("principalSet://{pool}/attribute.team/x");
    assert_eq!(
        bound(&missing, json!(["admins"])).2,
        "no `attribute.team`: it is not mapped"
    );
}

#[test]
fn all_mapped_values_together() {
    let long = ProviderSettings {
        attribute_mapping: mapping(&[
            ("google.subject", "assertion.sub"),
            ("attribute.long", "assertion.long"),
        ]),
        ..settings()
    };
    assert_eq!(
        decide(&long, json!({"long": "x".repeat(8_191)})).decision.verdict,
        Verdict::Allow
    );
    let found = decide(&long, json!({"long": "x".repeat(8_192)}));
    assert_eq!(last(&found), (Verdict::Deny, "mapping", "8193 bytes"));
    let none = ProviderSettings {
        attribute_mapping: BTreeMap::new(),
        ..settings()
    };
    assert_eq!(
        last(&decide(&none, json!({}))),
        (Verdict::Deny, "mapping google.subject", "none")
    );
}
