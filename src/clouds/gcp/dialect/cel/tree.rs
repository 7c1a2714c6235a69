//! The tree of an expression: what the grammar's tree says, with the functions looked up.

use super::function::Function;
use super::regular::{Regular, RegularError};
use super::value::Value;

/// A part of an expression, and the byte of the source at which it stands.
#[derive(Clone, Debug)]
pub(in super::super) struct Node {
    pub at: usize,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub(in super::super) enum Kind {
    Literal(Value),
    Name(String),
    /// `of.name`. When `of` is a name or such a selection itself, all of it may also be the name of one variable.
    Field {
        of: Box<Node>,
        name: String,
        dotted: Option<String>,
    },
    /// `has(of.name)`
    Has {
        of: Box<Node>,
        name: String,
    },
    Index {
        of: Box<Node>,
        index: Box<Node>,
    },
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Choice {
        test: Box<Node>,
        yes: Box<Node>,
        no: Box<Node>,
    },
    Binary {
        operator: Operator,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// The receiver, if any, is the first argument.
    Call {
        function: Function,
        arguments: Vec<Node>,
    },
    /// `text.matches(pattern)` with a pattern that is written out.
    Matches {
        text: Box<Node>,
        pattern: String,
        regular: Result<Regular, RegularError>,
    },
    /// A macro that goes through a list or the keys of a map.
    Each {
        each: Each,
        over: Box<Node>,
        variable: String,
        test: Option<Box<Node>>,
        result: Option<Box<Node>>,
    },
    /// A function that nobody knows, or not with this many arguments.
    Unfit {
        name: String,
        arguments: Vec<Node>,
    },
    /// A function of CEL's extensions that this program does not evaluate.
    NotEvaluated {
        name: String,
        arguments: Vec<Node>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Each {
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    /// As written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

impl Node {
    /// Its direct parts.
    pub fn parts(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Literal(_) | Kind::Name(_) | Kind::NotEvaluated { .. } => Vec::new(),
            Kind::Field { of, .. } | Kind::Has { of, .. } | Kind::Not(of) | Kind::Negate(of) => vec![of],
            Kind::Matches { text, .. } => vec![text],
            Kind::Index { of: a, index: b }
            | Kind::And(a, b)
            | Kind::Or(a, b)
            | Kind::Binary {
                left: a, right: b, ..
            } => vec![a, b],
            Kind::Choice { test, yes, no } => vec![test, yes, no],
            Kind::List(items) => items.iter().collect(),
            Kind::Map(members) => members.iter().flat_map(|(key, value)| [key, value]).collect(),
            Kind::Call { arguments, .. } | Kind::Unfit { arguments, .. } => arguments.iter().collect(),
            Kind::Each {
                over, test, result, ..
            } => {
                let inner = test.iter().chain(result).map(Box::as_ref);
                std::iter::once(over.as_ref()).chain(inner).collect()
            }
        }
    }
}
