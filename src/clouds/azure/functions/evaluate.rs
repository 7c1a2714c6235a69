//! `evaluate_azure`: would Entra accept this token.

use crate::clouds::azure::dialect::{Credential, evaluate_azure};
use crate::clouds::deciding::{
    AS_IF, claims, claims_parameter, decided, decision_type, document, document_parameter, wrong,
};
use crate::framework::{Function, FunctionError, Signature, Value};

/// `evaluate_azure(credential, claims)`
pub(super) struct EvaluateAzure;

impl Function for EvaluateAzure {
    fn name(&self) -> &'static str {
        "evaluate_azure"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Would Azure accept this token".to_owned(),
            description: format!("Decides as Microsoft Entra would, offline. {AS_IF}"),
            parameters: vec![
                document_parameter(
                    "credential",
                    "The federated identity credential: `issuer`, `audiences`, and `subject` or `claimsMatchingExpression`; \
                     or all credentials of the identity.",
                ),
                claims_parameter(),
            ],
            variadic: None,
            returns: decision_type(),
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let credentials = Credential::all_from_value(&document(arguments, 0)?).map_err(|e| wrong(0, e))?;
        let claims = claims(arguments, 1)?;
        Ok(decided(&evaluate_azure(&credentials, &claims)))
    }
}
