use std::collections::BTreeMap;

use super::*;
use crate::trust::{Trust, Written};

fn words(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|&t| t.to_owned()).collect())
}

fn map(entries: &[(&str, &[&str])]) -> Option<BTreeMap<String, Vec<String>>> {
    Some(
        entries
            .iter()
            .map(|(name, values)| ((*name).to_owned(), words(values).unwrap()))
            .collect(),
    )
}

fn base() -> Written {
    Written {
        issuer: Some("https://issuer.example".to_owned()),
        subjects: words(&["s"]),
        ..Written::default()
    }
}

fn claims(entries: &[(&str, &[&str])]) -> Written {
    Written {
        subjects: None,
        claims: map(entries),
        ..base()
    }
}

const KINDS: [(&str, ClaimKind); 7] = [
    ("ref", ClaimKind::Text),
    ("a/b", ClaimKind::Text),
    ("/kubernetes.io/namespace", ClaimKind::Text),
    ("groups", ClaimKind::List),
    ("protected", ClaimKind::Boolean),
    ("run", ClaimKind::Number),
    ("/x", ClaimKind::Text),
];

fn trust(top: &Written, also: &[(&str, Written)]) -> GcpTrust {
    let also = also.iter().map(|(k, w)| ((*k).to_owned(), w.clone())).collect();
    let audience = Audience::parse("aud").unwrap();
    GcpTrust {
        trust: Trust::new(top, &also, &BTreeSet::from([audience])).unwrap(),
        kinds: KINDS
            .iter()
            .map(|(name, kind)| (ClaimName::parse(name).unwrap(), *kind))
            .collect(),
        attribute_condition: None,
    }
}

fn condition(top: &Written) -> String {
    render(&trust(top, &[])).unwrap().attribute_condition
}

fn refused(top: &Written) -> String {
    render(&trust(top, &[])).unwrap_err().to_string()
}

#[test]
fn constructs() {
    for (written, expected) in [
        (base(), "assertion.sub in ['s']"),
        (
            Written {
                subjects: words(&["b", "it's", "a\\n"]),
                ..base()
            },
            r"assertion.sub in ['a\\n', 'b', 'it\'s']",
        ),
        (
            Written {
                subject_patterns: words(&["repo:acme/*", r"x.\*?"]),
                ..base()
            },
            r"(assertion.sub in ['s'] || assertion.sub.matches('^(?s:repo:acme/.*|x\\.\\*.)$'))",
        ),
        (
            Written {
                claims: map(&[("ref", &["main", "dev"]), ("a/b", &["x"])]),
                ..base()
            },
            "assertion.sub in ['s'] && assertion['a/b'] in ['x'] && assertion.ref in ['dev', 'main']",
        ),
        (
            claims(&[("/kubernetes.io/namespace", &["prod"])]),
            "assertion['kubernetes.io']['namespace'] in ['prod']",
        ),
        (claims(&[("groups", &["a"])]), "'a' in assertion.groups"),
        (
            Written {
                claim_patterns: map(&[("groups", &["c*"])]),
                ..claims(&[("groups", &["a", "b"])])
            },
            "('a' in assertion.groups || 'b' in assertion.groups || assertion.groups.exists(x, x.matches('^(?s:c.*)$')))",
        ),
        (claims(&[("protected", &["true"])]), "assertion.protected == true"),
        (
            claims(&[("protected", &["true", "false"])]),
            "(assertion.protected == false || assertion.protected == true)",
        ),
        (
            Written {
                claim_patterns: map(&[("ref", &["v*"])]),
                ..claims(&[("ref", &["main"])])
            },
            "(assertion.ref in ['main'] || assertion.ref.matches('^(?s:v.*)$'))",
        ),
    ] {
        assert_eq!(condition(&written), expected);
    }
}

#[test]
fn branches_of_one_issuer() {
    let also = [
        (
            "b",
            Written {
                audiences: words(&["other"]),
                ..Written::default()
            },
        ),
        (
            "a",
            Written {
                subjects: words(&["t"]),
                audiences: words(&["aud", "other"]),
                ..Written::default()
            },
        ),
    ];
    let rendered = render(&trust(&base(), &also)).unwrap();
    assert_eq!(
        rendered.attribute_condition,
        "(assertion.aud in ['aud'] && assertion.sub in ['s']) || (assertion.sub in ['t']) || (assertion.aud in ['other'] && assertion.sub in ['s'])"
    );
    let audiences: Vec<&str> = rendered.allowed_audiences.iter().map(Audience::as_str).collect();
    assert_eq!(audiences, ["aud", "other"]);
    let elsewhere = [(
        "x",
        Written {
            issuer: Some("https://other.example".to_owned()),
            ..Written::default()
        },
    )];
    let error = render(&trust(&base(), &elsewhere)).unwrap_err();
    assert_eq!(error.path(["x"]), "also[\"x\"].issuer");
    assert_eq!(
        error.reason.to_string(),
        "a provider of a pool trusts one issuer, here `https://issuer.example`, found `https://other.example`; make a trust of its own for it"
    );
}

#[test]
fn a_further_condition_only_narrows() {
    let mut narrowed = trust(&base(), &[]);
    let mut with = |own: &str| {
        narrowed.attribute_condition = Some(own.to_owned());
        render(&narrowed).map(|rendered| rendered.attribute_condition)
    };
    assert_eq!(
        with(" assertion.x == 'y' || true ").unwrap(),
        "(assertion.sub in ['s']) && (assertion.x == 'y' || true)"
    );
    assert_eq!(
        with("true // why").unwrap(),
        "(assertion.sub in ['s']) && (true // why\n)"
    );
    for (own, says) in [
        (
            "true) || (true",
            "attribute_condition: line 1, column 5: expected an expression before `)`, found none that it closes",
        ),
        (
            "",
            "attribute_condition: line 1, column 1: expected an expression, found nothing",
        ),
        (
            "'a",
            "attribute_condition: line 1, column 1: expected a closing quote, found the end of the expression",
        ),
        ("true /*", "attribute_condition: line 1, column 7: "),
    ] {
        let error = with(own).unwrap_err().to_string();
        assert!(error.starts_with(says), "{error}");
    }
}

#[test]
fn what_google_cannot_say() {
    for (written, says) in [
        (
            claims(&[("unheard", &["x"])]),
            "claims[\"unheard\"]: it is not known what kind of value the claim `unheard` has",
        ),
        (
            claims(&[("run", &["1"])]),
            "claims[\"run\"]: the claim `run` holds a number, which a text cannot be compared with exactly; write the test as `attribute_condition`, for example `assertion.run == 1`",
        ),
        (
            claims(&[("protected", &["yes"])]),
            "claims[\"protected\"]: the claim `protected` holds true or false; expected `true` or `false`, found `yes`",
        ),
        (
            Written {
                subjects: None,
                claim_patterns: map(&[("protected", &["t*"])]),
                ..base()
            },
            "claim_patterns[\"protected\"]: the claim `protected` holds true or false, which no pattern matches",
        ),
        (
            claims(&[("/x", &["y"])]),
            "claims[\"/x\"]: expected the pointer of a nested claim, found `/x`, which is not nested; write `x`",
        ),
    ] {
        let error = refused(&written);
        assert!(error.starts_with(says), "{error}");
    }
    let many: Vec<String> = (0..400).map(|n| format!("repo:acme/api-{n}")).collect();
    let long = Written {
        subjects: Some(many),
        ..base()
    };
    assert_eq!(
        refused(&long),
        "subjects: a condition has at most 4096 characters, and this trust needs 8307; expected fewer or shorter values: patterns in place of lists of subjects, or several trusts, each with a provider of its own"
    );
    let mut empty = trust(&base(), &[]);
    empty.trust.terms[0].subjects.clear();
    assert!(render(&empty).unwrap_err().to_string().contains("found none"));
    let mut empty = trust(&claims(&[("ref", &["x"])]), &[]);
    empty.trust.terms[0].claims.values_mut().for_each(BTreeSet::clear);
    assert!(
        render(&empty)
            .unwrap_err()
            .to_string()
            .contains("found an empty set")
    );
    empty.trust.terms.clear();
    assert!(render(&empty).unwrap_err().to_string().contains("found none"));
    let mut no_audience = trust(&base(), &[]);
    no_audience.trust.terms[0].audiences.clear();
    assert!(
        render(&no_audience)
            .unwrap_err()
            .to_string()
            .starts_with("audiences: expected an audience")
    );
}
