//! Templates of CloudFormation: roles with their trust policies, as far as they are known before the template is deployed.

mod intrinsic;

use serde_json::{Map, Value};

use super::aws;
use super::found::{Found, UNKNOWN, Unknown};
use super::survey::Survey;
use crate::trust::document::child;
use intrinsic::Template;

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
    let resources = members
        .get("Resources")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let template = Template::new(resources);
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
        let policy = resource
            .get("Properties")
            .and_then(|properties| properties.get(POLICY));
        let Some(policy) = policy else {
            if let Some(note) = unseen(resource) {
                survey.notes.push((pointer, note));
            }
            continue;
        };
        let at = child(&child(&pointer, "Properties"), POLICY);
        survey.found.push(role(&template, name, policy, &at));
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

fn role(template: &Template<'_>, name: &str, policy: &Value, pointer: &str) -> Found {
    let mut unknowns = Vec::new();
    let mut notes = Vec::new();
    let mut note = |text: String| {
        if !notes.contains(&text) {
            notes.push(text);
        }
    };
    let document = template.resolved(policy, pointer, &mut unknowns, &mut note);
    let whole = document.as_str() == Some(UNKNOWN);
    let decisive = |pointer: &str| {
        let mut parts = pointer.split('/');
        whole
            || parts.any(|part| {
                matches!(
                    part,
                    "Principal" | "NotPrincipal" | "Action" | "NotAction" | "Effect"
                )
            })
    };
    let unknowns = unknowns.into_iter().map(|(at, reason)| Unknown {
        is_decisive: decisive(at.strip_prefix(pointer).unwrap_or(&at)),
        pointer: at,
        reason,
    });
    let mut found = Found::new(&aws::CLOUD, name.to_owned(), pointer, document);
    found.unknowns = unknowns.collect();
    found.notes = notes;
    match &found.document {
        _ if whole => found.document = None,
        // a policy may be written as a text
        Some(Value::String(_)) => {
            found.wrapping = Some(aws::WRAPPING);
            found.document = found.document.take().map(aws::wrapped);
        }
        _ => {}
    }
    found
}
