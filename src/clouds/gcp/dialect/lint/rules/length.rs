//! Subjects that are longer than Google takes.

use super::super::super::limits;
use super::super::conjunction::Conjunction;
use super::super::twin::shown;
use super::{Looked, finding};
use crate::clouds::gcp::dialect::evaluate::{StsError, evaluate};
use crate::lint::{Class, Rule, TextPart};
use crate::trust::{Claims, Finding, Severity};

pub(super) const LENGTH: Rule = Rule {
    id: "subject-length",
    title: "The subject may be too long",
    class: Class::Outage,
    meaning: "`google.subject` may have more than the 127 bytes that Google takes; such tokens are refused.",
    fix: "map a shorter claim to `google.subject`, such as an id",
};

/// Google's limit for `google.subject`.
const LONGEST: usize = 127;

/// The length of a commit's hash, and of many a name with its path.
const USUAL: usize = 40;

/// What proves that a token is refused: the token.
fn refused(token: &Claims) -> String {
    format!("; refused for that is the token {}", shown(token))
}

impl Looked<'_> {
    /// Subjects that are usually longer than Google takes.
    pub(super) fn length(&self, parts: &[TextPart], all: &mut Vec<Finding>) {
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
                "`google.subject` is put together of {claims} claims, usually of about {usual} bytes; Google takes {LONGEST}{}",
                self.long_token(parts)
                    .map_or_else(String::new, |token| refused(&token))
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
    pub(super) fn long_subjects(&self, all: &mut Vec<Finding>) {
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
                    let token = self.token_of_subject(&way.conjunction, &subject);
                    let proof = token.map_or_else(String::new, |token| refused(&token));
                    let message = format!("{error}{proof}");
                    all.push(finding(&LENGTH, Severity::Medium, &subject, message, None));
                }
            }
        }
    }

    /// A token as the condition asks for it, with this subject, that is refused because of the length alone.
    fn token_of_subject(&self, way: &Conjunction, subject: &str) -> Option<Claims> {
        let beside = self
            .setting
            .facts
            .platforms
            .iter()
            .map(|platform| platform.claims_beside(subject));
        let mut claims = beside
            .max_by_key(|claims| claims.members().len())
            .unwrap_or_default();
        claims.insert("sub", subject.into());
        let token = self.setting.finish(way, claims);
        self.is_too_long(&token).then_some(token)
    }

    /// A token that would get in, if some of its claims were not as long as they may be.
    fn long_token(&self, parts: &[TextPart]) -> Option<Claims> {
        let facts = &self.setting.facts;
        let mut subjects: Vec<&str> = facts
            .platforms
            .iter()
            .flat_map(|platform| {
                platform
                    .subjects
                    .iter()
                    .filter_map(|form| form.example.as_deref())
            })
            .collect();
        subjects.sort_by_key(|subject| std::cmp::Reverse(subject.len()));
        let has_subject = parts.contains(&TextPart::Claim("sub".to_owned()));
        self.ways.iter().find_map(|way| {
            let of_subject = |subject: &&str| {
                let wanted = [("sub".to_owned(), (*subject).to_owned())];
                self.setting.token_with(&way.conjunction, &wanted)
            };
            let by_subject = has_subject
                .then(|| subjects.iter().find_map(of_subject))
                .flatten();
            let mut token = by_subject.or_else(|| self.setting.token_with(&way.conjunction, &[]))?;
            for part in parts {
                let TextPart::Claim(claim) = part else { continue };
                // What is made of the subject's parts, or tested, stays as it is.
                let is_made = facts
                    .platforms
                    .iter()
                    .any(|platform| platform.claim_template(claim).is_some());
                let is_tested = way.conjunction.tests.iter().any(|test| test.claim == *claim);
                if claim == "sub" || is_made || is_tested || token.text(claim).is_none() {
                    continue;
                }
                token.insert(claim.clone(), "x".repeat(USUAL).into());
            }
            self.is_too_long(&token).then_some(token)
        })
    }

    fn is_too_long(&self, token: &Claims) -> bool {
        evaluate(self.setting.provider, token, None).error == Some(StsError::InvalidRequest)
    }
}
