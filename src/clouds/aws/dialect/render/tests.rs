use std::collections::BTreeMap;

use super::*;
use crate::clouds::aws::dialect::{AccountId, Partition};
use crate::trust::{Audience, Trust, Written};

fn words(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|&t| t.to_owned()).collect())
}

fn map(name: &str, values: &[&str]) -> Option<BTreeMap<String, Vec<String>>> {
    Some(BTreeMap::from([(name.to_owned(), words(values).unwrap())]))
}

fn github() -> Written {
    Written {
        issuer: Some("https://token.actions.githubusercontent.com".to_owned()),
        subjects: words(&["repo:acme/api:ref:refs/heads/main"]),
        ..Written::default()
    }
}

fn trust(top: &Written, also: &[(&str, Written)]) -> AwsTrust {
    let also = also.iter().map(|(k, w)| ((*k).to_owned(), w.clone())).collect();
    let audience = Audience::parse("sts.amazonaws.com").unwrap();
    let trust = Trust::new(top, &also, &BTreeSet::from([audience])).unwrap();
    AwsTrust::new(trust, Partition::Aws, AccountId::parse("111122223333").unwrap())
}

fn conditions(trust: &AwsTrust) -> String {
    let json = render(trust).unwrap().statements[0].to_json();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    value["Condition"]
        .to_string()
        .replace("token.actions.githubusercontent.com", "GH")
}

fn refused(trust: &AwsTrust) -> String {
    render(trust).unwrap_err().to_string()
}

#[test]
fn the_whole_policy() {
    assert_eq!(
        render(&trust(&github(), &[])).unwrap().to_json(),
        r#"{"Version":"2012-10-17","Statement":[{"Sid":"Trust","Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:sub":"repo:acme/api:ref:refs/heads/main"}}}]}"#
    );
}

#[test]
fn constructs() {
    let cases = [
        (
            Written {
                subjects: words(&["a${x}", "b*"]),
                ..github()
            },
            r#"{"StringEquals":{"GH:aud":"sts.amazonaws.com","GH:sub":["a${$}{x}","b*"]}}"#,
        ),
        (
            Written {
                subject_patterns: words(&["repo:acme/*", r"x\*?"]),
                subjects: words(&["a*$?"]),
                ..github()
            },
            r#"{"StringEquals":{"GH:aud":"sts.amazonaws.com"},"StringLike":{"GH:sub":["a${*}${$}${?}","repo:acme/*","x${*}?"]}}"#,
        ),
        (
            Written {
                audiences: words(&["a", "b"]),
                claims: map("repository_id", &["2"]),
                ..github()
            },
            r#"{"StringEquals":{"GH:aud":["a","b"],"GH:repository_id":"2","GH:sub":"repo:acme/api:ref:refs/heads/main"}}"#,
        ),
        (
            Written {
                subjects: None,
                claims: map("ref", &["r"]),
                claim_patterns: map("ref", &["v*"]),
                ..github()
            },
            r#"{"StringEquals":{"GH:aud":"sts.amazonaws.com"},"StringLike":{"GH:ref":["r","v*"]}}"#,
        ),
        (
            Written {
                subjects: None,
                claims: map("amr", &["x", "y"]),
                ..github()
            },
            r#"{"ForAnyValue:StringEquals":{"GH:amr":["x","y"]},"StringEquals":{"GH:aud":"sts.amazonaws.com"}}"#,
        ),
    ];
    for (written, expected) in cases {
        assert_eq!(conditions(&trust(&written, &[])), expected);
    }
}

#[test]
fn session_arguments() {
    let mut trust = trust(&github(), &[]);
    trust.session_tag_keys = Some(BTreeSet::from(["team".to_owned(), "env".to_owned()]));
    trust.source_identity = true;
    trust.require_authorized_role = true;
    assert_eq!(
        conditions(&trust),
        r#"{"Bool":{"sts:RoleAuthorizedByIdp":"true"},"ForAllValues:StringEquals":{"aws:TagKeys":["env","team"]},"StringEquals":{"GH:aud":"sts.amazonaws.com","GH:sub":"repo:acme/api:ref:refs/heads/main"}}"#
    );
    let actions = render(&trust).unwrap().statements[0].actions.names().join(" ");
    assert_eq!(
        actions,
        "sts:AssumeRoleWithWebIdentity sts:TagSession sts:SetSourceIdentity"
    );
    trust.session_tag_keys = Some(BTreeSet::new());
    assert!(refused(&trust).starts_with("session_tag_keys: "));
}

#[test]
fn branches_and_issuers() {
    let also = [
        (
            "circle",
            Written {
                issuer: Some("https://oidc.circleci.com/org/8f".to_owned()),
                claims: map("oidc.circleci.com/project-id", &["p"]),
                ..Written::default()
            },
        ),
        (
            "auth",
            Written {
                issuer: Some("https://tenant.auth0.com/".to_owned()),
                ..Written::default()
            },
        ),
        (
            "google",
            Written {
                issuer: Some("https://accounts.google.com".to_owned()),
                ..Written::default()
            },
        ),
    ];
    let json = render(&trust(&github(), &also)).unwrap().to_json();
    for part in [
        r#""Sid":"TrustAlso1""#,
        r#""Federated":"arn:aws:iam::111122223333:oidc-provider/tenant.auth0.com/""#,
        r#""tenant.auth0.com/:aud":"sts.amazonaws.com""#,
        r#""oidc.circleci.com/org/8f:oidc.circleci.com/project-id":"p""#,
        r#""Federated":"accounts.google.com""#,
    ] {
        assert!(json.contains(part), "{part} in {json}");
    }
}

#[test]
fn azp_takes_the_place_of_the_audience() {
    let written = Written {
        issuer: Some("https://tenant.auth0.com/".to_owned()),
        claims: map("azp", &["client"]),
        ..github()
    };
    let mut always = trust(&written, &[]);
    assert!(refused(&always).starts_with("claims[\"azp\"]: AWS has no condition key for `azp` alone"));
    always.azp_always = always.trust.issuers().into_iter().cloned().collect();
    assert_eq!(
        conditions(&always),
        r#"{"StringEquals":{"tenant.auth0.com/:aud":"client","tenant.auth0.com/:oaud":"sts.amazonaws.com","tenant.auth0.com/:sub":"repo:acme/api:ref:refs/heads/main"}}"#
    );
    assert_eq!(
        always.client_ids(&always.trust.terms[0]),
        BTreeSet::from([Audience::parse("client").unwrap()])
    );
    let pattern = Written {
        claim_patterns: map("azp", &["c*"]),
        ..written.clone()
    };
    let mut pattern = trust(&pattern, &[]);
    pattern.azp_always = always.azp_always.clone();
    assert!(refused(&pattern).starts_with("claim_patterns[\"azp\"]: "));
    let mut missing = trust(
        &Written {
            claims: None,
            ..written
        },
        &[],
    );
    missing.azp_always = always.azp_always;
    assert!(refused(&missing).starts_with("claims: the tokens of this platform always carry `azp`"));
}

#[test]
fn what_aws_cannot_say() {
    let owner = trust(
        &Written {
            claims: map("repository_owner", &["acme"]),
            ..github()
        },
        &[],
    );
    assert_eq!(
        refused(&owner),
        "claims[\"repository_owner\"]: AWS makes no condition key of the claim `repository_owner` for tokens of `token.actions.githubusercontent.com`, so that a test of it would never hold; it knows `amr`, `email`, `actor`, `actor_id`, `enterprise_id`, `environment`, `job_workflow_ref`, `ref`, `repository`, `repository_id`, `repository_owner_id`, `workflow`; the nearest is `repository_owner_id`, and `subjects` and `subject_patterns`"
    );
    let elsewhere = trust(
        &github(),
        &[(
            "x",
            Written {
                claim_patterns: map("team", &["*"]),
                ..Written::default()
            },
        )],
    );
    let error = render(&elsewhere).unwrap_err();
    assert_eq!(error.path(["x"]), "also[\"x\"].claim_patterns[\"team\"]");
    let number = Written {
        issuer: Some("https://accounts.google.com".to_owned()),
        claims: map("google/organization_number", &["1"]),
        ..github()
    };
    assert!(refused(&trust(&number, &[])).contains("holds a number"));
    let mut empty = trust(&github(), &[]);
    empty.trust.terms[0].subjects.clear();
    assert!(refused(&empty).contains("found none"));
    let mut taken = trust(&github(), &[]);
    taken.additional_statements = Statement::parse_list(
        r#"{"Sid":"Trust","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}"#,
    )
    .unwrap();
    assert_eq!(
        refused(&taken),
        "additional_statements: the statement id `Trust` is one that the trust itself uses; expected another one"
    );
    taken.additional_statements = Statement::parse_list(
        r#"[{"Sid":"Mine","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"},
            {"Sid":"Mine","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:TagSession"}]"#,
    )
    .unwrap();
    assert_eq!(
        refused(&taken),
        "additional_statements: expected every `Sid` once in `additional_statements`, found `Mine` twice; \
         give one of them another `Sid`"
    );
}
