//! Why a condition is not true, in words.

use super::super::cel::{Kind, Node, Program, Stop, Value, write};

/// Parts and values that are shown at most.
const SHOWN: usize = 3;

/// Which parts of a condition do not hold, with what they look at: `` `assertion.owner == 'acme'` is false; assertion.owner is
/// 'evil' ``.
pub(super) fn explain(condition: &Program, variables: &[(&str, Value)]) -> String {
    let mut failing = Vec::new();
    find_failing(condition, condition.root(), variables, &mut failing);
    let mut parts: Vec<String> = failing
        .iter()
        .take(SHOWN)
        .map(|part| one(condition, part, variables))
        .collect();
    if failing.len() > SHOWN {
        parts.push(format!("and {} more", failing.len() - SHOWN));
    }
    parts.join("; ")
}

/// The parts of a chain of `&&` that do not hold.
fn find_failing<'a>(
    program: &Program,
    node: &'a Node,
    variables: &[(&str, Value)],
    failing: &mut Vec<&'a Node>,
) {
    if matches!(program.evaluate_part(node, variables), Ok(Value::Bool(true))) {
        return;
    }
    match &node.kind {
        Kind::And(left, right) => {
            find_failing(program, left, variables, failing);
            find_failing(program, right, variables, failing);
        }
        _ => failing.push(node),
    }
}

fn one(program: &Program, node: &Node, variables: &[(&str, Value)]) -> String {
    let outcome = match program.evaluate_part(node, variables) {
        Ok(value) => format!("is {}", short(&value.shown())),
        Err(stop @ Stop::Error(_)) => format!("is an error: {}", program.explain(&stop)),
        Err(stop @ Stop::Unknown(_)) => format!("is not known: {}", program.explain(&stop)),
    };
    let values: Vec<String> = program
        .looks_at(node)
        .into_iter()
        .filter_map(|part| match program.evaluate_part(part, variables) {
            Ok(value) => Some(format!("{} is {}", write(part), short(&value.shown()))),
            Err(_) => None,
        })
        .take(SHOWN)
        .collect();
    let written = short(&write(node));
    match values.is_empty() {
        true => format!("`{written}` {outcome}"),
        false => format!("`{written}` {outcome}; {}", values.join(", ")),
    }
}

fn short(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}
