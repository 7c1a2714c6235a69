//! Functions about workload identity pool providers: pure, without configuration, network or credentials.

use serde_json::Value as Json;

use super::dialect::{Principal, Provider, ProviderSettings, evaluate};
use crate::clouds::deciding::{
    AS_IF, claims, claims_parameter, decided, decision_type, document, document_parameter, wrong,
};
use crate::framework::{Function, FunctionError, Parts, Signature, Value};

/// All of them.
pub fn functions() -> Parts {
    Parts::default().function(EvaluateGcp)
}

/// `evaluate_gcp(provider, claims)`
struct EvaluateGcp;

impl Function for EvaluateGcp {
    fn name(&self) -> &'static str {
        "evaluate_gcp"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Would Google Cloud accept this token".to_owned(),
            description: format!(
                "Decides as the Security Token Service would, offline: issuer, audience, mapping, condition and, where one is \
                 given, the binding. {AS_IF}"
            ),
            parameters: vec![
                document_parameter(
                    "provider",
                    "The provider: `name`, `issuer_uri`, `allowed_audiences`, `attribute_mapping`, `attribute_condition`, and \
                     `binding`, a member of an IAM policy (`principal://…`, `principalSet://…`) that should mean the identity.",
                ),
                claims_parameter(),
            ],
            variadic: None,
            returns: decision_type(),
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let mut provider = document(arguments, 0)?;
        let binding = provider
            .as_object_mut()
            .and_then(|members| members.remove("binding"));
        let binding = match binding {
            None | Some(Json::Null) => None,
            Some(Json::String(member)) => {
                Some(Principal::parse(&member).map_err(|e| wrong(0, format!("`binding`: {e}")))?)
            }
            Some(_) => {
                return Err(wrong(
                    0,
                    "`binding`: expected a member of an IAM policy, found something else",
                ));
            }
        };
        let settings = ProviderSettings::from_value(&provider).map_err(|e| wrong(0, e))?;
        let provider = Provider::parse(&settings).map_err(|e| wrong(0, e))?;
        let claims = claims(arguments, 1)?;
        Ok(decided(&evaluate(&provider, &claims, binding.as_ref()).decision))
    }
}
