//! `lint_aws`: what is wrong with a trust policy, with a token of somebody else that would get in.

use crate::clouds::aws::dialect::{RoleDocument, lint_role};
use crate::clouds::deciding::{
    FINDINGS, document, document_parameter, findings_type, judged, platform_parameter, wrong,
};
use crate::framework::{Function, FunctionError, Signature, Value};

/// `lint_aws(trust_policy, platform)`
pub(super) struct LintAws;

impl Function for LintAws {
    fn name(&self) -> &'static str {
        "lint_aws"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "What is wrong with a trust policy".to_owned(),
            description: FINDINGS.to_owned(),
            parameters: vec![
                document_parameter(
                    "trust_policy",
                    "The trust policy, or the role as `aws iam get-role` prints it.",
                ),
                platform_parameter(),
            ],
            variadic: None,
            returns: findings_type(),
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let role = RoleDocument::from_value(&document(arguments, 0)?).map_err(|e| wrong(0, e))?;
        judged(arguments, |facts| lint_role(&role, facts))
    }
}
