//! Whether a binding means the identity.

use super::super::name::PoolName;
use super::super::principal::{Principal, Whom};
use super::mapping::{Mapped, MappedValue};
use crate::trust::{Step, Verdict};

/// Whether a binding means an identity of the pool: values compare exactly, `*` is the only wildcard.
pub fn binding_step(pool: &PoolName, mapped: &Mapped, binding: &Principal) -> Step {
    let step = |found: String, verdict| Step {
        name: "binding".to_owned(),
        expected: binding.to_string(),
        found,
        verdict,
    };
    if binding.pool != *pool {
        return step(format!("an identity of the pool `{pool}`"), Verdict::Deny);
    }
    let text = |what: &str, value: Option<&MappedValue<String>>, wanted: &str| match value {
        None => step(format!("no `{what}`: it is not mapped"), Verdict::Deny),
        Some(MappedValue::Known(found)) if found == wanted => {
            step(format!("{what} `{found}`"), Verdict::Allow)
        }
        Some(MappedValue::Known(found)) => step(format!("{what} `{found}`"), Verdict::Deny),
        Some(MappedValue::Unknown(reason)) => {
            step(format!("{what} is not known: {reason}"), Verdict::Unknown)
        }
    };
    match &binding.whom {
        Whom::Everyone => step("an identity of the pool".to_owned(), Verdict::Allow),
        Whom::Subject(wanted) => text("google.subject", mapped.subject.as_ref(), wanted),
        Whom::Attribute { name, value } => {
            text(&format!("attribute.{name}"), mapped.attributes.get(name), value)
        }
        Whom::Group(wanted) => match &mapped.groups {
            None => step("no `google.groups`: it is not mapped".to_owned(), Verdict::Deny),
            Some(MappedValue::Unknown(reason)) => {
                step(format!("google.groups is not known: {reason}"), Verdict::Unknown)
            }
            Some(MappedValue::Known(groups)) => {
                let found = match groups.is_empty() {
                    true => "google.groups with no group".to_owned(),
                    false => format!("google.groups `{}`", groups.join("`, `")),
                };
                let verdict = match groups.contains(wanted) {
                    true => Verdict::Allow,
                    false => Verdict::Deny,
                };
                step(found, verdict)
            }
        },
    }
}
