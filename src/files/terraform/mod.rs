//! Plans and states as `terraform show -json` prints them: resources with a trust, in every module.
//!
//! <https://developer.hashicorp.com/terraform/internals/json-format>. What is known after apply is marked there, and stays
//! unknown here.

mod configuration;
mod resource;
mod together;

pub use resource::Resource;
pub use together::Belongs;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::cloud::{CLOUDS, Draft};
use super::found::{Before, Found, Unknown};
use super::survey::Survey;
use crate::trust::document::child;
use configuration::Configuration;
use together::Placed;

/// Whether a document is a plan or a state.
pub(super) fn recognises(members: &Map<String, Value>) -> bool {
    let parts = [
        "terraform_version",
        "values",
        "planned_values",
        "resource_changes",
    ];
    members.get("format_version").is_some_and(Value::is_string)
        && parts.iter().any(|part| members.contains_key(*part))
}

/// Whether it is the file in which Terraform keeps a state, which has another form.
pub(super) fn is_state_file(members: &Map<String, Value>) -> bool {
    members.contains_key("lineage") && members.contains_key("serial")
}

/// The trusts of a plan or state.
pub(super) fn survey(members: &Map<String, Value>) -> Survey {
    let is_plan = members.contains_key("planned_values") || members.contains_key("resource_changes");
    let mut survey = Survey::of(if is_plan {
        "a plan of Terraform"
    } else {
        "a state of Terraform"
    });
    let mut all = Vec::new();
    let changes = members.get("resource_changes").and_then(Value::as_array);
    for (at, change) in changes.into_iter().flatten().enumerate() {
        let pointer = child("/resource_changes", &at.to_string());
        all.extend(changed(change, &pointer));
    }
    if let Some(module) = members.get("values").and_then(|values| values.get("root_module")) {
        standing(module, "/values/root_module", false, &mut all);
    }
    // data that were read while planning stand nowhere else
    let prior = members.get("prior_state").and_then(|state| state.get("values"));
    if let Some(module) = prior
        .and_then(|values| values.get("root_module"))
        .filter(|_| is_plan)
    {
        standing(module, "/prior_state/values/root_module", true, &mut all);
    }
    let configuration = Configuration::of(members);
    together::linked(&mut all, configuration);
    let groups = together::groups(&all, configuration, &meant(members));
    survey.found = all.into_iter().map(|placed| placed.found).collect();
    without_copies(&mut survey.found);
    survey.found.extend(groups);
    survey
}

/// Whom resources of policies mean: members of bindings, as far as they are known.
fn meant(members: &Map<String, Value>) -> BTreeSet<String> {
    let changes = members
        .get("resource_changes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let after = changes.filter_map(|change| Some((change, change.get("change")?.get("after")?)));
    let mut all: Vec<(&Value, &Value)> = after.collect();
    let mut modules: Vec<&Value> = members
        .get("values")
        .and_then(|values| values.get("root_module"))
        .into_iter()
        .collect();
    while let Some(module) = modules.pop() {
        let list = |name: &str| module.get(name).and_then(Value::as_array).into_iter().flatten();
        all.extend(list("resources").filter_map(|resource| Some((resource, resource.get("values")?))));
        modules.extend(list("child_modules"));
    }
    let is_policy = |resource: &Value| {
        let kind = resource.get("type").and_then(Value::as_str).unwrap_or_default();
        ["_iam_member", "_iam_binding"]
            .iter()
            .any(|end| kind.ends_with(end))
    };
    let policies = all.into_iter().filter(|(resource, _)| is_policy(resource));
    let texts = policies.flat_map(|(_, values)| {
        let several = values
            .get("members")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        several.chain(values.get("member")).filter_map(Value::as_str)
    });
    texts.map(str::to_owned).collect()
}

/// A change of a resource, unless it goes.
fn changed(change: &Value, pointer: &str) -> Option<Placed> {
    let inner = change.get("change")?;
    let after = inner.get("after").filter(|after| !after.is_null());
    let unknown = inner.get("after_unknown").unwrap_or(&Value::Null);
    if after.is_none() && unknown != &Value::Bool(true) {
        return None;
    }
    let after = after.unwrap_or(&Value::Null);
    let resource = Resource::of(change, after, unknown)?;
    let mut placed = found(&resource, &format!("{pointer}/change/after"))?;
    if resource.is_data {
        return Some(placed);
    }
    placed.found.before = match inner.get("before").filter(|before| !before.is_null()) {
        None => Before::Nothing,
        Some(before) => {
            let old = Resource::of(change, before, &Value::Null)?;
            let draft = drafted(&old).and_then(|(_, draft)| draft.document);
            draft.map_or(Before::Unreadable, Before::Document)
        }
    };
    Some(placed)
}

/// The resources of a module as they stand, and of its children.
fn standing(module: &Value, pointer: &str, only_data: bool, all: &mut Vec<Placed>) {
    let below = |name: &str| {
        let list = module.get(name).and_then(Value::as_array);
        let list_at = child(pointer, name);
        list.into_iter()
            .flatten()
            .enumerate()
            .map(move |(at, item)| (child(&list_at, &at.to_string()), item))
    };
    for (at, item) in below("resources") {
        let values = item.get("values").unwrap_or(&Value::Null);
        let resource = Resource::of(item, values, &Value::Null);
        let wanted = resource.filter(|resource| resource.is_data || !only_data);
        all.extend(wanted.and_then(|resource| found(&resource, &child(&at, "values"))));
    }
    for (at, item) in below("child_modules") {
        standing(item, &at, only_data, all);
    }
}

fn drafted(resource: &Resource<'_>) -> Option<(&'static super::Cloud, Draft)> {
    CLOUDS
        .into_iter()
        .find_map(|cloud| Some((cloud, (cloud.terraform)(resource)?)))
}

fn found(resource: &Resource<'_>, pointer: &str) -> Option<Placed> {
    let (cloud, draft) = drafted(resource)?;
    let absolute = |unknown: Unknown| Unknown {
        pointer: format!("{pointer}{}", unknown.pointer),
        ..unknown
    };
    let belongs = draft.belongs;
    let found = Found {
        cloud,
        name: resource.address.to_owned(),
        pointer: format!("{pointer}{}", draft.pointer),
        wrapping: draft.wrapping,
        document: draft.document,
        is_data: resource.is_data,
        before: Before::Unsaid,
        unknowns: draft.unknowns.into_iter().map(absolute).collect(),
        notes: draft.notes,
        accepted_risks: draft.accepted_risks,
        platforms: draft.platforms,
        is_group: false,
    };
    Some(Placed { found, belongs })
}

/// A policy that is data and that a role has too is one trust: the role's.
fn without_copies(all: &mut Vec<Found>) {
    let managed: Vec<Option<Value>> = all.iter().filter(|found| !found.is_data).map(policy).collect();
    all.retain(|found| {
        let own = policy(found);
        !(found.is_data && own.is_some() && managed.contains(&own))
    });
}

/// The text of a policy as JSON, whatever stands beside it.
fn policy(found: &Found) -> Option<Value> {
    let wrapped = found.document.as_ref()?;
    let inner = wrapped.pointer(found.wrapping?)?;
    match inner {
        Value::String(text) => serde_json::from_str(text).ok(),
        other => Some(other.clone()),
    }
}
