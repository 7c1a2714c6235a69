//! Can one text be two tenants?

use std::collections::{HashMap, VecDeque};

use super::language::Language;

/// What looking for a clash found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::platforms) enum Clash {
    None,
    /// A text of both languages whose tenant, as marked, stands in different places.
    Text(String),
    /// Too much to look at.
    TooLarge,
}

/// Pairs of positions that are looked at.
const MAX_STATES: usize = 400_000;

/// A text that both languages have, with the tenant marked in different places.
///
/// Both automata are walked side by side over one text that is made up on the way; all pairs that can be reached are looked
/// at, so that none found means none there.
pub(in crate::platforms) fn clash(one: &Language, other: &Language) -> Clash {
    // a position of each, and whether the marks have differed
    type State = (usize, usize, bool);
    let mut came_from: HashMap<State, (Option<State>, char)> = HashMap::new();
    let mut waiting: VecDeque<Option<State>> = VecDeque::from([None]);
    while let Some(state) = waiting.pop_front() {
        let (of_one, of_other): (&[usize], &[usize]) = match state {
            None => (&one.first, &other.first),
            Some((a, b, _)) => (one.follow(a), other.follow(b)),
        };
        let differed = state.is_some_and(|(_, _, differs)| differs);
        for (a, b) in of_one.iter().flat_map(|a| of_other.iter().map(move |b| (*a, *b))) {
            let (Some(in_one), Some(in_other)) = (one.positions.get(a), other.positions.get(b)) else {
                continue;
            };
            // different letters make different names
            let wanted = match (in_one.is_tenant, in_other.is_tenant) {
                (true, false) => "ab0",
                (false, true) => "ba1",
                _ => "xa0",
            };
            let Some(c) = in_one.chars.both(&in_other.chars).pretty(wanted, &|_| false) else {
                continue;
            };
            let next = (a, b, differed || in_one.is_tenant != in_other.is_tenant);
            if came_from.contains_key(&next) {
                continue;
            }
            came_from.insert(next, (state, c));
            if next.2 && in_one.is_last && in_other.is_last {
                let mut text = Vec::new();
                let mut at = Some(next);
                while let Some((from, c)) = at.and_then(|state| came_from.get(&state)) {
                    text.push(*c);
                    at = *from;
                }
                return Clash::Text(text.iter().rev().collect());
            }
            if came_from.len() > MAX_STATES {
                return Clash::TooLarge;
            }
            waiting.push_back(Some(next));
        }
    }
    Clash::None
}
