//! A tree as text, always the same for the same tree: how parts are shown to people, and how two trees are compared.

use super::quote::{path, quote};
use super::tree::{Each, Kind, Node, Operator};
use super::value::Value;

/// How tightly a part binds; a part that binds less than its place asks for stands in brackets.
const CHOICE: u8 = 1;
const OR: u8 = 2;
const AND: u8 = 3;
const RELATION: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const UNARY: u8 = 7;
const MEMBER: u8 = 8;

/// Writes a part; to read it gives the same tree, but for the order in which long `&&` and `||` are grouped.
pub(in super::super) fn write(node: &Node) -> String {
    at_least(node, CHOICE)
}

fn at_least(node: &Node, least: u8) -> String {
    let (text, binds) = part(node);
    match binds < least {
        true => format!("({text})"),
        false => text,
    }
}

fn part(node: &Node) -> (String, u8) {
    match &node.kind {
        Kind::Literal(value) => literal(value),
        Kind::Name(name) => (name.clone(), MEMBER),
        Kind::Field { of, name, .. } => (path(&at_least(of, MEMBER), [name.as_str()]), MEMBER),
        Kind::Has { of, name } => (
            format!("has({})", path(&at_least(of, MEMBER), [name.as_str()])),
            MEMBER,
        ),
        Kind::Index { of, index } => match &index.kind {
            Kind::Literal(Value::Text(name)) => (path(&at_least(of, MEMBER), [name.as_ref()]), MEMBER),
            _ => (format!("{}[{}]", at_least(of, MEMBER), write(index)), MEMBER),
        },
        Kind::List(items) => (format!("[{}]", list(items)), MEMBER),
        Kind::Map(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}: {}", write(key), write(value)))
                .collect();
            (format!("{{{}}}", members.join(", ")), MEMBER)
        }
        Kind::Not(of) => (format!("!{}", at_least(of, MEMBER)), UNARY),
        Kind::Negate(of) => (format!("-({})", write(of)), UNARY),
        Kind::And(left, right) => (
            format!("{} && {}", at_least(left, AND), at_least(right, AND)),
            AND,
        ),
        Kind::Or(left, right) => (format!("{} || {}", at_least(left, OR), at_least(right, OR)), OR),
        Kind::Choice { test, yes, no } => (
            format!(
                "{} ? {} : {}",
                at_least(test, OR),
                at_least(yes, OR),
                at_least(no, CHOICE)
            ),
            CHOICE,
        ),
        Kind::Binary {
            operator,
            left,
            right,
        } => {
            let binds = binding(*operator);
            let (left, right) = (at_least(left, binds), at_least(right, binds + 1));
            (format!("{left} {} {right}", operator.sign()), binds)
        }
        Kind::Call { function, arguments } => (
            call(function.name(), is_member(function.name()), arguments),
            MEMBER,
        ),
        Kind::Unfit { name, arguments } => (call(name, false, arguments), MEMBER),
        Kind::Matches { text, pattern, .. } => (
            format!("{}.matches({})", at_least(text, MEMBER), quote(pattern)),
            MEMBER,
        ),
        Kind::Each {
            each,
            over,
            variable,
            test,
            result,
        } => {
            let name = match each {
                Each::All => "all",
                Each::Exists => "exists",
                Each::ExistsOne => "exists_one",
                Each::Map => "map",
                Each::Filter => "filter",
            };
            let inner: Vec<String> = test.iter().chain(result).map(|part| write(part)).collect();
            (
                format!(
                    "{}.{name}({variable}, {})",
                    at_least(over, MEMBER),
                    inner.join(", ")
                ),
                MEMBER,
            )
        }
        Kind::NotEvaluated { name, .. } => (format!("{name}(…)"), MEMBER),
    }
}

fn literal(value: &Value) -> (String, u8) {
    let text = match value {
        Value::Double(number) => format!("{number:?}"),
        Value::Bytes(bytes) => {
            let escapes: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
            format!("b'{escapes}'")
        }
        other => other.shown(),
    };
    let binds = if text.starts_with('-') { UNARY } else { MEMBER };
    (text, binds)
}

fn list(items: &[Node]) -> String {
    items.iter().map(write).collect::<Vec<_>>().join(", ")
}

fn call(name: &str, member: bool, arguments: &[Node]) -> String {
    match arguments {
        [receiver, rest @ ..] if member => format!("{}.{name}({})", at_least(receiver, MEMBER), list(rest)),
        all => format!("{name}({})", list(all)),
    }
}

/// The functions that are written before their argument; the others are written after it.
fn is_member(name: &str) -> bool {
    !matches!(
        name,
        "size" | "int" | "uint" | "double" | "string" | "bool" | "bytes" | "type" | "dyn"
    )
}

fn binding(operator: Operator) -> u8 {
    match operator {
        Operator::Add | Operator::Subtract => SUM,
        Operator::Multiply | Operator::Divide | Operator::Remainder => PRODUCT,
        _ => RELATION,
    }
}
