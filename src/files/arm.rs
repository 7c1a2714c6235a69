//! Templates of Azure Resource Manager, also as `az bicep build` writes them: federated credentials of managed identities.
//!
//! A text that begins with `[` is an expression, and what it gives is known when the template is deployed; `[[` is a literal
//! `[`. <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions>

use serde_json::{Map, Value, json};

use super::azure;
use super::found::{Found, UNKNOWN, Unknown};
use super::survey::Survey;
use crate::trust::document::child;

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
    resources(members.get("resources"), "/resources", "", 0, &mut survey);
    survey
}

/// A list of resources, or an object of them by symbolic name. `parent` is the type of the resource around them.
fn resources(all: Option<&Value>, pointer: &str, parent: &str, depth: usize, survey: &mut Survey) {
    if depth > DEEPEST {
        survey.notes.push((
            pointer.to_owned(),
            "is nested too deep and was not looked at".to_owned(),
        ));
        return;
    }
    match all {
        Some(Value::Array(items)) => {
            for (at, item) in items.iter().enumerate() {
                resource(
                    item,
                    &child(pointer, &at.to_string()),
                    None,
                    parent,
                    depth,
                    survey,
                );
            }
        }
        Some(Value::Object(items)) => {
            for (name, item) in items {
                resource(item, &child(pointer, name), Some(name), parent, depth, survey);
            }
        }
        _ => {}
    }
}

fn resource(
    item: &Value,
    pointer: &str,
    symbol: Option<&str>,
    parent: &str,
    depth: usize,
    survey: &mut Survey,
) {
    let own = item
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let kind = match parent {
        "" => own,
        parent => format!("{parent}/{own}"),
    };
    resources(
        item.get("resources"),
        &child(pointer, "resources"),
        &kind,
        depth + 1,
        survey,
    );
    if kind == DEPLOYMENT {
        let template = item.pointer("/properties/template/resources");
        let at = format!("{pointer}/properties/template/resources");
        match template {
            Some(_) => resources(template, &at, "", depth + 1, survey),
            None => survey.notes.push((
                pointer.to_owned(),
                "deploys another template, which was not looked at".to_owned(),
            )),
        }
    }
    if kind != TYPE {
        return;
    }
    let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
    let is_existing = item.get("existing").and_then(Value::as_bool) == Some(true);
    if is_existing {
        return;
    }
    let called = symbol.filter(|_| is_expression(name)).unwrap_or(name);
    survey.found.push(credential(item, pointer, called));
}

fn credential(item: &Value, pointer: &str, name: &str) -> Found {
    let mut unknowns = Vec::new();
    if item.get("copy").is_some() {
        unknowns.push((
            child(pointer, "copy"),
            "makes credentials in a number that is known when the template is deployed".to_owned(),
        ));
    }
    let properties = item.get("properties").unwrap_or(&Value::Null);
    let properties = literal(properties, &child(pointer, "properties"), &mut unknowns);
    // the shape says what carries it: ARM has credentials of managed identities only
    let document = json!({ "name": name, "properties": properties });
    let mut found = Found::new(&azure::CLOUD, name.to_owned(), pointer, document);
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
    found
}

fn is_expression(text: &str) -> bool {
    text.starts_with('[') && text.ends_with(']') && !text.starts_with("[[")
}

/// A value without its expressions.
fn literal(value: &Value, at: &str, unknowns: &mut Vec<(String, String)>) -> Value {
    match value {
        Value::String(text) if is_expression(text) => {
            let shown: String = text.chars().take(80).collect();
            unknowns.push((
                at.to_owned(),
                format!("is what `{shown}` gives when the template is deployed"),
            ));
            Value::String(UNKNOWN.to_owned())
        }
        Value::String(text) => Value::String(
            text.strip_prefix('[')
                .filter(|rest| rest.starts_with('['))
                .unwrap_or(text)
                .to_owned(),
        ),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| literal(item, &child(at, &index.to_string()), unknowns))
            .collect(),
        Value::Object(members) => {
            let known = members
                .iter()
                .map(|(name, value)| (name.clone(), literal(value, &child(at, name), unknowns)));
            Value::Object(known.collect())
        }
        other => other.clone(),
    }
}
