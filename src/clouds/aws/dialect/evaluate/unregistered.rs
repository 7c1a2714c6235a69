//! The decision when nobody said what the provider is registered with.

use super::super::condition_keys::is_built_in;
use super::super::policy::PolicyDocument;
use super::web_identity::{CLIENT_IDS, WebIdentityRequest, evaluate_web_identity};
use crate::trust::{Decision, Verdict};

/// Would STS accept this token, where it is not known which client ids the provider has, or whether it is there at all. Never
/// `Allow`, unless IAM has the provider built in. The client ids of the request are not looked at.
pub fn evaluate_unregistered(policy: &PolicyDocument, request: &WebIdentityRequest<'_>) -> Decision {
    let mut request = request.clone();
    if is_built_in(&request.provider.url) {
        return evaluate_web_identity(policy, &request);
    }
    let texts = |name| match request.claims.get(name) {
        Some(serde_json::Value::Array(items)) => items.clone(),
        value => value.cloned().into_iter().collect(),
    };
    let compared = texts("aud").into_iter().chain(texts("azp"));
    request.provider.client_ids = compared
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect();
    let mut decision = evaluate_web_identity(policy, &request);
    for step in decision.steps.iter_mut().filter(|step| step.name == CLIENT_IDS) {
        if step.verdict == Verdict::Allow {
            step.verdict = Verdict::Unknown;
            step.expected = format!("`{}` among them", step.found);
            step.found =
                "not known: nobody said whether the provider is there, and with which client ids".to_owned();
        }
        if decision.verdict == Verdict::Allow {
            decision.verdict = Verdict::Unknown;
        }
    }
    decision
}
