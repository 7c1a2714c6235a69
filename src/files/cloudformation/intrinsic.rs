//! Intrinsic functions: what they give as far as it is known before a template is deployed.
//!
//! Parameters, mappings and conditions are chosen at deployment, so that what depends on them is not known, a parameter's
//! default neither. <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::files::found::UNKNOWN;
use crate::trust::document::child;

/// Pseudo parameters that no rule's answer depends on.
const TAKEN_FOR: [(&str, &str); 4] = [
    ("AWS::AccountId", "111122223333"),
    ("AWS::Partition", "aws"),
    ("AWS::URLSuffix", "amazonaws.com"),
    ("AWS::NoValue", ""),
];

const DEEPEST: usize = 64;

/// A template's resources, which functions may refer to.
pub(super) struct Template<'a> {
    resources: &'a Map<String, Value>,
}

/// Places and reasons of what is not known.
type Unknowns = Vec<(String, String)>;

impl<'a> Template<'a> {
    pub fn new(resources: &'a Map<String, Value>) -> Self {
        Self { resources }
    }

    /// A value with its functions replaced by what they give, or by [`UNKNOWN`].
    pub fn resolved(
        &self,
        value: &Value,
        at: &str,
        unknowns: &mut Unknowns,
        note: &mut dyn FnMut(String),
    ) -> Value {
        self.value(value, at, unknowns, note, 0)
    }

    fn value(
        &self,
        value: &Value,
        at: &str,
        unknowns: &mut Unknowns,
        note: &mut dyn FnMut(String),
        depth: usize,
    ) -> Value {
        if depth > DEEPEST {
            unknowns.push((at.to_owned(), "is nested too deep".to_owned()));
            return Value::String(UNKNOWN.to_owned());
        }
        match value {
            Value::Object(members) => {
                if let Some((function, argument)) = function(members) {
                    return match self.called(function, argument, at, unknowns, note, depth) {
                        Some(known) => known,
                        None => {
                            unknowns.push((at.to_owned(), reason(function, argument)));
                            Value::String(UNKNOWN.to_owned())
                        }
                    };
                }
                let kept = members.iter().filter(|(_, value)| !is_nothing(value));
                kept.map(|(name, value)| {
                    (
                        name.clone(),
                        self.value(value, &child(at, name), unknowns, note, depth + 1),
                    )
                })
                .collect::<Map<_, _>>()
                .into()
            }
            Value::Array(items) => {
                let kept = items.iter().enumerate().filter(|(_, value)| !is_nothing(value));
                kept.map(|(index, value)| {
                    self.value(value, &child(at, &index.to_string()), unknowns, note, depth + 1)
                })
                .collect()
            }
            other => other.clone(),
        }
    }

    /// What a function gives; nothing when all of it is unknown. A text that is known in parts is marked where it is not.
    fn called(
        &self,
        function: &str,
        argument: &Value,
        at: &str,
        unknowns: &mut Unknowns,
        note: &mut dyn FnMut(String),
        depth: usize,
    ) -> Option<Value> {
        match (function, argument) {
            ("Ref", Value::String(name)) => self.reference(name, note).map(Value::String),
            ("Fn::GetAtt", _) => {
                let (resource, attribute) = attribute(argument)?;
                match attribute.as_str() {
                    "Arn" => self.provider_arn(&resource, note).map(Value::String),
                    _ => None,
                }
            }
            ("Fn::Sub", _) => self
                .substituted(argument, at, unknowns, note, depth)
                .map(Value::String),
            ("Fn::Join", Value::Array(parts)) => {
                let [Value::String(between), Value::Array(items)] = parts.as_slice() else {
                    return None;
                };
                let texts = items.iter().enumerate().map(|(index, item)| {
                    let below = child(&child(at, &index.to_string()), "Fn::Join");
                    self.value(item, &below, unknowns, note, depth + 1)
                        .as_str()
                        .map(str::to_owned)
                });
                Some(Value::String(texts.collect::<Option<Vec<_>>>()?.join(between)))
            }
            _ => None,
        }
    }

    fn reference(&self, name: &str, note: &mut dyn FnMut(String)) -> Option<String> {
        if let Some((_, value)) = TAKEN_FOR.iter().find(|(pseudo, _)| *pseudo == name) {
            note(format!("`{name}` is taken for `{value}`"));
            return Some((*value).to_owned());
        }
        self.provider_arn(name, note)
    }

    /// The ARN of an OIDC provider that the template makes: made of the URL.
    fn provider_arn(&self, name: &str, note: &mut dyn FnMut(String)) -> Option<String> {
        let resource = self.resources.get(name)?;
        if resource.get("Type")?.as_str()? != "AWS::IAM::OIDCProvider" {
            return None;
        }
        let url = resource.get("Properties")?.get("Url")?.as_str()?;
        let url = url.strip_prefix("https://").unwrap_or(url);
        let account = self.reference("AWS::AccountId", note)?;
        let partition = self.reference("AWS::Partition", note)?;
        Some(format!("arn:{partition}:iam::{account}:oidc-provider/{url}"))
    }

    /// `Fn::Sub`: a text, or a list of one and of values for its names.
    fn substituted(
        &self,
        argument: &Value,
        at: &str,
        unknowns: &mut Unknowns,
        note: &mut dyn FnMut(String),
        depth: usize,
    ) -> Option<String> {
        let (text, given) = match argument {
            Value::String(text) => (text, None),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(text), Value::Object(given)] => (text, Some(given)),
                _ => return None,
            },
            _ => return None,
        };
        let mut own = BTreeMap::new();
        for (name, value) in given.into_iter().flatten() {
            let below = child(&child(&child(at, "Fn::Sub"), "1"), name);
            own.insert(
                name.as_str(),
                self.value(value, &below, unknowns, note, depth + 1),
            );
        }
        let mut written = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            written.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                written.push_str("${");
                rest = after;
                continue;
            };
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                // what is meant for IAM
                written.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let name = name.trim();
            let known = match own.get(name) {
                Some(Value::String(text)) => Some(text.clone()),
                Some(Value::Number(number)) => Some(number.to_string()),
                Some(_) => None,
                None => match name.split_once('.') {
                    Some((resource, "Arn")) => self.provider_arn(resource, note),
                    Some(_) => None,
                    None => self.reference(name, note),
                },
            };
            written.push_str(known.as_deref().unwrap_or(UNKNOWN));
            if known.is_none() {
                unknowns.push((
                    at.to_owned(),
                    format!("depends on `{name}`, which is known when the template is deployed"),
                ));
            }
        }
        Some(written + rest)
    }
}

/// The only member of an object that calls a function.
fn function(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut all = members.iter();
    let (name, argument) = all.next()?;
    let is_function = name == "Ref" || name.starts_with("Fn::");
    (is_function && all.next().is_none()).then_some((name.as_str(), argument))
}

/// `AWS::NoValue` removes what it stands for.
fn is_nothing(value: &Value) -> bool {
    value.get("Ref").and_then(Value::as_str) == Some("AWS::NoValue")
}

/// `Resource.Attribute`, or a list of both.
fn attribute(argument: &Value) -> Option<(String, String)> {
    match argument {
        Value::String(text) => text.split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())),
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(resource), Value::String(attribute)] => {
                Some((resource.clone(), attribute.clone()))
            }
            _ => None,
        },
        _ => None,
    }
}

fn reason(function: &str, argument: &Value) -> String {
    let named = match argument {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts.first().and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    match named {
        Some(name) => format!("is what `{function}` gives for `{name}` when the template is deployed"),
        None => format!("is what `{function}` gives when the template is deployed"),
    }
}
