//! Checks of a configuration by its schema: what the host leaves to the provider.
//!
//! The host looks only whether a required argument is written; null for a required one and a value for a computed one
//! are found here, at every depth.

use std::collections::BTreeMap;

use super::Server;
use crate::framework::{Attribute, AttributeType, Diagnostics, Path, Schema, Type, Value};

/// What a configuration is of, as far as it matters to the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A managed resource, and whether the host can carry write-only values.
    Resource {
        write_only_allowed: bool,
    },
    Other,
}

impl Server {
    /// Checks the configuration of a resource.
    pub fn validate_resource(
        &self,
        type_name: &str,
        config: &Value,
        write_only_allowed: bool,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(entry) = self.registry().resource(type_name, diagnostics) else {
            return;
        };
        check(
            entry.schema(),
            config,
            Subject::Resource { write_only_allowed },
            diagnostics,
        );
        if !diagnostics.has_errors() {
            entry.part.validate(config, diagnostics);
        }
    }

    /// Checks the configuration of a data source.
    pub fn validate_data_source(&self, type_name: &str, config: &Value, diagnostics: &mut Diagnostics) {
        let Some(entry) = self.registry().data_source(type_name, diagnostics) else {
            return;
        };
        check(entry.schema(), config, Subject::Other, diagnostics);
        if !diagnostics.has_errors() {
            entry.part.validate(config, diagnostics);
        }
    }

    /// Checks the configuration of an ephemeral resource.
    pub fn validate_ephemeral_resource(
        &self,
        type_name: &str,
        config: &Value,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(entry) = self.registry().ephemeral_resource(type_name, diagnostics) else {
            return;
        };
        check(entry.schema(), config, Subject::Other, diagnostics);
        if !diagnostics.has_errors() {
            entry.part.validate(config, diagnostics);
        }
    }

    /// Checks the configuration of a `list` block.
    pub fn validate_list(&self, type_name: &str, config: &Value, diagnostics: &mut Diagnostics) {
        let Some(entry) = self.registry().resource(type_name, diagnostics) else {
            return;
        };
        if let Some((schema, _)) = entry.list() {
            check(schema, config, Subject::Other, diagnostics);
        }
    }
}

/// Checks a whole block.
pub fn check(schema: &Schema, config: &Value, subject: Subject, diagnostics: &mut Diagnostics) {
    if let Some(message) = &schema.deprecated {
        diagnostics.warning(Path::root(), "Deprecated", message.clone());
    }
    if let Value::Object(members) = config {
        check_members(&schema.attributes, members, &Path::root(), subject, diagnostics);
    }
}

fn check_members(
    attributes: &[Attribute],
    members: &BTreeMap<String, Value>,
    path: &Path,
    subject: Subject,
    diagnostics: &mut Diagnostics,
) {
    for attribute in attributes {
        let value = members.get(&attribute.name).unwrap_or(&Value::Null);
        let path = path.attribute(&attribute.name);
        check_attribute(attribute, value, &path, subject, diagnostics);
    }
}

fn check_attribute(
    attribute: &Attribute,
    value: &Value,
    path: &Path,
    subject: Subject,
    diagnostics: &mut Diagnostics,
) {
    let name = &attribute.name;
    if value.is_null() {
        if attribute.required {
            diagnostics.error(
                path.clone(),
                "Missing required argument",
                format!("`{name}` is required; null does not do."),
            );
        }
        return;
    }
    if attribute.computed && !attribute.optional {
        diagnostics.error(
            path.clone(),
            "Value for a computed attribute",
            format!("`{name}` is decided by the provider and cannot be set; remove it."),
        );
        return;
    }
    if attribute.write_only
        && subject
            == (Subject::Resource {
                write_only_allowed: false,
            })
    {
        diagnostics.error(
            path.clone(),
            "Write-only argument not supported",
            format!("`{name}` is write-only, which needs Terraform 1.11 or OpenTofu 1.11 or newer."),
        );
        return;
    }
    if value.is_unknown() {
        return;
    }
    if let Some(message) = &attribute.deprecated {
        diagnostics.warning(path.clone(), "Deprecated argument", message.clone());
    }
    check_value(attribute, value, path, subject, diagnostics);
}

fn check_value(
    attribute: &Attribute,
    value: &Value,
    path: &Path,
    subject: Subject,
    diagnostics: &mut Diagnostics,
) {
    match &attribute.ty {
        AttributeType::Plain(ty) => check_nulls(ty, value, path, diagnostics),
        AttributeType::Nested(_, inner) => {
            for (object, path) in elements(value, path) {
                match object {
                    Value::Object(members) => check_members(inner, members, &path, subject, diagnostics),
                    Value::Null => null_element(&path, diagnostics),
                    _ => {}
                }
            }
        }
    }
    for validator in &attribute.validators {
        validator(value, path, diagnostics);
    }
    if attribute.element_validators.is_empty() || matches!(value, Value::Object(_)) {
        return;
    }
    for (element, path) in elements(value, path) {
        if element.is_null() || element.is_unknown() {
            continue;
        }
        for validator in &attribute.element_validators {
            validator(element, &path, diagnostics);
        }
    }
}

/// A collection never holds null: nothing that the provider could mean by it would be what the user means.
fn check_nulls(ty: &Type, value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let (Type::List(element) | Type::Set(element) | Type::Map(element)) = ty else {
        return;
    };
    for (value, path) in elements(value, path) {
        if value.is_null() {
            null_element(&path, diagnostics);
        } else {
            check_nulls(element, value, &path, diagnostics);
        }
    }
}

fn null_element(path: &Path, diagnostics: &mut Diagnostics) {
    diagnostics.error(
        path.clone(),
        "Null element",
        "An element of a collection is null, which has no meaning here; leave the element out.",
    );
}

/// The elements of a collection with their paths; a single object is its own element. The path of an element of a set
/// is that of the set.
fn elements<'a>(value: &'a Value, path: &Path) -> Vec<(&'a Value, Path)> {
    match value {
        Value::List(items) | Value::Tuple(items) => items
            .iter()
            .zip(0..)
            .map(|(item, index)| (item, path.index(index)))
            .collect(),
        Value::Set(items) => items.iter().map(|item| (item, path.clone())).collect(),
        Value::Map(members) => members
            .iter()
            .map(|(key, value)| (value, path.key(key)))
            .collect(),
        single => vec![(single, path.clone())],
    }
}
