//! One condition against a request (IAM User Guide: condition operators; single-valued and multivalued context keys).

use super::super::policy::{Condition, Qualifier, Test};
use super::compare::matches;
use super::context::{Context, ContextValue, Lookup};
use super::truth::Truth;

/// Whether a condition holds. `variables` says whether the document's version replaces `${…}`.
pub fn condition_holds(condition: &Condition, context: &Context, variables: bool) -> Truth {
    // Documented: an empty list of values is true.
    if condition.values.is_empty() {
        return Truth::True;
    }
    let operator = condition.operator;
    let found = context.lookup(condition.key.as_str());
    if operator.test == Test::Null {
        return null(condition, found);
    }
    let value = match found {
        Lookup::Unknown => return Truth::Unknown,
        Lookup::Absent => return absent(condition),
        Lookup::Present(value) => value,
    };
    let context = variables.then_some(context);
    let one = |found: &str| any_value(condition, found, context);
    match (operator.qualifier, value) {
        (None, ContextValue::Single(found)) => one(found),
        // Observed: a key with several values never satisfies a plain positive operator. What a plain negated one does with
        // it is written nowhere.
        (None, ContextValue::Many(_)) if operator.test.is_negated() => Truth::Unknown,
        (None, ContextValue::Many(_)) => Truth::False,
        (Some(Qualifier::ForAllValues), value) => Truth::all(value.values().iter().map(|found| one(found))),
        (Some(Qualifier::ForAnyValue), value) => Truth::any(value.values().iter().map(|found| one(found))),
    }
}

impl ContextValue {
    fn values(&self) -> &[String] {
        match self {
            Self::Single(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// A found value against all values of the condition: any for a positive test, none for a negated one.
fn any_value(condition: &Condition, found: &str, context: Option<&Context>) -> Truth {
    let test = condition.operator.test;
    let any = Truth::any(
        condition
            .values
            .iter()
            .map(|wanted| matches(test, wanted, found, context)),
    );
    if test.is_negated() { any.negate() } else { any }
}

fn absent(condition: &Condition) -> Truth {
    let operator = condition.operator;
    match operator.qualifier {
        _ if operator.if_exists => Truth::True,
        Some(Qualifier::ForAllValues) => Truth::True,
        Some(Qualifier::ForAnyValue) => Truth::False,
        None => operator.test.is_negated().into(),
    }
}

fn null(condition: &Condition, found: Lookup<'_>) -> Truth {
    // Documented: with a set qualifier it is a constant.
    match condition.operator.qualifier {
        Some(Qualifier::ForAllValues) => return Truth::True,
        Some(Qualifier::ForAnyValue) => return Truth::False,
        None => {}
    }
    let is_absent = match found {
        Lookup::Unknown => return Truth::Unknown,
        Lookup::Absent => "true",
        Lookup::Present(_) => "false",
    };
    condition
        .values
        .iter()
        .any(|wanted| wanted.eq_ignore_ascii_case(is_absent))
        .into()
}
