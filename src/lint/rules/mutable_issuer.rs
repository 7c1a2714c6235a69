//! `mutable-issuer`: the name in the issuer's URL can be given up and taken by somebody else. High where it is known to
//! be free, which cannot be seen from here.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::platforms::Tenancy;
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "mutable-issuer",
        title: "The name in the issuer may become somebody else's",
        class: Class::Hygiene,
        meaning: "The issuer's URL names the tenant by a name that can be given up; whoever takes it signs with the same issuer.",
        fix: "test an id besides (`claims`) where the cloud can, or record the risk",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let facts = &analysis.branch.facts;
    if facts.tenancy != Tenancy::PerTenant || analysis.is_pinned_by_id {
        return Vec::new();
    }
    let has_name = facts.platforms.iter().any(|platform| {
        let mut forms = platform.issuers.iter();
        forms.any(|form| {
            let mut names = form.template.variables();
            names.any(|name| platform.variables.get(name).is_some_and(|v| v.mutable))
        })
    });
    if !has_name {
        return Vec::new();
    }
    let message = format!(
        "`{}` names the tenant by a name that can be given up, and no id is tested besides",
        analysis.branch.issuer
    );
    analysis.about_issuer(Severity::Low, message, None)
}
