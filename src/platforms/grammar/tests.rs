//! The automata against the regular expressions they are made from, and what they prove.

use proptest::prelude::*;

use super::*;
use super::{Part, split};

fn language(pattern: &str) -> Language {
    Language::of(pattern).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn texts_of_a_pattern() {
    for (pattern, has, lacks) in [
        ("[a-z0-9-]{1,63}", vec!["a", "a-9"], vec!["", "A", "a:b"]),
        ("[^:/]+", vec!["a", "ü é"], vec!["", "a:b", "/"]),
        (
            r"[^\x00-\x20\x7f~^:?*\[\\]+",
            vec!["a/@ü"],
            vec!["a b", "a:b", "~", "\\"],
        ),
        ("(?:branch|tag)", vec!["branch", "tag"], vec!["branchtag", "bran"]),
        (r"auth0\|[0-9a-f]+", vec!["auth0|9f"], vec!["auth0", "auth0|"]),
        ("[]a]", vec!["]", "a"], vec!["b"]),
        (r"[a\-z]", vec!["-"], vec!["b"]),
        (".+", vec![":", "äö"], vec!["", "a\nb"]),
        (r"\d+", vec!["12"], vec!["a", "٣"]),
        (r"[^\d]", vec![":"], vec!["1"]),
        (r"[[:xdigit:]]{2}", vec!["aF"], vec!["g0", "a"]),
        ("a{2,4}", vec!["aa", "aaa", "aaaa"], vec!["a", "aaaaa"]),
        ("(?:ab?){2}", vec!["aa", "aba", "abab"], vec!["a", "abb"]),
        ("(?:a?){3}b", vec!["b", "aaab"], vec!["aaaab"]),
        ("a{3,}", vec!["aaa", "aaaaaa"], vec!["aa"]),
        ("x*", vec!["", "xx"], vec!["y"]),
    ] {
        let language = language(pattern);
        for text in has {
            assert!(language.has(text), "{pattern} {text}");
        }
        for text in lacks {
            assert!(!language.has(text), "{pattern} {text}");
        }
    }
}

#[test]
fn what_is_no_pattern() {
    for (pattern, expected) in [
        (
            "[a-z",
            "expected a regular expression for the whole value, found `[a-z`",
        ),
        ("(?i)a", "expected a regular expression without flags"),
        ("(?i:a)", "expected a regular expression without flags"),
        ("^a$", "expected a regular expression without `^`"),
        (r"\p{L}", "expected a regular expression without `\\p{…}`"),
        ("[a-z&&b]", "expected a regular expression without `&&`"),
        ("(?:a{1,100}){1,100}", "expected a smaller regular expression"),
        (
            "(?:(?:(?:){5000}){5000}){5000}",
            "expected a smaller regular expression",
        ),
        ("(?:a?){4000}", "expected a smaller regular expression"),
    ] {
        let found = Language::of(pattern).unwrap_err().to_string();
        assert!(found.starts_with(expected), "{pattern}: {found}");
    }
}

#[test]
fn a_variable_may_not_swallow_what_follows() {
    for (pattern, literal, swallows) in [
        ("[a-z0-9-]{1,63}", ":team:", None),
        (".+", ":team:", Some("x:team:victim")),
        ("[a-z:]{1,9}", ":t:", Some("x:t:x")),
        ("[^/]+", "/", None),
        // only a whole literal counts, and this one cannot be written with these
        ("[a-z:]+", ":9:", None),
        // its end and the begin of what follows: `aXa` of `…aX` + `aXa`
        ("[aX]{2}", "aXa", Some("aX")),
        ("[a-z0-9]{12}", "-", None),
        ("[0-9a-f]{8}-[0-9a-f]{4}", "-", Some("aaaaaaaa-aaaa")),
        ("(?:branch|tag)", ":", None),
        ("(?:job/[^/]+/)+", "oidc", Some("job/oidc/")),
    ] {
        let found = language(pattern).swallows(literal);
        assert_eq!(
            found.is_some(),
            swallows.is_some(),
            "{pattern} {literal} {found:?}"
        );
        if let Some(text) = found {
            assert!(language(pattern).has(&text), "{pattern} {text}");
            let joined = format!("{text}{literal}");
            assert!(joined.find(literal) < Some(text.len()), "{joined}");
        }
    }
}

#[test]
fn one_text_two_tenants() {
    let form = |parts: &[(&'static str, Option<bool>)]| {
        Language::sequence(parts.iter().map(|(text, tenant)| match tenant {
            None => (Piece::Literal(text), false),
            Some(tenant) => (Piece::Pattern(text), *tenant),
        }))
        .unwrap()
    };
    let team_first = form(&[("[a-z]+", Some(true)), (":", None), ("[a-z]+", Some(false))]);
    let team_last = form(&[("[a-z]+", Some(false)), (":", None), ("[a-z]+", Some(true))]);
    assert_eq!(clash(&team_first, &team_last), Clash::Text("a:b".to_owned()));
    assert_eq!(clash(&team_first, &team_first), Clash::None);
    let longer = form(&[
        ("[a-z]+", Some(true)),
        (":", None),
        ("[a-z]+", Some(false)),
        (":env:", None),
        ("[a-z]+", Some(false)),
    ]);
    assert_eq!(clash(&team_first, &longer), Clash::None);
    let nobody = form(&[("[a-z:]+", Some(false))]);
    assert_eq!(clash(&team_first, &nobody), Clash::Text("a:x".to_owned()));
}

#[test]
fn readings_of_an_ambiguous_grammar_are_few_and_in_order() {
    let parts = [
        Part::Variable("a", language(".+")),
        Part::Literal("-"),
        Part::Variable("b", language(".+")),
    ];
    let found = split(&parts, "x-y-z");
    let firsts: Vec<_> = found.iter().map(|values| values["a"].as_str()).collect();
    assert_eq!(firsts, ["x", "x-y"]);
    assert_eq!(split(&parts, &"-".repeat(500)).len(), super::split::MAX_READINGS);
    assert!(split(&parts, "xyz").is_empty());
    let twice = [
        Part::Variable("a", language("[a-z]+")),
        Part::Literal("."),
        Part::Variable("a", language("[a-z]+")),
    ];
    assert_eq!(split(&twice, "ab.ab").len(), 1);
    assert!(split(&twice, "ab.cd").is_empty());
}

/// With backtracking this would not end within anybody's life.
#[test]
fn no_text_is_slow() {
    let nested = || language("(?:(?:a|a)+)+");
    let parts = [
        Part::Variable("a", nested()),
        Part::Variable("b", nested()),
        Part::Variable("c", language("(?:a?){50}")),
        Part::Literal("b"),
    ];
    for text in ["a".repeat(8_000), "ab".repeat(4_000), "a".repeat(1_000_000)] {
        assert!(split(&parts, &format!("{text}c")).is_empty());
    }
    assert_eq!(
        split(&parts, &format!("{}b", "a".repeat(8_000))).len(),
        super::split::MAX_READINGS
    );
}

proptest! {
    /// The automaton has exactly the texts of the expression it is made from.
    #[test]
    fn as_the_regular_expression(
        pattern in r"((\[\^?[a-c:x-]{1,4}\]|[a-c:]|\\\.|\(?:a\|b:?\)|\.)([+*?]|\{1,2\}|\{2\}|\{0,1\})?){1,5}",
        text in "[a-cx:.-]{0,5}",
    ) {
        let expression = regex::Regex::new(&format!("^(?:{pattern})$"));
        if let (Ok(expression), Ok(language)) = (expression, Language::of(&pattern)) {
            prop_assert_eq!(expression.is_match(&text), language.has(&text), "{}", pattern);
        }
    }

    /// What is said to be swallowed is; what is said not to be, is not by any text that was tried.
    #[test]
    fn swallowing_is_neither_missed_nor_invented(
        pattern in r"(\[[ab:]{1,3}\]|[ab:])([+*]|\{1,2\})?(\[[ab:]{1,3}\]|[ab:])?",
        literal in "[ab:]{1,4}",
        text in "[ab:]{0,6}",
    ) {
        if let Ok(language) = Language::of(&pattern) {
            let too_early = |text: &str| format!("{text}{literal}").find(&literal) < Some(text.len());
            match language.swallows(&literal) {
                Some(found) => prop_assert!(language.has(&found) && too_early(&found), "{} {}", pattern, found),
                None => prop_assert!(!(language.has(&text) && too_early(&text)), "{} {} {}", pattern, literal, text),
            }
        }
    }

    /// Every way of cutting a text that a template made is found, the one it was made with among them.
    #[test]
    fn what_was_put_together_comes_apart(a in "[ab-]{1,4}", b in "[ab-]{1,4}") {
        let parts = [
            Part::Literal("t:"),
            Part::Variable("a", language("[ab-]+")),
            Part::Literal("-"),
            Part::Variable("b", language("[ab-]+")),
        ];
        let found = split(&parts, &format!("t:{a}-{b}"));
        prop_assert!(found.iter().any(|values| values["a"] == a && values["b"] == b), "{:?}", found);
        for values in &found {
            prop_assert_eq!(format!("{}-{}", values["a"], values["b"]), format!("{a}-{b}"));
        }
    }
}
