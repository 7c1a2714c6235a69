//! Comparisons as tests of claims.

use super::super::cel::{Function, Node, Regular, Value, equal};
use super::super::claim_path::ClaimPath;
use super::asked::{Asked, around, has_doubtful_dot, readings, written};
use super::condition::Reader;
use super::conjunction::{Alternatives, Conjunction, Kind};
use super::side::{Part, Scope, Side};
use crate::lint::{Test, Texts, Without};
use crate::platforms::ClaimKind;

impl Reader<'_> {
    pub(super) fn equality(
        &self,
        node: &Node,
        left: &Node,
        right: &Node,
        holds: bool,
        scope: &Scope,
    ) -> Alternatives {
        for (truth, word) in [(left, right), (right, left)] {
            if let Some(Ok(Value::Bool(value))) = scope.constant(word)
                && matches!(self.sides(truth, scope).as_slice(), [(_, Side::Unknown)])
            {
                return self.truth(truth, holds == value, scope);
            }
        }
        self.each_side(left, scope, &|left| {
            self.each_side(right, scope, &|right| self.equal(node, left, right, holds))
        })
    }

    /// When two things are equal, or are not.
    pub(super) fn equal(&self, node: &Node, left: &Side, right: &Side, holds: bool) -> Alternatives {
        match (left, right) {
            (Side::Error, _) | (_, Side::Error) => Alternatives::never(),
            (Side::Constant(a), Side::Constant(b)) => match equal(a, b) {
                Some(same) => Alternatives::of(same == holds),
                None => self.opaque(node),
            },
            (Side::Claim { path, folds }, Side::Constant(value))
            | (Side::Constant(value), Side::Claim { path, folds }) => {
                self.claim_equal(node, path, *folds, value, holds)
            }
            (Side::Element(path), Side::Constant(Value::Text(text)))
            | (Side::Constant(Value::Text(text)), Side::Element(path))
                if holds =>
            {
                self.asked(path, Kind::List, Asked::text(text), false, true)
            }
            (
                Side::Claim {
                    path: a,
                    folds: false,
                },
                Side::Claim {
                    path: b,
                    folds: false,
                },
            ) => {
                if a == b {
                    return match holds {
                        true => Alternatives::one(Conjunction::present(a.clone())),
                        false => Alternatives::never(),
                    };
                }
                let pair = if a < b {
                    (a.clone(), b.clone())
                } else {
                    (b.clone(), a.clone())
                };
                Alternatives::one(Conjunction {
                    present: [a.clone(), b.clone()].into(),
                    same: if holds { [pair].into() } else { Default::default() },
                    ..Conjunction::opaque()
                })
            }
            (Side::Joined(parts), Side::Constant(Value::Text(text)))
            | (Side::Constant(Value::Text(text)), Side::Joined(parts)) => {
                self.joined_equal(node, parts, text, holds)
            }
            (Side::Between { path, before, behind }, Side::Constant(Value::Text(text)))
            | (Side::Constant(Value::Text(text)), Side::Between { path, before, behind })
                if holds && !text.is_empty() =>
            {
                let (open, end) = (!before.is_empty(), !behind.is_empty());
                let glob = around(&format!("{before}{text}{behind}"), open, end);
                let inside = Asked::pattern(glob, true, true);
                let narrowed = self.asked(path, Kind::Text, inside, false, true);
                narrowed.and(Alternatives::one(Conjunction::opaque()))
            }
            _ => self.opaque(node),
        }
    }

    fn claim_equal(
        &self,
        node: &Node,
        path: &ClaimPath,
        folds: bool,
        value: &Value,
        holds: bool,
    ) -> Alternatives {
        let (kind, text) = match value {
            Value::Text(text) => (Kind::Text, text.to_string()),
            Value::Bool(value) => (Kind::Boolean, value.to_string()),
            Value::Int(number) => (Kind::Number, number.to_string()),
            Value::Uint(number) => (Kind::Number, number.to_string()),
            _ => return self.opaque(node),
        };
        if let Some(known) = self
            .kind_of(path)
            .filter(|known| *known != kind && path.joined() != "aud")
        {
            let wrong = format!(
                "`{}` is {}, and is compared with {}",
                path.joined(),
                word(known),
                value.shown()
            );
            self.noted.borrow_mut().mismatches.insert((path.joined(), wrong));
            return match holds {
                true => Alternatives::never(),
                false => Alternatives::one(Conjunction::present(path.clone())),
            };
        }
        if folds && text.chars().any(|c| c.is_ascii_uppercase()) {
            return match holds {
                true => Alternatives::never(),
                false => Alternatives::one(Conjunction::present(path.clone())),
            };
        }
        // A value of another type passes too, and tests are about texts.
        if !holds && kind != Kind::Text {
            return Alternatives::one(Conjunction::present(path.clone()));
        }
        self.asked(path, kind, Asked::text(&text), folds, holds)
    }

    /// All ways to cut a text into the parts that it is put together of.
    fn joined_equal(&self, node: &Node, parts: &[Part], text: &str, holds: bool) -> Alternatives {
        let readings = readings(parts, text, &mut 0);
        match (holds, readings) {
            (true, Some(readings)) => {
                let one = |reading: &Vec<(ClaimPath, String)>| {
                    let tests = reading
                        .iter()
                        .map(|(path, text)| self.asked(path, Kind::Text, Asked::text(text), false, true));
                    Alternatives::all(tests.collect())
                };
                Alternatives::any(readings.iter().map(one).collect())
            }
            _ => self.opaque(node),
        }
    }

    /// `startsWith`, `endsWith`, `contains`.
    pub(super) fn part_of(
        &self,
        node: &Node,
        function: Function,
        text: &Node,
        part: &Node,
        holds: bool,
        scope: &Scope,
    ) -> Alternatives {
        let Some(Ok(Value::Text(part))) = scope.constant(part) else {
            return self.opaque(node);
        };
        let (before, behind) = match function {
            Function::StartsWith => (false, true),
            Function::EndsWith => (true, false),
            _ => (true, true),
        };
        let is_loose = before || part.chars().next_back().is_some_and(char::is_alphanumeric);
        let glob = around(&part, before, behind);
        self.each_side(text, scope, &|side| {
            self.pattern(
                node,
                side,
                &|| Some(Asked::pattern(glob.clone(), true, is_loose)),
                holds,
            )
        })
    }

    pub(super) fn matching(
        &self,
        node: &Node,
        text: &Node,
        pattern: &str,
        holds: bool,
        scope: &Scope,
    ) -> Alternatives {
        let plain = Regular::plain(pattern).ok();
        let texts = plain.as_deref().and_then(Texts::of_expression);
        if has_doubtful_dot(pattern) {
            self.noted.borrow_mut().dots.insert(pattern.to_owned());
        }
        let asked = || {
            let texts = texts.as_ref()?;
            // What is excluded has to be exact: more than is excluded would hide who gets in.
            if !holds && !texts.is_exact {
                return None;
            }
            Some(Asked {
                values: texts.patterns.clone(),
                expression: (!holds || !texts.patterns_suffice).then(|| texts.expression.clone()),
                knows_wildcards: true,
                is_loose: !texts.is_anchored,
            })
        };
        self.each_side(text, scope, &|side| self.pattern(node, side, &asked, holds))
    }

    fn pattern(
        &self,
        node: &Node,
        side: &Side,
        asked: &dyn Fn() -> Option<Asked>,
        holds: bool,
    ) -> Alternatives {
        match (side, asked()) {
            (Side::Error, _) => Alternatives::never(),
            (Side::Constant(Value::Text(text)), Some(asked)) => {
                Alternatives::of(asked.matches(text) == holds)
            }
            (Side::Constant(Value::Text(_)) | Side::Unknown, _) => self.opaque(node),
            (Side::Constant(_), _) => Alternatives::never(),
            (Side::Claim { path, folds }, Some(asked)) if !folds || asked.expression.is_none() => {
                self.asked(path, Kind::Text, asked, *folds, holds)
            }
            (Side::Element(path), Some(asked)) if holds => self.asked(path, Kind::List, asked, false, true),
            _ => self.opaque(node),
        }
    }

    /// `'x' in claim`
    pub(super) fn element_of(&self, node: &Node, side: &Side, list: &Side, holds: bool) -> Alternatives {
        match (side, list) {
            (Side::Error, _) | (_, Side::Error) => Alternatives::never(),
            (Side::Constant(Value::Text(text)), Side::Claim { path, folds: false }) => {
                let known = self
                    .kind_of(path)
                    .filter(|kind| *kind != Kind::List && path.joined() != "aud");
                if let Some(known) = known {
                    let wrong = format!(
                        "`{}` is {}, and is searched like a list",
                        path.joined(),
                        word(known)
                    );
                    self.noted.borrow_mut().mismatches.insert((path.joined(), wrong));
                    return Alternatives::never();
                }
                match holds {
                    true => self.asked(path, Kind::List, Asked::text(text), false, true),
                    false => self.opaque(node),
                }
            }
            (Side::Constant(_), Side::Constant(_)) => Alternatives::of(!holds),
            _ => self.opaque(node),
        }
    }

    /// A test of a claim.
    fn asked(&self, path: &ClaimPath, kind: Kind, asked: Asked, folds: bool, holds: bool) -> Alternatives {
        let claim = path.joined();
        // The provider compares it letter by letter.
        if claim == "iss" {
            return Alternatives::of(asked.matches(&self.provider.issuer_uri) == holds);
        }
        if asked.is_anything() {
            return match holds {
                true => Alternatives::one(Conjunction::present(path.clone())),
                false => Alternatives::never(),
            };
        }
        // No issuer has a claim only to leave it empty.
        let is_empty = asked.values.iter().all(|glob| glob.pieces().is_empty());
        if !holds && is_empty {
            return Alternatives::one(Conjunction::present(path.clone()));
        }
        let written: Vec<String> = asked
            .values
            .iter()
            .map(|glob| written(glob, asked.knows_wildcards))
            .collect();
        if asked.is_loose && holds {
            let mut noted = self.noted.borrow_mut();
            noted
                .loose
                .extend(written.iter().map(|value| (claim.clone(), value.clone())));
        }
        let test = Test {
            claim,
            values: asked.values,
            written,
            expression: asked.expression,
            is_negated: !holds,
            without: Without::Fails,
            ignores_case: folds,
            knows_wildcards: asked.knows_wildcards,
            is_from_deny: false,
        };
        Alternatives::one(Conjunction::test(test, path.clone(), kind))
    }

    /// The type that the platform says a claim has.
    pub(super) fn kind_of(&self, path: &ClaimPath) -> Option<Kind> {
        let name = path.joined();
        match name.as_str() {
            "iss" | "sub" | "jti" | "azp" => return Some(Kind::Text),
            "exp" | "nbf" | "iat" => return Some(Kind::Number),
            _ => {}
        }
        let mut kinds = self.facts.platforms.iter().map(|platform| {
            Some(match platform.claim_forms.get(&name)?.kind {
                ClaimKind::String => Kind::Text,
                ClaimKind::List => Kind::List,
                ClaimKind::Boolean => Kind::Boolean,
                ClaimKind::Number => Kind::Number,
                ClaimKind::Object => return None,
            })
        });
        let first = kinds.next()??;
        kinds.all(|kind| kind == Some(first)).then_some(first)
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a string",
        Kind::Number => "a number",
        Kind::Boolean => "a boolean",
        Kind::List => "a list",
    }
}
