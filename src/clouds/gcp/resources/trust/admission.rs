//! Whom a change of the provider lets in and shuts out, said in the plan with an example of each.

use serde_json::Value;

use super::meaning::Meaning;
use crate::clouds::gcp::dialect::{ProviderSettings, difference};
use crate::framework::{Diagnostics, Path};
use crate::trust::Claims;

/// Compares what Google holds with what shall be: the settings of the state are as Read found them, so that this also tells
/// what somebody changed behind our back.
pub fn warn_of_change(
    before: &ProviderSettings,
    meaning: &Meaning,
    path: &Path,
    diagnostics: &mut Diagnostics,
) {
    let facts = |url: &str| meaning.facts(url);
    let Ok(change) = difference(Some(before), &meaning.settings, &facts) else {
        return;
    };
    let provider = &meaning.name;
    if let Some(claims) = change.admits {
        diagnostics.warning(
            path.clone(),
            "The change newly admits tokens",
            format!(
                "the provider `{provider}` refuses this token now and accepts it after the apply, for example:\n{}",
                written(claims)
            ),
        );
    }
    if change.may_admit {
        diagnostics.warning(
            path.clone(),
            "Whether the change newly admits tokens cannot be told",
            format!(
                "no token was found that the provider `{provider}` refuses now and accepts after the apply, and not all that may be \
                 could be tried. Read the change of `effective_attribute_condition` yourself."
            ),
        );
    }
    if let Some(claims) = change.refuses {
        diagnostics.warning(
            path.clone(),
            "The change newly refuses tokens",
            format!(
                "the provider `{provider}` accepts this token now and refuses it after the apply, for example:\n{}",
                written(claims)
            ),
        );
    }
}

fn written(claims: Claims) -> String {
    Value::Object(claims.members().clone()).to_string()
}
