//! From the source to the tree: the guard, the grammar of the crate `cel`, and what its tree means.

use std::sync::Arc;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};
use cel::{Env, ParseErrors};

use super::error::{CelError, CelMistake};
use super::function::{Found, Function, Standing, find};
use super::guard;
use super::regular::Regular;
use super::tree::{Each, Kind, Node, Operator};
use super::value::Value;

/// Why an answer of an expression may not be Google's: it uses something of which nobody says that Google has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Doubt {
    pub at: usize,
    pub text: String,
}

/// The tree of a source, and the doubts about it.
pub(super) fn parse(source: &str, most_characters: usize) -> Result<(Node, Vec<Doubt>), CelError> {
    guard::check(source, most_characters)?;
    // No macros: they stay as the calls they are written as, and become [`Kind::Each`] and [`Kind::Has`] below.
    let parser = Env::default()
        .parser()
        .enable_optional_syntax(false)
        .enable_ident_escape_syntax(true);
    let (tree, places) = parser
        .parse_with_source_info(source)
        .map_err(|errors| syntax(source, &errors))?;
    let mut reader = Reader {
        source,
        places: &places,
        doubts: Vec::new(),
    };
    let node = reader.node(tree)?;
    Ok((node, reader.doubts))
}

/// The first error of the grammar, shortened: it likes to list every token there is.
fn syntax(source: &str, errors: &ParseErrors) -> CelError {
    let first = errors
        .errors
        .iter()
        .find(|e| e.pos.0 > 0)
        .or(errors.errors.first());
    let message = first.map_or("expected an expression of CEL", |e| e.msg.as_str());
    let message = message.trim_start_matches("Syntax error: ");
    let message = message.split(" expecting {").next().unwrap_or(message);
    let message = message
        .replace('\'', "`")
        .replace("<EOF>", "end of the expression");
    let (line, column) = first.map_or((1, 1), |e| {
        (
            usize::try_from(e.pos.0).unwrap_or(1).max(1),
            usize::try_from(e.pos.1).unwrap_or(1).max(1),
        )
    });
    let lines = source.split('\n').count();
    CelError {
        line: line.min(lines),
        column,
        mistake: CelMistake::Syntax(message),
    }
}

struct Reader<'a> {
    source: &'a str,
    places: &'a SourceInfo,
    doubts: Vec<Doubt>,
}

impl Reader<'_> {
    fn at(&self, id: u64) -> usize {
        let place = self.places.offset_for(id).map_or(0, |(start, _)| start);
        let characters = usize::try_from(place).unwrap_or(0);
        self.source
            .char_indices()
            .nth(characters)
            .map_or(self.source.len(), |(byte, _)| byte)
    }

    fn wrong(&self, at: usize, mistake: CelMistake) -> CelError {
        CelError::at(self.source, at, mistake)
    }

    fn boxed(&mut self, tree: IdedExpr) -> Result<Box<Node>, CelError> {
        Ok(Box::new(self.node(tree)?))
    }

    fn nodes(&mut self, trees: Vec<IdedExpr>) -> Result<Vec<Node>, CelError> {
        trees.into_iter().map(|tree| self.node(tree)).collect()
    }

    fn node(&mut self, tree: IdedExpr) -> Result<Node, CelError> {
        let at = self.at(tree.id);
        let kind = match tree.expr {
            Expr::Literal(literal) => Kind::Literal(value(literal)),
            Expr::Ident(name) => Kind::Name(name.trim_start_matches('.').to_owned()),
            Expr::Select(select) => {
                let of = self.boxed(*select.operand)?;
                let dotted = match &of.kind {
                    Kind::Name(root) => Some(format!("{root}.{}", select.field)),
                    Kind::Field {
                        dotted: Some(path), ..
                    } => Some(format!("{path}.{}", select.field)),
                    _ => None,
                };
                Kind::Field {
                    of,
                    name: select.field,
                    dotted,
                }
            }
            Expr::List(list) => Kind::List(self.nodes(list.elements)?),
            Expr::Map(map) => {
                let mut members = Vec::new();
                for entry in map.entries {
                    if let EntryExpr::MapEntry(entry) = entry.expr {
                        members.push((self.node(entry.key)?, self.node(entry.value)?));
                    }
                }
                Kind::Map(members)
            }
            Expr::Call(call) => self.call(at, &call.func_name, call.target, call.args)?,
            Expr::Struct(message) => return Err(self.wrong(at, CelMistake::Message(message.type_name))),
            Expr::Comprehension(_) | Expr::Unspecified => {
                let mistake = CelMistake::Syntax("expected an expression of CEL".to_owned());
                return Err(self.wrong(at, mistake));
            }
        };
        Ok(Node { at, kind })
    }

    fn call(
        &mut self,
        at: usize,
        name: &str,
        target: Option<Box<IdedExpr>>,
        arguments: Vec<IdedExpr>,
    ) -> Result<Kind, CelError> {
        let arguments = match (target, name, arguments.len()) {
            (None, "has", 1) => return self.has(at, arguments),
            (Some(over), "all" | "exists" | "exists_one" | "filter", 2) | (Some(over), "map", 2 | 3) => {
                return self.each(at, name, *over, arguments);
            }
            (Some(target), ..) => return self.function(at, name, true, [vec![*target], arguments].concat()),
            (None, ..) => arguments,
        };
        if let Some(operator) = operator(name) {
            let [left, right] = self.take(at, arguments)?;
            return Ok(Kind::Binary {
                operator,
                left,
                right,
            });
        }
        match name {
            operators::LOGICAL_AND => {
                let [left, right] = self.take(at, arguments)?;
                Ok(Kind::And(left, right))
            }
            operators::LOGICAL_OR => {
                let [left, right] = self.take(at, arguments)?;
                Ok(Kind::Or(left, right))
            }
            operators::CONDITIONAL => {
                let [test, yes, no] = self.take(at, arguments)?;
                Ok(Kind::Choice { test, yes, no })
            }
            operators::INDEX => {
                let [of, index] = self.take(at, arguments)?;
                Ok(Kind::Index { of, index })
            }
            operators::LOGICAL_NOT => {
                let [of] = self.take(at, arguments)?;
                Ok(Kind::Not(of))
            }
            operators::NEGATE => {
                let [of] = self.take(at, arguments)?;
                Ok(Kind::Negate(of))
            }
            _ => self.function(at, name, false, arguments),
        }
    }

    /// Exactly so many parts.
    fn take<const N: usize>(&mut self, at: usize, trees: Vec<IdedExpr>) -> Result<[Box<Node>; N], CelError> {
        let nodes: Vec<Box<Node>> = trees
            .into_iter()
            .map(|tree| self.boxed(tree))
            .collect::<Result<_, _>>()?;
        nodes.try_into().map_err(|_| {
            let mistake = CelMistake::Syntax("expected another number of operands".to_owned());
            self.wrong(at, mistake)
        })
    }

    fn has(&mut self, at: usize, arguments: Vec<IdedExpr>) -> Result<Kind, CelError> {
        let [argument] = self.take(at, arguments)?;
        match argument.kind {
            Kind::Field { of, name, .. } => Ok(Kind::Has { of, name }),
            _ => {
                let expected = "a member in `has(…)`, such as `has(assertion.environment)`";
                Err(self.wrong(argument.at, CelMistake::Macro { expected }))
            }
        }
    }

    fn each(
        &mut self,
        at: usize,
        name: &str,
        over: IdedExpr,
        arguments: Vec<IdedExpr>,
    ) -> Result<Kind, CelError> {
        let over = self.boxed(over)?;
        let mut arguments = self.nodes(arguments)?.into_iter();
        let variable = match arguments.next() {
            Some(Node {
                kind: Kind::Name(name),
                ..
            }) => name,
            other => {
                let expected = "the name of a variable as the first argument of a macro, such as `x` in `list.exists(x, x == 'a')`";
                return Err(self.wrong(other.map_or(at, |node| node.at), CelMistake::Macro { expected }));
            }
        };
        let (first, second) = (arguments.next().map(Box::new), arguments.next().map(Box::new));
        let (each, test, result) = match (name, second) {
            ("all", _) => (Each::All, first, None),
            ("exists", _) => (Each::Exists, first, None),
            ("exists_one", _) => (Each::ExistsOne, first, None),
            ("filter", _) => (Each::Filter, first, None),
            (_, None) => (Each::Map, None, first),
            (_, result) => (Each::Map, first, result),
        };
        Ok(Kind::Each {
            each,
            over,
            variable,
            test,
            result,
        })
    }

    fn function(
        &mut self,
        at: usize,
        name: &str,
        member: bool,
        arguments: Vec<IdedExpr>,
    ) -> Result<Kind, CelError> {
        let arguments = self.nodes(arguments)?;
        let plain = name.trim_start_matches('.');
        let (function, standing) = match find(plain, member, arguments.len()) {
            Found::Function(function, standing) => (function, standing),
            Found::NotEvaluated => {
                self.doubt(at, format!("`{plain}` is not evaluated here"));
                let name = plain.to_owned();
                return Ok(Kind::NotEvaluated { name, arguments });
            }
            Found::Nothing => {
                self.doubt(
                    at,
                    format!("no function `{plain}` with {} arguments", arguments.len()),
                );
                let name = plain.to_owned();
                return Ok(Kind::Unfit { name, arguments });
            }
        };
        if standing == Standing::Undocumented {
            self.doubt(at, format!("Google does not document `{plain}` here"));
        }
        if let (
            Function::Matches,
            [
                _,
                Node {
                    kind: Kind::Literal(Value::Text(pattern)),
                    ..
                },
            ],
        ) = (function, arguments.as_slice())
        {
            let (pattern, regular) = (pattern.to_string(), Regular::new(pattern));
            if let Some(text) = arguments.into_iter().next().map(Box::new) {
                return Ok(Kind::Matches {
                    text,
                    pattern,
                    regular,
                });
            }
            return Ok(Kind::NotEvaluated {
                name: pattern,
                arguments: Vec::new(),
            });
        }
        Ok(Kind::Call { function, arguments })
    }

    fn doubt(&mut self, at: usize, text: String) {
        self.doubts.push(Doubt { at, text });
    }
}

fn operator(name: &str) -> Option<Operator> {
    Some(match name {
        operators::EQUALS => Operator::Equal,
        operators::NOT_EQUALS => Operator::NotEqual,
        operators::LESS => Operator::Less,
        operators::LESS_EQUALS => Operator::LessOrEqual,
        operators::GREATER => Operator::Greater,
        operators::GREATER_EQUALS => Operator::GreaterOrEqual,
        operators::IN => Operator::In,
        operators::ADD => Operator::Add,
        operators::SUBSTRACT => Operator::Subtract,
        operators::MULTIPLY => Operator::Multiply,
        operators::DIVIDE => Operator::Divide,
        operators::MODULO => Operator::Remainder,
        _ => return None,
    })
}

fn value(literal: LiteralValue) -> Value {
    match literal {
        LiteralValue::Boolean(value) => Value::Bool(value.into_inner()),
        LiteralValue::Bytes(bytes) => Value::Bytes(Arc::from(bytes.inner())),
        LiteralValue::Double(value) => Value::Double(value.into_inner()),
        LiteralValue::Int(value) => Value::Int(value.into_inner()),
        LiteralValue::Null => Value::Null,
        LiteralValue::String(text) => Value::text(text.inner()),
        LiteralValue::UInt(value) => Value::Uint(value.into_inner()),
    }
}
