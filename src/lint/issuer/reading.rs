//! One text, and two ways in which tokens can come to it: what tells identities apart is lost where they are joined.

use super::IssuerFacts;
use super::reach::TextPart;
use crate::lint::language::{Automaton, Builder, Found, Letter, Tracks, search, text};
use crate::trust::{Glob, Piece};

/// How a text is put together of an issuer's claims.
pub struct Reading<'a> {
    pub facts: &'a IssuerFacts,
    pub parts: &'a [TextPart],
    /// What is asked of claims: a name, and the patterns of which one has to match.
    pub asked: Vec<(&'a str, &'a [Glob])>,
}

/// A text with the claims that it is made of, name and value, in two ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readings {
    pub text: String,
    pub first: Vec<(String, String)>,
    pub second: Vec<(String, String)>,
}

/// The shortest text that both are put together to; with `apart`, from values that are not the same. `None`: there is none,
/// or it is not known.
pub fn readings_in_common(a: &Reading<'_>, b: &Reading<'_>, apart: bool) -> Option<Readings> {
    let (first, second) = (a.texts(), b.texts());
    let tracks = Tracks {
        form: Some(&first),
        marks: Some(&second),
        ..Tracks::default()
    };
    let judge = |letter: Letter, flags: u32| Some(flags | u32::from(letter.form != letter.mark));
    let Found::Text(letters) = search(&tracks, &judge, &|flags| !apart || flags != 0) else {
        return None;
    };
    Some(Readings {
        text: text(&letters),
        first: a.values(&letters, |letter| letter.form),
        second: b.values(&letters, |letter| letter.mark),
    })
}

impl Reading<'_> {
    /// All texts, each character belonging to its part, counted from 1.
    fn texts(&self) -> Automaton {
        let values = |claim: &str| {
            let all = self.facts.values_of(claim).unwrap_or_else(anything);
            let asked = self.asked.iter().filter(|(name, _)| *name == claim);
            asked.fold(all, |all, (_, globs)| all.and(&Automaton::of_globs(globs, false)))
        };
        self.automaton(&values)
    }

    fn automaton(&self, values: &dyn Fn(&str) -> Automaton) -> Automaton {
        let mut builder = Builder::default();
        let start = builder.state();
        let numbered = (1_u16..).zip(self.parts);
        let end = numbered.fold(start, |at, (tag, part)| match part {
            TextPart::Text(own) => builder.text(at, own, tag),
            TextPart::Claim(claim) => builder.embed(at, &values(claim).tagged(tag)),
        });
        builder.finish(start, end)
    }

    fn values(&self, letters: &[Letter], tag_of: fn(&Letter) -> u16) -> Vec<(String, String)> {
        let numbered = (1_u16..).zip(self.parts);
        let value = |(tag, part): (u16, &TextPart)| match part {
            TextPart::Text(_) => None,
            TextPart::Claim(claim) => {
                let own = letters.iter().filter(|letter| tag_of(letter) == tag);
                Some((claim.clone(), own.map(|letter| letter.c).collect()))
            }
        };
        numbered.filter_map(value).collect()
    }
}

/// Any text that is not empty.
fn anything() -> Automaton {
    Automaton::of_globs(&[Glob::new(vec![Piece::One, Piece::Any])], false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(name: &str) -> TextPart {
        TextPart::Claim(name.to_owned())
    }

    #[test]
    fn two_ways_to_one_text() {
        let facts = IssuerFacts::of("token.actions.githubusercontent.com");
        let colon = TextPart::Text(":".to_owned());
        let reading = |parts: &[TextPart]| {
            let reading = Reading {
                facts: &facts,
                parts,
                asked: Vec::new(),
            };
            readings_in_common(&reading, &reading, true)
        };
        for parts in [
            vec![claim("actor"), claim("repository")],
            vec![claim("workflow"), colon.clone(), claim("actor")],
            vec![claim("sub"), colon.clone(), claim("workflow")],
        ] {
            let found = reading(&parts).unwrap();
            assert_ne!(found.first, found.second);
            for values in [&found.first, &found.second] {
                let mut values = values.iter();
                let part = |part: &TextPart| match part {
                    TextPart::Text(text) => text.clone(),
                    TextPart::Claim(_) => values.next().unwrap().1.clone(),
                };
                let text: String = parts.iter().map(part).collect();
                assert_eq!(text, found.text);
            }
        }
        // No name of an owner has a colon, so that the first ends it.
        assert_eq!(
            reading(&[claim("repository_owner"), colon, claim("workflow")]),
            None
        );
    }

    #[test]
    fn what_is_asked_of_claims_holds() {
        let (github, other) = (
            IssuerFacts::of("token.actions.githubusercontent.com"),
            IssuerFacts::unknown(),
        );
        let parts = [claim("sub")];
        let asked = [Glob::new(
            "repo:acme/api:"
                .chars()
                .map(Piece::Literal)
                .chain([Piece::Any])
                .collect(),
        )];
        let reading = |facts, asked| Reading {
            facts,
            parts: &parts,
            asked,
        };
        let found = readings_in_common(
            &reading(&github, Vec::new()),
            &reading(&other, vec![("sub", &asked)]),
            false,
        );
        let found = found.unwrap();
        assert!(found.text.starts_with("repo:acme/api:"), "{found:?}");
        assert_eq!(found.first, found.second);
    }
}
