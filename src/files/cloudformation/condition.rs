//! Conditions of a template, which decide what `Fn::If` gives.

use serde_json::Value;

use super::intrinsic::{Look, Template};
use crate::files::found::UNKNOWN;

const DEEPEST: usize = 32;

impl Template<'_> {
    /// Whether a condition holds: as far as it is determined, else either way in turn. `None`: not known.
    pub(super) fn holds(&self, name: &str, look: &mut Look<'_>) -> Option<bool> {
        let determined = self
            .conditions
            .get(name)
            .and_then(|condition| self.decided(condition, look, 0));
        determined.or_else(|| {
            let label = |at: usize| match at {
                0 => name.to_owned(),
                _ => format!("not {name}"),
            };
            let chosen = look.choices.of(&format!("condition {name}"), 2, &label)?;
            Some(chosen == 0)
        })
    }

    fn decided(&self, condition: &Value, look: &mut Look<'_>, depth: usize) -> Option<bool> {
        if depth > DEEPEST || look.choices.is_too_much() {
            return None;
        }
        let (function, argument) = condition.as_object()?.iter().next()?;
        let items = argument.as_array();
        match function.as_str() {
            "Condition" => {
                let inner = self.conditions.get(argument.as_str()?)?;
                self.decided(inner, look, depth + 1)
            }
            "Fn::Not" => match items?.as_slice() {
                [one] => self.decided(one, look, depth + 1).map(|holds| !holds),
                _ => None,
            },
            "Fn::And" | "Fn::Or" => {
                let is_and = function == "Fn::And";
                let all: Vec<Option<bool>> = items?
                    .iter()
                    .map(|one| self.decided(one, look, depth + 1))
                    .collect();
                // one that decides is enough, whatever the others are
                match all.contains(&Some(!is_and)) {
                    true => Some(!is_and),
                    false => all.iter().all(Option::is_some).then_some(is_and),
                }
            }
            "Fn::Equals" => match items?.as_slice() {
                [one, other] => {
                    let (one, other) = (self.known(one, look, depth)?, self.known(other, look, depth)?);
                    Some(one == other)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// A value that is known as a whole. Numbers and booleans are compared as the texts that parameters are.
    fn known(&self, value: &Value, look: &mut Look<'_>, depth: usize) -> Option<Value> {
        let mut silent = look.silent();
        let found = self.value(value, "", &mut silent, depth + 1)?;
        if !silent.unknowns.is_empty() || found.to_string().contains(UNKNOWN) {
            return None;
        }
        Some(match found {
            Value::Number(number) => Value::String(number.to_string()),
            Value::Bool(is) => Value::String(is.to_string()),
            other => other,
        })
    }
}
