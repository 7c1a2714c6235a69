//! YAML as far as templates need it: the values of JSON, and CloudFormation's short tags (`!Ref X` is `{"Ref": "X"}`).
//!
//! What YAML takes a plain word for differs between its versions. Here a date is a text, and so are `yes` and `on`.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Number, Value, json};

use super::places::{KnownPlaces, Position};
use super::source::SourceError;
use crate::trust::document::child;

/// Values that an alias repeats count each time: a small text must not grow without bound.
const MOST_VALUES: usize = 500_000;
const DEEPEST: usize = 128;

/// Reads the only document of a text.
pub(super) fn read(text: &str) -> Result<(Value, KnownPlaces), SourceError> {
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        places: KnownPlaces::default(),
        anchors: BTreeMap::new(),
        values: 0,
    };
    reader.until_content()?;
    let (event, span) = reader.next()?;
    let tree = reader.value(event, span, "", 0)?;
    match reader.next()? {
        (Event::DocumentEnd, _) => {}
        (_, span) => return Err(wrong(span, "", "the end of the document", "something else")),
    }
    match reader.next()? {
        (Event::StreamEnd, _) => Ok((tree, reader.places)),
        (_, span) => Err(wrong(span, "", "one document", "a second one")),
    }
}

struct Reader<'a> {
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    places: KnownPlaces,
    anchors: BTreeMap<usize, (Value, usize)>,
    values: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), SourceError> {
        match self.events.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let marker = error.marker();
                Err(SourceError {
                    position: Some(Position {
                        line: marker.line(),
                        column: marker.col() + 1,
                    }),
                    pointer: String::new(),
                    expected: "JSON or YAML".to_owned(),
                    found: format!("no YAML ({})", error.info()),
                })
            }
            None => Err(SourceError {
                position: None,
                pointer: String::new(),
                expected: "JSON or YAML".to_owned(),
                found: "nothing".to_owned(),
            }),
        }
    }

    fn until_content(&mut self) -> Result<(), SourceError> {
        loop {
            match self.next()? {
                (Event::StreamStart, _) => {}
                (Event::DocumentStart(_), _) => return Ok(()),
                (_, span) => return Err(wrong(span, "", "JSON or YAML", "nothing")),
            }
        }
    }

    fn value(&mut self, event: Event<'a>, span: Span, at: &str, depth: usize) -> Result<Value, SourceError> {
        self.values += 1;
        if depth > DEEPEST || self.values > MOST_VALUES {
            return Err(wrong(
                span,
                at,
                "a document of usual size",
                "one that is too deep or too large",
            ));
        }
        self.places.note(at, position(span));
        let counted = self.values;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => (
                tagged(scalar(&text, style, tag.as_deref()), tag.as_deref()),
                anchor,
            ),
            Event::SequenceStart(anchor, tag) => {
                let mut items = Vec::new();
                loop {
                    let (event, span) = self.next()?;
                    if event == Event::SequenceEnd {
                        break;
                    }
                    let below = child(at, &items.len().to_string());
                    items.push(self.value(event, span, &below, depth + 1)?);
                }
                (tagged(Value::Array(items), tag.as_deref()), anchor)
            }
            Event::MappingStart(anchor, tag) => (tagged(self.mapping(at, depth)?, tag.as_deref()), anchor),
            Event::Alias(anchor) => return self.alias(anchor, span, at),
            _ => return Err(wrong(span, at, "a value", "something else")),
        };
        if anchor > 0 {
            let size = self.values - counted + 1;
            self.anchors.insert(anchor, (value.clone(), size));
        }
        Ok(value)
    }

    fn mapping(&mut self, at: &str, depth: usize) -> Result<Value, SourceError> {
        let mut members = Map::new();
        loop {
            let (event, span) = self.next()?;
            let name = match event {
                Event::MappingEnd => return Ok(Value::Object(members)),
                Event::Scalar(text, style, _, _) if text == "<<" && style == ScalarStyle::Plain => {
                    return Err(wrong(span, at, "members written out", "a merge (`<<`)"));
                }
                Event::Scalar(text, _, _, _) => text.into_owned(),
                _ => return Err(wrong(span, at, "the name of a member (a text)", "something else")),
            };
            let below = child(at, &name);
            if members.contains_key(&name) {
                return Err(wrong(span, &below, "every member once", "it twice"));
            }
            self.places.note(&below, position(span));
            let (event, span) = self.next()?;
            let value = self.value(event, span, &below, depth + 1)?;
            members.insert(name, value);
        }
    }

    fn alias(&mut self, anchor: usize, span: Span, at: &str) -> Result<Value, SourceError> {
        let Some((value, size)) = self.anchors.get(&anchor) else {
            return Err(wrong(span, at, "an anchor that was written before", "none"));
        };
        self.values = self.values.saturating_add(*size);
        if self.values > MOST_VALUES {
            return Err(wrong(
                span,
                at,
                "a document of usual size",
                "one that is too large",
            ));
        }
        Ok(value.clone())
    }
}

fn position(span: Span) -> Position {
    Position {
        line: span.start.line(),
        column: span.start.col() + 1,
    }
}

fn wrong(span: Span, pointer: &str, expected: &str, found: &str) -> SourceError {
    SourceError {
        position: Some(position(span)),
        pointer: pointer.to_owned(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
    if style != ScalarStyle::Plain || is_text {
        return json!(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => json!(true),
        "false" | "False" | "FALSE" => json!(false),
        _ => number(text).map_or_else(|| json!(text), Value::Number),
    }
}

/// As JSON writes numbers: an account id that begins with a zero is a text.
fn number(text: &str) -> Option<Number> {
    text.parse().ok()
}

/// `!Ref X`, `!Condition X`, `!GetAtt X.Arn`, `!Sub …`: the long forms of CloudFormation.
fn tagged(value: Value, tag: Option<&Tag>) -> Value {
    let Some(tag) = tag.filter(|tag| tag.handle == "!" && !tag.suffix.is_empty()) else {
        return value;
    };
    match (tag.suffix.as_str(), value) {
        (name @ ("Ref" | "Condition"), value) => json!({ name: value }),
        ("GetAtt", Value::String(text)) => {
            let (resource, attribute) = text.split_once('.').unwrap_or((&text, ""));
            json!({ "Fn::GetAtt": [resource, attribute] })
        }
        (name, value) => json!({ format!("Fn::{name}"): value }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Value {
        read(text).unwrap().0
    }

    #[test]
    fn values_and_short_tags() {
        assert_eq!(
            tree("a: 2012-10-17\nb: \"1\"\nc: 1\nd: 0123\ne: yes\nf: true\ng:\nh: [x, ~]\ni: |\n  t\n"),
            json!({"a": "2012-10-17", "b": "1", "c": 1, "d": "0123", "e": "yes", "f": true, "g": null, "h": ["x", null], "i": "t\n"})
        );
        assert_eq!(
            tree("a: !Ref X\nb: !GetAtt R.Arn\nc: !Sub\n  - \"${A}\"\n  - A: !Ref B\nd: !If [C, 1, 2]\n"),
            json!({"a": {"Ref": "X"}, "b": {"Fn::GetAtt": ["R", "Arn"]},
                "c": {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}, "d": {"Fn::If": ["C", 1, 2]}})
        );
        assert_eq!(
            tree("a: &x {b: 1}\nc: *x\n"),
            json!({"a": {"b": 1}, "c": {"b": 1}})
        );
    }

    #[test]
    fn what_is_refused() {
        let bomb: String = (0..30).fold("a0: &a0 [x]\n".to_owned(), |text, at| {
            let next = at + 1;
            format!("{text}a{next}: &a{next} [*a{at}, *a{at}]\n")
        });
        for (text, found) in [
            ("a: 1\n---\nb: 2\n", "a second one"),
            ("<<: {a: 1}\n", "a merge (`<<`)"),
            ("? [a]\n: b\n", "something else"),
            (bomb.as_str(), "one that is too large"),
            ("a: *nobody\n", "no YAML ("),
            (&"[".repeat(100_000), "no YAML (recursion limit exceeded)"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.found.starts_with(found), "{error}");
        }
    }
}
