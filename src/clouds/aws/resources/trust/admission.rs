//! Whom a change of the trust policy lets in and shuts out, said in the plan with an example of each.

use serde_json::Value;

use super::meaning::Meaning;
use super::model::TrustModel;
use crate::clouds::aws::dialect::{PolicyDocument, difference};
use crate::framework::{Diagnostics, Path};
use crate::trust::Claims;

/// Compares what IAM holds with what shall be: the policy of the state is as Read found it, so that this also tells what
/// somebody changed behind our back.
pub fn warn_of_change(
    prior: &TrustModel,
    meaning: &Meaning,
    (path, role): (&Path, &str),
    diagnostics: &mut Diagnostics,
) {
    let before = prior.trust_policy.text().map(PolicyDocument::parse);
    let Some(Ok(before)) = before else { return };
    let change = difference(&before, &meaning.policy);
    if let Some(claims) = change.admits {
        diagnostics.warning(
            path.clone(),
            "The change newly admits tokens",
            format!(
                "the role `{role}` refuses this token now and accepts it after the apply, for example:\n{}",
                written(claims)
            ),
        );
    }
    if change.may_admit {
        diagnostics.warning(
            path.clone(),
            "Whether the change newly admits tokens cannot be told",
            format!(
                "the trust policy of the role `{role}` has, before or after the change, a condition that is not about the token \
                 (an address, a time, a tag), so that no example could be decided. Read the change of `trust_policy` yourself."
            ),
        );
    }
    if let Some(claims) = change.refuses {
        diagnostics.warning(
            path.clone(),
            "The change newly refuses tokens",
            format!(
                "the role `{role}` accepts this token now and refuses it after the apply, for example:\n{}",
                written(claims)
            ),
        );
    }
}

fn written(claims: Claims) -> String {
    Value::Object(claims.members().clone()).to_string()
}
