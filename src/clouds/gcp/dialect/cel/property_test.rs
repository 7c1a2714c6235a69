//! Whatever is written: an answer or an error, in bounded time and on a small stack.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Map, Program, Value, write};

/// Less than the stack of any thread that decides.
const STACK: usize = 1 << 20;

fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(work)
        .unwrap()
        .join()
        .unwrap()
}

fn assertion() -> Value {
    let claims = serde_json::json!({"sub": "repo:acme/api:ref:refs/heads/main", "n": 7, "list": ["a", "b", 3], "flag": true,
        "nested": {"a": {"b": "c"}}, "long": "x".repeat(5_000)});
    Value::Map(Arc::new(Map::from_json(claims.as_object().unwrap())))
}

/// Parses and evaluates; the text of any error is made as well.
fn run(source: &str) {
    let started = Instant::now();
    match Program::parse(source, 4096) {
        Err(error) => {
            assert!(!error.to_string().is_empty());
            let lines = source.split('\n').count();
            assert!(
                error.line >= 1 && error.line <= lines && error.column >= 1,
                "{source:?}: {error}"
            );
        }
        Ok(program) => {
            let variables = [("assertion", assertion())];
            if let Err(stop) = program.evaluate(&variables) {
                assert!(!program.explain(&stop).is_empty());
            }
            program.doubt(&variables);
            program.looks_at(program.root());
            write(program.root());
        }
    }
    // Nothing here is measured; it only must not take minutes. Other work shares the machine.
    assert!(started.elapsed() < Duration::from_secs(30), "{source:?}");
}

#[test]
fn deep_and_long() {
    let around = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    let mut sources = Vec::new();
    for times in [10, 33, 39, 40, 41, 60, 99, 100, 101, 500, 2_000, 100_000] {
        sources.extend([
            around("(", "1", ")", times),
            around("[", "1", "]", times),
            around("{1: ", "1", "}", times),
            around("size(", "'a'", ")", times),
            around("!(", "true", ")", times),
            around("a[", "0", "]", times),
            around("[1].all(x, ", "true", ")", times),
            around("(1 + ", "1", ")", times),
            "(".repeat(times),
            ")".repeat(times),
            "[{(".repeat(times),
            "!".repeat(times) + "true",
            "-".repeat(times) + "1",
            "1".to_owned() + &" + 1".repeat(times),
            "1".to_owned() + &" == 1".repeat(times),
            "true".to_owned() + &" && true".repeat(times),
            "true".to_owned() + &" || !false && true".repeat(times),
            "a".to_owned() + &".a".repeat(times),
            "a".to_owned() + &"[0]".repeat(times),
            "'a'".to_owned() + &".f()".repeat(times),
            "true ? 1 : ".repeat(times) + "2",
            "true ? ".repeat(times) + "1" + &" : 2".repeat(times),
            "'".to_owned() + &"\\\\".repeat(times) + "'",
            "'a".repeat(times),
            "\\".repeat(times),
            "`".repeat(times),
            ".".repeat(times),
            "1.".repeat(times),
            "'x'.matches('".to_owned() + &"(".repeat(times) + &")".repeat(times) + "')",
            "'x'.matches('".to_owned() + &"(x{9}){9}".repeat(times) + "')",
            "assertion.long.matches('".to_owned() + &"x*".repeat(times) + "y')",
        ]);
    }
    on_a_small_stack(move || sources.iter().for_each(|source| run(source)));
}

#[test]
fn costs_are_bounded() {
    let ten = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
    let mut nested = "true".to_owned();
    for depth in 0..15 {
        nested = format!("{ten}.all(x{depth}, {nested})");
    }
    let doubled = format!("assertion.long{}", ".replace('x', 'xx')".repeat(40));
    let compiled = format!(
        "{ten}.all(a, {ten}.all(b, {ten}.all(c, {ten}.all(d, assertion.long.matches('x{{1,500}}' + 'y') || true))))"
    );
    let joined = format!(
        "{ten}.map(a, assertion.long){}",
        ".map(x, [x, x].join('/'))".repeat(20)
    );
    on_a_small_stack(move || {
        for source in [nested, doubled, compiled, joined] {
            let program = Program::parse(&source, 4096).unwrap();
            let started = Instant::now();
            let stop = program.evaluate(&[("assertion", assertion())]).unwrap_err();
            assert!(matches!(stop, super::Stop::Unknown(_)), "{source}: {stop:?}");
            assert!(program.explain(&stop).contains("is not finished"));
            assert!(started.elapsed() < Duration::from_secs(30), "{source}");
        }
    });
}

/// Pieces of the language in any order.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "assertion",
        ".",
        "sub",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "'a'",
        "\"b\"",
        "r'\\d'",
        "b'x'",
        "1",
        "0u",
        "1.5",
        "-",
        "!",
        "&&",
        "||",
        "==",
        "!=",
        "<",
        ">=",
        "in",
        "?",
        ":",
        ",",
        "+",
        "*",
        "/",
        "%",
        "true",
        "null",
        "has",
        "all",
        "exists",
        "map",
        "x",
        "size",
        "matches",
        "extract",
        "split",
        "join",
        "e",
        "`q`",
        "//c\n",
        "\n",
        " ",
        "é",
        "'",
        "\\",
        "@",
        "$",
        "0x",
        "1e",
        "for",
        "'{x}/'",
        "nested",
        "list",
        "int",
        "string",
        "type",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.join(" "))
}

/// Well formed expressions.
fn formed() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "assertion.sub",
        "assertion.n",
        "assertion.list",
        "assertion.nested.a",
        "assertion['flag']",
        "assertion.absent",
        "1",
        "-2",
        "3u",
        "1.5",
        "'a'",
        "''",
        "b'x'",
        "true",
        "false",
        "null",
        "[]",
        "{}",
        "['a', 1]",
        "{'a': 1}",
        "x",
        "int",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 4, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            (
                two.clone(),
                prop::sample::select(vec![
                    "&&", "||", "==", "!=", "<", ">=", "in", "+", "-", "*", "/", "%"
                ])
            )
                .prop_map(|((a, b), sign)| format!("({a}) {sign} ({b})")),
            (
                two.clone(),
                prop::sample::select(vec![
                    "contains",
                    "startsWith",
                    "endsWith",
                    "matches",
                    "extract",
                    "split",
                    "join"
                ])
            )
                .prop_map(|((a, b), name)| format!("({a}).{name}({b})")),
            (
                two.clone(),
                prop::sample::select(vec!["all", "exists", "exists_one", "map", "filter"])
            )
                .prop_map(|((a, b), name)| format!("({a}).{name}(x, {b})")),
            (
                inner.clone(),
                prop::sample::select(vec![
                    "!", "-", "size", "int", "uint", "double", "string", "bool", "bytes", "type", "dyn"
                ])
            )
                .prop_map(|(a, name)| format!("{name}({a})")),
            (two.clone(), inner.clone()).prop_map(|((a, b), c)| format!("({a}) ? ({b}) : ({c})")),
            two.clone().prop_map(|(a, b)| format!("({a})[{b}]")),
            two.clone().prop_map(|(a, b)| format!("[{a}, {b}]")),
            two.prop_map(|(a, b)| format!("{{{a}: {b}}}")),
            inner.prop_map(|a| format!("has(({a}).sub)")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn any_characters(source in "\\PC{0,60}") {
        run(&source);
    }

    #[test]
    fn any_pieces(source in soup()) {
        run(&source);
    }

    /// What is written of a tree reads as that tree, and means the same.
    #[test]
    fn any_expression(source in formed()) {
        prop_assume!(source.len() <= 4096);
        let Ok(program) = Program::parse(&source, 4096) else {
            return Ok(());
        };
        run(&source);
        let written = write(program.root());
        let again = Program::parse(&written, 1 << 20).unwrap();
        prop_assert_eq!(write(again.root()), written);
        let variables = [("assertion", assertion())];
        let shown = |program: &Program| match program.evaluate(&variables) {
            Ok(value) => value.shown(),
            Err(super::Stop::Error(_)) => "error".to_owned(),
            Err(super::Stop::Unknown(_)) => "unknown".to_owned(),
        };
        prop_assert_eq!(shown(&program), shown(&again));
    }
}
