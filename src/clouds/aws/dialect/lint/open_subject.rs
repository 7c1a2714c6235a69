//! `open-subject`: a pattern without any text that names a tenant.

use super::branch::{Branch, Subject, Words};
use crate::trust::Finding;

pub(super) fn check(branch: &Branch<'_>) -> Vec<Finding> {
    let Subject::Open(values) = branch.subject() else {
        return Vec::new();
    };
    if branch.tenant_is_pinned() {
        return Vec::new();
    }
    let url = &branch.url;
    let finding = |value: String| {
        let subjects = branch.foreign_subjects(&value);
        let words = Words {
            message: format!("the subject pattern `{value}` for `{url}` has a wildcard where the tenant's name should be"),
            fix: "name the tenant and the workload in full (`subjects`), or write the tenant and its delimiter before the first wildcard"
                .to_owned(),
            value,
        };
        branch.finding("open-subject", branch.severity_of_nothing(), subjects, words)
    };
    values.into_iter().map(finding).collect()
}
