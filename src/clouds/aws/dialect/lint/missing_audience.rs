//! `missing-audience`: tokens made for another service are accepted.

use super::branch::{Branch, Words};
use crate::trust::{Finding, Severity};

pub(super) fn check(branch: &Branch<'_>) -> Vec<Finding> {
    // Tokens with `azp` have their audience in `:oaud`.
    if branch.pins("aud") || branch.pins("oaud") {
        return Vec::new();
    }
    let url = &branch.url;
    let words = Words {
        message: format!(
            "the audience of tokens of `{url}` is not tested, so that every audience that is registered with the provider is accepted, whoever registers it"
        ),
        fix: format!(
            "test `{url}:aud` with `StringEquals` against an audience that only this target has (`audiences`)"
        ),
        value: url.clone(),
    };
    vec![branch.finding("missing-audience", Severity::Medium, branch.own_subjects(), words)]
}
