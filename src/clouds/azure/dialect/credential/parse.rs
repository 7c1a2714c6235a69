//! From JSON to credentials.
//!
//! Read are the answers of ARM (`properties` below an id), of Microsoft Graph and of the vendor's command line (flat), lists of
//! either, and the attributes that Terraform shows of the resources of azurerm and azuread. Members beyond those named here
//! are left alone: both APIs add some from version to version.

use serde_json::{Map, Value};

use super::super::expression::{Expression, LANGUAGE_VERSION};
use super::{Credential, Draft, Holder, Matching};
use crate::trust::DocumentError;
use crate::trust::document::{self, child, describe};

type Members = Map<String, Value>;

impl Credential {
    /// Reads one credential.
    ///
    /// # Errors
    /// Where the document is no JSON, or no credential that Entra would store, with a JSON pointer.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        Self::from_value(&document::parse(text)?, "")
    }

    /// Reads the credentials of one identity: a JSON list, the answer of a list call, or a single credential.
    ///
    /// # Errors
    /// As [`Credential::parse`], and an answer that says there are more: what one page leaves out may admit a token.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, DocumentError> {
        Self::all_from_value(&document::parse(text)?)
    }

    /// The same from a document that was parsed already, duplicate members refused.
    ///
    /// # Errors
    /// As [`Credential::parse_all`].
    pub fn all_from_value(document: &Value) -> Result<Vec<Self>, DocumentError> {
        all(document, Self::from_value)
    }

    /// Whether a document looks like one of those that are read here.
    pub fn recognises(document: &Value) -> bool {
        let one = |value: &Value| {
            let properties = value.get("properties").unwrap_or(value);
            let others = [
                "subject",
                "audiences",
                "audience",
                "claimsMatchingExpression",
                "claims_matching_expression",
            ];
            properties.get("issuer").is_some() && others.iter().any(|name| properties.get(*name).is_some())
        };
        match document.get("value").unwrap_or(document) {
            Value::Array(items) => !items.is_empty() && items.iter().all(one),
            single => one(single),
        }
    }

    /// Reads one credential out of a larger document; `pointer` says where it stands.
    ///
    /// # Errors
    /// As [`Credential::parse`].
    pub fn from_value(value: &Value, pointer: &str) -> Result<Self, DocumentError> {
        let (shell, matching) = shell(value, pointer)?;
        Ok(shell.with(matching?))
    }
}

impl Draft {
    /// Reads what somebody wrote as one credential, or as all those of one identity, in every shape that
    /// [`Credential::parse_all`] reads.
    ///
    /// # Errors
    /// Where the document is no JSON, or holds something else than credentials.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, DocumentError> {
        Self::all_from_value(&document::parse(text)?)
    }

    /// The same from a document that was parsed already, duplicate members refused.
    ///
    /// # Errors
    /// As [`Draft::parse_all`].
    pub fn all_from_value(document: &Value) -> Result<Vec<Self>, DocumentError> {
        all(document, |value, pointer| {
            let (shell, matching) = shell(value, pointer)?;
            Ok(match matching {
                Ok(matching) => Self::Whole(shell.with(matching)),
                Err(reason) => Self::Unmatched {
                    issuer: shell.issuer,
                    reason,
                },
            })
        })
    }
}

/// A credential without what it matches.
struct Shell {
    name: Option<String>,
    holder: Holder,
    issuer: String,
    audience: String,
    description: Option<String>,
}

impl Shell {
    fn with(self, matching: Matching) -> Credential {
        Credential {
            name: self.name,
            holder: self.holder,
            issuer: self.issuer,
            audience: self.audience,
            matching,
            description: self.description,
        }
    }
}

type Read<T> = Result<T, DocumentError>;

fn shell(value: &Value, pointer: &str) -> Read<(Shell, Read<Matching>)> {
    let Value::Object(outer) = value else {
        return Err(wrong(
            pointer,
            "a JSON object with a federated identity credential",
            Some(value),
        ));
    };
    let inner_at = child(pointer, "properties");
    let (members, at) = match outer.get("properties") {
        Some(Value::Object(inner)) => (inner, inner_at.as_str()),
        None | Some(Value::Null) => (outer, pointer),
        other => return Err(wrong(&inner_at, "an object", other)),
    };
    let name = ["name", "display_name"]
        .into_iter()
        .find_map(|name| outer.get(name)?.as_str());
    let description = members.get("description").and_then(Value::as_str);
    let shell = Shell {
        name: name.filter(|name| !name.is_empty()).map(str::to_owned),
        holder: holder(outer),
        issuer: text(members, at, "issuer")?,
        audience: audience(members, at)?,
        description: description.map(str::to_owned),
    };
    Ok((shell, matching(members, at)))
}

/// One of a document, or all of a list or of the answer of a list call.
fn all<T>(document: &Value, one: impl Fn(&Value, &str) -> Read<T>) -> Read<Vec<T>> {
    match document {
        Value::Array(items) => list(items, "", one),
        Value::Object(answer) if !answer.contains_key("issuer") && answer.contains_key("value") => {
            let next = ["nextLink", "@odata.nextLink"];
            if let Some(name) = next.into_iter().find(|name| !is_nothing(answer.get(*name))) {
                let expected = "all credentials of the identity in one answer";
                return Err(DocumentError::new(
                    &child("", name),
                    expected,
                    "a link to more of them",
                ));
            }
            match answer.get("value") {
                Some(Value::Array(items)) => list(items, "/value", one),
                other => Err(wrong("/value", "a list of credentials", other)),
            }
        }
        single => Ok(vec![one(single, "")?]),
    }
}

fn list<T>(items: &[Value], pointer: &str, one: impl Fn(&Value, &str) -> Read<T>) -> Read<Vec<T>> {
    let numbered = items.iter().enumerate();
    numbered
        .map(|(at, item)| one(item, &child(pointer, &at.to_string())))
        .collect()
}

/// ARM's credentials hang on managed identities: their ids and types say so, also where the vendor's command line flattens
/// them, and so does the shape.
fn holder(outer: &Members) -> Holder {
    const KIND: &str = "microsoft.managedidentity/userassignedidentities";
    let of_arm = |name: &&str| {
        let text = outer.get(*name).and_then(Value::as_str).unwrap_or_default();
        text.to_ascii_lowercase().contains(KIND)
    };
    let flat = ["type", "id", "parent_id", "user_assigned_identity_id"];
    if outer.get("properties").is_some_and(Value::is_object) || flat.iter().any(of_arm) {
        Holder::ManagedIdentity
    } else {
        Holder::Application
    }
}

fn audience(members: &Members, at: &str) -> Result<String, DocumentError> {
    let name = one_of(members, at, ["audiences", "audience"])?.unwrap_or("audiences");
    let pointer = child(at, name);
    let expected = "a list of exactly one audience";
    match members.get(name) {
        Some(Value::Array(items)) => match items.as_slice() {
            [Value::String(audience)] if !audience.is_empty() => Ok(audience.clone()),
            [other] => Err(wrong(
                &child(&pointer, "0"),
                "an audience, which is not empty",
                Some(other),
            )),
            [] => Err(wrong(&pointer, expected, members.get(name))),
            several => Err(DocumentError::new(
                &pointer,
                expected,
                format!("{} of them", several.len()),
            )),
        },
        // azuread writes the audience of a flexible credential as a text
        Some(Value::String(audience)) if name == "audience" && !audience.is_empty() => Ok(audience.clone()),
        other => Err(wrong(&pointer, expected, other)),
    }
}

fn matching(members: &Members, at: &str) -> Result<Matching, DocumentError> {
    let subject = members.get("subject").filter(|value| !value.is_null());
    let expression = one_of(
        members,
        at,
        ["claimsMatchingExpression", "claims_matching_expression"],
    )?;
    match (subject, expression) {
        (Some(_), None) => Ok(Matching::Subject(text(members, at, "subject")?)),
        (None, Some(name)) => Ok(Matching::Expression(flexible(members, &child(at, name), name)?)),
        (Some(_), Some(name)) => Err(DocumentError::new(
            &child(at, name),
            "either `subject` or an expression",
            "both",
        )),
        (None, None) => Err(DocumentError::new(
            &child(at, "subject"),
            "either `subject` or `claimsMatchingExpression`",
            "neither",
        )),
    }
}

fn flexible(members: &Members, at: &str, name: &str) -> Result<Expression, DocumentError> {
    match members.get(name) {
        Some(Value::String(value)) if name == "claims_matching_expression" => expression(value, at),
        Some(Value::Object(flexible)) if name == "claimsMatchingExpression" => {
            let version = flexible.get("languageVersion");
            if version.and_then(Value::as_u64) != Some(LANGUAGE_VERSION) {
                return Err(wrong(&child(at, "languageVersion"), "the number `1`", version));
            }
            expression(&text(flexible, at, "value")?, &child(at, "value"))
        }
        other => Err(wrong(at, "an object with `value` and `languageVersion`", other)),
    }
}

fn expression(text: &str, at: &str) -> Result<Expression, DocumentError> {
    Expression::parse(text).map_err(|e| {
        let expected = format!("{} at column {} of the expression", e.expected, e.column);
        DocumentError::new(at, expected, e.found)
    })
}

/// The one of two names that has a value.
fn one_of<'a>(members: &Members, at: &str, names: [&'a str; 2]) -> Result<Option<&'a str>, DocumentError> {
    let present: Vec<&str> = names
        .into_iter()
        .filter(|name| !is_nothing(members.get(*name)))
        .collect();
    match present.as_slice() {
        [] => Ok(None),
        [name] => Ok(Some(name)),
        [first, second, ..] => Err(DocumentError::new(
            &child(at, second),
            format!("it once, found `{first}` already"),
            "it again",
        )),
    }
}

fn is_nothing(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_null)
}

fn text(members: &Members, at: &str, name: &str) -> Result<String, DocumentError> {
    match members.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        other => Err(wrong(&child(at, name), "a text, which is not empty", other)),
    }
}

fn wrong(pointer: &str, expected: &str, found: Option<&Value>) -> DocumentError {
    DocumentError::new(
        pointer,
        expected,
        found.map_or_else(|| "nothing".to_owned(), describe),
    )
}

#[cfg(test)]
mod tests;
