//! A claim's value against a comparison that is made for texts.
//!
//! Documented is the comparison of texts. How Entra reads a list or a number is not, so that such a value refuses only where no
//! reading of it could hold, and never admits.

use serde_json::Value;

use super::super::expression::Undecided;
use crate::trust::Verdict;

/// What came out, and why it is not known when it is not.
pub(super) struct Answer {
    pub(super) verdict: Verdict,
    pub(super) note: &'static str,
}

impl Answer {
    pub(super) fn of(result: Result<bool, Undecided>) -> Self {
        match result {
            Ok(holds) => Self {
                verdict: holds.into(),
                note: "",
            },
            Err(undecided) => Self {
                verdict: Verdict::Unknown,
                note: undecided.as_str(),
            },
        }
    }
}

const NO_TEXT: &str = ": what Entra makes of a claim that is no text is not documented";

pub(super) fn compared(value: Option<&Value>, holds: impl Fn(&str) -> Result<bool, Undecided>) -> Answer {
    let certainly_not = |text: &str| holds(text) == Ok(false);
    let refuses = match value {
        None => true,
        Some(Value::String(text)) => return Answer::of(holds(text)),
        Some(Value::Array(items)) => items.iter().all(|item| match item {
            Value::String(text) => certainly_not(text),
            Value::Array(_) | Value::Object(_) => false,
            scalar => written(scalar).iter().all(|text| certainly_not(text)),
        }),
        Some(Value::Object(_)) => false,
        Some(scalar) => written(scalar).iter().all(|text| certainly_not(text)),
    };
    match refuses {
        true => Answer::of(Ok(false)),
        false => Answer {
            verdict: Verdict::Unknown,
            note: NO_TEXT,
        },
    }
}

/// The texts that a number, a truth value or null may be taken for.
fn written(scalar: &Value) -> Vec<String> {
    match scalar {
        Value::Bool(true) => vec!["true".to_owned(), "True".to_owned()],
        Value::Bool(false) => vec!["false".to_owned(), "False".to_owned()],
        Value::Null => vec![String::new(), "null".to_owned()],
        other => vec![other.to_string()],
    }
}

/// A claim in a trace.
pub(super) fn shown(value: Option<&Value>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "an empty text".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
