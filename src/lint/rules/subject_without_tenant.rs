//! `subject-without-tenant`: a subject put together without the tenant's name, which any tenant can have.

use crate::lint::analysis::{Analysis, Kind};
use crate::lint::rule::{Checked, Class, Hit, Rule};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "subject-without-tenant",
        title: "The subject names no tenant",
        class: Class::Open,
        meaning: "The issuer lets tenants put subjects together themselves, and this one has no part that names the tenant.",
        fix: "add a part that names the tenant by an id (`subjects`, `claims`)",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let issuer = &analysis.branch.issuer;
    analysis.hits(Kind::NamelessSubject, &|value| {
        format!("any tenant of `{issuer}` can have tokens with the subject `{value}`: no part of it names a tenant")
    })
}
