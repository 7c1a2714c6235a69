//! Whether a branch lets in any token that its issuer can sign.

use super::Analysis;
use crate::lint::issuer::Free;
use crate::lint::language::{Automaton, Tracks, search};

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
        let is_shown = self.openings.iter().any(|opening| self.shown(opening).is_some());
        if is_shown || self.meant().is_some() {
            return false;
        }
        self.contradicts_itself() || self.is_no_subject_left()
    }

    fn contradicts_itself(&self) -> bool {
        let tests = &self.branch.tests;
        let mut demanded = tests.iter().filter(|test| test.restricts());
        demanded.any(|demanded| {
            let automata = |is_negated: bool| -> Vec<Automaton> {
                let own = tests
                    .iter()
                    .filter(|t| t.claim == demanded.claim && t.is_negated == is_negated);
                own.map(|test| Automaton::of_globs(&test.values, test.ignores_case))
                    .collect()
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
