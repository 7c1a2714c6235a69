//! Every rule, by a valid case in which one thing is changed.

use super::*;
use crate::framework::{Nesting, Schema, Type};

fn schema() -> Schema {
    let nested = vec![
        Attribute::string("in").required(),
        Attribute::string("out").computed(),
    ];
    Schema::new(
        "",
        vec![
            Attribute::string("text").optional(),
            Attribute::string("made").computed(),
            Attribute::string("either").optional().computed(),
            Attribute::string("secret").optional().write_only(),
            Attribute::string_set("names").optional(),
            Attribute::nested("list", Nesting::List, nested.clone()).optional(),
            Attribute::nested("map", Nesting::Map, nested.clone()).optional(),
            Attribute::nested("set", Nesting::Set, nested).optional(),
            Attribute::new("any", Type::Dynamic).optional(),
        ],
    )
}

fn text(text: &str) -> Value {
    Value::string(text)
}

fn inner(out: Value) -> Value {
    Value::Object([("in".to_owned(), text("i")), ("out".to_owned(), out)].into())
}

fn object(members: &[(&str, Value)]) -> Members {
    let mut all: Members = schema()
        .attributes
        .iter()
        .map(|a| (a.name.clone(), Value::Null))
        .collect();
    all.extend(
        members
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    );
    all
}

fn map(value: Value) -> Value {
    Value::Map([("k".to_owned(), value)].into())
}

fn config() -> Members {
    object(&[
        ("text", text("t")),
        ("secret", text("s")),
        ("names", Value::Set(vec![text("a"), Value::UNKNOWN])),
        ("list", Value::List(vec![inner(Value::Null)])),
        ("map", map(inner(Value::Null))),
        ("set", Value::Set(vec![inner(Value::Null)])),
    ])
}

fn planned() -> Members {
    let mut planned = config();
    for (name, value) in [
        ("secret", Value::Null),
        ("made", Value::UNKNOWN),
        ("either", text("chosen")),
        ("list", Value::List(vec![inner(Value::UNKNOWN)])),
        ("map", map(inner(text("known")))),
        ("set", Value::Set(vec![inner(Value::UNKNOWN)])),
    ] {
        planned.insert(name.to_owned(), value);
    }
    planned
}

fn broken(violations: &[Violation]) -> Vec<String> {
    violations
        .iter()
        .map(|violation| violation.path.to_string())
        .collect()
}

#[test]
fn a_plan_keeps_to_the_configuration() {
    let attributes = schema().attributes;
    assert_eq!(plan_is_valid(&attributes, None, &config(), &planned()), []);
    let prior = object(&[("text", text("former"))]);
    for (name, value, path) in [
        ("text", text("other"), "text"),
        ("text", Value::UNKNOWN, "text"),
        ("text", Value::Null, "text"),
        ("text", text("former"), "text"),
        ("secret", text("s"), "secret"),
        ("any", Value::Dynamic(Box::new((Type::String, text("x")))), "any"),
        ("names", Value::Set(vec![text("a")]), "names"),
        ("list", Value::UNKNOWN, "list"),
        ("list", Value::List(vec![]), "list"),
        ("list", Value::List(vec![Value::UNKNOWN]), "list[0]"),
        (
            "map",
            Value::Map([("other".to_owned(), inner(Value::Null))].into()),
            "map",
        ),
        ("map", map(Value::Null), "map[\"k\"]"),
        ("set", Value::Set(vec![inner(text("1")), inner(text("2"))]), "set"),
    ] {
        let mut planned = planned();
        planned.insert(name.to_owned(), value);
        assert_eq!(
            broken(&plan_is_valid(&attributes, None, &config(), &planned)),
            [path]
        );
    }
    // a prior value may stay, where it means the same
    let mut planned = planned();
    planned.insert("text".to_owned(), text("former"));
    assert_eq!(plan_is_valid(&attributes, Some(&prior), &config(), &planned), []);
}

#[test]
fn an_inner_value_keeps_to_the_configuration() {
    let mut planned = planned();
    let changed = Value::Object([("in".to_owned(), text("x")), ("out".to_owned(), Value::Null)].into());
    planned.insert("list".to_owned(), Value::List(vec![changed.clone()]));
    planned.insert("map".to_owned(), map(changed));
    let violations = plan_is_valid(&schema().attributes, None, &config(), &planned);
    assert_eq!(broken(&violations), ["list[0].in", "map[\"k\"].in"]);
}

#[test]
fn a_result_keeps_what_the_plan_promised() {
    let actual = |changes: &[(&str, Value)]| {
        let mut actual = planned();
        let known = [
            ("made", text("m")),
            ("names", Value::Set(vec![text("a"), text("b")])),
            ("list", Value::List(vec![inner(text("1"))])),
            ("set", Value::Set(vec![inner(text("2"))])),
        ];
        actual.extend(
            known
                .iter()
                .chain(changes)
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
        Value::Object(actual)
    };
    let planned = Value::Object(planned());
    assert_eq!(keeps_promises(&planned, &actual(&[])), []);
    assert_eq!(
        keeps_promises(&planned, &actual(&[("names", Value::Set(vec![text("a")]))])),
        []
    );
    for (name, value, path) in [
        ("text", text("other"), "text"),
        ("either", Value::Null, "either"),
        ("any", text("x"), "any"),
        ("names", Value::Set(vec![text("b"), text("c")]), "names"),
        (
            "names",
            Value::Set(vec![text("a"), text("b"), text("c")]),
            "names",
        ),
        ("list", Value::List(vec![]), "list"),
        ("map", map(inner(text("other"))), "map[\"k\"].out"),
        ("map", Value::Map(Members::new()), "map"),
    ] {
        assert_eq!(
            broken(&keeps_promises(&planned, &actual(&[(name, value)]))),
            [path]
        );
    }
}

#[test]
fn a_state_is_known_and_without_write_only_values() {
    let attributes = schema().attributes;
    let state = object(&[("text", text("t")), ("list", Value::List(vec![inner(text("o"))]))]);
    assert_eq!(is_settled(&attributes, &state), []);
    for (name, value) in [
        ("secret", text("s")),
        ("names", Value::Set(vec![Value::UNKNOWN])),
        ("made", Value::UNKNOWN),
    ] {
        let mut state = state.clone();
        state.insert(name.to_owned(), value);
        assert_eq!(broken(&is_settled(&attributes, &state)), [name]);
    }
}

#[test]
fn an_identity_stays() {
    let identity = |name: &str| Value::Object([("name".to_owned(), text(name))].into());
    let open = Value::Object([("name".to_owned(), Value::UNKNOWN)].into());
    assert_eq!(keeps_identity(Some(&identity("a")), Some(&identity("a"))), []);
    assert_eq!(keeps_identity(None, Some(&identity("a"))), []);
    assert_eq!(keeps_identity(Some(&open), Some(&identity("a"))), []);
    assert_eq!(
        keeps_identity(Some(&identity("a")), Some(&identity("b"))).len(),
        1
    );
}

#[test]
fn a_report_names_the_path_and_no_value() {
    let mut diagnostics = Diagnostics::new();
    report(
        vec![Violation {
            path: Path::of("text"),
            rule: CHANGED,
        }],
        "plan",
        &mut diagnostics,
    );
    let reported: Vec<_> = diagnostics.into_iter().collect();
    assert_eq!(reported.len(), 1);
    assert_eq!(reported[0].path, Path::of("text"));
    assert!(reported[0].detail.contains("`text` breaks a rule in the plan"));
}
