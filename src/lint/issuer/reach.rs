//! What texts of an issuer's claims can be, asked from outside this room.

use super::{Free, Grammar, IssuerFacts};
use crate::lint::language::{Automaton, Builder, Found, Letter, Tracks, search, text};
use crate::platforms::{Chooser, Platform, Template, TemplatePart};
use crate::trust::{Glob, Piece};

/// A part of a text that is put together of claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextPart {
    Text(String),
    /// Name of a claim.
    Claim(String),
}

/// What two ways to put texts together have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Common {
    /// This text.
    Text(String),
    Nothing,
    Unknown,
}

/// The usual length of an id, a hash or a name with its path, for claims of which nothing is known: a UUID has 36
/// characters, a commit 40.
const USUAL: usize = 36;
/// The usual length of a name.
const USUAL_NAME: usize = 16;

impl IssuerFacts {
    /// Whether a value of a claim can contain a text; `None`: the catalogue cannot say.
    pub fn may_contain(&self, claim: &str, part: &str) -> Option<bool> {
        if let Some(values) = self.values_of(claim) {
            let mut pieces: Vec<Piece> = part.chars().map(Piece::Literal).collect();
            pieces.insert(0, Piece::Any);
            pieces.push(Piece::Any);
            let holding = Automaton::of_globs(&[Glob::new(pieces)], false);
            return Some(is_common(&values, &holding));
        }
        // Ids that a platform assigns have no delimiters in them.
        let is_id = self.id_claims().contains(claim);
        let has_delimiter = part.chars().any(|c| !c.is_alphanumeric());
        (is_id && has_delimiter).then_some(false)
    }

    /// About how many bytes a value of a claim has.
    pub fn usual_length(&self, claim: &str) -> usize {
        let platforms = || self.platforms.iter();
        if claim == "sub" {
            let examples =
                platforms().flat_map(|p| p.subjects.iter().filter_map(|form| form.example.as_deref()));
            return examples.map(str::len).max().unwrap_or(2 * USUAL);
        }
        let of_template = |template: &Template| -> usize {
            let part = |part: &TemplatePart| match part {
                TemplatePart::Literal(text) => text.len(),
                TemplatePart::Variable(_) => USUAL_NAME,
            };
            template.parts().iter().map(part).sum()
        };
        let mut templates = platforms().filter_map(|platform| platform.claim_template(claim));
        templates.next().map_or(USUAL, of_template)
    }

    /// Whether the catalogue knows how the issuer's subjects are made.
    pub fn knows_subjects(&self) -> bool {
        !Grammar::of(self).forms.is_empty()
    }

    /// Subjects in which a text stands for the first time where somebody but the platform chooses at least a part of it, the
    /// shortest first: one for each form and variable that can hold it.
    pub fn subjects_with_chosen(&self, chosen: &str) -> Vec<String> {
        let mut builder = Builder::default();
        let start = builder.state();
        let before = builder.run(start, 0);
        let inside = builder.text(before, chosen, 2);
        let end = builder.run(inside, 0);
        let marks = builder.finish(start, end);
        let grammar = Grammar::of(self);
        let forms = grammar.forms.iter();
        let in_form = |form: &super::Form| {
            let platform = self.platforms.get(form.platform)?;
            let tags = (1_u16..).zip(&form.variables);
            let chosen_tags = tags
                .filter(|(_, (name, _))| is_chosen(platform, name))
                .map(|(tag, _)| tag);
            let found = chosen_tags.filter_map(|tag| {
                let tracks = Tracks {
                    form: Some(&form.automaton),
                    marks: Some(&marks),
                    ..Tracks::default()
                };
                let judge = |letter: Letter, flags: u32| {
                    let hit = letter.mark == 2 && letter.form == tag;
                    Some(flags | u32::from(hit))
                };
                let Found::Text(letters) = search(&tracks, &judge, &|flags| flags != 0) else {
                    return None;
                };
                let subject = text(&letters);
                let at: String = letters
                    .iter()
                    .take_while(|letter| letter.mark != 2)
                    .map(|l| l.c)
                    .collect();
                (subject.find(chosen) == Some(at.len())).then_some(subject)
            });
            Some(found.collect::<Vec<_>>())
        };
        let mut all: Vec<String> = forms.filter_map(in_form).flatten().collect();
        all.sort_by_key(|subject| (subject.len(), subject.clone()));
        all.dedup();
        all
    }

    /// Values of a claim that match a pattern, the shortest of each form of it; the pattern's own example where the catalogue
    /// cannot say.
    pub fn values_matching(&self, claim: &str, pattern: &Glob) -> Vec<String> {
        let wanted = Automaton::of_globs(std::slice::from_ref(pattern), false);
        let shortest = |values: &Automaton| {
            let tracks = Tracks {
                tests: vec![values, &wanted],
                ..Tracks::default()
            };
            match search(&tracks, &|_, flags| Some(flags), &|_| true) {
                Found::Text(letters) => Some(text(&letters)),
                Found::Nothing | Found::GaveUp => None,
            }
        };
        if claim == "sub" && self.knows_subjects() {
            let grammar = Grammar::of(self);
            let mut all: Vec<String> = grammar
                .forms
                .iter()
                .filter_map(|form| shortest(&form.automaton))
                .collect();
            if let Free::Pairs(pairs) = &grammar.free {
                all.extend(shortest(&pairs.automaton(false)));
            }
            return all;
        }
        match self.values_of(claim) {
            Some(values) => shortest(&values).into_iter().collect(),
            None => vec![pattern.example("x")],
        }
    }

    /// All values that a claim can have; `None`: the catalogue cannot say.
    pub(super) fn values_of(&self, claim: &str) -> Option<Automaton> {
        if claim == "sub" {
            let grammar = Grammar::of(self);
            if grammar.forms.is_empty() || matches!(grammar.free, Free::Anything) {
                return None;
            }
            let mut all: Vec<Automaton> = grammar.forms.iter().map(|form| form.automaton.clone()).collect();
            if let Free::Pairs(pairs) = &grammar.free {
                all.push(pairs.automaton(false));
            }
            return Some(Automaton::union(&all));
        }
        let of_platform = |platform: &Platform| made_of(platform, platform.claim_template(claim)?);
        let all: Option<Vec<Automaton>> = self.platforms.iter().map(|p| of_platform(p)).collect();
        all.filter(|all| !all.is_empty())
            .map(|all| Automaton::union(&all))
    }

    /// All texts that are put together in this way, and some more where the catalogue cannot say.
    fn texts_of(&self, parts: &[TextPart]) -> Automaton {
        let mut builder = Builder::default();
        let start = builder.state();
        let mut at = start;
        for part in parts {
            at = match part {
                TextPart::Text(own) => builder.text(at, own, 0),
                TextPart::Claim(claim) => match self.values_of(claim) {
                    Some(values) => builder.embed(at, &values),
                    None => {
                        let one = builder.piece(at, Piece::One, false);
                        builder.run(one, 0)
                    }
                },
            };
        }
        builder.finish(start, at)
    }
}

/// A text that two issuers' claims can both be put together to.
pub fn common_text(a: (&IssuerFacts, &[TextPart]), b: (&IssuerFacts, &[TextPart])) -> Common {
    let (first, second) = (a.0.texts_of(a.1), b.0.texts_of(b.1));
    let tracks = Tracks {
        tests: vec![&first, &second],
        ..Tracks::default()
    };
    match search(&tracks, &|_, flags| Some(flags), &|_| true) {
        Found::Text(letters) => Common::Text(text(&letters)),
        Found::Nothing => Common::Nothing,
        Found::GaveUp => Common::Unknown,
    }
}

fn is_common(a: &Automaton, b: &Automaton) -> bool {
    let tracks = Tracks {
        tests: vec![a, b],
        ..Tracks::default()
    };
    search(&tracks, &|_, flags| Some(flags), &|_| true).may_be()
}

fn is_chosen(platform: &Platform, variable: &str) -> bool {
    platform
        .variables
        .get(variable)
        .is_some_and(|variable| variable.chosen_by != Chooser::Platform)
}

fn made_of(platform: &Platform, template: &Template) -> Option<Automaton> {
    let mut builder = Builder::default();
    let start = builder.state();
    let mut at = start;
    for part in template.parts() {
        at = match part {
            TemplatePart::Literal(own) => builder.text(at, own, 0),
            TemplatePart::Variable(name) => builder.pattern(at, &platform.variables.get(name)?.pattern, 0)?,
        };
    }
    Some(builder.finish(start, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GITHUB: &str = "token.actions.githubusercontent.com";

    #[test]
    fn what_claims_can_hold() {
        let facts = IssuerFacts::of(GITHUB);
        for (claim, part, expected) in [
            ("repository_owner", ":", Some(false)),
            ("repository", "/", Some(true)),
            ("repository_id", ":", Some(false)),
            ("sub", ":", Some(true)),
            ("workflow", ":", None),
        ] {
            assert_eq!(facts.may_contain(claim, part), expected, "{claim} {part}");
        }
        // A repository may be called like the text that stands before the environment.
        let subjects = facts.subjects_with_chosen("environment:");
        assert!(subjects[0].ends_with("/environment:pull_request"), "{subjects:?}");
        assert_eq!(facts.subjects_with_chosen("repo:"), [""; 0]);
        let holding = Glob::new(
            std::iter::once(Piece::Any)
                .chain(":environment:x".chars().map(Piece::Literal))
                .collect(),
        );
        let subjects = facts.values_matching("sub", &holding);
        assert!(
            subjects.iter().any(|subject| subject.starts_with("repo:")),
            "{subjects:?}"
        );
    }

    #[test]
    fn texts_in_common() {
        let (github, gitlab) = (IssuerFacts::of(GITHUB), IssuerFacts::of("gitlab.com"));
        let sub = || vec![TextPart::Claim("sub".to_owned())];
        let unknown = IssuerFacts::unknown();
        let with = |text: &str| vec![TextPart::Text(text.to_owned()), TextPart::Claim("sub".to_owned())];
        assert_eq!(common_text((&github, &sub()), (&gitlab, &sub())), Common::Nothing);
        assert!(matches!(
            common_text((&github, &sub()), (&unknown, &sub())),
            Common::Text(_)
        ));
        assert_eq!(
            common_text((&unknown, &with("a:")), (&unknown, &with("b:"))),
            Common::Nothing
        );
    }
}
