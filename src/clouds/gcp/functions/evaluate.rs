//! `evaluate_gcp`: would Google Cloud accept this token.

use super::taken_bindings;
use crate::clouds::deciding::{
    AS_IF, claims, claims_parameter, decided, decision_type, document, document_parameter, wrong,
};
use crate::clouds::gcp::dialect::{Provider, ProviderSettings, evaluate};
use crate::framework::{Function, FunctionError, Signature, Value};

/// `evaluate_gcp(provider, claims)`
pub(super) struct EvaluateGcp;

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
        let bindings = taken_bindings(&mut provider)?;
        let settings = ProviderSettings::from_value(&provider).map_err(|e| wrong(0, e))?;
        let provider = Provider::parse(&settings).map_err(|e| wrong(0, e))?;
        let claims = claims(arguments, 1)?;
        Ok(decided(&evaluate(&provider, &claims, bindings.first()).decision))
    }
}
