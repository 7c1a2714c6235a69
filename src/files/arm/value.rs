//! What expressions give as far as it is determined before a template is deployed.

use serde_json::{Map, Value, json};

use super::expression::{Expression, parse};
use crate::files::choices::Choices;

const DEEPEST: usize = 32;

/// What expressions of a template, or of one that is deployed within another, may refer to.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// Members `parameters` and `variables`.
    pub template: &'a Value,
    /// Told apart from scopes around it.
    pub name: &'a str,
    /// What a deployment within another is given, and the scope in which that is written; none: whoever deploys decides.
    pub given: Option<(&'a Value, &'a Scope<'a>)>,
}

/// One look at a template.
pub(super) struct Look<'a> {
    pub choices: &'a Choices,
    pub notes: Vec<String>,
}

impl<'a> Look<'a> {
    pub fn new(choices: &'a Choices) -> Self {
        Self {
            choices,
            notes: Vec::new(),
        }
    }

    fn note(&mut self, text: String) {
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }
}

/// Whether a text is an expression, and not one that only begins like one.
pub(super) fn is_expression(text: &str) -> bool {
    text.starts_with('[') && text.ends_with(']') && !text.starts_with("[[")
}

impl Scope<'_> {
    /// A value whose expressions are all determined; else `None`.
    pub fn value(&self, value: &Value, look: &mut Look<'_>, depth: usize) -> Option<Value> {
        if depth > DEEPEST || look.choices.is_too_much() {
            return None;
        }
        match value {
            Value::String(text) if is_expression(text) => {
                let inner = text.strip_prefix('[')?.strip_suffix(']')?;
                self.given_by(&parse(inner)?, look, depth + 1)
            }
            // a bracket that is meant is written twice
            Value::String(text) => Some(json!(
                text.strip_prefix('[')
                    .filter(|rest| rest.starts_with('['))
                    .unwrap_or(text)
            )),
            Value::Array(items) => items
                .iter()
                .map(|item| self.value(item, look, depth + 1))
                .collect(),
            Value::Object(members) => {
                let mut known = Map::new();
                for (name, value) in members {
                    known.insert(name.clone(), self.value(value, look, depth + 1)?);
                }
                Some(Value::Object(known))
            }
            other => Some(other.clone()),
        }
    }

    fn given_by(&self, expression: &Expression, look: &mut Look<'_>, depth: usize) -> Option<Value> {
        if depth > DEEPEST || look.choices.is_too_much() {
            return None;
        }
        match expression {
            Expression::Text(text) => Some(json!(text)),
            Expression::Number(number) => Some(json!(number)),
            Expression::Member { of, member } => {
                let (of, member) = (
                    self.given_by(of, look, depth + 1)?,
                    self.given_by(member, look, depth + 1)?,
                );
                match (of, member) {
                    (Value::Object(members), Value::String(name)) => named(&members, &name).cloned(),
                    (Value::Array(items), Value::Number(at)) => {
                        items.get(usize::try_from(at.as_u64()?).ok()?).cloned()
                    }
                    _ => None,
                }
            }
            Expression::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
                ("parameters", [Expression::Text(name)]) => self.parameter(name, look, depth),
                ("variables", [Expression::Text(name)]) => {
                    let all = self.template.get("variables")?.as_object()?;
                    self.value(named(all, name)?, look, depth + 1)
                }
                ("if", [test, yes, no]) => self.chosen(test, (yes, no), look, depth),
                ("and" | "or", _) => self
                    .joined(name == "and", arguments, look, depth)
                    .map(Value::Bool),
                ("true", []) => Some(json!(true)),
                ("false", []) => Some(json!(false)),
                ("null", []) => Some(Value::Null),
                _ => {
                    let mut known = Vec::new();
                    for argument in arguments {
                        known.push(self.given_by(argument, look, depth + 1)?);
                    }
                    called(name, &known)
                }
            },
        }
    }

    /// Either branch in turn, where what decides is not determined.
    fn chosen(
        &self,
        test: &Expression,
        (yes, no): (&Expression, &Expression),
        look: &mut Look<'_>,
        depth: usize,
    ) -> Option<Value> {
        let holds = match self.given_by(test, look, depth + 1) {
            Some(Value::Bool(holds)) => holds,
            Some(_) => return None,
            None => {
                let choice = format!("{} {test:?}", self.name);
                let label = |at: usize| match at {
                    0 => "a condition holds".to_owned(),
                    _ => "a condition does not hold".to_owned(),
                };
                look.choices.of(&choice, 2, &label)? == 0
            }
        };
        self.given_by(if holds { yes } else { no }, look, depth + 1)
    }

    /// `and`, `or`: one that decides is enough, whatever the others are.
    fn joined(&self, is_and: bool, all: &[Expression], look: &mut Look<'_>, depth: usize) -> Option<bool> {
        let mut known = Vec::new();
        for one in all {
            known.push(
                self.given_by(one, look, depth + 1)
                    .and_then(|value| value.as_bool()),
            );
        }
        match known.contains(&Some(!is_and)) {
            true => Some(!is_and),
            false => known.iter().all(Option::is_some).then_some(is_and),
        }
    }

    fn parameter(&self, name: &str, look: &mut Look<'_>, depth: usize) -> Option<Value> {
        let parameter = named(self.template.get("parameters")?.as_object()?, name)?;
        let default = || parameter.get("defaultValue");
        if let Some((given, around)) = self.given {
            // nobody else gives a deployment within a template its values
            return match given.as_object().and_then(|given| named(given, name)) {
                Some(given) => around.value(given.get("value")?, look, depth + 1),
                None => self.value(default()?, look, depth + 1),
            };
        }
        let kind = parameter
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_ascii_lowercase();
        let choice = format!("parameter {name}");
        let allowed = parameter.get("allowedValues").and_then(Value::as_array);
        if let Some(allowed) = allowed.filter(|all| !all.is_empty() && kind != "array") {
            let label = |at: usize| {
                allowed
                    .get(at)
                    .map_or_else(String::new, |value| format!("{name} = {}", shown(value)))
            };
            let chosen = look.choices.of(&choice, allowed.len(), &label)?;
            return allowed.get(chosen).cloned();
        }
        let value = self.value(default()?, look, depth + 1)?;
        let label = |at: usize| match at {
            0 => format!("{name} = {}", shown(&value)),
            _ => String::new(),
        };
        if look.choices.of(&choice, 2, &label)? != 0 {
            return None;
        }
        look.note(format!("`{name}` is taken for `{}`, its default", shown(&value)));
        Some(value)
    }
}

/// A member by its name, in which letter case does not matter.
fn named<'m>(members: &'m Map<String, Value>, name: &str) -> Option<&'m Value> {
    let mut all = members.iter();
    all.find(|(own, _)| own.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

fn shown(value: &Value) -> String {
    text(value).unwrap_or_else(|| value.to_string())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        // as Azure writes them
        Value::Bool(is) => Some(if *is { "True" } else { "False" }.to_owned()),
        _ => None,
    }
}

/// Functions of known values.
fn called(name: &str, arguments: &[Value]) -> Option<Value> {
    let texts = || arguments.iter().map(text).collect::<Option<Vec<String>>>();
    match (name, arguments) {
        ("concat", [Value::Array(_), ..]) => {
            let lists: Option<Vec<&Vec<Value>>> = arguments.iter().map(Value::as_array).collect();
            Some(lists?.into_iter().flatten().cloned().collect())
        }
        ("concat", _) => Some(json!(texts()?.concat())),
        ("format", [Value::String(template), values @ ..]) => formatted(template, values).map(Value::String),
        ("tolower", [Value::String(text)]) => Some(json!(text.to_lowercase())),
        ("toupper", [Value::String(text)]) => Some(json!(text.to_uppercase())),
        ("trim", [Value::String(text)]) => Some(json!(text.trim())),
        ("string", [one]) => text(one).map(Value::String),
        ("replace", [Value::String(text), Value::String(old), Value::String(new)]) if !old.is_empty() => {
            Some(json!(text.replace(old.as_str(), new)))
        }
        ("split", [Value::String(text), Value::String(between)]) if !between.is_empty() => {
            Some(text.split(between.as_str()).map(|part| json!(part)).collect())
        }
        ("join", [Value::Array(items), Value::String(between)]) => {
            let texts: Option<Vec<String>> = items.iter().map(text).collect();
            Some(json!(texts?.join(between)))
        }
        ("first", [Value::Array(items)]) => items.first().cloned(),
        ("last", [Value::Array(items)]) => items.last().cloned(),
        ("createarray", _) => Some(Value::Array(arguments.to_vec())),
        // texts are compared with their letter case
        ("equals", [one, other]) => Some(json!(one == other)),
        ("not", [Value::Bool(is)]) => Some(json!(!is)),
        ("bool", [Value::Bool(is)]) => Some(json!(is)),
        ("empty", [Value::String(text)]) => Some(json!(text.is_empty())),
        ("empty", [Value::Array(items)]) => Some(json!(items.is_empty())),
        _ => None,
    }
}

/// `format`: `{0}` is the first value, `{{` a brace; what has a width or a form is not read.
fn formatted(template: &str, values: &[Value]) -> Option<String> {
    let mut made = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at_checked(at)?;
        made.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            made.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            made.push('}');
            rest = after;
        } else {
            let (number, after) = from.strip_prefix('{')?.split_once('}')?;
            made.push_str(&text(values.get(number.parse::<usize>().ok()?)?)?);
            rest = after;
        }
    }
    Some(made + rest)
}
