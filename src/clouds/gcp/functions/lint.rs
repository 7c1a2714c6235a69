//! `lint_gcp`: what is wrong with a workload identity pool provider.

use serde_json::{Value as Json, json};

use super::{read, taken_bindings};
use crate::clouds::deciding::{
    FINDINGS, document, document_parameter, findings_type, judged, platform_parameter, wrong,
};
use crate::clouds::gcp::dialect::{Principal, ProviderSettings, lint, lint_pool};
use crate::framework::{Function, FunctionError, Signature, Value};

/// `lint_gcp(provider, platform)`
pub(super) struct LintGcp;

impl Function for LintGcp {
    fn name(&self) -> &'static str {
        "lint_gcp"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "What is wrong with a workload identity pool provider".to_owned(),
            description: FINDINGS.to_owned(),
            parameters: vec![
                document_parameter(
                    "provider",
                    "The provider: `issuer_uri`, `allowed_audiences`, `attribute_mapping`, `attribute_condition`, `name`, and \
                     `binding` or `bindings`, members of IAM policies (`principal://…`, `principalSet://…`) that the trust is \
                     about; or a list of all providers of a pool.",
                ),
                platform_parameter(),
            ],
            variadic: None,
            returns: findings_type(),
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let mut bindings = Vec::new();
        match document(arguments, 0)? {
            Json::Array(items) => {
                let settings: Vec<ProviderSettings> = items
                    .into_iter()
                    .enumerate()
                    .map(|(at, item)| {
                        let read = provider(item, &mut bindings);
                        read.map_err(|error| wrong(0, format!("provider {}: {}", at + 1, error.text)))
                    })
                    .collect::<Result<_, _>>()?;
                judged(arguments, |facts| lint_pool(&settings, &bindings, facts))
            }
            one => {
                let settings = provider(one, &mut bindings)?;
                judged(arguments, |facts| lint(&settings, &bindings, facts))
            }
        }
    }
}

/// Reads a provider, with the bindings that stand beside it. One that has no name yet can be judged too.
fn provider(mut document: Json, bindings: &mut Vec<Principal>) -> Result<ProviderSettings, FunctionError> {
    bindings.extend(taken_bindings(&mut document)?);
    if let Some(members) = document.as_object_mut() {
        match members.remove("bindings") {
            None | Some(Json::Null) => {}
            Some(Json::Array(items)) => {
                for item in &items {
                    let member = item.as_str().ok_or_else(|| {
                        wrong(
                            0,
                            "`bindings`: expected members of IAM policies (texts), found something else",
                        )
                    })?;
                    bindings.push(read(member, "bindings")?);
                }
            }
            Some(_) => {
                return Err(wrong(
                    0,
                    "`bindings`: expected a list of members of IAM policies, found something else",
                ));
            }
        }
        let name = members.entry("name").or_insert_with(|| json!(""));
        if name.is_null() {
            *name = json!("");
        }
    }
    ProviderSettings::from_value(&document).map_err(|e| wrong(0, e))
}
