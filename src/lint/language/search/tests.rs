use proptest::prelude::*;

use super::*;
use crate::lint::language::Laid;
use crate::trust::{Glob, Pattern};

fn glob(text: &str) -> Automaton {
    Automaton::of_globs(&[Pattern::parse(text).unwrap().glob().clone()], false)
}

fn common(form: &str, tests: &[&str], not: &[&str]) -> Option<String> {
    let form = Automaton::of_expression(form, Laid::Whole).unwrap();
    let tests: Vec<_> = tests.iter().map(|t| glob(t)).collect();
    let not: Vec<_> = not.iter().map(|t| glob(t)).collect();
    let tracks = Tracks {
        form: Some(&form),
        marks: None,
        tests: tests.iter().collect(),
        not: not.iter().collect(),
    };
    match search(&tracks, &|_, flags| Some(flags), &|_| true) {
        Found::Text(letters) => Some(text(&letters)),
        Found::Nothing => None,
        Found::GaveUp => panic!("gave up"),
    }
}

#[test]
fn common_texts() {
    for (form, tests, not, found) in [
        (
            "repo:[a-z]+/[a-z]+",
            vec!["repo:acme/*"],
            vec![],
            Some("repo:acme/x"),
        ),
        ("repo:[a-z]+/[a-z]+", vec!["repo:acme:*"], vec![], None),
        ("[a-z]+", vec!["a*", "*b"], vec![], Some("ab")),
        ("[ab]{1,2}", vec![], vec!["a", "b", "a?"], Some("ba")),
        ("[ab]", vec![], vec!["a", "b"], None),
        ("[a-c]", vec!["?"], vec!["a", "c"], Some("b")),
    ] {
        assert_eq!(
            common(form, &tests, &not).as_deref(),
            found,
            "{form} {tests:?} {not:?}"
        );
    }
}

#[test]
fn a_search_without_end_gives_up() {
    // Which of the last characters were `a` has to be remembered.
    let deep = Automaton::of_expression("[ab]*a[ab]{18}c", Laid::Whole).unwrap();
    let all = Automaton::of_expression("[ab]*", Laid::Whole).unwrap();
    let tracks = Tracks {
        form: Some(&all),
        not: vec![&deep],
        ..Tracks::default()
    };
    assert!(search(&tracks, &|_, f| Some(f), &|flags| flags == 1).may_be());
}

#[test]
fn what_is_written_down_and_what_is_not() {
    let pattern = glob("a*b");
    let tracks = Tracks {
        tests: vec![&pattern],
        ..Tracks::default()
    };
    let judge = |letter: Letter, flags: u32| Some(flags | u32::from(letter.wild));
    let Found::Text(letters) = search(&tracks, &judge, &|flags| flags == 1) else {
        panic!()
    };
    assert_eq!(
        letters.iter().map(|l| l.wild).collect::<Vec<_>>(),
        [false, true, false]
    );
}

proptest! {
    /// Compared with trying every short text.
    #[test]
    fn as_trying_all_texts(a in r"[ab*?]{1,4}", b in r"[ab*?]{1,4}", not in r"[ab*?]{1,4}") {
        let pattern = |text: &str| -> Glob { Pattern::parse(text).unwrap().glob().clone() };
        let (a, b, not) = (pattern(&a), pattern(&b), pattern(&not));
        let automata: Vec<_> = [&a, &b, &not].map(|g| Automaton::of_globs(std::slice::from_ref(g), false)).into();
        let letters = Automaton::of_expression("[ab]*", Laid::Whole).unwrap();
        let tracks = Tracks { form: Some(&letters), marks: None, tests: vec![&automata[0], &automata[1]], not: vec![&automata[2]] };
        let found = search(&tracks, &|_, f| Some(f), &|_| true);
        let mut all = vec![String::new()];
        let mut shortest = None;
        for _ in 0..9 {
            shortest = shortest.or_else(|| all.iter().find(|t| a.matches(t) && b.matches(t) && !not.matches(t)).cloned());
            all = all.iter().flat_map(|t| [format!("{t}a"), format!("{t}b")]).collect();
        }
        match (found, shortest) {
            (Found::Text(letters), Some(shortest)) => {
                let text = text(&letters);
                prop_assert!(a.matches(&text) && b.matches(&text) && !not.matches(&text));
                prop_assert_eq!(text.len(), shortest.len());
            }
            (Found::Nothing, None) => {}
            (found, shortest) => prop_assert!(false, "{:?} {:?}", found, shortest),
        }
    }
}
