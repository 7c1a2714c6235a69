//! Tokens of somebody else that a branch lets in.
//!
//! INVARIANT: a witness is tried, never trusted. What the cloud's own evaluation does not accept is thrown away.

use std::collections::BTreeMap;

use serde_json::Value;

use super::analysis::{Analysis, Example};
use super::branch::{Test, Without};
use super::issuer::Form;
use super::language::{Found, Letter, Tracks, search, text};
use crate::trust::{Claims, Verdict};

/// What reads as somebody else, in place of text that nobody wrote down. The first that fits is taken.
const WORDS: [&str; 9] = [
    "evil",
    "-evil",
    "evil/evil",
    "refs/heads/evil",
    "job/evil/",
    "999999999999",
    "https://evil.example",
    "code.example/evil/evil",
    "e0000000-0000-4000-8000-000000000000",
];

/// Neighbouring characters of one origin.
#[derive(Clone, Debug)]
struct Chunk {
    form: u16,
    mark: u16,
    wild: bool,
    text: String,
}

impl Analysis<'_> {
    /// The first token that is accepted.
    pub(crate) fn witness(&self, examples: &[Example]) -> Option<Claims> {
        examples.iter().find_map(|example| match example {
            Example::Text(subject) if subject.is_empty() => None,
            Example::Text(subject) => self.token(subject, &BTreeMap::new(), None),
            Example::Found { form, letters } => {
                let form = self.grammar.forms.get(*form)?;
                let readable = self.readable(form, chunks(letters));
                self.token_of(form, &readable)
                    .or_else(|| self.token_of(form, &chunks(letters)))
            }
        })
    }

    fn token_of(&self, form: &Form, chunks: &[Chunk]) -> Option<Claims> {
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        for chunk in chunks {
            let at = usize::from(chunk.form).checked_sub(1);
            if let Some((name, _)) = at.and_then(|at| form.variables.get(at)) {
                values.entry(name.clone()).or_default().push_str(&chunk.text);
            }
        }
        self.token(&joined(chunks), &values, Some(form))
    }

    /// Puts words that people recognise where nothing was written down.
    fn readable(&self, form: &Form, mut chunks: Vec<Chunk>) -> Vec<Chunk> {
        for at in 0..chunks.len() {
            let Some(chunk) = chunks.get(at).cloned() else {
                break;
            };
            if !chunk.wild || chunk.form == 0 || usize::from(chunk.form) > form.variables.len() {
                continue;
            }
            for word in WORDS {
                let mut tried = chunks.clone();
                if let Some(own) = tried.get_mut(at) {
                    own.text = word.to_owned();
                }
                let subject = joined(&tried);
                if form.automaton.has(&subject) && self.passes_tests(&subject) {
                    chunks = tried;
                    break;
                }
            }
        }
        chunks
    }

    fn passes_tests(&self, subject: &str) -> bool {
        let mut tests = self.branch.tests.iter().filter(|test| test.claim == "sub");
        tests.all(|test| test.accepts(subject))
    }

    fn token(&self, subject: &str, values: &BTreeMap<String, String>, form: Option<&Form>) -> Option<Claims> {
        let branch = self.branch;
        let mut claims = Claims::default();
        claims.insert("sub", subject.into());
        let platform = form.and_then(|form| branch.facts.platforms.get(form.platform));
        let made = platform
            .map(|platform| platform.claims_of(values))
            .unwrap_or_default();
        for (name, value) in made.members() {
            // A claim that a token need not have is left out where it would keep the token out.
            let mut tests = branch.tests.iter().filter(|test| test.claim == *name);
            let keeps_out = |test: &Test| value.as_str().is_some_and(|text| !test.accepts(text));
            match tests.find(|test| keeps_out(test) && !test.restricts()) {
                None => claims.insert(name.clone(), value.clone()),
                // It has to be there, and this is not a value to have.
                Some(test) if test.without == Without::Fails => return None,
                Some(_) => {}
            }
        }
        for test in branch.tests.iter().filter(|test| test.restricts()) {
            if test.claim == "sub" || branch.is_audience(&test.claim) || claims.get(&test.claim).is_some() {
                continue;
            }
            claims.insert(test.claim.clone(), self.value_of(&test.claim)?.into());
        }
        let claims = (branch.finish)(claims);
        ((branch.accepts)(&claims) == Verdict::Allow).then_some(claims)
    }

    /// A value that passes all tests of a claim.
    fn value_of(&self, claim: &str) -> Option<String> {
        let tests = || self.branch.tests.iter().filter(|test| test.claim == claim);
        let first = tests().find(|test| test.restricts())?;
        let mut examples = first.values.iter().map(|glob| glob.example("evil"));
        if let Some(plain) = examples.find(|value| tests().all(|test| test.accepts(value))) {
            return Some(plain);
        }
        let positive: Vec<_> = tests().filter(|t| !t.is_negated).map(Test::texts).collect();
        let negative: Vec<_> = tests().filter(|t| t.is_negated).map(Test::texts).collect();
        let tracks = Tracks {
            tests: positive.iter().collect(),
            not: negative.iter().collect(),
            ..Tracks::default()
        };
        match search(&tracks, &|_, flags| Some(flags), &|_| true) {
            Found::Text(letters) => Some(text(&letters)),
            Found::Nothing | Found::GaveUp => None,
        }
    }
}

/// Claims as a finding shows them.
pub(crate) fn shown(claims: &Claims) -> String {
    Value::Object(claims.members().clone()).to_string()
}

fn joined(chunks: &[Chunk]) -> String {
    chunks.iter().map(|chunk| chunk.text.as_str()).collect()
}

fn chunks(letters: &[Letter]) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    for letter in letters {
        match chunks.last_mut() {
            Some(last) if (last.form, last.mark, last.wild) == (letter.form, letter.mark, letter.wild) => {
                last.text.push(letter.c);
            }
            _ => chunks.push(Chunk {
                form: letter.form,
                mark: letter.mark,
                wild: letter.wild,
                text: letter.c.to_string(),
            }),
        }
    }
    chunks
}
