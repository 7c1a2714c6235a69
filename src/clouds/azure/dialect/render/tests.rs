use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::evaluate_azure;
use super::super::trust_strategy::{GITHUB, admits, token, trust};
use super::*;
use crate::trust::{Audience, Claims, Trust, Verdict, Written};

const MAIN: &str = "repo:acme/api:ref:refs/heads/main";

fn words(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|&t| t.to_owned()).collect())
}

fn map(members: &[(&str, &[&str])]) -> Option<BTreeMap<String, Vec<String>>> {
    let owned = members
        .iter()
        .map(|(name, values)| ((*name).to_owned(), words(values).unwrap()));
    Some(owned.collect())
}

fn github() -> Written {
    Written {
        issuer: Some(GITHUB.to_owned()),
        subjects: words(&[MAIN]),
        ..Written::default()
    }
}

fn patterns() -> Written {
    Written {
        subjects: None,
        subject_patterns: words(&["repo:acme/api:*"]),
        claims: map(&[("repository_id", &["7"])]),
        ..github()
    }
}

fn azure(top: &Written, also: &[(&str, Written)], holder: Holder) -> AzureTrust {
    let also = also.iter().map(|(k, w)| ((*k).to_owned(), w.clone())).collect();
    let audience = Audience::parse("api://AzureADTokenExchange").unwrap();
    AzureTrust {
        trust: Trust::new(top, &also, &BTreeSet::from([audience])).unwrap(),
        holder,
    }
}

fn texts(trust: &AzureTrust) -> Vec<String> {
    let text = |credential: Credential| match credential.matching {
        Matching::Subject(subject) => format!("= {subject}"),
        Matching::Expression(expression) => expression.as_str().to_owned(),
    };
    render(trust).unwrap().into_iter().map(text).collect()
}

fn refused(written: &Written, holder: Holder) -> String {
    render(&azure(written, &[], holder)).unwrap_err().to_string()
}

#[test]
fn the_whole_credential() {
    let rendered = render(&azure(&github(), &[], Holder::ManagedIdentity)).unwrap();
    let [credential] = rendered.as_slice() else {
        panic!("{rendered:?}")
    };
    assert_eq!(
        credential.properties(),
        serde_json::json!({"issuer": GITHUB, "audiences": ["api://AzureADTokenExchange"], "subject": MAIN})
    );
    let matching = Matching::Subject(MAIN.to_owned());
    assert_eq!(credential.name, Some(credential_name(GITHUB, &matching)));
    assert_eq!(credential.holder, Holder::ManagedIdentity);
}

#[test]
fn constructs() {
    for (written, expected) in [
        (
            Written {
                subjects: words(&["b*", "a'"]),
                ..github()
            },
            vec!["= a'", "= b*"],
        ),
        (
            Written {
                subject_patterns: words(&[r"a\*b"]),
                ..github()
            },
            vec!["= repo:acme/api:ref:refs/heads/main", "= a*b"],
        ),
        (
            patterns(),
            vec!["claims['sub'] matches 'repo:acme/api:*' and claims['repository_id'] eq '7'"],
        ),
        (
            Written {
                claims: map(&[("repository_id", &["7", "8"]), ("job_workflow_ref", &["w*"])]),
                ..github()
            },
            vec![
                "claims['sub'] eq 'repo:acme/api:ref:refs/heads/main' and claims['job_workflow_ref'] eq 'w*' and claims['repository_id'] eq '7'",
                "claims['sub'] eq 'repo:acme/api:ref:refs/heads/main' and claims['job_workflow_ref'] eq 'w*' and claims['repository_id'] eq '8'",
            ],
        ),
        (
            Written {
                claim_patterns: map(&[("job_workflow_ref", &["w**?"])]),
                ..patterns()
            },
            vec![
                "claims['sub'] matches 'repo:acme/api:*' and claims['job_workflow_ref'] matches 'w*?' and claims['repository_id'] eq '7'",
            ],
        ),
        (
            Written {
                issuer: Some("https://app.terraform.io".to_owned()),
                subjects: words(&["organization:o:project:p:workspace:w:run_phase:plan"]),
                subject_patterns: words(&["organization:o:project:p:*"]),
                ..Written::default()
            },
            vec![
                "= organization:o:project:p:workspace:w:run_phase:plan",
                "claims['sub'] matches 'organization:o:project:p:*'",
            ],
        ),
        (
            Written {
                issuer: Some("https://gitlab.acme.com".to_owned()),
                subject_patterns: words(&["project_id:7:*"]),
                ..Written::default()
            },
            vec!["claims['sub'] matches 'project_id:7:*'"],
        ),
    ] {
        assert_eq!(texts(&azure(&written, &[], Holder::Application)), expected);
    }
    let twice = azure(&github(), &[("again", github())], Holder::Application);
    assert_eq!(texts(&twice).len(), 1);
}

#[test]
fn what_entra_cannot_say() {
    use Holder::{Application, ManagedIdentity};
    let elsewhere = |written: Written| Written {
        issuer: Some("https://issuer.example".to_owned()),
        ..written
    };
    let gitlab = |pattern: &str| Written {
        issuer: Some("https://gitlab.com".to_owned()),
        subject_patterns: words(&[pattern]),
        ..Written::default()
    };
    let many: Vec<String> = (0..21).map(|i| format!("s{i}")).collect();
    for (written, holder, error) in [
        (
            Written {
                audiences: words(&["a", "b"]),
                ..github()
            },
            Application,
            "audiences: a credential has exactly one audience; expected one, found `a`, `b`; the nearest is another identity for each of the others",
        ),
        (
            patterns(),
            ManagedIdentity,
            "subject_patterns: Microsoft Entra takes patterns and further claims on applications only, not on managed identities; the nearest are exact `subjects`, or an application in place of the managed identity",
        ),
        (
            Written {
                claims: map(&[("repository_id", &["7"])]),
                ..github()
            },
            ManagedIdentity,
            "claims[\"repository_id\"]: Microsoft Entra takes patterns and further claims on applications only",
        ),
        (
            elsewhere(patterns()),
            Application,
            "subject_patterns: Microsoft Entra takes patterns and further claims only for the issuers `https://token.actions.githubusercontent.com`, `https://gitlab.com`, `https://gitlab.NAME.com`, `https://gitlab.NAME.ca`, `https://app.terraform.io` and `https://app.eu.terraform.io`; found `https://issuer.example`, whose nearest are exact `subjects`",
        ),
        (
            Written {
                claims: map(&[("repository_id", &["7"]), ("actor", &["me"])]),
                ..github()
            },
            Application,
            "claims[\"actor\"]: for tokens of `https://token.actions.githubusercontent.com` Microsoft Entra tests `sub`, `job_workflow_ref`, `repository_id`, `repository_owner_id`, found `actor`; the nearest is the subject",
        ),
        (
            Written {
                claim_patterns: map(&[("repository_id", &["7*"])]),
                ..github()
            },
            Application,
            "claim_patterns[\"repository_id\"]: Microsoft Entra compares `repository_id` exactly only; the nearest are its values in `claims`",
        ),
        (
            Written {
                subjects: None,
                claims: map(&[("repository_id", &["7"])]),
                ..github()
            },
            Application,
            "subjects: Microsoft Entra has `sub` tested in every expression; to admit every subject write `subject_patterns = [\"*\"]`",
        ),
        (
            Written {
                claims: None,
                ..patterns()
            },
            Application,
            "claims: for this issuer Microsoft Entra takes an expression only with a claim of `repository_id`, `repository_owner_id`; add one of them to `claims`",
        ),
        (
            gitlab("project_path:acme/*"),
            Application,
            "subject_patterns: Microsoft Entra was seen to refuse new expressions on subjects that begin with `project_path:`; the nearest are exact `subjects`, subjects made of ids, or `matching_expression`, which leaves it to Entra",
        ),
        (
            gitlab(r"project_id:\*:*"),
            Application,
            r"subject_patterns: an expression has no way to write a literal `*` beside wildcards, found one in `project_id:\*:*`; the nearest is `?` in its place, which admits any one character there",
        ),
        (
            gitlab("project_id:'*"),
            Application,
            "subject_patterns: an expression has no documented way to write a quote or a control character, found one in `project_id:'*`; the nearest is `?` in its place, in a pattern",
        ),
        (
            gitlab(&format!("project_id:{}*", "1".repeat(4_100))),
            Application,
            "subject_patterns: at column 4097: expected at most 4096 characters, the most that is read here, found",
        ),
        (
            Written {
                subjects: Some(many.clone()),
                ..github()
            },
            Application,
            "subjects: expected at most 20 credentials on one identity, found 21; name fewer subjects and claim values, or share them between identities",
        ),
        (
            Written {
                subjects: words(&[&"s".repeat(601)]),
                ..github()
            },
            Application,
            "subjects: expected a subject of 1 to 600 characters, found `ssss",
        ),
        (
            Written {
                claims: Some(BTreeMap::from([("repository_id".to_owned(), many.clone())])),
                ..github()
            },
            Application,
            "claims[\"repository_id\"]: expected at most 20 credentials on one identity, found 21",
        ),
    ] {
        let found = refused(&written, holder);
        assert!(found.starts_with(error), "{found}");
    }
}

#[test]
fn errors_name_their_branch() {
    let also = Written {
        subjects: words(&["x"]),
        subject_patterns: words(&["y*"]),
        ..github()
    };
    let error = render(&azure(&github(), &[("k", also)], Holder::ManagedIdentity)).unwrap_err();
    assert_eq!(error.path(["k"]), "also[\"k\"].subject_patterns");
    let other = Written {
        audiences: words(&["other"]),
        ..github()
    };
    let error = render(&azure(&github(), &[("k", other)], Holder::Application)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "also, 1. in the order of its keys: audiences: issuer and subject of a credential occur once on an identity; expected `repo:acme/api:ref:refs/heads/main` with one audience, found `api://AzureADTokenExchange` and `other`"
    );
}

#[test]
fn an_emptied_trust_is_refused() {
    let mut trust = azure(&patterns(), &[], Holder::Application);
    trust.trust.terms[0].claims.values_mut().for_each(BTreeSet::clear);
    assert_eq!(render(&trust).unwrap_err().reason, RenderMistake::EmptySet);
    let mut trust = azure(&github(), &[], Holder::Application);
    trust.trust.terms[0].subjects.clear();
    assert_eq!(render(&trust).unwrap_err().reason, RenderMistake::TestsNothing);
    trust.trust.terms.clear();
    assert_eq!(render(&trust).unwrap_err().reason, RenderMistake::TestsNothing);
    let mut trust = azure(&github(), &[], Holder::Application);
    trust.trust.terms[0].audiences.clear();
    assert_eq!(
        render(&trust).unwrap_err().reason,
        RenderMistake::Audiences(Vec::new())
    );
}

fn trust_and_token() -> impl Strategy<Value = (AzureTrust, Claims)> {
    trust(3).prop_flat_map(|trust| {
        let token = token(trust.trust.clone());
        (Just(trust), token)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    /// What is not known is exactly what depends on whether `*` may stand for nothing.
    #[test]
    fn the_credentials_admit_exactly_what_the_trust_admits((trust, claims) in trust_and_token()) {
        let credentials = match render(&trust) {
            Ok(credentials) => credentials,
            Err(e) => {
                let beyond = matches!(e.reason, RenderMistake::Limit(_) | RenderMistake::SubjectTwice { .. });
                prop_assert!(beyond, "{e}");
                return Err(TestCaseError::reject("too many"));
            }
        };
        let expected = match (admits(&trust.trust, &claims, 1), admits(&trust.trust, &claims, 0)) {
            (true, _) => Verdict::Allow,
            (false, true) => Verdict::Unknown,
            (false, false) => Verdict::Deny,
        };
        prop_assert_eq!(evaluate_azure(&credentials, &claims).verdict, expected);
        let names: BTreeSet<String> = credentials.iter().filter_map(|c| c.name.clone()).collect();
        prop_assert_eq!(names.len(), credentials.len());
        for credential in &credentials {
            prop_assert!(limits::lengths(credential).is_ok());
            let again = Credential::from_value(&credential.properties(), "").unwrap();
            prop_assert_eq!(&again.matching, &credential.matching);
        }
    }
}
