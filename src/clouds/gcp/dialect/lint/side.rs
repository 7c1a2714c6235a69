//! What a part of an expression stands for: a constant, a claim, or texts put together of both.

use super::super::cel::{Function, Kind, Node, Operator, Stop, Value, evaluate};
use super::super::claim_path::ClaimPath;
use super::super::provider::{Provider, Target};
use super::condition::Reader;
use super::conjunction::Alternatives;

/// A part of an expression that is no truth.
#[derive(Clone, Debug)]
pub(super) enum Side {
    Constant(Value),
    /// `folds`: with ASCII letters in lower case.
    Claim {
        path: ClaimPath,
        folds: bool,
    },
    /// One of the elements of a list.
    Element(ClaimPath),
    /// One text after the other.
    Joined(Vec<Part>),
    /// What stands between two texts in a claim (`extract`).
    Between {
        path: ClaimPath,
        before: String,
        behind: String,
    },
    /// Never has a value.
    Error,
    Unknown,
}

/// A part of a text that is put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Claim(ClaimPath),
}

/// What a name stands for that a macro binds.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    Constant(Value),
    Element(ClaimPath),
}

/// Names that are bound, the innermost last; whether attributes can be looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub names: Vec<(String, Bound)>,
    pub is_mapping: bool,
}

impl Scope {
    pub fn with(&self, name: &str, bound: Bound) -> Self {
        let mut inner = self.clone();
        inner.names.push((name.to_owned(), bound));
        inner
    }

    fn get(&self, name: &str) -> Option<&Bound> {
        self.names
            .iter()
            .rev()
            .find(|(own, _)| own == name)
            .map(|(_, bound)| bound)
    }

    /// The value of a part that depends on no token.
    pub fn constant(&self, node: &Node) -> Option<Result<Value, Stop>> {
        let mut variables = Vec::new();
        self.is_constant(node, &mut variables)
            .then(|| evaluate(node, &variables))
    }

    fn is_constant<'n>(&self, node: &'n Node, variables: &mut Vec<(&'n str, Value)>) -> bool {
        if matches!(
            node.kind,
            Kind::Each { .. } | Kind::NotEvaluated { .. } | Kind::Unfit { .. }
        ) {
            return false;
        }
        if let Kind::Name(name) = &node.kind {
            return match self.get(name) {
                Some(Bound::Constant(value)) => {
                    variables.push((name, value.clone()));
                    true
                }
                _ => false,
            };
        }
        node.parts()
            .into_iter()
            .all(|part| self.is_constant(part, variables))
    }
}

impl Reader<'_> {
    /// What a part stands for, with what has to hold for it to stand for that.
    pub(super) fn sides(&self, node: &Node, scope: &Scope) -> Vec<(Alternatives, Side)> {
        if let Kind::Choice { test, yes, no } = &node.kind {
            let branch = |holds: bool, part: &Node| {
                let guard = self.truth(test, holds, scope);
                let inner = self.sides(part, scope).into_iter();
                inner
                    .map(|(own, side)| (guard.clone().and(own), side))
                    .collect::<Vec<_>>()
            };
            return [branch(true, yes), branch(false, no)].concat();
        }
        if let Some(target) = mapped(node).filter(|_| !scope.is_mapping) {
            return match target_of(self.provider, &target) {
                Some(root) => {
                    let inner = Scope {
                        names: Vec::new(),
                        is_mapping: true,
                    };
                    self.sides(root, &inner)
                }
                None => vec![(Alternatives::always(), Side::Error)],
            };
        }
        vec![(Alternatives::always(), self.side(node, scope))]
    }

    fn side(&self, node: &Node, scope: &Scope) -> Side {
        match scope.constant(node) {
            Some(Ok(value)) => return Side::Constant(value),
            Some(Err(Stop::Error(_))) => return Side::Error,
            Some(Err(Stop::Unknown(_))) => return Side::Unknown,
            None => {}
        }
        if let Some(path) = ClaimPath::read(node) {
            return Side::Claim { path, folds: false };
        }
        match &node.kind {
            Kind::Name(name) => match scope.get(name) {
                Some(Bound::Element(path)) => Side::Element(path.clone()),
                Some(Bound::Constant(value)) => Side::Constant(value.clone()),
                None => Side::Unknown,
            },
            Kind::Binary {
                operator: Operator::Add,
                left,
                right,
            } => self.sum(left, right, scope),
            Kind::Call { function, arguments } => self.call(*function, arguments, scope),
            _ => Side::Unknown,
        }
    }

    fn call(&self, function: Function, arguments: &[Node], scope: &Scope) -> Side {
        match (function, arguments) {
            (Function::LowerAscii, [of]) => match self.only(of, scope) {
                Side::Claim { path, .. } => Side::Claim { path, folds: true },
                _ => Side::Unknown,
            },
            (Function::Dynamic, [of]) => self.only(of, scope),
            (Function::Extract, [of, template]) => {
                let Some(Ok(Value::Text(template))) = scope.constant(template) else {
                    return Side::Unknown;
                };
                let found = template.split_once('{').and_then(|(before, rest)| {
                    let (_, behind) = rest.split_once('}')?;
                    (!behind.contains('{')).then(|| (before.to_owned(), behind.to_owned()))
                });
                match (self.only(of, scope), found) {
                    (Side::Claim { path, folds: false }, Some((before, behind))) => {
                        Side::Between { path, before, behind }
                    }
                    _ => Side::Unknown,
                }
            }
            _ => Side::Unknown,
        }
    }

    /// The only thing that a part stands for.
    fn only(&self, node: &Node, scope: &Scope) -> Side {
        match self.sides(node, scope).as_slice() {
            [(guard, side)] if *guard == Alternatives::always() => side.clone(),
            _ => Side::Unknown,
        }
    }

    fn sum(&self, left: &Node, right: &Node, scope: &Scope) -> Side {
        let mut parts = Vec::new();
        for node in [left, right] {
            match self.only(node, scope) {
                Side::Constant(Value::Text(text)) => parts.push(Part::Text(text.to_string())),
                Side::Claim { path, folds: false } => parts.push(Part::Claim(path)),
                Side::Joined(inner) => parts.extend(inner),
                _ => return Side::Unknown,
            }
        }
        let mut tidy: Vec<Part> = Vec::new();
        for part in parts {
            match (tidy.last_mut(), part) {
                (Some(Part::Text(last)), Part::Text(text)) => last.push_str(&text),
                (_, part) => tidy.push(part),
            }
        }
        Side::Joined(tidy)
    }
}

/// The mapping that `google.subject`, `google.groups` or `attribute.NAME` look at.
pub(super) fn mapped(node: &Node) -> Option<Target> {
    let (root, name) = match &node.kind {
        Kind::Field { of, name, .. } => (of, name.clone()),
        Kind::Index { of, index } => match &index.kind {
            Kind::Literal(Value::Text(name)) => (of, name.to_string()),
            _ => return None,
        },
        _ => return None,
    };
    member(root, &name)
}

/// The mapping behind a member of `google` or `attribute`.
pub(super) fn member(root: &Node, name: &str) -> Option<Target> {
    let Kind::Name(root) = &root.kind else {
        return None;
    };
    match (root.as_str(), name) {
        ("attribute", name) => Some(Target::Attribute(name.to_owned())),
        ("google", "subject") => Some(Target::Subject),
        ("google", "groups") => Some(Target::Groups),
        _ => None,
    }
}

/// The expression of a mapping.
pub(super) fn target_of<'p>(provider: &'p Provider, target: &Target) -> Option<&'p Node> {
    let mut all = provider.mapping.iter();
    all.find(|(own, _)| own == target)
        .map(|(_, program)| program.root())
}
