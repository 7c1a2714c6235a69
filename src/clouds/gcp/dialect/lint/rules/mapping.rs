//! Rules about the mapping.

use super::super::super::limits;
use super::super::branches::is_unknown;
use super::super::side::{Part, Scope, Side};
use super::{Looked, finding, shared};
use crate::clouds::gcp::dialect::cel::{Kind, Node, Value};
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

pub(super) const EXTRACTION: Rule = Rule {
    id: "template-extraction",
    title: "The template may find another place",
    class: Class::Open,
    meaning: "`extract` takes the first place where its text stands, and whoever runs a workload can make that text stand earlier.",
    fix: "map the claim that holds the part, not a piece cut out of another",
};

pub(super) const LENGTH: Rule = Rule {
    id: "subject-length",
    title: "The subject may be too long",
    class: Class::Outage,
    meaning: "`google.subject` may have more than the 127 bytes that Google takes; such tokens are refused.",
    fix: "map a shorter claim to `google.subject`, such as an id",
};

/// Google's limit for `google.subject`.
const LONGEST: usize = 127;

impl Looked<'_> {
    pub(super) fn about_mapping(&self, all: &mut Vec<Finding>) {
        for (target, program) in &self.setting.provider.mapping {
            let key = target.key();
            self.unknown_claims(&key, program.root(), all);
            self.extractions(&key, program.root(), all);
            let scope = Scope {
                names: Vec::new(),
                is_mapping: true,
            };
            for (_, side) in self.reader.sides(program.root(), &scope) {
                self.types(target, &side, all);
                let Some(parts) = parts(&side) else { continue };
                self.concatenation(&key, &parts, all);
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

    fn concatenation(&self, key: &str, parts: &[TextPart], all: &mut Vec<Finding>) {
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
            all.push(finding(&CONCATENATION, severity, key, message, None));
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

    fn extractions(&self, key: &str, node: &Node, all: &mut Vec<Finding>) {
        let facts = &self.setting.facts;
        let scope = Scope {
            names: Vec::new(),
            is_mapping: true,
        };
        if let Kind::Call { .. } = &node.kind
            && let [(_, Side::Between { path, before, .. })] = self.reader.sides(node, &scope).as_slice()
            && !before.is_empty()
        {
            let claim = path.joined();
            let found = if claim == "sub" && facts.knows_subjects() {
                facts
                    .subject_with_chosen(before)
                    .map(|subject| (Severity::Medium, format!(", as in `{subject}`")))
            } else {
                match facts.may_contain(&claim, before) {
                    Some(false) => None,
                    _ => Some((Severity::Low, String::new())),
                }
            };
            if let Some((severity, example)) = found {
                let message = format!(
                    "`{key}` is what stands behind the first `{before}` in `{claim}`, which may stand in a name that somebody chooses{example}"
                );
                all.push(finding(&EXTRACTION, severity, key, message, None));
            }
        }
        node.parts()
            .into_iter()
            .for_each(|part| self.extractions(key, part, all));
    }

    /// Subjects that are usually longer than Google takes.
    fn length(&self, parts: &[TextPart], all: &mut Vec<Finding>) {
        let length = |part: &TextPart| match part {
            TextPart::Text(text) => text.len(),
            TextPart::Claim(claim) => self.setting.facts.usual_length(claim),
        };
        let claims = parts
            .iter()
            .filter(|part| matches!(part, TextPart::Claim(_)))
            .count();
        let usual: usize = parts.iter().map(length).sum();
        if claims > 1 && usual > LONGEST {
            let message = format!(
                "`google.subject` is put together of {claims} claims, usually of about {usual} bytes; Google takes {LONGEST}"
            );
            all.push(finding(
                &LENGTH,
                Severity::Medium,
                "google.subject",
                message,
                None,
            ));
        }
    }

    /// Subjects that the condition names and that are too long.
    fn long_subjects(&self, all: &mut Vec<Finding>) {
        for way in self.ways {
            let tests = way
                .conjunction
                .tests
                .iter()
                .filter(|test| test.claim == "sub" && test.restricts());
            let subjects =
                tests.flat_map(|test| test.values.iter().filter_map(crate::trust::Glob::as_literal));
            for subject in subjects {
                if let Err(error) = limits::subject_length(&self.settings.attribute_mapping, &subject) {
                    all.push(finding(
                        &LENGTH,
                        Severity::Medium,
                        &subject,
                        error.to_string(),
                        None,
                    ));
                }
            }
        }
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
pub(super) fn parts(side: &Side) -> Option<Vec<TextPart>> {
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
