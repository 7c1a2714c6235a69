//! `missing-subject`: nothing says whose token it has to be.

use super::branch::{Branch, Subject, Words};
use super::foreign;
use crate::platforms::Tenancy;
use crate::trust::Finding;

pub(super) fn check(branch: &Branch<'_>) -> Vec<Finding> {
    if branch.subject() != Subject::Untested || branch.tenant_is_pinned() {
        return Vec::new();
    }
    // Where the issuer serves one tenant only, any claim that narrows its workloads is a test.
    let narrows = |claim: &str| branch.plain_tests(claim).next().is_some();
    if branch.facts.tenancy != Tenancy::Shared
        && super::super::condition_keys::claim_keys(&branch.url).any(|key| narrows(key.claim))
    {
        return Vec::new();
    }
    let url = &branch.url;
    let message = match branch.facts.tenancy {
        Tenancy::Shared => format!(
            "many customers share the issuer `{url}`, and no plain test of the subject, or of a claim that names the tenant, says whose token it has to be"
        ),
        _ => format!(
            "every token that `{url}` signs for this audience is accepted: no plain test of the subject or of another claim"
        ),
    };
    let words = Words {
        message,
        fix: format!("test `{url}:sub` with `StringEquals` against the subjects that are meant (`subjects`)"),
        value: url.clone(),
    };
    let foreign = foreign::subjects(&branch.facts);
    vec![branch.finding("missing-subject", branch.severity_of_nothing(), foreign, words)]
}
