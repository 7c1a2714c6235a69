//! `lint_azure`: what is wrong with federated identity credentials, with a token of somebody else that would get in.

use crate::clouds::azure::dialect::{Draft, lint};
use crate::clouds::deciding::{
    FINDINGS, document, document_parameter, findings_type, judged, platform_parameter, wrong,
};
use crate::framework::{Function, FunctionError, Signature, Value};

/// `lint_azure(credential, platform)`
pub(super) struct LintAzure;

impl Function for LintAzure {
    fn name(&self) -> &'static str {
        "lint_azure"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "What is wrong with a federated identity credential".to_owned(),
            description: format!(
                "{FINDINGS} What keeps Entra from storing a credential is a finding too, unless issuer or audience is missing."
            ),
            parameters: vec![
                document_parameter(
                    "credential",
                    "The federated identity credential: `issuer`, `audiences`, and `subject` or `claimsMatchingExpression`; \
                     or all credentials of the identity.",
                ),
                platform_parameter(),
            ],
            variadic: None,
            returns: findings_type(),
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let drafts = Draft::all_from_value(&document(arguments, 0)?).map_err(|e| wrong(0, e))?;
        judged(arguments, |facts| lint(&drafts, facts))
    }
}
