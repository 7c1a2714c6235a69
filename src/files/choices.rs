//! What a template leaves open, tried in every combination: values that are allowed, defaults, conditions.
//!
//! A template is looked at again and again, and each time what is open is chosen another way, until nothing is left to
//! choose. What was chosen once stays so within one look.

use std::cell::{Cell, RefCell};

/// Combinations that are looked at.
const MOST: usize = 48;
/// Values that are read in one look: what refers to others twice, and those again, would have no end.
const MOST_STEPS: usize = 20_000;

/// What is chosen in one look.
#[derive(Debug, Default)]
pub(super) struct Choices {
    made: RefCell<Vec<Choice>>,
    preset: Vec<usize>,
    /// Whether nothing is chosen: what is open is not known.
    is_given_up: bool,
    steps: Cell<usize>,
}

#[derive(Clone, Debug)]
struct Choice {
    name: String,
    index: usize,
    count: usize,
    /// How a person would say it; empty: not worth a word.
    label: String,
}

impl Choices {
    /// Counts a step; whether there are too many.
    pub fn is_too_much(&self) -> bool {
        self.steps.set(self.steps.get() + 1);
        self.steps.get() > MOST_STEPS
    }

    /// One of some possibilities, by its index; `None`: there are too many in all, and this one is not known. `label` says each.
    pub fn of(&self, name: &str, count: usize, label: &dyn Fn(usize) -> String) -> Option<usize> {
        if self.is_given_up || count == 0 {
            return None;
        }
        let mut made = self.made.borrow_mut();
        if let Some(known) = made.iter().find(|choice| choice.name == name) {
            return Some(known.index);
        }
        let index = self.preset.get(made.len()).copied().unwrap_or_default();
        made.push(Choice {
            name: name.to_owned(),
            index,
            count,
            label: label(index),
        });
        Some(index)
    }

    /// What was chosen, as a person would say it.
    fn said(&self) -> String {
        let made = self.made.borrow();
        let labels: Vec<&str> = made
            .iter()
            .filter(|choice| choice.count > 1 && !choice.label.is_empty())
            .map(|choice| choice.label.as_str())
            .collect();
        labels.join(", ")
    }

    /// The choices of the next look; `None`: all were made.
    fn next(&self) -> Option<Vec<usize>> {
        let made = self.made.borrow();
        let last = made.iter().rposition(|choice| choice.index + 1 < choice.count)?;
        let before = made.iter().take(last).map(|choice| choice.index);
        let next = made.get(last).map(|choice| choice.index + 1);
        Some(before.chain(next).collect())
    }
}

/// Looks once for every combination, and says which it was. Where there are too many, once with all that is open not known.
pub(super) fn every<T>(look: impl Fn(&Choices) -> T) -> Vec<(String, T)> {
    let mut all = Vec::new();
    let mut preset = Vec::new();
    while all.len() < MOST {
        let choices = Choices {
            preset,
            ..Choices::default()
        };
        let found = look(&choices);
        all.push((choices.said(), found));
        match choices.next() {
            Some(next) => preset = next,
            None => return all,
        }
    }
    let none = Choices {
        is_given_up: true,
        ..Choices::default()
    };
    vec![(String::new(), look(&none))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_once() {
        let all = every(|choices| {
            let a = choices.of("a", 2, &|at| format!("a{at}")).unwrap();
            // what is asked may depend on what was chosen
            let b = if a == 0 {
                choices.of("b", 3, &|at| format!("b{at}"))
            } else {
                None
            };
            assert_eq!(choices.of("a", 2, &|_| String::new()), Some(a));
            (a, b)
        });
        let found: Vec<_> = all.iter().map(|(_, one)| *one).collect();
        assert_eq!(found, [(0, Some(0)), (0, Some(1)), (0, Some(2)), (1, None)]);
        let said: Vec<&str> = all.iter().map(|(said, _)| said.as_str()).collect();
        assert_eq!(said, ["a0, b0", "a0, b1", "a0, b2", "a1"]);
    }

    #[test]
    fn too_many_are_not_known() {
        let all = every(|choices| {
            let names = ["a", "b", "c", "d", "e", "f"].map(|name| choices.of(name, 2, &|_| String::new()));
            names.iter().all(Option::is_none)
        });
        assert_eq!(all, [(String::new(), true)]);
        assert_eq!(every(|_| ()), [(String::new(), ())]);
    }
}
