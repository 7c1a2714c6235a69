//! Reading a policy document.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::json::{self, child, describe};
use super::{
    Actions, Condition, ConditionKey, Effect, Operator, PolicyDocument, PolicyError, PrincipalKind,
    PrincipalSet, Principals, Resources, Statement, Version,
};

type Object = Map<String, Value>;

impl PolicyDocument {
    /// Reads a policy document: everything that IAM's grammar allows, and nothing that it does not know. Whether a policy
    /// may be a trust policy is another question (`limits`).
    ///
    /// # Errors
    /// The first place that is not as the grammar says, as a JSON pointer, with what was expected there.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let json = json::parse(text)?;
        let Value::Object(members) = &json else {
            return Err(PolicyError::new(
                "",
                "a JSON object with the policy",
                describe(&json),
            ));
        };
        only(members, "", &["Version", "Id", "Statement"])?;
        let version = match members.get("Version") {
            None => None,
            Some(Value::String(text)) if text == Version::V2012.as_str() => Some(Version::V2012),
            Some(Value::String(text)) if text == Version::V2008.as_str() => Some(Version::V2008),
            Some(other) => {
                return Err(PolicyError::new(
                    "/Version",
                    "`2012-10-17` (or the old `2008-10-17`)",
                    describe(other),
                ));
            }
        };
        let statements = match members.get("Statement") {
            None => return Err(PolicyError::new("", "a member `Statement`", "none")),
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(at, item)| statement(item, &format!("/Statement/{at}")))
                .collect::<Result<_, _>>()?,
            Some(single) => vec![statement(single, "/Statement")?],
        };
        let document = Self {
            version,
            id: optional_text(members, "", "Id")?,
            statements,
        };
        document.refuse_duplicate_sids()?;
        Ok(document)
    }

    fn refuse_duplicate_sids(&self) -> Result<(), PolicyError> {
        let mut seen = std::collections::BTreeSet::new();
        for (at, statement) in self.statements.iter().enumerate() {
            if let Some(sid) = statement.sid.as_deref().filter(|sid| !sid.is_empty())
                && !seen.insert(sid)
            {
                let pointer = format!("/Statement/{at}/Sid");
                return Err(PolicyError::new(
                    &pointer,
                    "a statement id that is unique in the policy",
                    format!("`{sid}` again"),
                ));
            }
        }
        Ok(())
    }
}

impl Statement {
    /// Reads a list of statements, as `additional_statements` has it; one bare statement is a list of one.
    ///
    /// # Errors
    /// As [`PolicyDocument::parse`]; pointers start at the list.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, PolicyError> {
        match json::parse(text)? {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(at, item)| statement(item, &format!("/{at}")))
                .collect(),
            single => Ok(vec![statement(&single, "")?]),
        }
    }
}

fn statement(value: &Value, at: &str) -> Result<Statement, PolicyError> {
    let members = object(value, at, "a statement (an object)")?;
    only(
        members,
        at,
        &[
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ],
    )?;
    let effect = match members.get("Effect") {
        Some(Value::String(text)) if text == "Allow" => Effect::Allow,
        Some(Value::String(text)) if text == "Deny" => Effect::Deny,
        other => {
            let found = other.map_or_else(|| "no member `Effect`".to_owned(), describe);
            return Err(PolicyError::new(&child(at, "Effect"), "`Allow` or `Deny`", found));
        }
    };
    let principals = match one_of(members, at, "Principal", "NotPrincipal")? {
        None => None,
        Some((true, value)) => Some(Principals::Principal(principal_set(
            value,
            &child(at, "Principal"),
        )?)),
        Some((false, value)) => Some(Principals::NotPrincipal(principal_set(
            value,
            &child(at, "NotPrincipal"),
        )?)),
    };
    let actions = match one_of(members, at, "Action", "NotAction")? {
        None => {
            return Err(PolicyError::new(
                at,
                "a member `Action` or `NotAction`",
                "neither",
            ));
        }
        Some((true, value)) => Actions::Action(action_names(value, &child(at, "Action"))?),
        Some((false, value)) => Actions::NotAction(action_names(value, &child(at, "NotAction"))?),
    };
    let resources = match one_of(members, at, "Resource", "NotResource")? {
        None => None,
        Some((true, value)) => Some(Resources::Resource(texts(
            value,
            &child(at, "Resource"),
            "a resource",
        )?)),
        Some((false, value)) => Some(Resources::NotResource(texts(
            value,
            &child(at, "NotResource"),
            "a resource",
        )?)),
    };
    Ok(Statement {
        sid: optional_text(members, at, "Sid")?,
        effect,
        principals,
        actions,
        resources,
        conditions: match members.get("Condition") {
            None => Vec::new(),
            Some(value) => conditions(value, &child(at, "Condition"))?,
        },
    })
}

fn principal_set(value: &Value, at: &str) -> Result<PrincipalSet, PolicyError> {
    let kinds = "`\"*\"`, or an object with `AWS`, `Federated`, `Service` or `CanonicalUser`";
    if let Value::String(text) = value {
        return match text.as_str() {
            "*" => Ok(PrincipalSet::Everyone),
            _ => Err(PolicyError::new(at, kinds, describe(value))),
        };
    }
    let members = object(value, at, kinds)?;
    if members.is_empty() {
        return Err(PolicyError::new(at, kinds, describe(value)));
    }
    let mut lists = BTreeMap::new();
    for (name, value) in members {
        let kind = PrincipalKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| PolicyError::new(&child(at, name), kinds, format!("`{name}`")))?;
        lists.insert(kind, texts(value, &child(at, name), "a principal")?);
    }
    Ok(PrincipalSet::Listed(lists))
}

fn action_names(value: &Value, at: &str) -> Result<Vec<String>, PolicyError> {
    let names = texts(value, at, "an action (`service:Name`)")?;
    let wrong = names.iter().find(|name| {
        name.as_str() != "*"
            && !name
                .split_once(':')
                .is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
    });
    match wrong {
        Some(name) => Err(PolicyError::new(
            at,
            "an action (`service:Name`)",
            format!("`{name}`"),
        )),
        None => Ok(names),
    }
}

fn conditions(value: &Value, at: &str) -> Result<Vec<Condition>, PolicyError> {
    let mut conditions: Vec<Condition> = Vec::new();
    for (name, keys) in object(value, at, "an object of condition operators")? {
        let at = child(at, name);
        let operator = Operator::parse(name).ok_or_else(|| {
            PolicyError::new(
                &at,
                "a condition operator (`StringEquals`, `StringLike` …)",
                format!("`{name}`"),
            )
        })?;
        if conditions.iter().any(|earlier| earlier.operator == operator) {
            return Err(PolicyError::new(
                &at,
                "every operator once",
                "it twice, in other letter case",
            ));
        }
        for (key, values) in object(keys, &at, "an object of condition keys")? {
            let at = child(&at, key);
            if key.is_empty() {
                return Err(PolicyError::new(&at, "a condition key", "an empty name"));
            }
            conditions.push(Condition {
                operator,
                key: ConditionKey::new(key),
                values: condition_values(values, &at)?,
            });
        }
    }
    Ok(conditions)
}

/// Texts, numbers and booleans, single or in a list, which may be empty.
fn condition_values(value: &Value, at: &str) -> Result<Vec<String>, PolicyError> {
    let scalar = |value: &Value, at: &str| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        _ => Err(PolicyError::new(
            at,
            "a text, a number or a boolean",
            describe(value),
        )),
    };
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(n, item)| scalar(item, &format!("{at}/{n}")))
            .collect(),
        single => Ok(vec![scalar(single, at)?]),
    }
}

/// A text or a list of texts that is not empty.
fn texts(value: &Value, at: &str, what: &str) -> Result<Vec<String>, PolicyError> {
    let text = |value: &Value, at: &str| match value {
        Value::String(text) if !text.is_empty() => Ok(text.clone()),
        Value::String(_) => Err(PolicyError::new(at, what, "an empty string")),
        _ => Err(PolicyError::new(at, format!("{what} as a text"), describe(value))),
    };
    match value {
        Value::Array(items) if items.is_empty() => Err(PolicyError::new(at, what, "an empty list")),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(n, item)| text(item, &format!("{at}/{n}")))
            .collect(),
        single => Ok(vec![text(single, at)?]),
    }
}

fn object<'a>(value: &'a Value, at: &str, expected: &str) -> Result<&'a Object, PolicyError> {
    value
        .as_object()
        .ok_or_else(|| PolicyError::new(at, expected, describe(value)))
}

fn optional_text(members: &Object, at: &str, name: &str) -> Result<Option<String>, PolicyError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(PolicyError::new(&child(at, name), "a text", describe(other))),
    }
}

/// An element or its negation, never both; `true` is the element itself.
fn one_of<'a>(
    members: &'a Object,
    at: &str,
    name: &str,
    negated: &str,
) -> Result<Option<(bool, &'a Value)>, PolicyError> {
    match (members.get(name), members.get(negated)) {
        (Some(_), Some(_)) => Err(PolicyError::new(at, format!("`{name}` or `{negated}`"), "both")),
        (Some(value), None) => Ok(Some((true, value))),
        (None, Some(value)) => Ok(Some((false, value))),
        (None, None) => Ok(None),
    }
}

fn only(members: &Object, at: &str, known: &[&str]) -> Result<(), PolicyError> {
    let Some(name) = members.keys().find(|name| !known.contains(&name.as_str())) else {
        return Ok(());
    };
    let meant = known.iter().find(|known| known.eq_ignore_ascii_case(name));
    let expected = meant.map_or_else(
        || format!("one of the elements `{}`", known.join("`, `")),
        |meant| format!("`{meant}` (letter case matters)"),
    );
    Err(PolicyError::new(&child(at, name), expected, format!("`{name}`")))
}

#[cfg(test)]
mod tests;
