use proptest::prelude::*;

use super::*;

const URLS: [&str; 5] = [
    "https://token.actions.githubusercontent.com",
    "https://tenant.auth0.com/",
    "https://accounts.google.com",
    "https://oidc.circleci.com/org/8f",
    "https://issuer.example/path",
];

fn account() -> AccountId {
    AccountId::parse("111122223333").unwrap()
}

fn text() -> impl Strategy<Value = String> {
    r"[ab${}*?:/\\]{1,6}"
}

/// With a wildcard in it: a pattern without one is written as an exact subject would be.
fn pattern() -> impl Strategy<Value = Pattern> {
    (text(), prop::bool::ANY).prop_filter_map("a pattern with a wildcard", |(text, ahead)| {
        let text = if ahead {
            format!("*{text}")
        } else {
            format!("{text}?")
        };
        Pattern::parse(&text)
            .ok()
            .filter(|p| p.glob().as_literal().is_none())
    })
}

fn set<T: Ord + std::fmt::Debug>(
    of: impl Strategy<Value = T>,
    least: usize,
) -> impl Strategy<Value = BTreeSet<T>> {
    prop::collection::btree_set(of, least..4)
}

prop_compose! {
    fn terms()(
        url in prop::sample::select(&URLS[..]),
        audiences in set("[a-z${]{1,5}", 1),
        subjects in set(text(), 0),
        subject_patterns in set(pattern(), 0),
        emails in set(text(), 0),
        methods in set(text(), 0),
        method_patterns in set(pattern(), 0),
        clients in set("[a-z${*]{1,5}", 1),
    ) -> (Terms, bool) {
        let azp = url.contains("auth0");
        let name = |text: &str| ClaimName::parse(text).unwrap();
        let mut terms = Terms {
            issuer: IssuerUrl::parse(url).unwrap(),
            audiences: audiences.iter().map(|a| Audience::parse(a).unwrap()).collect(),
            subjects,
            subject_patterns,
            claims: BTreeMap::from([(name("email"), emails), (name("amr"), methods)]),
            claim_patterns: BTreeMap::from([(name("amr"), method_patterns)]),
        };
        if azp {
            terms.claims.insert(name("azp"), clients);
        }
        terms.claims.retain(|_, values| !values.is_empty());
        terms.claim_patterns.retain(|_, values| !values.is_empty());
        (terms, azp)
    }
}

prop_compose! {
    fn trust()(
        branches in prop::collection::vec(terms(), 1..4),
        session_tag_keys in prop::option::of(set(text(), 1)),
        source_identity in prop::bool::ANY,
        require_authorized_role in prop::bool::ANY,
        additional in prop::bool::ANY,
    ) -> AwsTrust {
        let azp_always = branches.iter().filter(|(_, azp)| *azp).map(|(terms, _)| terms.issuer.clone()).collect();
        let terms = branches.into_iter().map(|(terms, _)| terms).filter(Terms::tests_something).collect();
        let statement = r#"{"Sid":"Own","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}"#;
        AwsTrust {
            azp_always,
            session_tag_keys,
            source_identity,
            require_authorized_role,
            additional_statements: if additional { Statement::parse_list(statement).unwrap() } else { vec![] },
            ..AwsTrust::new(Trust { terms }, Partition::Aws, account())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn what_is_rendered_reads_back(trust in trust()) {
        prop_assume!(!trust.trust.terms.is_empty());
        let mut trust = trust;
        trust.azp_always.retain(|issuer| trust.trust.terms.iter().any(|terms| terms.issuer == *issuer));
        let policy = render(&trust).unwrap();
        let stored = PolicyDocument::parse(&policy.to_json()).unwrap();
        prop_assert!(means_same(&policy, &stored));
        let found = read_back(&stored, Partition::Aws, &account()).unwrap();
        prop_assert_eq!(&found, &trust, "{}", policy.to_json());
        prop_assert_eq!(render(&found).unwrap().to_json(), policy.to_json());
    }
}

fn policy(statements: &str) -> PolicyDocument {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#).replace(
        "PROVIDER",
        "arn:aws:iam::111122223333:oidc-provider/issuer.example",
    );
    PolicyDocument::parse(&text).unwrap()
}

const BASE: &str = r#"{"Effect":"Allow","Principal":{"Federated":"PROVIDER"},"Action":"sts:AssumeRoleWithWebIdentity",
    "Condition":{"StringEquals":{"issuer.example:aud":"a","issuer.example:sub":"s"}}}"#;

fn read(statements: &str) -> Result<AwsTrust, ReadBackError> {
    read_back(&policy(statements), Partition::Aws, &account())
}

#[test]
fn foreign_statements_are_additional() {
    let foreign =
        r#"{"Sid":"Trust","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}"#;
    let found = read(&format!("{foreign},{BASE}")).unwrap();
    assert_eq!(found.trust.terms.len(), 1);
    assert_eq!(found.additional_statements.len(), 1);
    assert_eq!(found.additional_statements[0].sid, None);
}

#[test]
fn what_the_arguments_cannot_say() {
    assert!(read(BASE).is_ok());
    for (from, to) in [
        (r#""Allow""#, r#""Deny""#),
        (
            r#""PROVIDER""#,
            r#"["PROVIDER","arn:aws:iam::111122223333:oidc-provider/other.example"]"#,
        ),
        (
            "PROVIDER",
            "arn:aws:iam::444455556666:oidc-provider/issuer.example",
        ),
        (
            "PROVIDER",
            "arn:aws-cn:iam::111122223333:oidc-provider/issuer.example",
        ),
        (r#""sts:AssumeRoleWithWebIdentity""#, r#""sts:*""#),
        (
            r#""sts:AssumeRoleWithWebIdentity""#,
            r#"["sts:AssumeRoleWithWebIdentity","sts:TagSession"]"#,
        ),
        (r#""Action""#, r#""NotAction""#),
        (r#""StringEquals""#, r#""StringEqualsIfExists""#),
        (r#""StringEquals""#, r#""ForAllValues:StringEquals""#),
        (r#""StringEquals""#, r#""StringNotEquals""#),
        (r#""issuer.example:sub":"s""#, r#""issuer.example:sub":[]"#),
        (r#""issuer.example:sub":"s""#, r#""issuer.example:sub":["s",""]"#),
        (
            r#""issuer.example:sub":"s""#,
            r#""issuer.example:sub":"${aws:userid}""#,
        ),
        (
            r#""issuer.example:sub":"s""#,
            r#""issuer.example:event_name":"s""#,
        ),
        (r#""issuer.example:sub":"s""#, r#""aws:SourceIp":"s""#),
        (r#","issuer.example:sub":"s""#, ""),
        (r#""issuer.example:aud":"a","#, ""),
        (r#"}}}"#, r#"},"StringLike":{"issuer.example:sub":"x*"}}}"#),
    ] {
        let other = BASE.replace(from, to);
        assert_ne!(other, BASE, "{from}");
        assert!(matches!(read(&other), Err(ReadBackError::NoTrust { .. })), "{to}");
    }
}

#[test]
fn an_old_version_with_variables_is_not_the_same() {
    let text = policy(&BASE.replace(r#":"s""#, r#":"a${$}{b""#))
        .to_json()
        .replace("2012", "2008");
    let old = PolicyDocument::parse(&text).unwrap();
    assert_eq!(
        read_back(&old, Partition::Aws, &account()),
        Err(ReadBackError::NotTheSame)
    );
}
