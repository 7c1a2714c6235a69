//! What an expression says about values: a value, an error, or not known.
//!
//! `&&`, `||`, `all` and `exists` take no notice of an error or an unknown on one side when the other side decides (CEL
//! language definition, "Logical operators"). Everything else needs all of its parts.

use std::sync::Arc;

use super::budget::Budget;
use super::calls::{call, matches};
use super::compare::find;
use super::operators::{apply, negate};
use super::stop::{Answer, Stop};
use super::tree::{Each, Kind, Node};
use super::value::{Map, Value};

/// What the names in an expression stand for.
pub(in super::super) type Variables<'a> = [(&'a str, Value)];

/// Names bound by macros, the innermost first.
struct Locals<'a> {
    name: &'a str,
    value: &'a Value,
    outer: Option<&'a Locals<'a>>,
}

#[derive(Clone, Copy)]
struct Scope<'a> {
    variables: &'a Variables<'a>,
    locals: Option<&'a Locals<'a>>,
    budget: &'a Budget,
}

/// Evaluates a part of an expression.
pub(in super::super) fn evaluate(node: &Node, variables: &Variables<'_>) -> Answer<Value> {
    let scope = Scope {
        variables,
        locals: None,
        budget: &Budget::default(),
    };
    scope.value(node)
}

impl<'a> Scope<'a> {
    fn value(self, node: &Node) -> Answer<Value> {
        self.budget.spend(node.at, 1)?;
        let at = node.at;
        match &node.kind {
            Kind::Literal(value) => Ok(value.clone()),
            Kind::Name(name) => self.name(at, name),
            Kind::Field { of, name, dotted } => {
                if let Some(value) = dotted.as_deref().and_then(|path| self.variable(path)) {
                    return Ok(value.clone());
                }
                member(at, &self.value(of)?, &Value::text(name))
            }
            Kind::Has { of, name } => match self.value(of)? {
                Value::Map(map) if map.is_unknown(name) => Err(Stop::unknown(
                    at,
                    format!("whether there is `{name}` is not known"),
                )),
                Value::Map(map) => Ok(Value::Bool(map.texts.contains_key(name.as_str()))),
                other => Err(Stop::error(at, format!("a {} has no members", other.type_name()))),
            },
            Kind::Index { of, index } => member(at, &self.value(of)?, &self.value(index)?),
            Kind::List(items) => {
                let items: Vec<Value> = items
                    .iter()
                    .map(|item| self.value(item))
                    .collect::<Result<_, _>>()?;
                Ok(Value::List(Arc::from(items)))
            }
            Kind::Map(members) => self.map(members),
            Kind::Not(of) => Ok(Value::Bool(!self.truth(of)?)),
            Kind::Negate(of) => negate(at, &self.value(of)?),
            Kind::And(left, right) => self.both(left, right, false),
            Kind::Or(left, right) => self.both(left, right, true),
            Kind::Choice { test, yes, no } => match self.truth(test)? {
                true => self.value(yes),
                false => self.value(no),
            },
            Kind::Binary {
                operator,
                left,
                right,
            } => apply(at, *operator, self.value(left)?, self.value(right)?, self.budget),
            Kind::Call { function, arguments } => {
                let arguments: Vec<Value> = arguments
                    .iter()
                    .map(|part| self.value(part))
                    .collect::<Result<_, _>>()?;
                call(at, *function, &arguments, self.budget)
            }
            Kind::Matches {
                text,
                pattern,
                regular,
            } => match self.value(text)? {
                Value::Text(text) => matches(at, &text, regular, self.budget, pattern.len()).map(Value::Bool),
                other => Err(Stop::error(
                    at,
                    format!("`matches` takes a string, found a {}", other.type_name()),
                )),
            },
            Kind::Each {
                each,
                over,
                variable,
                test,
                result,
            } => self.each(at, *each, over, variable, test.as_deref(), result.as_deref()),
            Kind::Unfit { name, arguments } => Err(Stop::error(
                at,
                format!("there is no function `{name}` with {} arguments", arguments.len()),
            )),
            Kind::NotEvaluated { name, .. } => Err(Stop::unknown(
                at,
                format!("whether Google has `{name}` here is not known"),
            )),
        }
    }

    fn variable(self, name: &str) -> Option<&'a Value> {
        self.variables
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    fn name(self, at: usize, name: &str) -> Answer<Value> {
        let mut locals = self.locals;
        while let Some(local) = locals {
            if local.name == name {
                return Ok(local.value.clone());
            }
            locals = local.outer;
        }
        if let Some(value) = self.variable(name) {
            return Ok(value.clone());
        }
        TYPES
            .iter()
            .find(|known| **known == name)
            .map(|known| Value::Type(known))
            .ok_or_else(|| Stop::error(at, format!("there is no `{name}` here")))
    }

    fn truth(self, node: &Node) -> Answer<bool> {
        match self.value(node)? {
            Value::Bool(value) => Ok(value),
            other => Err(Stop::error(
                node.at,
                format!("expected true or false, found {}", other.shown()),
            )),
        }
    }

    /// `&&`, where `false` decides, and `||`, where `true` does.
    fn both(self, left: &Node, right: &Node, decides: bool) -> Answer<Value> {
        let stopped = match self.truth(left) {
            Ok(value) if value == decides => return Ok(Value::Bool(decides)),
            Ok(_) => None,
            Err(stop) => Some(stop),
        };
        match (self.truth(right), stopped) {
            (Ok(value), _) if value == decides => Ok(Value::Bool(decides)),
            (Ok(_), None) => Ok(Value::Bool(!decides)),
            (Ok(_), Some(stop)) | (Err(stop), None) => Err(stop),
            (Err(second), Some(first)) => Err(first.prefer_unknown(Some(second))),
        }
    }

    fn map(self, members: &[(Node, Node)]) -> Answer<Value> {
        let mut map = Map::default();
        for (key_node, value_node) in members {
            let (key, value) = (self.value(key_node)?, self.value(value_node)?);
            self.budget.spend(key_node.at, map.others.len())?;
            let twice = match &key {
                Value::Text(text) => map.texts.insert(Arc::clone(text), value).is_some(),
                Value::Bool(_) | Value::Int(_) | Value::Uint(_) => {
                    let twice = find(&map, &key).is_some();
                    map.others.push((key.clone(), value));
                    twice
                }
                other => {
                    let text = format!("a {} is no key of a map", other.type_name());
                    return Err(Stop::error(key_node.at, text));
                }
            };
            if twice {
                let text = format!("the key {} stands twice in the map", key.shown());
                return Err(Stop::error(key_node.at, text));
            }
        }
        Ok(Value::Map(Arc::new(map)))
    }

    fn each(
        self,
        at: usize,
        each: Each,
        over: &Node,
        variable: &str,
        test: Option<&Node>,
        result: Option<&Node>,
    ) -> Answer<Value> {
        let items: Arc<[Value]> = match self.value(over)? {
            Value::List(items) => items,
            Value::Map(map) if map.is_complete() => map.keys().collect(),
            Value::Map(_) => return Err(Stop::unknown(at, "only a part of the map is known")),
            other => {
                return Err(Stop::error(
                    at,
                    format!(
                        "a macro goes through a list or a map, found a {}",
                        other.type_name()
                    ),
                ));
            }
        };
        let (mut kept, mut holding, mut stopped): (Vec<Value>, usize, Option<Stop>) = (Vec::new(), 0, None);
        for item in items.iter() {
            let locals = Locals {
                name: variable,
                value: item,
                outer: self.locals,
            };
            let inner = Scope {
                locals: Some(&locals),
                ..self
            };
            let holds = match (test.map_or(Ok(true), |test| inner.truth(test)), each) {
                (Ok(holds), _) => holds,
                (Err(stop), Each::All | Each::Exists) => {
                    stopped = Some(stop.prefer_unknown(stopped));
                    continue;
                }
                (Err(stop), _) => return Err(stop),
            };
            match each {
                Each::All if !holds => return Ok(Value::Bool(false)),
                Each::Exists if holds => return Ok(Value::Bool(true)),
                Each::Filter if holds => kept.push(item.clone()),
                Each::Map if holds => {
                    kept.push(result.map_or(Ok(Value::Null), |result| inner.value(result))?)
                }
                _ => {}
            }
            holding += usize::from(holds);
        }
        match (each, stopped) {
            (_, Some(stop)) => Err(stop),
            (Each::All, None) => Ok(Value::Bool(true)),
            (Each::Exists, None) => Ok(Value::Bool(false)),
            (Each::ExistsOne, None) => Ok(Value::Bool(holding == 1)),
            (Each::Filter | Each::Map, None) => Ok(Value::List(Arc::from(kept))),
        }
    }
}

/// The names of types are values.
const TYPES: [&str; 10] = [
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "type",
    "uint",
];

pub(super) fn is_type(name: &str) -> bool {
    TYPES.contains(&name)
}

/// `of.name` and `of[index]`.
fn member(at: usize, of: &Value, index: &Value) -> Answer<Value> {
    let found = match (of, index) {
        (Value::Map(map), Value::Text(name)) if map.is_unknown(name) => {
            return Err(Stop::unknown(at, format!("`{name}` is not known")));
        }
        (Value::Map(map), Value::Text(name)) => map.texts.get(name.as_ref()),
        (
            Value::Map(map),
            Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::Whole(_),
        ) => find(map, index),
        (Value::List(items), Value::Int(n) | Value::Whole(n)) => {
            usize::try_from(*n).ok().and_then(|n| items.get(n))
        }
        (Value::List(items), Value::Uint(n)) => usize::try_from(*n).ok().and_then(|n| items.get(n)),
        (Value::List(items), Value::Double(n)) if n.fract() == 0.0 && *n >= 0.0 && *n < 1e9 => {
            items.get(*n as usize)
        }
        (Value::Map(_) | Value::List(_), other) => {
            return Err(Stop::error(
                at,
                format!("a {} has no member {}", of.type_name(), other.shown()),
            ));
        }
        (other, _) => return Err(Stop::error(at, format!("a {} has no members", other.type_name()))),
    };
    found.cloned().ok_or_else(|| match index {
        Value::Text(name) => Stop::error(at, format!("there is no `{name}`")),
        other => Stop::error(at, format!("there is no member {}", other.shown())),
    })
}
