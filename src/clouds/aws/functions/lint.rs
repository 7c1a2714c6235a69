//! `lint_aws`: what is wrong with a trust policy, with a token of somebody else that would get in.

use std::cell::RefCell;

use crate::clouds::aws::dialect::{RoleDocument, lint};
use crate::clouds::aws::resources::trust::facts_of;
use crate::clouds::deciding::{document, document_parameter, findings_type, found, wrong};
use crate::clouds::trust_arguments::Signer;
use crate::framework::{Function, FunctionError, Parameter, Signature, Type, Value};
use crate::lint::IssuerFacts;
use crate::trust::IssuerUrl;

/// `lint_aws(trust_policy, platform)`
pub(super) struct LintAws;

impl Function for LintAws {
    fn name(&self) -> &'static str {
        "lint_aws"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "What is wrong with a trust policy".to_owned(),
            description: "Findings, the worst first; `witness` is a JSON string with the claims of somebody else's token that \
                          would be accepted, or null."
                .to_owned(),
            parameters: vec![
                document_parameter("trust_policy", "The trust policy, or the role as `aws iam get-role` prints it."),
                Parameter {
                    name: "platform".to_owned(),
                    ty: Type::String,
                    description: "Who signs: id of a platform of the catalogue, or the text of a platform file; null: told by the \
                                  issuers."
                        .to_owned(),
                    allow_null: true,
                    allow_unknown: false,
                },
            ],
            variadic: None,
            returns: findings_type(),
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let role = RoleDocument::from_value(&document(arguments, 0)?).map_err(|e| wrong(0, e))?;
        let platform = arguments.get(1).and_then(Value::as_str);
        let refused = RefCell::new(None);
        let facts = |url: &str| {
            let Ok(issuer) = IssuerUrl::parse(&format!("https://{url}")) else {
                return IssuerFacts::of(url);
            };
            Signer::of(platform, &issuer).map_or_else(
                |reason| {
                    refused.borrow_mut().get_or_insert(reason);
                    IssuerFacts::unknown()
                },
                |signer| facts_of(url, &signer),
            )
        };
        let findings = lint(&role.trust_policy, &facts);
        match refused.into_inner() {
            Some(reason) => Err(wrong(1, reason)),
            None => Ok(found(&findings)),
        }
    }
}
