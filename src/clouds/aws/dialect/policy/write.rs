//! Writing a policy document: one text for one document.

use serde_json::{Map, Value, json};

use super::{Actions, Condition, PolicyDocument, PrincipalSet, Principals, Resources, Statement};

impl PolicyDocument {
    /// Compact JSON with members in the usual order. A list of one is written as the bare value, lists keep their order,
    /// operators and keys are sorted, so that equal documents have equal texts.
    pub fn to_json(&self) -> String {
        let mut text = String::from("{");
        if let Some(version) = self.version {
            member(&mut text, "Version", &json!(version.as_str()));
        }
        if let Some(id) = &self.id {
            member(&mut text, "Id", &json!(id));
        }
        let statements: Vec<String> = self.statements.iter().map(Statement::to_json).collect();
        raw_member(&mut text, "Statement", &format!("[{}]", statements.join(",")));
        text.push('}');
        text
    }
}

impl Statement {
    /// Compact JSON, as [`PolicyDocument::to_json`].
    pub fn to_json(&self) -> String {
        let mut text = String::from("{");
        if let Some(sid) = &self.sid {
            member(&mut text, "Sid", &json!(sid));
        }
        member(&mut text, "Effect", &json!(self.effect.as_str()));
        match &self.principals {
            Some(Principals::Principal(set)) => member(&mut text, "Principal", &principal_set(set)),
            Some(Principals::NotPrincipal(set)) => member(&mut text, "NotPrincipal", &principal_set(set)),
            None => {}
        }
        match &self.actions {
            Actions::Action(names) => member(&mut text, "Action", &one_or_list(names)),
            Actions::NotAction(names) => member(&mut text, "NotAction", &one_or_list(names)),
        }
        match &self.resources {
            Some(Resources::Resource(names)) => member(&mut text, "Resource", &one_or_list(names)),
            Some(Resources::NotResource(names)) => member(&mut text, "NotResource", &one_or_list(names)),
            None => {}
        }
        if !self.conditions.is_empty() {
            member(&mut text, "Condition", &conditions(&self.conditions));
        }
        text.push('}');
        text
    }
}

fn member(text: &mut String, name: &str, value: &Value) {
    raw_member(text, name, &value.to_string());
}

fn raw_member(text: &mut String, name: &str, json: &str) {
    if !text.ends_with('{') {
        text.push(',');
    }
    text.push_str(&format!("\"{name}\":{json}"));
}

fn one_or_list(values: &[String]) -> Value {
    match values {
        [single] => json!(single),
        several => json!(several),
    }
}

fn principal_set(set: &PrincipalSet) -> Value {
    match set {
        PrincipalSet::Everyone => json!("*"),
        PrincipalSet::Listed(lists) => Value::Object(
            lists
                .iter()
                .map(|(kind, names)| (kind.as_str().to_owned(), one_or_list(names)))
                .collect(),
        ),
    }
}

fn conditions(conditions: &[Condition]) -> Value {
    let mut sorted: Vec<&Condition> = conditions.iter().collect();
    sorted.sort_by_key(|c| (c.operator.to_string(), c.key.as_str().to_owned()));
    let mut operators: Map<String, Value> = Map::new();
    for condition in sorted {
        let keys = operators
            .entry(condition.operator.to_string())
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(keys) = keys {
            keys.insert(condition.key.as_str().to_owned(), one_or_list(&condition.values));
        }
    }
    Value::Object(operators)
}
