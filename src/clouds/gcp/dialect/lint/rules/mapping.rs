//! Rules about the mapping.

use super::super::branches::is_unknown;
use super::super::side::{Part, Scope, Side};
use super::super::twin::Twins;
use super::{Looked, finding, shared};
use crate::clouds::gcp::dialect::cel::{Node, Value};
use crate::clouds::gcp::dialect::claim_path::ClaimPath;
use crate::clouds::gcp::dialect::provider::Target;
use crate::lint::{Class, Rule, TextPart};
use crate::trust::{Finding, Severity};

pub(super) const CONCATENATION: Rule = Rule {
    id: "ambiguous-concatenation",
    title: "Two identities may become the same text",
    class: Class::Open,
    meaning: "Claims are joined so that different values give the same text: `a` and `b:c` as well as `a:b` and `c`.",
    fix: "map the claims to attributes of their own, or join them with a text that the first cannot contain",
};

impl Looked<'_> {
    pub(super) fn about_mapping(&self, all: &mut Vec<Finding>) {
        for (target, program) in &self.setting.provider.mapping {
            let key = target.key();
            self.unknown_claims(&key, program.root(), all);
            self.extractions(target, program.root(), all);
            let scope = Scope {
                names: Vec::new(),
                is_mapping: true,
            };
            for (_, side) in self.reader.sides(program.root(), &scope) {
                self.types(target, &side, all);
                let Some(parts) = parts(&side) else { continue };
                self.concatenation(target, &parts, all);
                if *target == Target::Subject {
                    self.length(&parts, all);
                    self.names_only(&parts, all);
                }
            }
        }
        self.long_subjects(all);
    }

    /// Claims that the issuer's tokens do not have: every exchange fails.
    fn unknown_claims(&self, key: &str, root: &Node, all: &mut Vec<Finding>) {
        let mut claims = Vec::new();
        super::super::condition::claims_in(root, &mut claims);
        for path in claims {
            let claim = path.joined();
            if is_unknown(&self.setting.facts, &claim) {
                let message = format!(
                    "tokens of `{}` have no claim `{claim}`: the mapping of `{key}` refuses every one of them",
                    self.setting.url
                );
                all.extend(shared("unknown-claim", Severity::Medium, &claim, message, None));
            }
        }
    }

    /// Claims of a type that Google does not take for an attribute.
    fn types(&self, target: &Target, side: &Side, all: &mut Vec<Finding>) {
        use super::super::conjunction::Kind as Type;
        let Side::Claim { path, .. } = side else { return };
        let Some(kind) = self.reader.kind_of(path) else {
            return;
        };
        let fits = matches!(
            (target, kind),
            (Target::Groups, Type::List) | (Target::Subject | Target::Attribute(_), Type::Text)
        );
        if !fits {
            let key = target.key();
            let message = format!(
                "`{key}` is mapped from the claim `{}`, which is of another type: every token is refused",
                path.joined()
            );
            all.push(finding(
                &super::condition::MISMATCH,
                Severity::Medium,
                &key,
                message,
                None,
            ));
        }
    }

    fn concatenation(&self, target: &Target, parts: &[TextPart], all: &mut Vec<Finding>) {
        let key = &target.key();
        let facts = &self.setting.facts;
        let mut worst: Option<(Severity, String)> = None;
        let mut rest = parts;
        while let Some((first, behind)) = rest.split_first() {
            rest = behind;
            let TextPart::Claim(left) = first else { continue };
            let (between, right) = match behind {
                [TextPart::Claim(right), ..] => (String::new(), right),
                [TextPart::Text(text), TextPart::Claim(right), ..] => (text.clone(), right),
                _ => continue,
            };
            if self.is_pinned(left) {
                continue;
            }
            let is_name = facts.name_claims().contains(left.as_str()) && left != "sub";
            let in_left = facts.may_contain(left, &between).unwrap_or(!is_name);
            let in_right = facts.may_contain(right, &between).unwrap_or(true);
            let found = match (between.is_empty(), in_left, in_right) {
                (true, ..) => (
                    Severity::High,
                    format!(
                        "`{key}` joins `{left}` and `{right}` with nothing between them: `ab` and `c` give the same as `a` and `bc`"
                    ),
                ),
                (false, true, true) => (
                    Severity::High,
                    format!(
                        "`{key}` joins `{left}` and `{right}` with `{between}`, which both may contain: `a` and `b{between}c` give the same as `a{between}b` and `c`"
                    ),
                ),
                (false, false, true) => (
                    Severity::Low,
                    format!(
                        "`{key}` joins `{left}` and `{right}` with `{between}`, which `{right}` may contain: it has to be read from its start"
                    ),
                ),
                (false, _, false) => continue,
            };
            worst = worst.max(Some(found));
        }
        if let Some((severity, message)) = worst {
            // What only has to be read from its start gives no two tokens the same text.
            let is_ambiguous = severity > Severity::Low;
            let twins = is_ambiguous
                .then(|| self.setting.joined_twins(self.ways, target, parts))
                .flatten();
            let message = match &twins {
                Some(twins) => format!("{message}; {}", twins.said()),
                None => message,
            };
            let witness = twins.as_ref().and_then(Twins::witness);
            all.push(finding(&CONCATENATION, severity, key, message, witness));
        }
    }

    /// Whether every way in has one value of a claim only.
    fn is_pinned(&self, claim: &str) -> bool {
        !self.ways.is_empty()
            && self.ways.iter().all(|way| {
                let mut tests = way.conjunction.tests.iter().filter(|test| test.claim == claim);
                tests.any(|test| test.restricts() && test.is_exact() && test.values.len() == 1)
            })
    }

    /// A subject of names only, where the issuer has ids.
    fn names_only(&self, parts: &[TextPart], all: &mut Vec<Finding>) {
        let facts = &self.setting.facts;
        let ids = facts.id_claims();
        let claims: Vec<&String> = parts
            .iter()
            .filter_map(|part| match part {
                TextPart::Claim(claim) => Some(claim),
                TextPart::Text(_) => None,
            })
            .collect();
        let is_name = |claim: &&String| {
            *claim != "sub" && !ids.contains(claim.as_str()) && facts.emits(claim) == Some(true)
        };
        if ids.is_empty() || claims.is_empty() || !claims.iter().all(is_name) {
            return;
        }
        let names: Vec<&str> = claims.iter().map(|claim| claim.as_str()).collect();
        let message = format!(
            "`google.subject` is made of `{}`, which is a name: when it is given up, whoever takes it becomes this identity",
            names.join("`, `")
        );
        all.extend(shared(
            "mutable-subject",
            Severity::Low,
            "google.subject",
            message,
            None,
        ));
    }
}

/// The texts and claims that a mapping puts together.
pub(in super::super) fn parts(side: &Side) -> Option<Vec<TextPart>> {
    let claim = |path: &ClaimPath| TextPart::Claim(path.joined());
    match side {
        Side::Constant(Value::Text(text)) => Some(vec![TextPart::Text(text.to_string())]),
        Side::Claim { path, .. } => Some(vec![claim(path)]),
        Side::Joined(parts) => {
            let part = |part: &Part| match part {
                Part::Text(text) => TextPart::Text(text.clone()),
                Part::Claim(path) => claim(path),
            };
            Some(parts.iter().map(part).collect())
        }
        _ => None,
    }
}
