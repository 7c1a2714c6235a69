//! JSON against the vectors of the type system.

use oidcfed::framework::{Reading, from_json, to_json};
use serde_json::Value as Json;

use crate::values::{type_of, value, vectors};

#[test]
fn values_are_written_and_read_in_json() {
    let mut seen = 0;
    for row in vectors("encode") {
        let Some(text) = row.get("json_text").and_then(Json::as_str) else {
            continue;
        };
        let json: Json = serde_json::from_str(text).unwrap();
        let (name, expected) = (&row["name"], value(&row["value"]));
        let read = from_json(&json, &type_of(&row), Reading::Exact)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read, expected, "{name}");
        assert_eq!(to_json(&expected).unwrap(), json, "{name}");
        seen += 1;
    }
    assert!(seen > 90 || vectors("encode").is_empty(), "{seen} rows");
}

#[test]
fn unknown_values_cannot_be_written_in_json() {
    for row in vectors("encode") {
        let value = value(&row["value"]);
        if !value.is_wholly_known() {
            assert!(to_json(&value).is_err(), "{}", row["name"]);
        }
    }
}
