//! `evaluate_aws`: would STS accept this token.

use serde_json::Value as Json;

use crate::clouds::aws::dialect::{
    OfflineExchange, ProviderDocument, RoleArn, RoleDocument, evaluate_offline,
};
use crate::clouds::deciding::{
    AS_IF, claims, claims_parameter, decided, decision_type, document, document_parameter, wrong,
};
use crate::framework::{Function, FunctionError, Signature, Value};

/// `evaluate_aws(trust_policy, provider, claims)`
pub(super) struct EvaluateAws;

impl Function for EvaluateAws {
    fn name(&self) -> &'static str {
        "evaluate_aws"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Would AWS accept this token".to_owned(),
            description: format!(
                "Decides as `sts:AssumeRoleWithWebIdentity` would, offline. Without `client_ids` nobody knows whether the \
                 audience is registered. {AS_IF}"
            ),
            parameters: vec![
                document_parameter(
                    "trust_policy",
                    "The trust policy, or the role as `aws iam get-role` prints it.",
                ),
                document_parameter(
                    "provider",
                    "The IAM OIDC provider: `url`, `client_ids`, and `role_arn`, the role that is asked for.",
                ),
                claims_parameter(),
            ],
            variadic: None,
            returns: decision_type(),
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let mut role = RoleDocument::from_value(&document(arguments, 0)?).map_err(|e| wrong(0, e))?;
        let provider = document(arguments, 1)?;
        if let Some(arn) = provider.get("role_arn").and_then(Json::as_str) {
            let arn = RoleArn::parse(arn).map_err(|e| wrong(1, format!("`role_arn`: {e}")))?;
            if role.arn.as_ref().is_some_and(|own| *own != arn) {
                return Err(wrong(
                    1,
                    format!("`role_arn`: expected the role of the first argument, found `{arn}`"),
                ));
            }
            role.arn = Some(arn);
        }
        let provider = ProviderDocument::parse(&provider.to_string()).map_err(|e| wrong(1, e))?;
        let exchange = OfflineExchange {
            role: &role,
            provider: &provider,
            session_name: None,
            duration: None,
            claims: &claims(arguments, 2)?,
        };
        let decision = evaluate_offline(&exchange)
            .map_err(|e| wrong(1, format!("{e}; name it as `role_arn` of the provider")))?;
        Ok(decided(&decision))
    }
}
