//! An expression that is read once and evaluated many times.

use std::collections::BTreeSet;

use super::error::{CelError, place};
use super::evaluate::{Variables, evaluate, is_type};
use super::parse::{Doubt, parse};
use super::stop::{Answer, Stop, Trouble};
use super::tree::{Kind, Node};
use super::value::Value;
use super::write::write;

/// A parsed expression with its source.
#[derive(Clone, Debug)]
pub(in super::super) struct Program {
    source: String,
    root: Node,
    doubts: Vec<Doubt>,
}

impl Program {
    /// Reads an expression of at most this many characters.
    pub fn parse(source: &str, most_characters: usize) -> Result<Self, CelError> {
        let (root, doubts) = parse(source, most_characters)?;
        Ok(Self {
            source: source.to_owned(),
            root,
            doubts,
        })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn root(&self) -> &Node {
        &self.root
    }

    pub fn evaluate(&self, variables: &Variables<'_>) -> Answer<Value> {
        evaluate(&self.root, variables)
    }

    /// Evaluates one part of it.
    pub fn evaluate_part(&self, part: &Node, variables: &Variables<'_>) -> Answer<Value> {
        evaluate(part, variables)
    }

    /// Why a value of it may not be the one that Google gets, if there is a reason: an undocumented function, or a name that
    /// stands for nothing, which Google may refuse wherever it stands.
    pub fn doubt(&self, variables: &Variables<'_>) -> Option<String> {
        if let Some(doubt) = self.doubts.first() {
            return Some(self.located(doubt.at, &doubt.text));
        }
        let known = |name: &str| variables.iter().any(|(known, _)| *known == name);
        let (at, name) = foreign(&self.root, &mut Vec::new(), &known)?;
        Some(self.located(at, &format!("there is no `{name}` here")))
    }

    /// The trouble with its place in the source.
    pub fn explain(&self, stop: &Stop) -> String {
        let Trouble { at, text } = stop.trouble();
        self.located(*at, text)
    }

    /// Members of the variables that a part looks at, each once.
    pub fn looks_at<'a>(&'a self, part: &'a Node) -> Vec<&'a Node> {
        let mut found = Vec::new();
        collect(part, &mut found);
        let mut seen = BTreeSet::new();
        found.retain(|node| seen.insert(write(node)));
        found
    }

    fn located(&self, at: usize, text: &str) -> String {
        let (line, column) = place(&self.source, at);
        match self.source.contains('\n') {
            true => format!("{text} (line {line}, column {column})"),
            false => format!("{text} (column {column})"),
        }
    }
}

/// The first name that nothing stands for, with its place.
fn foreign<'a>(
    node: &'a Node,
    bound: &mut Vec<&'a str>,
    known: &dyn Fn(&str) -> bool,
) -> Option<(usize, &'a str)> {
    if let Kind::Name(name) = &node.kind {
        let stands = bound.contains(&name.as_str()) || known(name) || is_type(name);
        return (!stands).then_some((node.at, name.as_str()));
    }
    let Kind::Each {
        over,
        variable,
        test,
        result,
        ..
    } = &node.kind
    else {
        return node
            .parts()
            .into_iter()
            .find_map(|part| foreign(part, bound, known));
    };
    if let Some(found) = foreign(over, bound, known) {
        return Some(found);
    }
    bound.push(variable);
    let mut inner = test.iter().chain(result);
    let found = inner.find_map(|part| foreign(part, bound, known));
    bound.pop();
    found
}

/// Selections that begin at a name, the longest ones.
fn collect<'a>(node: &'a Node, found: &mut Vec<&'a Node>) {
    if begins_at_a_name(node) && !matches!(node.kind, Kind::Name(_)) {
        found.push(node);
        return;
    }
    for part in node.parts() {
        collect(part, found);
    }
}

fn begins_at_a_name(node: &Node) -> bool {
    match &node.kind {
        Kind::Name(_) => true,
        Kind::Field { of, .. } => begins_at_a_name(of),
        Kind::Index { of, index } => begins_at_a_name(of) && matches!(index.kind, Kind::Literal(_)),
        _ => false,
    }
}
