//! TOML as the values of JSON, and where each stands.

use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::places::{KnownPlaces, Position};
use super::source::SourceError;
use crate::trust::document::child;

/// Reads a document.
pub(super) fn read(text: &str) -> Result<(Value, KnownPlaces), SourceError> {
    let table = DeTable::parse(text).map_err(|error| SourceError {
        position: error.span().map(|span| Position::of(text, span.start)),
        pointer: String::new(),
        expected: "JSON or TOML".to_owned(),
        found: format!("no TOML ({})", error.message().trim().replace('\n', " ")),
    })?;
    let mut reader = Reader {
        text,
        places: KnownPlaces::default(),
    };
    let tree = reader.table(table.get_ref(), "")?;
    Ok((tree, reader.places))
}

struct Reader<'a> {
    text: &'a str,
    places: KnownPlaces,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, at: &str) -> Result<Value, SourceError> {
        let mut members = Map::new();
        for (name, value) in table.iter() {
            let below = child(at, name.get_ref());
            self.places
                .note(&below, Position::of(self.text, name.span().start));
            members.insert(name.get_ref().to_string(), self.value(value, &below)?);
        }
        Ok(Value::Object(members))
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, at: &str) -> Result<Value, SourceError> {
        let start = value.span().start;
        self.places.note(at, Position::of(self.text, start));
        let number = |text: &str| serde_json::from_str::<Value>(&text.replace(['_', '+'], "")).ok();
        let known = match value.get_ref() {
            DeValue::String(text) => Some(json!(text)),
            DeValue::Boolean(flag) => Some(json!(flag)),
            DeValue::Integer(integer) => match integer.radix() {
                10 => number(integer.as_str()),
                radix => i64::from_str_radix(&integer.as_str().replace('_', ""), radix)
                    .ok()
                    .map(|number| json!(number)),
            },
            DeValue::Float(float) => number(float.as_str()),
            DeValue::Array(items) => {
                let numbered = items.iter().enumerate();
                let items = numbered.map(|(index, item)| self.value(item, &child(at, &index.to_string())));
                Some(Value::Array(items.collect::<Result<_, _>>()?))
            }
            DeValue::Table(table) => Some(self.table(table, at)?),
            DeValue::Datetime(_) => None,
        };
        known.ok_or_else(|| SourceError {
            position: Some(Position::of(self.text, start)),
            pointer: at.to_owned(),
            expected: "a value that JSON has too".to_owned(),
            found: "another".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_places() {
        let (tree, places) = read(
            "a = 1_000\nb = 'x'\n[[cases]]\nid = 'one'\nh = 0x1F\n[[cases]]\nid = 'two'\nl = [true, 1.5]\n",
        )
        .unwrap();
        assert_eq!(
            tree,
            json!({"a": 1000, "b": "x", "cases": [{"id": "one", "h": 31}, {"id": "two", "l": [true, 1.5]}]})
        );
        assert_eq!(
            places.nearest("/cases/1/id"),
            Some(Position { line: 7, column: 1 })
        );
        for (text, line) in [
            ("a = 1\nb = 1979-05-27\n", 2),
            ("a = 1\na = 2\n", 2),
            ("\n\nx\n", 3),
        ] {
            assert_eq!(
                read(text).unwrap_err().position.map(|place| place.line),
                Some(line),
                "{text}"
            );
        }
    }
}
