//! Intrinsic functions: what they give as far as it is determined before a template is deployed.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use serde_json::{Map, Value};

use crate::files::choices::Choices;
use crate::files::found::UNKNOWN;
use crate::trust::document::child;

/// Pseudo parameters that no rule's answer depends on.
const TAKEN_FOR: [(&str, &str); 3] = [
    ("AWS::AccountId", "111122223333"),
    ("AWS::Partition", "aws"),
    ("AWS::URLSuffix", "amazonaws.com"),
];

/// Removes what it stands for.
const NOTHING: &str = "AWS::NoValue";

const DEEPEST: usize = 64;
/// The URL of a provider may be put together of others, but not of itself.
const MOST_WITHIN: usize = 4;

/// The parts of a template that functions may refer to.
pub(super) struct Template<'a> {
    pub resources: &'a Map<String, Value>,
    pub parameters: &'a Map<String, Value>,
    pub mappings: &'a Map<String, Value>,
    pub conditions: &'a Map<String, Value>,
}

/// One look at a template: what is chosen in it, and what was noticed.
pub(super) struct Look<'a> {
    pub choices: &'a Choices,
    /// Places and reasons of what is not known.
    pub unknowns: Vec<(String, String)>,
    pub notes: Vec<String>,
    /// Providers whose ARN is being put together.
    within: usize,
}

impl<'a> Look<'a> {
    pub fn new(choices: &'a Choices) -> Self {
        Self {
            choices,
            unknowns: Vec::new(),
            notes: Vec::new(),
            within: 0,
        }
    }

    /// The same choices, and nothing noticed of it.
    pub fn silent(&self) -> Self {
        Self {
            within: self.within,
            ..Self::new(self.choices)
        }
    }

    pub fn note(&mut self, text: String) {
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }
}

/// What a function gives.
enum Given {
    Value(Value),
    /// What stands there is removed.
    Nothing,
    Unknown,
}

impl From<Option<Value>> for Given {
    fn from(value: Option<Value>) -> Self {
        value.map_or(Self::Unknown, Self::Value)
    }
}

impl Template<'_> {
    /// A value with its functions replaced by what they give, or by [`UNKNOWN`]; `None`: there is nothing.
    pub fn value(&self, value: &Value, at: &str, look: &mut Look<'_>, depth: usize) -> Option<Value> {
        if depth > DEEPEST || look.choices.is_too_much() {
            look.unknowns
                .push((at.to_owned(), "is nested too deep".to_owned()));
            return Some(Value::String(UNKNOWN.to_owned()));
        }
        match value {
            Value::Object(members) => {
                if let Some((function, argument)) = function(members) {
                    return match self.called(function, argument, at, look, depth) {
                        Given::Value(known) => Some(known),
                        Given::Nothing => None,
                        Given::Unknown => {
                            look.unknowns.push((at.to_owned(), reason(function, argument)));
                            Some(Value::String(UNKNOWN.to_owned()))
                        }
                    };
                }
                let mut kept = Map::new();
                for (name, value) in members {
                    if let Some(value) = self.value(value, &child(at, name), look, depth + 1) {
                        kept.insert(name.clone(), value);
                    }
                }
                Some(Value::Object(kept))
            }
            Value::Array(items) => {
                let mut kept = Vec::new();
                for (index, value) in items.iter().enumerate() {
                    kept.extend(self.value(value, &child(at, &index.to_string()), look, depth + 1));
                }
                Some(Value::Array(kept))
            }
            other => Some(other.clone()),
        }
    }

    fn called(&self, function: &str, argument: &Value, at: &str, look: &mut Look<'_>, depth: usize) -> Given {
        let parts = argument.as_array().map(Vec::as_slice);
        let below = child(at, function);
        let place = |index: usize| child(&below, &index.to_string());
        match (function, parts) {
            ("Ref", _) => match argument.as_str() {
                Some(NOTHING) => Given::Nothing,
                Some(name) => self.reference(name, look).into(),
                None => Given::Unknown,
            },
            ("Fn::GetAtt", _) => match attribute(argument) {
                Some((resource, attribute)) if attribute == "Arn" => {
                    self.provider_arn(&resource, look).map(Value::String).into()
                }
                _ => Given::Unknown,
            },
            ("Fn::Sub", _) => self
                .substituted(argument, at, look, depth)
                .map(Value::String)
                .into(),
            ("Fn::If", Some([Value::String(condition), yes, no])) => {
                let (branch, index) = match self.holds(condition, look) {
                    Some(true) => (yes, 1),
                    Some(false) => (no, 2),
                    None => return Given::Unknown,
                };
                let found = self.value(branch, &place(index), look, depth + 1);
                found.map_or(Given::Nothing, Given::Value)
            }
            ("Fn::FindInMap", Some([map, first, second, ..])) => {
                self.mapped([map, first, second], &below, look, depth).into()
            }
            ("Fn::Join", Some([Value::String(between), items])) => {
                let items = self.value(items, &place(1), look, depth + 1);
                let texts = items.as_ref().and_then(Value::as_array).and_then(|items| {
                    let texts = items.iter().map(text);
                    texts.collect::<Option<Vec<_>>>()
                });
                texts.map(|texts| Value::String(texts.join(between))).into()
            }
            ("Fn::Split", Some([Value::String(between), of])) => {
                let of = self
                    .whole(of, &place(1), look, depth)
                    .filter(|_| !between.is_empty());
                let of = of.as_ref().and_then(Value::as_str);
                of.map(|text| {
                    text.split(between.as_str())
                        .map(|part| Value::String(part.to_owned()))
                        .collect()
                })
                .into()
            }
            ("Fn::Select", Some([index, items])) => {
                let index = self.whole(index, &place(0), look, depth);
                let index = index
                    .as_ref()
                    .and_then(text)
                    .and_then(|text| text.parse::<usize>().ok());
                let mut inner = look.silent();
                let items = self.value(items, &place(1), &mut inner, depth + 1);
                let items = items.as_ref().and_then(Value::as_array);
                let found = index.and_then(|index| items?.get(index).cloned());
                found.filter(|found| !found.to_string().contains(UNKNOWN)).into()
            }
            ("Fn::ToJsonString", _) => {
                let inner = self.value(argument, &below, look, depth + 1);
                inner.map(|value| Value::String(value.to_string())).into()
            }
            _ => Given::Unknown,
        }
    }

    /// A value that is known as a whole; else nothing, and nothing is noticed of its parts.
    fn whole(&self, value: &Value, at: &str, look: &mut Look<'_>, depth: usize) -> Option<Value> {
        let mut inner = look.silent();
        let found = self.value(value, at, &mut inner, depth + 1)?;
        let is_known = inner.unknowns.is_empty() && !found.to_string().contains(UNKNOWN);
        inner.notes.into_iter().for_each(|note| look.note(note));
        is_known.then_some(found)
    }

    fn reference(&self, name: &str, look: &mut Look<'_>) -> Option<Value> {
        if let Some((_, value)) = TAKEN_FOR.iter().find(|(pseudo, _)| *pseudo == name) {
            look.note(format!("`{name}` is taken for `{value}`"));
            return Some(Value::String((*value).to_owned()));
        }
        if self.parameters.contains_key(name) {
            return self.parameter(name, look);
        }
        self.provider_arn(name, look).map(Value::String)
    }

    /// The ARN of an OIDC provider that the template makes: made of the URL.
    fn provider_arn(&self, name: &str, look: &mut Look<'_>) -> Option<String> {
        let resource = self.resources.get(name)?;
        if resource.get("Type")?.as_str()? != "AWS::IAM::OIDCProvider" {
            return None;
        }
        if look.within > MOST_WITHIN {
            return None;
        }
        look.within += 1;
        let url = self.whole(resource.get("Properties")?.get("Url")?, "", look, 0);
        look.within -= 1;
        let url = url?;
        let url = url.as_str()?;
        let url = url.strip_prefix("https://").unwrap_or(url);
        let taken = |pseudo: &str, look: &mut Look<'_>| text(&self.reference(pseudo, look)?);
        let account = taken("AWS::AccountId", look)?;
        let partition = taken("AWS::Partition", look)?;
        Some(format!("arn:{partition}:iam::{account}:oidc-provider/{url}"))
    }

    /// `Fn::FindInMap`. A key that is not known, such as the region, is each of those that the mapping has, in turn.
    fn mapped(&self, keys: [&Value; 3], at: &str, look: &mut Look<'_>, depth: usize) -> Option<Value> {
        let [map, first, second] = keys;
        let name = self.whole(map, at, look, depth)?;
        let mut found = self.mappings.get(name.as_str()?)?;
        for key in [first, second] {
            let members = found.as_object()?;
            let known = self.whole(key, at, look, depth).as_ref().and_then(text);
            // the account is only taken for one
            let is_account = key.get("Ref").and_then(Value::as_str) == Some("AWS::AccountId");
            found = match known.filter(|_| !is_account) {
                Some(known) => members.get(&known)?,
                None => {
                    let names: Vec<&String> = members.keys().collect();
                    let asked = key
                        .get("Ref")
                        .and_then(Value::as_str)
                        .map_or_else(|| key.to_string(), str::to_owned);
                    let label = |at: usize| {
                        names
                            .get(at)
                            .map_or_else(String::new, |name| format!("{asked} = {name}"))
                    };
                    let chosen = look.choices.of(&format!("key {asked}"), names.len(), &label)?;
                    members.get(names.get(chosen)?.as_str())?
                }
            };
        }
        Some(found.clone())
    }

    /// `Fn::Sub`: a text, or a list of one and of values for its names.
    fn substituted(&self, argument: &Value, at: &str, look: &mut Look<'_>, depth: usize) -> Option<String> {
        let none = Map::new();
        let (written, given) = match argument {
            Value::String(text) => (text, &none),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(text), Value::Object(given)] => (text, given),
                _ => return None,
            },
            _ => return None,
        };
        let values = child(&child(at, "Fn::Sub"), "1");
        let mut made = String::new();
        let mut rest = written.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            made.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                made.push_str("${");
                rest = after;
                continue;
            };
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                // what is meant for IAM
                made.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let name = name.trim();
            let known = match given.get(name) {
                Some(value) => {
                    let found = self.value(value, &child(&values, name), look, depth + 1);
                    found.as_ref().and_then(text)
                }
                None => match name.split_once('.') {
                    Some((resource, "Arn")) => self.provider_arn(resource, look),
                    Some(_) => None,
                    None => self.reference(name, look).as_ref().and_then(text),
                },
            };
            made.push_str(known.as_deref().unwrap_or(UNKNOWN));
            if known.is_none() {
                look.unknowns.push((
                    at.to_owned(),
                    format!("depends on `{name}`, which is known when the template is deployed"),
                ));
            }
        }
        Some(made + rest)
    }
}

/// A scalar as a text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}

/// The only member of an object that calls a function.
fn function(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut all = members.iter();
    let (name, argument) = all.next()?;
    let is_function = name == "Ref" || name.starts_with("Fn::");
    (is_function && all.next().is_none()).then_some((name.as_str(), argument))
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
