//! The bindings of a policy that is being written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::members::member;
use crate::clouds::gcp::dialect::GrantCondition;
use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::store::{Condition, Member};
use crate::clouds::gcp::emulator::wire::{ApiError, Members, object};

/// Principals of a policy; each appearance counts.
const MOST_MEMBERS: usize = 1_500;
const MOST_GROUPS: usize = 250;
/// Bindings with the same role and member, and different conditions.
const MOST_CONDITIONS: usize = 20;

/// "Overview of IAM Conditions": these are granted without a condition or not at all.
const BASIC_ROLES: [&str; 3] = ["roles/owner", "roles/editor", "roles/viewer"];

type Bindings = BTreeMap<(String, Option<Condition>), BTreeSet<Member>>;

/// # Errors
/// A role, a member or a condition that the service does not take, or too many of them.
pub fn bindings(call: &mut Call<'_>, key: &str, policy: &Members) -> Result<Bindings, ApiError> {
    let given = policy
        .get("bindings")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let listed = |binding: &Value| {
        binding
            .get("members")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let (mut all, mut groups) = (0, 0);
    for member in given.iter().flat_map(listed) {
        let text = member.as_str().unwrap_or_default();
        all += 1;
        groups += usize::from(text.starts_with("group:") || text.starts_with("domain:"));
    }
    if all > MOST_MEMBERS || groups > MOST_GROUPS {
        return Err(ApiError::invalid(format!(
            "The number of members in the policy ({all}) is larger than the maximum allowed size {MOST_MEMBERS}."
        )));
    }
    let mut bindings = Bindings::new();
    for binding in &given {
        let fields = binding.as_object().cloned().unwrap_or_default();
        let role = fields.get("role").and_then(Value::as_str).unwrap_or_default();
        if !is_role(role) {
            return Err(ApiError::invalid(format!(
                "Role ({role}) does not exist in the resource's hierarchy."
            )));
        }
        let condition = condition(&fields)?;
        if condition.is_some() && BASIC_ROLES.contains(&role) {
            return Err(ApiError::invalid(format!(
                "Conditions cannot be set on bindings of the basic role {role}."
            )));
        }
        let entry = listed(binding);
        let members = entry.iter().filter_map(Value::as_str);
        let members = members
            .map(|text| member(call, key, text))
            .collect::<Result<BTreeSet<_>, _>>()?;
        if !members.is_empty() {
            bindings
                .entry((role.to_owned(), condition))
                .or_default()
                .extend(members);
        }
    }
    check_conditions(&bindings)?;
    Ok(bindings)
}

/// `roles/…`, or a custom role of a project or an organization; never what stands for a condition.
fn is_role(role: &str) -> bool {
    let parts: Vec<&str> = role.split('/').collect();
    let name = match parts.as_slice() {
        ["roles", name] | ["projects" | "organizations", _, "roles", name] => *name,
        _ => return false,
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    !name.is_empty() && name.chars().all(fits) && !name.contains("_withcond_")
}

fn condition(binding: &Members) -> Result<Option<Condition>, ApiError> {
    if !binding.contains_key("condition") {
        return Ok(None);
    }
    let fields = object(binding, "condition");
    let text = |name: &str| {
        fields
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let condition = Condition {
        title: text("title"),
        expression: text("expression"),
        description: text("description"),
    };
    if condition.title.is_empty() || condition.title.chars().count() > 100 {
        return Err(ApiError::invalid(
            "condition.title: expected 1 to 100 characters.",
        ));
    }
    if condition.description.chars().count() > 256 {
        return Err(ApiError::invalid(
            "condition.description: expected at most 256 characters.",
        ));
    }
    GrantCondition::parse(&condition.expression)
        .map_err(|error| ApiError::invalid(format!("condition.expression: {error}")))?;
    Ok(Some(condition))
}

fn check_conditions(bindings: &Bindings) -> Result<(), ApiError> {
    let mut counted: BTreeMap<(&str, &Member), usize> = BTreeMap::new();
    for ((role, condition), members) in bindings {
        for member in members.iter().filter(|_| condition.is_some()) {
            *counted.entry((role, member)).or_default() += 1;
        }
    }
    match counted.values().any(|count| *count > MOST_CONDITIONS) {
        true => Err(ApiError::invalid(format!(
            "At most {MOST_CONDITIONS} bindings may have the same role and member, and different conditions."
        ))),
        false => Ok(()),
    }
}
