//! `open-owner-prefix`: a wildcard inside the tenant's name, so that every tenant whose name starts alike is meant.

use super::branch::{Branch, Subject, Words};
use crate::trust::Finding;

pub(super) fn check(branch: &Branch<'_>) -> Vec<Finding> {
    let Subject::OpenPrefix(values) = branch.subject() else {
        return Vec::new();
    };
    if branch.tenant_is_pinned() {
        return Vec::new();
    }
    let url = &branch.url;
    let finding = |value: String| {
        let subjects = branch.foreign_subjects(&value);
        let words = Words {
            message: format!(
                "the subject pattern `{value}` for `{url}` also matches tenants whose names only start like this one's"
            ),
            fix: "close the tenant's name with its delimiter before the first wildcard".to_owned(),
            value,
        };
        branch.finding("open-owner-prefix", branch.severity_of_nothing(), subjects, words)
    };
    values.into_iter().map(finding).collect()
}
