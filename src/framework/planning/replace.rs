//! Which changes replace the object.

use super::Members;
use crate::framework::{Attribute, AttributeType, Nesting, Path, Value};

/// The paths of attributes marked `requires_replace` that differ, without duplicates.
pub fn replaced(attributes: &[Attribute], prior: &Members, planned: &Members) -> Vec<Path> {
    let mut paths = Vec::new();
    collect(attributes, Some(prior), Some(planned), &Path::root(), &mut paths);
    paths
}

fn collect(
    attributes: &[Attribute],
    prior: Option<&Members>,
    planned: Option<&Members>,
    path: &Path,
    paths: &mut Vec<Path>,
) {
    for attribute in attributes {
        let before = prior
            .and_then(|object| object.get(&attribute.name))
            .unwrap_or(&Value::Null);
        let after = planned
            .and_then(|object| object.get(&attribute.name))
            .unwrap_or(&Value::Null);
        if before == after {
            continue;
        }
        let path = path.attribute(&attribute.name);
        if attribute.requires_replace {
            paths.push(path);
        } else if let AttributeType::Nested(nesting, inner) = &attribute.ty {
            nested(*nesting, inner, before, after, &path, paths);
        }
    }
}

fn nested(
    nesting: Nesting,
    attributes: &[Attribute],
    before: &Value,
    after: &Value,
    path: &Path,
    paths: &mut Vec<Path>,
) {
    let object = |value: Option<&'_ Value>| match value {
        Some(Value::Object(members)) => Some(members.clone()),
        _ => None,
    };
    let mut pair = |before: Option<&Value>, after: Option<&Value>, path: &Path| {
        collect(
            attributes,
            object(before).as_ref(),
            object(after).as_ref(),
            path,
            paths,
        );
    };
    match (nesting, before, after) {
        (Nesting::Single, before, after) => pair(Some(before), Some(after), path),
        (Nesting::List, Value::List(before), Value::List(after)) => {
            for ((before, after), index) in before.iter().zip(after).zip(0..) {
                pair(Some(before), Some(after), &path.index(index));
            }
        }
        (Nesting::Map, Value::Map(before), Value::Map(after)) => {
            for (key, before) in before {
                if let Some(after) = after.get(key) {
                    pair(Some(before), Some(after), &path.key(key));
                }
            }
        }
        // an element of a set has no path
        (Nesting::Set, ..) if any_replaces(attributes) => paths.push(path.clone()),
        _ => {}
    }
}

fn any_replaces(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.requires_replace
            || matches!(&attribute.ty, AttributeType::Nested(_, inner) if any_replaces(inner))
    })
}
