//! Whether a branch lets in any token that its issuer can sign.

use super::{Analysis, Example};
use crate::lint::branch::Test;
use crate::lint::issuer::Free;
use crate::lint::language::{Automaton, Found, Tracks, search, text};
use crate::trust::Claims;

impl Analysis<'_> {
    /// Whether it is certain that nobody gets in: no subject of the issuer passes all tests together, or two tests of a claim
    /// contradict each other.
    pub(crate) fn admits_nobody(&self) -> bool {
        *self.nobody.get_or_init(|| self.is_closed_to_all())
    }

    fn is_closed_to_all(&self) -> bool {
        if self.branch.is_dead {
            return true;
        }
        if self.possible().is_some() {
            return false;
        }
        self.contradicts_itself() || self.is_no_subject_left() || !self.claims_agree()
    }

    /// A token that gets in and that the issuer can sign: with a subject in a form of the platform and claims that go with
    /// it, or one that a tenant may have put together.
    pub(crate) fn possible(&self) -> Option<Claims> {
        let is_possible = |example: &Example| match example {
            Example::Found { .. } => true,
            Example::Text(subject) => self.may_be_free(subject),
        };
        let mut openings = self.openings.iter();
        let of_opening = openings.find_map(|opening| {
            let token = self.shown(opening)?;
            let is_free = || token.text("sub").is_some_and(|subject| self.may_be_free(subject));
            (opening.subjects.iter().all(is_possible) || is_free()).then(|| token.clone())
        });
        let mut own = self.own.iter().filter(|example| is_possible(example));
        of_opening
            .or_else(|| own.find_map(|example| self.witness(std::slice::from_ref(example))))
            .or_else(|| self.witness(&[Example::Text(self.any_free_subject()?)]))
            .filter(|_| self.claims_agree())
    }

    /// Whether claims that are made of the same names can have the values that are asked for, whatever the subject is.
    fn claims_agree(&self) -> bool {
        let around = self.around(None);
        let mut forms = self.grammar.forms.iter().zip(&around.made).peekable();
        forms.peek().is_none()
            || forms.any(|(form, made)| {
                is_any(&Tracks {
                    form: Some(&form.automaton),
                    tests: made.iter().collect(),
                    ..Tracks::default()
                })
            })
    }

    /// Some subject of no form that passes all tests of it.
    fn any_free_subject(&self) -> Option<String> {
        let around = self.around(None);
        let pairs = match &self.grammar.free {
            Free::No if !self.grammar.forms.is_empty() => return None,
            Free::Pairs(pairs) => Some(pairs.automaton(false)),
            Free::No | Free::Anything => None,
        };
        let tracks = Tracks {
            form: pairs.as_ref(),
            tests: around.tests.iter().collect(),
            not: around.not.iter().collect(),
            ..Tracks::default()
        };
        match search(&tracks, &|_, flags| Some(flags), &|_| true) {
            Found::Text(letters) => Some(text(&letters)).filter(|subject| self.may_be_free(subject)),
            Found::Nothing | Found::GaveUp => None,
        }
    }

    /// Whether a subject may be one that a tenant put together, and none of a form of the platform.
    fn may_be_free(&self, subject: &str) -> bool {
        if subject.is_empty() || self.grammar.forms.iter().any(|form| form.automaton.has(subject)) {
            return false;
        }
        match &self.grammar.free {
            Free::No => self.grammar.forms.is_empty(),
            Free::Anything => true,
            Free::Pairs(pairs) => pairs.read(subject).is_some(),
        }
    }

    fn contradicts_itself(&self) -> bool {
        let tests = &self.branch.tests;
        let mut demanded = tests.iter().filter(|test| test.restricts());
        demanded.any(|demanded| {
            let automata = |is_negated: bool| -> Vec<Automaton> {
                let own = tests
                    .iter()
                    .filter(|t| t.claim == demanded.claim && t.is_negated == is_negated);
                own.map(Test::texts).collect()
            };
            let (positive, negative) = (automata(false), automata(true));
            let tracks = Tracks {
                tests: positive.iter().collect(),
                not: negative.iter().collect(),
                ..Tracks::default()
            };
            !is_any(&tracks)
        })
    }

    fn is_no_subject_left(&self) -> bool {
        let around = self.around(None);
        let tests = |form| Tracks {
            form: Some(form),
            tests: around.tests.iter().collect(),
            not: around.not.iter().collect(),
            ..Tracks::default()
        };
        // Nobody wrote down what its subjects are like.
        if self.grammar.forms.is_empty() {
            return false;
        }
        let of_form = self.grammar.forms.iter().enumerate().any(|(number, form)| {
            let mut tracks = tests(&form.automaton);
            tracks.tests.extend(around.made.get(number).into_iter().flatten());
            tracks
                .not
                .extend(around.made_not.get(number).into_iter().flatten());
            is_any(&tracks)
        });
        let of_none = match &self.grammar.free {
            Free::No => false,
            Free::Pairs(pairs) => is_any(&tests(&pairs.automaton(false))),
            Free::Anything => true,
        };
        !of_form && !of_none
    }
}

fn is_any(tracks: &Tracks<'_>) -> bool {
    search(tracks, &|_, flags| Some(flags), &|_| true).may_be()
}
