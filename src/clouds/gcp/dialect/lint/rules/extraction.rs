//! Values that are cut out of a claim by the text around them.

use super::super::side::{Scope, Side};
use super::super::twin::{Twins, shown};
use super::{Looked, finding};
use crate::clouds::gcp::dialect::cel::{Kind, Node};
use crate::clouds::gcp::dialect::provider::Target;
use crate::lint::{Class, Rule};
use crate::trust::{Finding, Glob, Piece, Severity};

pub(super) const EXTRACTION: Rule = Rule {
    id: "template-extraction",
    title: "The template may find another place",
    class: Class::Open,
    meaning: "`extract` takes the first place where its text stands, and whoever runs a workload can make that text stand earlier.",
    fix: "map the claim that holds the part, not a piece cut out of another",
};

/// Subjects that are tried for each form and variable of the issuer.
const MOST_TRIED: usize = 8;

impl Looked<'_> {
    /// Every `extract` of an expression.
    pub(super) fn extractions(&self, target: &Target, node: &Node, all: &mut Vec<Finding>) {
        let scope = Scope {
            names: Vec::new(),
            is_mapping: true,
        };
        if let Kind::Call { .. } = &node.kind
            && let [(_, Side::Between { path, before, behind })] = self.reader.sides(node, &scope).as_slice()
            && !before.is_empty()
        {
            all.extend(self.extraction(target, &path.joined(), before, behind));
        }
        node.parts()
            .into_iter()
            .for_each(|part| self.extractions(target, part, all));
    }

    fn extraction(&self, target: &Target, claim: &str, before: &str, behind: &str) -> Option<Finding> {
        let facts = &self.setting.facts;
        let (severity, values) = if claim == "sub" && facts.knows_subjects() {
            let subjects = facts.subjects_with_chosen(before);
            (Severity::Medium, (!subjects.is_empty()).then_some(subjects)?)
        } else {
            match facts.may_contain(claim, before) {
                Some(false) => return None,
                _ => (
                    Severity::Low,
                    facts.values_matching(claim, &placed(before, "x", behind)),
                ),
            }
        };
        let key = target.key();
        let example = match severity {
            Severity::Low => String::new(),
            _ => values
                .first()
                .map_or_else(String::new, |subject| format!(", as in `{subject}`")),
        };
        let mut message = format!(
            "`{key}` is what stands behind the first `{before}` in `{claim}`, which may stand in a name that somebody chooses{example}"
        );
        let mut witness = None;
        if let Some(twins) = self.cut_twins(target, claim, &values, before, behind) {
            message = format!("{message}; {}", twins.said());
            witness = twins.witness();
        } else if let Some((token, text)) = self.cut_token(target, claim, &values) {
            message = format!("{message}; the token {} gives `{text}`", shown_shortly(&token));
            witness = Some(shown(&token));
        }
        Some(finding(&EXTRACTION, severity, &key, message, witness))
    }

    /// Tokens with the same piece: of the first it stands where somebody chose to put it.
    fn cut_twins(
        &self,
        target: &Target,
        claim: &str,
        values: &[String],
        before: &str,
        behind: &str,
    ) -> Option<Twins> {
        let tokens = self.cut_tokens(target, claim, values);
        tokens.into_iter().find_map(|(value, token, text)| {
            let piece = cut(&value, before, behind)?;
            let wanted = placed(before, piece, behind);
            let facts = &self.setting.facts;
            let mut of_others = facts.values_matching(claim, &wanted);
            if facts.may_contain(claim, before).is_none() {
                of_others.push(format!("{before}{piece}{behind}"));
            }
            let others: Vec<String> = of_others.into_iter().filter(|other| *other != value).collect();
            let meant = self.cut_tokens(target, claim, &others);
            let (_, meant, _) = meant.into_iter().find(|(_, _, own)| *own == text)?;
            (meant != token).then_some(Twins {
                text,
                meant,
                other: token,
            })
        })
    }

    fn cut_token(
        &self,
        target: &Target,
        claim: &str,
        values: &[String],
    ) -> Option<(crate::trust::Claims, String)> {
        let first = self.cut_tokens(target, claim, values).into_iter().next();
        first.map(|(_, token, text)| (token, text))
    }

    /// Tokens that get in with these values of a claim, with what they are mapped to.
    fn cut_tokens(
        &self,
        target: &Target,
        claim: &str,
        values: &[String],
    ) -> Vec<(String, crate::trust::Claims, String)> {
        let of_value = |value: &String| {
            let wanted = [(claim.to_owned(), value.clone())];
            let mut ways = self.ways.iter();
            let token = ways.find_map(|way| self.setting.token_with(&way.conjunction, &wanted))?;
            let text = self
                .setting
                .mapped(target, &token)
                .filter(|text| !text.is_empty())?;
            Some((value.clone(), token, text))
        };
        values.iter().take(MOST_TRIED).filter_map(of_value).collect()
    }
}

/// What `extract` gives: what stands behind the first place of one text, up to the next place of another.
fn cut<'v>(value: &'v str, before: &str, behind: &str) -> Option<&'v str> {
    let (_, rest) = value.split_once(before)?;
    match behind {
        "" => Some(rest),
        _ => rest.split_once(behind).map(|(piece, _)| piece),
    }
}

fn shown_shortly(token: &crate::trust::Claims) -> String {
    token
        .text("sub")
        .map_or_else(|| shown(token), |subject| format!("of `{subject}`"))
}

/// Texts with one text between two others.
fn placed(before: &str, between: &str, behind: &str) -> Glob {
    let texts = [before, between, behind].concat();
    let literal = texts.chars().map(Piece::Literal);
    Glob::new(
        std::iter::once(Piece::Any)
            .chain(literal)
            .chain([Piece::Any])
            .collect(),
    )
}
