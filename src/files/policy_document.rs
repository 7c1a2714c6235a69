//! A policy that is put together by Terraform's `aws_iam_policy_document` while something in it is not known yet.

use serde_json::{Map, Value, json};

use super::cloud::Draft;
use super::found::{UNKNOWN, Unknown};
use super::terraform::Resource;

/// Arguments that take further statements in, which cannot be seen here.
const OTHERS: [&str; 5] = [
    "/source_json",
    "/override_json",
    "/source_policy_documents",
    "/override_policy_documents",
    "/version",
];

/// The policy of the arguments, unknown values marked. None where even the statements are not known.
pub(super) fn built(resource: &Resource<'_>) -> Option<Draft> {
    let statements = resource.values.get("statement")?.as_array()?;
    if resource.unknown_below(&OTHERS).next().is_some() || OTHERS.iter().any(|name| is_given(resource, name))
    {
        return None;
    }
    let statements: Option<Vec<Value>> = statements.iter().map(statement).collect();
    let document = json!({ "Version": "2012-10-17", "Statement": statements? });
    let unknowns = resource.unknown_below(&["/statement"]).map(|pointer| Unknown {
        is_decisive: pointer.contains("/principals/"),
        reason: "is known after apply".to_owned(),
        pointer,
    });
    Some(Draft {
        pointer: String::new(),
        document: Some(document),
        unknowns: unknowns.collect(),
        notes: vec!["put together from the arguments, because the document is known after apply".to_owned()],
        ..Draft::default()
    })
}

fn is_given(resource: &Resource<'_>, pointer: &str) -> bool {
    match resource.values.pointer(pointer) {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::String(text)) => !text.is_empty() && text != "2012-10-17",
        Some(_) => true,
    }
}

fn statement(written: &Value) -> Option<Value> {
    let mut members = Map::new();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    members.insert(
        "Effect".to_owned(),
        json!(text(written, "effect").unwrap_or_else(|| "Allow".to_owned())),
    );
    for (name, attribute) in [
        ("Action", "actions"),
        ("NotAction", "not_actions"),
        ("Resource", "resources"),
        ("NotResource", "not_resources"),
    ] {
        if let Some(values) = texts(written.get(attribute)) {
            members.insert(name.to_owned(), json!(values));
        }
    }
    for (name, attribute) in [("Principal", "principals"), ("NotPrincipal", "not_principals")] {
        let blocks = written.get(attribute).and_then(Value::as_array);
        let mut lists: Map<String, Value> = Map::new();
        for block in blocks.into_iter().flatten() {
            let kind = text(block, "type")?;
            let values = texts(block.get("identifiers"))?;
            if kind == "*" {
                members.insert(name.to_owned(), json!("*"));
                continue;
            }
            let list = lists.entry(kind).or_insert_with(|| json!([]));
            list.as_array_mut()?.extend(values.into_iter().map(Value::String));
        }
        if !lists.is_empty() && !members.contains_key(name) {
            members.insert(name.to_owned(), Value::Object(lists));
        }
    }
    let conditions = written.get("condition").and_then(Value::as_array);
    let mut operators: Map<String, Value> = Map::new();
    for block in conditions.into_iter().flatten() {
        let keys = operators.entry(text(block, "test")?).or_insert_with(|| json!({}));
        let values = keys
            .as_object_mut()?
            .entry(text(block, "variable")?)
            .or_insert_with(|| json!([]));
        values
            .as_array_mut()?
            .extend(texts(block.get("values"))?.into_iter().map(Value::String));
    }
    if !operators.is_empty() {
        members.insert("Condition".to_owned(), Value::Object(operators));
    }
    Some(Value::Object(members))
}

/// A list of texts; one that is not known as a whole has one text that is not.
fn texts(value: Option<&Value>) -> Option<Vec<String>> {
    match value? {
        Value::Array(items) if !items.is_empty() => {
            // Terraform's own way to write a variable of IAM, since `${` is its own
            let texts = items.iter().map(|item| Some(item.as_str()?.replace("&{", "${")));
            texts.collect()
        }
        Value::String(text) if text == UNKNOWN => Some(vec![text.clone()]),
        _ => None,
    }
}
