//! Templates of CloudFormation: roles with their trust policies, as far as they are known before the template is deployed.

mod condition;
mod intrinsic;
mod parameter;

use serde_json::{Map, Value, json};

use super::aws;
use super::choices::every;
use super::found::{Found, UNKNOWN, Unknown};
use super::survey::Survey;
use crate::trust::document::child;
use intrinsic::{Look, Template};

const POLICY: &str = "AssumeRolePolicyDocument";

/// Whether a document is a template.
pub(super) fn recognises(members: &Map<String, Value>) -> bool {
    let has_types = |resources: &Map<String, Value>| {
        let mut types = resources
            .values()
            .filter_map(|resource| resource.get("Type")?.as_str());
        types.any(|kind| kind.contains("::"))
    };
    members.contains_key("AWSTemplateFormatVersion")
        || members
            .get("Resources")
            .and_then(Value::as_object)
            .is_some_and(has_types)
}

/// The roles of a template.
pub(super) fn survey(members: &Map<String, Value>) -> Survey {
    let mut survey = Survey::of("a template of CloudFormation");
    let empty = Map::new();
    let part = |name: &str| members.get(name).and_then(Value::as_object).unwrap_or(&empty);
    let resources = part("Resources");
    let template = Template {
        resources,
        parameters: part("Parameters"),
        mappings: part("Mappings"),
        conditions: part("Conditions"),
    };
    for (name, resource) in resources {
        let pointer = child("/Resources", name);
        if name.starts_with("Fn::") || resource.get("Fn::Transform").is_some() {
            survey.notes.push((
                pointer,
                format!(
                    "what `{name}` makes is not known before the template is deployed; it was not looked at"
                ),
            ));
            continue;
        }
        let properties = resource.get("Properties");
        let Some(properties) = properties.filter(|all| all.get(POLICY).is_some()) else {
            if let Some(note) = unseen(resource) {
                survey.notes.push((pointer, note));
            }
            continue;
        };
        let at = child(&pointer, "Properties");
        let mut roles: Vec<(String, Found)> = Vec::new();
        for (said, role) in every(|choices| role(&template, name, properties, &at, &mut Look::new(choices))) {
            if !roles.iter().any(|(_, known)| is_same(known, &role)) {
                roles.push((said, role));
            }
        }
        let is_one = roles.len() == 1;
        survey.found.extend(roles.into_iter().map(|(said, mut role)| {
            if !is_one && !said.is_empty() {
                role.name = format!("{name} ({said})");
            }
            role
        }));
    }
    if let Some(transform) = members.get("Transform") {
        let names = transform.to_string();
        if names
            .replace("AWS::Serverless-2016-10-31", "")
            .replace("AWS::LanguageExtensions", "")
            .contains(|c: char| c.is_alphanumeric())
        {
            let note = "macros change the template before it is deployed; what they make was not looked at"
                .to_owned();
            survey.notes.push(("/Transform".to_owned(), note));
        }
    }
    survey
}

/// Resources that may hold roles of their own.
fn unseen(resource: &Value) -> Option<String> {
    let kind = resource.get("Type")?.as_str()?;
    let has_template = kind == "AWS::CloudFormation::Stack"
        || kind == "AWS::CloudFormation::StackSet"
        || kind.ends_with("::MODULE")
        || kind == "AWS::Serverless::Application";
    if has_template {
        return Some(format!(
            "`{kind}` has a template of its own, which was not looked at"
        ));
    }
    let is_role = kind == "AWS::IAM::Role";
    is_role.then(|| "the role has no trust policy that can be seen here".to_owned())
}

/// Whether nothing tells two looks at a role apart.
fn is_same(one: &Found, other: &Found) -> bool {
    one.document == other.document && one.unknowns == other.unknowns
}

/// A role in one look.
fn role(template: &Template<'_>, name: &str, properties: &Value, at: &str, look: &mut Look<'_>) -> Found {
    let pointer = child(at, POLICY);
    let written = properties.get(POLICY).unwrap_or(&Value::Null);
    let document = template.value(written, &pointer, look, 0).unwrap_or_default();
    let whole = document.as_str() == Some(UNKNOWN);
    let decisive = |place: &str| {
        let mut parts = place.split('/');
        whole
            || parts.any(|part| {
                matches!(
                    part,
                    "Principal" | "NotPrincipal" | "Action" | "NotAction" | "Effect"
                )
            })
    };
    let unknowns = std::mem::take(&mut look.unknowns).into_iter();
    let mut unknowns: Vec<Unknown> = unknowns
        .map(|(place, reason)| Unknown {
            is_decisive: decisive(place.strip_prefix(&pointer).unwrap_or(&place)),
            pointer: place,
            reason,
        })
        .collect();
    unknowns.sort();
    unknowns.dedup();
    let mut found = Found::new(&aws::CLOUD, name.to_owned(), &pointer, document);
    found.unknowns = unknowns;
    if whole {
        found.document = None;
    }
    // a policy may be written as a text, and is one part of what is said of the role
    found.document = found.document.take().map(|policy| {
        let mut role = rights(template, properties, at, look);
        role.insert("assume_role_policy".to_owned(), policy);
        Value::Object(role)
    });
    found.wrapping = Some(aws::WRAPPING);
    found.notes = std::mem::take(&mut look.notes);
    found
}

/// How long the credentials of a role live and what they are for, as a document of a role has it. What of it is not known says
/// nothing: it decides about no token.
fn rights(template: &Template<'_>, properties: &Value, at: &str, look: &mut Look<'_>) -> Map<String, Value> {
    let mut known = |name: &str| {
        let value = properties.get(name)?;
        template.value(value, &child(at, name), look, 0)
    };
    let seconds = known("MaxSessionDuration").and_then(|value| match value {
        Value::String(text) => text.parse::<u64>().ok(),
        other => other.as_u64(),
    });
    let managed = known("ManagedPolicyArns").filter(Value::is_array);
    let inline = known("Policies").filter(Value::is_array);
    let members = [
        ("max_session_duration", json!(seconds)),
        ("managed_policy_arns", managed.unwrap_or_default()),
        ("RolePolicyList", inline.unwrap_or_default()),
    ];
    let said = members.into_iter().filter(|(_, value)| !value.is_null());
    said.map(|(name, value)| (name.to_owned(), value)).collect()
}
