//! From what a claim has to be to the subjects of its tokens, for claims that are made of the variables of the subject.

use std::collections::BTreeMap;

use super::Form;
use super::form::pattern_of;
use crate::lint::language::{Automaton, Builder, Edge};
use crate::platforms::{Template, TemplatePart};

/// Automata larger than this are not built.
const MAX_STATES: usize = 6_000;

/// A state of the automaton of the claim's values, with the state that is built for it.
type Frontier = BTreeMap<u32, u32>;

impl Form {
    /// The subjects of this form whose claim, made of variables as the template says, is one of some values. Only characters
    /// that the values write down count as written. `None`: the claim is made of other variables, or in another order.
    ///
    /// The variables of the claim are walked together with its values: what stands between them in the subject leaves the
    /// values where they are, what stands between them in the claim moves the values on without a character of the subject.
    pub(crate) fn lifted(&self, claim: &Template, values: &Automaton) -> Option<Automaton> {
        let mut claim_parts = claim.parts().iter().peekable();
        let mut builder = Builder::default();
        let start = builder.state();
        let mut frontier = Frontier::new();
        for first in values.starts() {
            let state = builder.state();
            builder.silent(start, state);
            frontier.insert(*first, state);
        }
        let mut is_done = false;
        let skip_texts = |builder: &mut Builder,
                          parts: &mut std::iter::Peekable<std::slice::Iter<'_, TemplatePart>>,
                          mut frontier: Frontier| {
            while let Some(TemplatePart::Literal(text)) = parts.peek() {
                frontier = moved(builder, values, &frontier, text);
                parts.next();
            }
            frontier
        };
        frontier = skip_texts(&mut builder, &mut claim_parts, frontier);
        for part in &self.parts {
            if builder.size() > MAX_STATES {
                return None;
            }
            match part {
                TemplatePart::Literal(text) => {
                    for state in frontier.values_mut() {
                        let loose = |at, c| builder.then(at, crate::lint::language::Label::One(c), 0, false);
                        *state = text.chars().fold(*state, loose);
                    }
                }
                TemplatePart::Variable(name) if claim.variables().any(|own| own == name) => {
                    match claim_parts.next() {
                        Some(TemplatePart::Variable(next)) if next == name => {}
                        _ => return None,
                    }
                    frontier = walked(&mut builder, values, &frontier)?;
                    frontier = skip_texts(&mut builder, &mut claim_parts, frontier);
                    if claim_parts.peek().is_none() {
                        is_done = true;
                        let end = builder.state();
                        for (value, state) in &frontier {
                            if values.accepts_in(*value) {
                                builder.silent(*state, end);
                            }
                        }
                        frontier = Frontier::from([(0, end)]);
                    }
                }
                TemplatePart::Variable(name) => {
                    for state in frontier.values_mut() {
                        *state = builder.loose_pattern(*state, pattern_of(&self.patterns, name))?;
                    }
                }
            }
        }
        let end = builder.state();
        for state in frontier.values() {
            builder.silent(*state, end);
        }
        is_done.then(|| builder.finish(start, end))
    }
}

/// Reads a text of the claim that the subject does not have.
fn moved(builder: &mut Builder, values: &Automaton, frontier: &Frontier, text: &str) -> Frontier {
    let mut next = Frontier::new();
    for (value, state) in frontier {
        let mut reached = vec![*value];
        for c in text.chars() {
            reached = values.step(&reached, c);
        }
        for value in reached {
            let target = *next.entry(value).or_insert_with(|| builder.state());
            builder.silent(*state, target);
        }
    }
    next
}

/// Reads a variable: any text along the values.
fn walked(builder: &mut Builder, values: &Automaton, frontier: &Frontier) -> Option<Frontier> {
    let mut next = Frontier::new();
    let mut waiting = Vec::new();
    for (value, state) in frontier {
        let target = *next.entry(*value).or_insert_with(|| {
            waiting.push(*value);
            builder.state()
        });
        builder.silent(*state, target);
    }
    while let Some(value) = waiting.pop() {
        if builder.size() > MAX_STATES {
            return None;
        }
        let from = next.get(&value).copied()?;
        for edge in values.edges(value) {
            let target = *next.entry(edge.target).or_insert_with(|| {
                waiting.push(edge.target);
                builder.state()
            });
            builder.edge(
                from,
                Edge {
                    label: edge.label.clone(),
                    target,
                    tag: 0,
                    literal: edge.literal,
                },
            );
        }
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use crate::lint::IssuerFacts;
    use crate::lint::issuer::Form;
    use crate::lint::language::Automaton;
    use crate::platforms::by_id;
    use crate::trust::{Glob, Piece};

    #[test]
    fn what_a_claim_says_of_the_subject() {
        let platform = by_id("github-actions").unwrap();
        let facts = IssuerFacts::from(std::borrow::Cow::Borrowed(platform));
        let forms = Form::all(&facts);
        let template = platform.claim_template("repository").unwrap();
        let pattern = |text: &str| {
            let piece = |c| if c == '*' { Piece::Any } else { Piece::Literal(c) };
            Automaton::of_globs(&[Glob::new(text.chars().map(piece).collect())], false)
        };
        let says = |values: &str, subject: &str| {
            forms.iter().any(|form| {
                let lifted = form.lifted(template, &pattern(values)).unwrap();
                form.automaton.has(subject) && lifted.has(subject)
            })
        };
        for (values, subject, yes) in [
            ("acme/api", "repo:acme/api:environment:prod", true),
            ("acme/api", "repo:acme@1/api@2:environment:prod", true),
            ("acme/api", "repo:acme/web:environment:prod", false),
            ("acme/api", "repo:acm/eapi:environment:prod", false),
            ("acme*", "repo:acme-evil/x:pull_request", true),
            ("acme*", "repo:acme-evil@1/x@2:pull_request", true),
            ("acme*", "repo:evil/acme:pull_request", false),
            ("*", "repo:evil/acme:pull_request", true),
            ("*e/a*", "repo:acme/api:pull_request", true),
            ("acme", "repo:acme/api:pull_request", false),
        ] {
            assert_eq!(says(values, subject), yes, "{values} {subject}");
        }
        let form = &forms[0];
        let other = by_id("gitlab-saas").unwrap().claim_template("namespace_path");
        assert!(other.is_none_or(|other| form.lifted(other, &pattern("*")).is_none()));
    }
}
