//! Templates of Azure Resource Manager, also as `az bicep build` writes them: federated credentials of managed identities.
//!
//! A text that begins with `[` is an expression, and what it gives may not be known before the template is deployed; `[[` is
//! a literal `[`. <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions>

mod expression;
mod value;

use serde_json::{Map, Value, json};

use super::azure;
use super::choices::every;
use super::found::{Found, UNKNOWN, Unknown};
use super::survey::Survey;
use crate::trust::document::child;
use value::{Look, Scope, is_expression};

const TYPE: &str = "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials";
const DEPLOYMENT: &str = "microsoft.resources/deployments";
const DEEPEST: usize = 16;

/// Whether a document is a template.
pub(super) fn recognises(members: &Map<String, Value>) -> bool {
    let schema = members
        .get("$schema")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_ascii_lowercase();
    members.contains_key("resources") && schema.contains("deploymenttemplate.json")
}

/// The credentials of a template.
pub(super) fn survey(members: &Map<String, Value>) -> Survey {
    let mut survey = Survey::of("a template of Azure Resource Manager");
    let template = json!({ "parameters": members.get("parameters"), "variables": members.get("variables") });
    let scope = Scope {
        template: &template,
        name: "",
        given: None,
    };
    let place = Place {
        pointer: "/resources",
        parent: "",
        depth: 0,
    };
    resources(members.get("resources"), place, &scope, &mut survey);
    survey
}

/// Where resources stand, and the type of the resource around them.
#[derive(Clone, Copy)]
struct Place<'a> {
    pointer: &'a str,
    parent: &'a str,
    depth: usize,
}

/// A list of resources, or an object of them by symbolic name.
fn resources(all: Option<&Value>, place: Place<'_>, scope: &Scope<'_>, survey: &mut Survey) {
    if place.depth > DEEPEST {
        survey.notes.push((
            place.pointer.to_owned(),
            "is nested too deep and was not looked at".to_owned(),
        ));
        return;
    }
    let below = |name: &str| child(place.pointer, name);
    match all {
        Some(Value::Array(items)) => {
            for (at, item) in items.iter().enumerate() {
                let pointer = below(&at.to_string());
                let place = Place {
                    pointer: &pointer,
                    ..place
                };
                resource(item, place, None, scope, survey);
            }
        }
        Some(Value::Object(items)) => {
            for (name, item) in items {
                let pointer = below(name);
                let place = Place {
                    pointer: &pointer,
                    ..place
                };
                resource(item, place, Some(name), scope, survey);
            }
        }
        _ => {}
    }
}

fn resource(item: &Value, place: Place<'_>, symbol: Option<&str>, scope: &Scope<'_>, survey: &mut Survey) {
    let own = item
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let kind = match place.parent {
        "" => own,
        parent => format!("{parent}/{own}"),
    };
    let pointer = child(place.pointer, "resources");
    let within = Place {
        pointer: &pointer,
        parent: &kind,
        depth: place.depth + 1,
    };
    resources(item.get("resources"), within, scope, survey);
    if kind == DEPLOYMENT {
        deployment(item, place, scope, survey);
    }
    let is_existing = item.get("existing").and_then(Value::as_bool) == Some(true);
    if kind != TYPE || is_existing {
        return;
    }
    let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
    let called = symbol.filter(|_| is_expression(name)).unwrap_or(name);
    let mut credentials: Vec<(String, Found)> = Vec::new();
    for (said, found) in
        every(|choices| credential(item, place.pointer, called, scope, &mut Look::new(choices)))
    {
        let is_same = |known: &Found| known.document == found.document && known.unknowns == found.unknowns;
        if !credentials.iter().any(|(_, known)| is_same(known)) {
            credentials.push((said, found));
        }
    }
    let is_one = credentials.len() == 1;
    survey
        .found
        .extend(credentials.into_iter().map(|(said, mut found)| {
            if !is_one && !said.is_empty() {
                found.name = format!("{} ({said})", found.name);
            }
            found
        }));
}

/// A template within: its expressions are about the one around it, unless it says that they are about itself.
fn deployment(item: &Value, place: Place<'_>, scope: &Scope<'_>, survey: &mut Survey) {
    let Some(template) = item.pointer("/properties/template") else {
        let note = "deploys another template, which was not looked at".to_owned();
        survey.notes.push((place.pointer.to_owned(), note));
        return;
    };
    let evaluated = item
        .pointer("/properties/expressionEvaluationOptions/scope")
        .and_then(Value::as_str);
    let given = item.pointer("/properties/parameters").unwrap_or(&Value::Null);
    let own = Scope {
        template,
        name: place.pointer,
        given: Some((given, scope)),
    };
    let is_own = evaluated.is_some_and(|evaluated| evaluated.eq_ignore_ascii_case("inner"));
    let pointer = format!("{}/properties/template/resources", place.pointer);
    let within = Place {
        pointer: &pointer,
        parent: "",
        depth: place.depth + 1,
    };
    let scope = if is_own { &own } else { scope };
    resources(template.get("resources"), within, scope, survey);
}

/// A credential in one look.
fn credential(item: &Value, pointer: &str, name: &str, scope: &Scope<'_>, look: &mut Look<'_>) -> Found {
    let mut unknowns = Vec::new();
    if item.get("copy").is_some() {
        unknowns.push((
            child(pointer, "copy"),
            "makes credentials in a number that is known when the template is deployed".to_owned(),
        ));
    }
    let properties = item.get("properties").unwrap_or(&Value::Null);
    let properties = known(
        properties,
        &child(pointer, "properties"),
        scope,
        look,
        &mut unknowns,
    );
    let name = match scope.value(&json!(name), look, 0) {
        Some(Value::String(name)) => name,
        _ => name.to_owned(),
    };
    // the shape says what carries it: ARM has credentials of managed identities only
    let document = json!({ "name": name, "properties": properties });
    let mut found = Found::new(&azure::CLOUD, name, pointer, document);
    if !unknowns.is_empty() {
        found.document = None;
    }
    found.unknowns = unknowns
        .into_iter()
        .map(|(pointer, reason)| Unknown {
            pointer,
            reason,
            is_decisive: true,
        })
        .collect();
    found.notes = std::mem::take(&mut look.notes);
    found
}

/// A value with its expressions replaced by what they give, or by [`UNKNOWN`].
fn known(
    value: &Value,
    at: &str,
    scope: &Scope<'_>,
    look: &mut Look<'_>,
    unknowns: &mut Vec<(String, String)>,
) -> Value {
    match value {
        Value::String(text) => scope.value(value, look, 0).unwrap_or_else(|| {
            let shown: String = text.chars().take(80).collect();
            unknowns.push((
                at.to_owned(),
                format!("is what `{shown}` gives when the template is deployed"),
            ));
            Value::String(UNKNOWN.to_owned())
        }),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, item)| known(item, &child(at, &index.to_string()), scope, look, unknowns))
                .collect()
        }
        Value::Object(members) => {
            let members = members.iter();
            let each = members.map(|(name, value)| {
                let value = known(value, &child(at, name), scope, look, unknowns);
                (name.clone(), value)
            });
            Value::Object(each.collect())
        }
        other => other.clone(),
    }
}
