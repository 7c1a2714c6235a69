//! The identity-provider controls for shared issuers: which trust policies IAM refuses to store (IAM User Guide,
//! "Identity-provider controls for shared OIDC providers").
//!
//! That IAM stores a policy proves nothing: `**`, an empty list or a set operator pass. The lint rules are stricter.

use super::arn::ProviderArn;
use super::evaluate::covers_action;
use super::policy::{Condition, Effect, PolicyDocument, PrincipalKind, Principals, Statement, Test};

const SUB: &str = ":sub";
const AUD: &str = ":aud";

/// Issuer without scheme, and the condition key that must be evaluated: one of the issuer's own, or a whole name.
const SHARED: [(&str, &str); 22] = [
    ("token.actions.githubusercontent.com", SUB),
    ("vstoken.actions.githubusercontent.com", SUB),
    ("oidc-configuration.audit-log.githubusercontent.com", SUB),
    ("gitlab.com", SUB),
    ("app.terraform.io", SUB),
    ("agent.buildkite.com", SUB),
    ("oidc.codefresh.io", SUB),
    ("studio.datachain.ai/api", SUB),
    ("scalr.io", SUB),
    ("tokens.cloud.shisho.dev", SUB),
    ("proidc.upbound.io", SUB),
    ("oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb", SUB),
    ("oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu", SUB),
    (
        "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7",
        SUB,
    ),
    (
        "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr",
        SUB,
    ),
    (
        "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg",
        SUB,
    ),
    (
        "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26",
        SUB,
    ),
    ("oidc.vercel.com", AUD),
    ("api.pulumi.com/oidc", AUD),
    ("sandboxes.cloud", AUD),
    ("cognito-identity.amazonaws.com", AUD),
    (
        "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d",
        "sts:RoleSessionName",
    ),
];

/// IAM would refuse to store the policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "many customers share the issuer `{issuer}`, and IAM stores no trust policy for it unless each statement that allows it tests `{required_key}` with `StringEquals`, `StringLike` or `StringEqualsIgnoreCase` against something else than a bare `*`; statement {statement} does not"
)]
pub struct GateRefusal {
    pub issuer: String,
    pub required_key: String,
    /// Counted from 1.
    pub statement: usize,
}

/// The key that a trust policy for this issuer must test, when IAM demands one.
pub fn required_key(provider_url: &str) -> Option<String> {
    let (_, key) = SHARED.iter().find(|(issuer, _)| *issuer == provider_url)?;
    Some(if key.starts_with(':') {
        format!("{provider_url}{key}")
    } else {
        (*key).to_owned()
    })
}

/// Whether IAM would store the policy as a role's trust policy.
///
/// # Errors
/// The first statement for a shared issuer that does not test what names the tenant.
pub fn shared_issuer_gate(policy: &PolicyDocument) -> Result<(), GateRefusal> {
    for (at, statement) in policy.statements.iter().enumerate() {
        if statement.effect == Effect::Deny || !covers_action(statement, "sts:AssumeRoleWithWebIdentity") {
            continue;
        }
        for issuer in federated_urls(statement) {
            if let Some(required_key) = required_key(&issuer)
                && !statement.conditions.iter().any(|c| evaluates(c, &required_key))
            {
                return Err(GateRefusal {
                    issuer,
                    required_key,
                    statement: at + 1,
                });
            }
        }
    }
    Ok(())
}

/// The provider URLs of the federated principals of a statement; other principals are left out.
fn federated_urls(statement: &Statement) -> impl Iterator<Item = String> {
    let named = match &statement.principals {
        Some(Principals::Principal(set)) => set.of(PrincipalKind::Federated),
        _ => &[],
    };
    named
        .iter()
        .map(|name| ProviderArn::parse(name).map_or_else(|_| name.clone(), |arn| arn.url().to_owned()))
}

fn evaluates(condition: &Condition, required_key: &str) -> bool {
    let operator = condition.operator;
    let positive = matches!(
        operator.test,
        Test::StringEquals | Test::StringLike | Test::StringEqualsIgnoreCase
    );
    positive
        && !operator.if_exists
        && condition.key.is(required_key)
        && !condition.values.iter().any(|value| value == "*")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::shared_files::shared_json;

    fn accepted(statements: &Value) -> bool {
        let policy = json!({"Version": "2012-10-17", "Statement": statements});
        shared_issuer_gate(&PolicyDocument::parse(&policy.to_string()).unwrap()).is_ok()
    }

    fn statement(issuer: &str, condition: &Value) -> Value {
        json!({
            "Effect": "Allow",
            "Principal": {"Federated": format!("arn:aws:iam::111122223333:oidc-provider/{issuer}")},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        })
    }

    #[test]
    fn every_row_for_every_shared_issuer() {
        let Some(vectors) = shared_json("vectors/aws_shared_issuer_gate.json") else {
            return;
        };
        let mut tried = 0;
        for issuer in vectors["shared_issuers"].as_array().unwrap() {
            let (url, key) = (
                issuer["issuer"].as_str().unwrap(),
                issuer["required_key"].as_str().unwrap(),
            );
            assert_eq!(required_key(url).as_deref(), Some(key));
            for row in vectors["rows"].as_array().unwrap() {
                let condition = match row["operator"].as_str() {
                    Some(operator) => json!({operator: {key.to_uppercase(): row["value"]}}),
                    None => json!({}),
                };
                let expected = row["create_role_accepted"].as_bool().unwrap();
                assert_eq!(
                    accepted(&statement(url, &condition)),
                    expected,
                    "{} {url}",
                    row["id"]
                );
                tried += 1;
            }
        }
        assert_eq!(tried, 16 * 25);
    }

    #[test]
    fn what_is_not_checked() {
        let open = |issuer| statement(issuer, &json!({}));
        assert!(accepted(&open("gitlab.com/private")));
        assert!(accepted(&open("issuer.example")));
        let mut deny = open("gitlab.com");
        deny["Effect"] = json!("Deny");
        assert!(accepted(&deny));
        let mut tag = open("gitlab.com");
        tag["Action"] = json!("sts:TagSession");
        assert!(accepted(&tag));
        let two = json!({"StringLike": {"gitlab.com:sub": "*"}, "StringEquals": {"gitlab.com:sub": "x"}});
        assert!(accepted(&statement("gitlab.com", &two)));
        assert!(accepted(&statement(
            "gitlab.com",
            &json!({"StringLike": {"gitlab.com:sub": []}})
        )));
    }

    #[test]
    fn every_statement_and_every_principal_counts() {
        let good = statement("gitlab.com", &json!({"StringEquals": {"gitlab.com:sub": "x"}}));
        assert!(!accepted(&json!([good, statement("gitlab.com", &json!({}))])));
        let mut both = good.clone();
        both["Principal"]["Federated"] = json!([
            "arn:aws:iam::111122223333:oidc-provider/gitlab.com",
            "arn:aws:iam::111122223333:oidc-provider/app.terraform.io"
        ]);
        assert!(!accepted(&both));
        let cognito = json!({"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:*"});
        assert!(!accepted(&cognito));
    }
}
