//! The platforms of the catalogue as their users meet them.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::trust::IssuerUrl;

mod declared;
mod seeds;
mod tenants;
mod token_sources;

fn platform(id: &str) -> &'static Platform {
    by_id(id).unwrap_or_else(|| panic!("no platform `{id}`"))
}

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The file of a platform as it is written.
fn file(id: &str) -> toml::Table {
    let path = format!("{}/src/platforms/catalogue/{id}.toml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// Platforms of whose subjects no vendor says anything that could be written as a template.
const WITHOUT_GRAMMAR: [(&str, &str); 4] = [
    ("bitrise", "everything about `sub` is unverified"),
    ("epycbyte", "only the issuers and the token's variable are public"),
    ("oci", "only the condition key is documented"),
    (
        "pulumi-esc-v2",
        "the shape of `sub` is not documented, only that it differs from the older issuer's",
    ),
];

#[test]
fn every_example_is_composed_and_parsed_to_itself() {
    let mut in_words = BTreeSet::new();
    for id in ids() {
        let platform = platform(id);
        assert_eq!(
            platform.subjects.is_empty(),
            WITHOUT_GRAMMAR.iter().any(|(without, _)| *without == id),
            "{id}"
        );
        for form in &platform.subjects {
            let example = form
                .example
                .as_deref()
                .unwrap_or_else(|| panic!("{id} {}", form.name));
            let found = platform.parse_subject(example);
            let own: Vec<_> = found.iter().filter(|reading| reading.form == form.name).collect();
            assert_eq!(own.len(), 1, "{id} {example} {found:?}");
            let composed = platform.subject_of_form(form, &own[0].variables).unwrap();
            assert_eq!(composed, example, "{id}");
            assert_eq!(
                platform.subject(&own[0].variables).as_deref(),
                Ok(example),
                "{id}"
            );
            let all = platform.subjects(&own[0].variables).unwrap();
            assert!(
                all.iter().any(|subject| subject == example),
                "{id} {example} {all:?}"
            );
        }
        for subject in file(id)
            .get("subject")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
        {
            let name = subject["name"].as_str().unwrap();
            if !platform.subjects.iter().any(|form| form.name == name) {
                assert_eq!(
                    subject.get("free_form"),
                    Some(&toml::Value::Boolean(true)),
                    "{id} {name}"
                );
                in_words.insert((id, subject["example"].as_str().unwrap().to_owned()));
            }
        }
    }
    // what a customer composes himself has no template
    let ids_in_words: Vec<&str> = in_words.iter().map(|(id, _)| *id).collect();
    assert_eq!(
        ids_in_words,
        [
            "github-actions",
            "gitlab-saas",
            "jenkins",
            "octopus-deploy",
            "pulumi-esc",
            "spacelift"
        ]
    );
}

/// Variables of the catalogue that can hold the text behind them, so that a subject may have several readings. No declared
/// platform may have one; the vendors named here chose so, and the catalogue says it among their risks.
const SWALLOWING: [(&str, &str); 9] = [
    ("buildkite", "ref"),
    ("circleci", "vcs_origin"),
    ("circleci-root", "vcs_origin"),
    ("circleci-server", "vcs_origin"),
    ("codefresh", "repo_url"),
    ("depot", "ref"),
    ("forgejo-actions", "owner"),
    ("forgejo-actions", "repo"),
    ("jenkins", "hostname"),
];

#[test]
fn a_subject_with_several_readings_has_all_of_them() {
    let user = "org/0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001/project/7b0f2d5a-6f0b-4a52-9f1b-0f6cf2d9a002/user/3c1e2b4d-7a6f-4f0d-8a1b-0f6cf2d9a003";
    let subject = format!("{user}/vcs-origin/github.com/a/b/vcs-ref/refs/heads/x/vcs-ref/refs/heads/main");
    let readings = platform("circleci").parse_subject(&subject);
    let refs: Vec<&str> = readings
        .iter()
        .map(|reading| reading.variables["vcs_ref"].as_str())
        .collect();
    assert_eq!(refs, ["refs/heads/x/vcs-ref/refs/heads/main", "refs/heads/main"]);
    let readings = platform("forgejo-actions").parse_subject("repo:acme-123/web-456:ref:refs/heads/main");
    let forms: Vec<&str> = readings.iter().map(|reading| reading.form.as_str()).collect();
    assert_eq!(forms, ["ref", "ref-with-ids"]);
}

#[test]
fn which_grammars_of_the_catalogue_are_ambiguous() {
    let mut found = BTreeSet::new();
    for id in ids() {
        let platform = platform(id);
        let issuers = platform.issuers.iter().map(|form| &form.template);
        for template in issuers.chain(platform.subjects.iter().map(|form| &form.template)) {
            for pair in template.parts().windows(2) {
                if let [TemplatePart::Variable(name), TemplatePart::Literal(behind)] = pair
                    && platform.variables[name]
                        .language()
                        .unwrap()
                        .swallows(behind)
                        .is_some()
                {
                    found.insert((id, name.as_str()));
                }
            }
        }
    }
    assert_eq!(found.into_iter().collect::<Vec<_>>(), SWALLOWING);
}

#[test]
fn what_is_composed_from_any_values_parses_to_them() {
    let mut errors = Vec::new();
    for id in ids() {
        let platform = platform(id);
        for form in &platform.subjects {
            let names: Vec<&str> = form.template.variables().collect();
            let any: Vec<BoxedStrategy<String>> = names
                .iter()
                .map(|name| {
                    let pattern = &platform.variables[*name].pattern;
                    proptest::string::string_regex(pattern).unwrap().boxed()
                })
                .collect();
            let mut runner = TestRunner::new(Config {
                cases: 5,
                failure_persistence: None,
                ..Config::default()
            });
            let result = runner.run(&any, |chosen| {
                let given: Values = names.iter().map(|name| (*name).to_owned()).zip(chosen).collect();
                let subject = platform.subject_of_form(form, &given).unwrap();
                let readings = platform.parse_subject(&subject);
                let back: Vec<_> = readings
                    .iter()
                    .filter(|reading| reading.form == form.name)
                    .collect();
                prop_assert!(
                    back.iter().any(|reading| reading.variables == given),
                    "{} {}",
                    subject,
                    id
                );
                if !SWALLOWING.iter().any(|(ambiguous, _)| *ambiguous == id) {
                    prop_assert_eq!(readings.len(), 1, "{}", id);
                }
                for reading in readings {
                    let form = platform
                        .subjects
                        .iter()
                        .find(|form| form.name == reading.form)
                        .unwrap();
                    prop_assert_eq!(
                        platform.subject_of_form(form, &reading.variables).unwrap(),
                        subject.clone()
                    );
                }
                Ok(())
            });
            if let Err(error) = result {
                errors.push(format!("{id} {}: {error}", form.name));
            }
        }
    }
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Texts made to be slow to take apart: delimiters only, and long starts that never end.
#[test]
fn no_subject_is_slow_to_parse() {
    let slowest: BTreeSet<&str> = SWALLOWING.iter().map(|(id, _)| *id).collect();
    for id in slowest {
        for form in &platform(id).subjects {
            let head = form.template.head();
            for run in ["a", ":", "-1", "/job/", ":step:", "/sandbox/"] {
                let text = format!("{head}{}\u{0}", run.repeat(1_200 / run.len()));
                assert!(platform(id).parse_subject(&text).is_empty(), "{id}");
            }
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 8, ..Config::default() })]

    #[test]
    fn parsing_never_panics(
        text in any::<String>(),
        tail in "[a-z0-9:/{}%@._ -]{0,60}",
    ) {
        for id in ids() {
            let platform = platform(id);
            platform.parse_subject(&text);
            for form in &platform.subjects {
                platform.parse_subject(&format!("{}{tail}", form.template.head()));
            }
            if let Ok(issuer) = IssuerUrl::parse(&format!("https://{tail}")) {
                platform.parse_issuer(&issuer);
            }
        }
    }
}

#[test]
fn a_colon_in_a_value_is_escaped_and_back() {
    let github = platform("github-actions");
    let given = values(&[
        ("owner", "octo-org"),
        ("repo", "octo-repo"),
        ("environment", "production:eastus"),
    ]);
    let subject = github.subject(&given).unwrap();
    assert_eq!(subject, "repo:octo-org/octo-repo:environment:production%3Aeastus");
    let readings = github.parse_subject(&subject);
    assert_eq!(readings.len(), 1);
    assert_eq!(readings[0].variables, given);
    // a branch cannot have one, and a platform that does not escape takes none
    let branch = values(&[("owner", "o"), ("repo", "r:ref:refs/heads/main"), ("branch", "x")]);
    assert!(
        matches!(github.subject(&branch), Err(ComposeError::Value { variable, .. }) if variable == "repo")
    );
    let octopus = values(&[("space", "a:b"), ("target", "t")]);
    assert!(platform("octopus-deploy").subject(&octopus).is_err());
}

#[test]
fn every_form_of_one_workload() {
    let github = platform("github-actions");
    let both = values(&[
        ("owner", "octo-org"),
        ("owner_id", "123456"),
        ("repo", "octo-repo"),
        ("repo_id", "456789"),
        ("branch", "main"),
    ]);
    assert_eq!(
        github.subjects(&both).unwrap(),
        [
            "repo:octo-org/octo-repo:ref:refs/heads/main",
            "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main"
        ]
    );
    // one form is one form: the one that has exactly these variables
    assert_eq!(
        github.subject(&both).unwrap(),
        "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main"
    );
    let names_only = values(&[("owner", "octo-org"), ("repo", "octo-repo"), ("branch", "main")]);
    assert_eq!(
        github.subjects(&names_only).unwrap(),
        ["repo:octo-org/octo-repo:ref:refs/heads/main"]
    );
    let pull_request = values(&[("owner", "octo-org"), ("repo", "octo-repo")]);
    assert_eq!(
        github.subjects(&pull_request).unwrap(),
        ["repo:octo-org/octo-repo:pull_request"]
    );
}

#[test]
fn what_cannot_be_composed_says_why() {
    for (id, given, expected) in [
        (
            "github-actions",
            vec![("owner", "octo org"), ("repo", "r"), ("branch", "main")],
            "variable `owner`: expected a value that matches `[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})`, found `octo org`",
        ),
        (
            "github-actions",
            vec![("owner", "o"), ("branch", "main")],
            "variable `repo`: expected a value that matches `[A-Za-z0-9._-]{1,100}`, found none; `repo:{owner}/{repo}:ref:refs/heads/{branch}` needs it",
        ),
        (
            "github-actions",
            vec![
                ("owner", "o"),
                ("owner_id", "1"),
                ("repo", "r"),
                ("branch", "main"),
            ],
            "variable `repo_id`: expected a value that matches `[0-9]+`, found none; `repo:{owner}@{owner_id}",
        ),
        (
            "github-actions",
            vec![("owner", "o"), ("repo", "r"), ("repository", "x")],
            "platform `github-actions` has no variable `repository`, which was given as `x`; its variables are `branch`, `environment`,",
        ),
        (
            "github-actions",
            vec![
                ("owner", "o"),
                ("repo", "r"),
                ("branch", "b"),
                ("environment", "e"),
            ],
            "platform `github-actions` has no subject with the variables `branch`, `environment`, `owner`, `repo` together; it has these: `repo:{owner}/{repo}:ref:refs/heads/{branch}`",
        ),
        (
            "epycbyte",
            vec![("team", "acme")],
            "expected a platform whose subjects are known, found `epycbyte`; read the subject from one of its tokens",
        ),
        (
            "gke",
            vec![
                ("namespace", "a"),
                ("service_account", "b"),
                ("service_account_issuer", "https://x.example"),
            ],
            "platform `gke` has no variable `service_account_issuer`",
        ),
    ] {
        let given = values(&given);
        for found in [
            platform(id).subject(&given).unwrap_err().to_string(),
            platform(id).subjects(&given).unwrap_err().to_string(),
        ] {
            assert!(found.starts_with(expected), "{found}");
        }
    }
}

#[test]
fn issuers_are_composed_and_parsed() {
    let eks = platform("eks");
    let given = values(&[
        ("region", "cn-north-1"),
        ("cluster_oidc_id", "0123456789ABCDEF0123456789ABCDEF"),
        ("namespace", "default"),
        ("service_account", "web"),
    ]);
    let issuers: Vec<String> = eks
        .issuers(&given)
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        issuers,
        [
            "https://oidc.eks.cn-north-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
            "https://oidc.eks.cn-north-1.amazonaws.com.cn/id/0123456789ABCDEF0123456789ABCDEF"
        ]
    );
    for issuer in eks.issuers(&given).unwrap() {
        let read = eks.parse_issuer(&issuer);
        assert_eq!(read.len(), 1, "{issuer}");
        assert_eq!(read[0].1["region"], "cn-north-1");
    }
    let error = eks
        .issuer(&values(&[("region", "us-east-1")]))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("variable `cluster_oidc_id`: expected a value that matches `[0-9A-F]{32}`"),
        "{error}"
    );
    let error = platform("kubernetes")
        .issuer(&values(&[("service_account_issuer", "https://a b")]))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("the variables make no issuer of platform `kubernetes`"),
        "{error}"
    );
}
