//! The order in which STS decides, one change to a good token at a time.

use serde_json::{Value, json};

use super::*;
use crate::clouds::aws::dialect::PolicyDocument;
use crate::trust::{Claims, Verdict};

const ARN: &str = "arn:aws:iam::111122223333:oidc-provider/issuer.example/x/";
const ROLE: &str = "arn:aws:iam::111122223333:role/deploy";

fn policy(actions: &str, condition: &str) -> PolicyDocument {
    PolicyDocument::parse(&format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Federated":"{ARN}"}},"Action":{actions},"Condition":{condition}}}]}}"#
    ))
    .unwrap()
}

fn good() -> Value {
    json!({"iss": "https://issuer.example/x/", "aud": "a", "sub": "s", "iat": 1, "exp": 2})
}

fn ask(policy: &PolicyDocument, claims: &Value) -> Exchange {
    let claims = Claims::new(claims.as_object().unwrap().clone());
    let request = WebIdentityRequest {
        provider: RegisteredProvider {
            url: "issuer.example/x/".to_owned(),
            arn: ARN.to_owned(),
            client_ids: ["a".to_owned(), "client".to_owned()].into(),
        },
        role_arn: ROLE.to_owned(),
        session_name: Some("name".to_owned()),
        claims: &claims,
        timestamps: Timestamps::Required,
        surroundings: Context::partial(),
    };
    exchange_web_identity(policy, &request)
}

fn with(changes: &Value) -> Value {
    let mut claims = good();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

const ASSUME: &str = r#""sts:AssumeRoleWithWebIdentity""#;

#[test]
fn before_the_policy_is_read() {
    let open = policy(ASSUME, "{}");
    assert_eq!(ask(&open, &good()).error, None);
    for (changes, step) in [
        (json!({"iss": "https://issuer.example/x"}), "issuer"),
        (json!({"iss": null}), "issuer"),
        (json!({"iat": null}), "iat"),
        (json!({"exp": 1.5}), "exp"),
        (json!({"exp": "soon"}), "exp"),
        (json!({"sub": null}), "sub"),
        (json!({"sub": ["s"]}), "sub"),
        (json!({"aud": null}), "aud"),
        (json!({"aud": []}), "aud"),
        (json!({"aud": [1]}), "aud"),
        (json!({"aud": ["a", "b"]}), "azp"),
        (json!({"azp": 5}), "azp"),
        (json!({"azp": "stranger"}), "client ids of the provider"),
        (json!({"aud": "b"}), "client ids of the provider"),
        (
            json!({"https://aws.amazon.com/roles": "arn:aws:iam::111122223333:role/other"}),
            "https://aws.amazon.com/roles",
        ),
        (
            json!({"https://aws.amazon.com/roles": []}),
            "https://aws.amazon.com/roles",
        ),
        (
            json!({"https://aws.amazon.com/tags": 5}),
            "https://aws.amazon.com/tags",
        ),
        (
            json!({"https://aws.amazon.com/source_identity": "!"}),
            "https://aws.amazon.com/source_identity",
        ),
    ] {
        let found = ask(&open, &with(&changes));
        assert_eq!(found.error, Some(StsError::InvalidIdentityToken), "{changes}");
        assert_eq!(found.decision.refused_by().unwrap().name, step, "{changes}");
    }
    for changes in [
        json!({"exp": "2"}),
        json!({"sub": 5}),
        json!({"sub": ""}),
        json!({"aud": ["a"]}),
        json!({"aud": "unregistered", "azp": "client"}),
        json!({"aud": ["b", "c"], "azp": "a"}),
        json!({"https://aws.amazon.com/roles": ["x", ROLE]}),
    ] {
        assert_eq!(ask(&open, &with(&changes)).error, None, "{changes}");
    }
}

#[test]
fn azp_is_the_audience_and_the_original_is_kept() {
    let both = policy(
        ASSUME,
        r#"{"StringEquals":{"issuer.example/x/:aud":"client","issuer.example/x/:oaud":"api"}}"#,
    );
    let found = ask(&both, &with(&json!({"aud": "api", "azp": "client"})));
    assert_eq!((found.error, found.audience.as_deref()), (None, Some("client")));
    for changes in [
        json!({"aud": "client"}),
        json!({"aud": "other", "azp": "client"}),
        json!({"aud": "api", "azp": "a"}),
    ] {
        assert_eq!(
            ask(&both, &with(&changes)).error,
            Some(StsError::AccessDenied),
            "{changes}"
        );
    }
}

#[test]
fn tags_and_source_identity_need_their_actions() {
    let tagged = with(&json!({"https://aws.amazon.com/tags":
        {"principal_tags": {"team": ["x"]}, "transitive_tag_keys": ["team"]}}));
    let named = with(&json!({"https://aws.amazon.com/source_identity": "somebody"}));
    let assume = policy(ASSUME, "{}");
    assert_eq!(ask(&assume, &tagged).error, Some(StsError::AccessDenied));
    assert_eq!(ask(&assume, &named).error, Some(StsError::AccessDenied));
    let all = policy(
        r#"["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"]"#,
        r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}"#,
    );
    let found = ask(&all, &tagged);
    assert_eq!(found.error, None);
    assert_eq!(found.session.tags["team"], "x");
    assert_eq!(
        ask(&all, &named).session.source_identity.as_deref(),
        Some("somebody")
    );
    assert_eq!(ask(&all, &good()).error, None);
    let other = with(&json!({"https://aws.amazon.com/tags": {"principal_tags": {"admin": ["x"]}}}));
    assert_eq!(ask(&all, &other).error, Some(StsError::AccessDenied));
}

#[test]
fn keys_of_the_call() {
    let authorized = policy(ASSUME, r#"{"Bool":{"sts:RoleAuthorizedByIdp":"true"}}"#);
    assert_eq!(ask(&authorized, &good()).error, Some(StsError::AccessDenied));
    assert_eq!(
        ask(&authorized, &with(&json!({"https://aws.amazon.com/roles": ROLE}))).error,
        None
    );
    for (condition, expected) in [
        (
            r#"{"StringEquals":{"sts:RoleSessionName":"name"}}"#,
            Verdict::Allow,
        ),
        (
            r#"{"StringEquals":{"sts:RoleSessionName":"${issuer.example/x/:sub}"}}"#,
            Verdict::Deny,
        ),
        (
            r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
            Verdict::Allow,
        ),
        (r#"{"Null":{"aws:PrincipalArn":"true"}}"#, Verdict::Allow),
        (
            r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#,
            Verdict::Unknown,
        ),
        (
            r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"},"StringEquals":{"issuer.example/x/:sub":"t"}}"#,
            Verdict::Deny,
        ),
        (
            r#"{"StringEquals":{"issuer.example/x/:email":"a@b.example"}}"#,
            Verdict::Deny,
        ),
        (
            r#"{"StringEquals":{"issuer.example/x/:custom":"x"}}"#,
            Verdict::Deny,
        ),
    ] {
        let claims = with(&json!({"custom": "x"}));
        assert_eq!(
            ask(&policy(ASSUME, condition), &claims).decision.verdict,
            expected,
            "{condition}"
        );
    }
    let boolean = with(&json!({"email": true}));
    let condition = r#"{"StringNotEquals":{"issuer.example/x/:email":"a"}}"#;
    assert_eq!(
        ask(&policy(ASSUME, condition), &boolean).decision.verdict,
        Verdict::Unknown
    );
}

#[test]
fn the_provider_is_one_of_the_roles_account() {
    let claims = Claims::new(good().as_object().unwrap().clone());
    let request = WebIdentityRequest {
        provider: RegisteredProvider {
            url: "issuer.example/x/".to_owned(),
            arn: ARN.to_owned(),
            client_ids: ["a".to_owned()].into(),
        },
        role_arn: ROLE.replace("111122223333", "444455556666"),
        session_name: None,
        claims: &claims,
        timestamps: Timestamps::Assumed,
        surroundings: Context::partial(),
    };
    let found = exchange_web_identity(&policy(ASSUME, "{}"), &request);
    assert_eq!(found.error, Some(StsError::InvalidIdentityToken));
    assert_eq!(
        found.decision.refused_by().unwrap().name,
        "account of the provider"
    );
}
