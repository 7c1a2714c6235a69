//! Functions about workload identity pool providers: pure, without configuration, network or credentials.

mod evaluate;
mod lint;

use serde_json::Value as Json;

use super::dialect::Principal;
use crate::clouds::deciding::wrong;
use crate::framework::{FunctionError, Parts};

/// All of them.
pub fn functions() -> Parts {
    Parts::default()
        .function(evaluate::EvaluateGcp)
        .function(lint::LintGcp)
}

/// Takes `binding` out of a provider's document, and reads it.
fn taken_bindings(provider: &mut Json) -> Result<Vec<Principal>, FunctionError> {
    let member = provider
        .as_object_mut()
        .and_then(|members| members.remove("binding"));
    match member {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::String(member)) => Ok(vec![read(&member, "binding")?]),
        Some(_) => Err(wrong(
            0,
            "`binding`: expected a member of an IAM policy, found something else",
        )),
    }
}

fn read(member: &str, place: &str) -> Result<Principal, FunctionError> {
    Principal::parse(member).map_err(|e| wrong(0, format!("`{place}`: {e}")))
}
