//! MessagePack against the vectors of the type system, and against any bytes.

use oidcfed::framework::{Number, Refinement, Type, Value, nfc};
use oidcfed::plugin::msgpack::{decode, encode};
use proptest::prelude::*;
use serde_json::Value as Json;

use crate::shared::fact;

pub fn vectors(group: &str) -> Vec<Json> {
    let Some(all) = fact("msgpack-vectors.json") else {
        return Vec::new();
    };
    let rows = all[group].as_array().unwrap().clone();
    assert_eq!(
        rows.len(),
        usize::try_from(all["counts"][group].as_u64().unwrap()).unwrap()
    );
    rows
}

pub fn type_of(row: &Json) -> Type {
    Type::from_json(&row["type"]).unwrap()
}

fn bytes(hex: &Json) -> Vec<u8> {
    data_encoding::HEXLOWER
        .decode(hex.as_str().unwrap().as_bytes())
        .unwrap()
}

/// A value in the notation of the vectors.
pub fn value(json: &Json) -> Value {
    let (kind, content) = json.as_object().unwrap().iter().next().unwrap();
    let list = || content.as_array().unwrap().iter().map(value).collect();
    let map = || {
        content
            .as_object()
            .unwrap()
            .iter()
            .map(|(k, v)| (nfc(k), value(v)))
            .collect()
    };
    match kind.as_str() {
        "null" => Value::Null,
        "string" => Value::string(content.as_str().unwrap()),
        "bool" => Value::Bool(content.as_bool().unwrap()),
        "number" => Value::Number(number(content)),
        "list" => Value::List(list()),
        "set" => Value::Set(list()),
        "tuple" => Value::Tuple(list()),
        "map" => Value::Map(map()),
        "object" => Value::Object(map()),
        "dynamic" => {
            let ty = Type::from_json(&content["type"]).unwrap();
            Value::Dynamic(Box::new((ty, value(&content["value"]))))
        }
        "unknown" => Value::Unknown(refinement(content)),
        other => panic!("unknown notation {other}"),
    }
}

fn number(text: &Json) -> Number {
    match text.as_str().unwrap() {
        "inf" => Number::Float(f64::INFINITY),
        "-inf" => Number::Float(f64::NEG_INFINITY),
        text => Number::parse(text).unwrap(),
    }
}

fn refinement(json: &Json) -> Option<Box<Refinement>> {
    let bound = |key: &str| json.get(key).map(|b| (number(&b[0]), b[1].as_bool().unwrap()));
    let refinement = Refinement {
        not_null: json.get("not_null").is_some(),
        prefix: json
            .get("prefix")
            .map(|prefix| prefix.as_str().unwrap().to_owned()),
        min: bound("min"),
        max: bound("max"),
        length_min: json.get("len_min").and_then(Json::as_i64),
        length_max: json.get("len_max").and_then(Json::as_i64),
    };
    (refinement != Refinement::default()).then(|| Box::new(refinement))
}

#[test]
fn values_are_written_and_read_as_the_reference_does() {
    // made from 64-bit floats, which the notation of the value does not say
    let floats = ["number/float64-nearest-0.1", "number/smallest-float64"];
    for row in vectors("encode") {
        let (name, ty, wire) = (
            row["name"].as_str().unwrap(),
            type_of(&row),
            bytes(&row["msgpack_hex"]),
        );
        let read = decode(&wire, &ty).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            read,
            value(row.get("decoded_value").unwrap_or(&row["value"])),
            "{name}"
        );
        assert_eq!(encode(&read, &ty).unwrap(), wire, "{name}");
        if !floats.contains(&name) {
            assert_eq!(encode(&value(&row["value"]), &ty).unwrap(), wire, "{name}");
        }
    }
}

#[test]
fn other_forms_of_values_are_read() {
    for row in vectors("decode") {
        let (name, ty) = (row["name"].as_str().unwrap(), type_of(&row));
        let read = decode(&bytes(&row["msgpack_hex"]), &ty).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read, value(&row["value"]), "{name}");
        assert_eq!(
            encode(&read, &ty).unwrap(),
            bytes(&row["canonical_hex"]),
            "{name}"
        );
    }
}

#[test]
fn what_is_no_value_is_refused() {
    for row in vectors("invalid").into_iter().chain(vectors("lenient")) {
        let read = decode(&bytes(&row["msgpack_hex"]), &type_of(&row));
        assert!(read.is_err(), "{}: {read:?}", row["name"]);
    }
}

#[test]
fn values_are_equal_when_the_host_says_so() {
    for row in vectors("equality") {
        let ty = type_of(&row);
        let (a, b) = (
            decode(&bytes(&row["a_hex"]), &ty).unwrap(),
            decode(&bytes(&row["b_hex"]), &ty).unwrap(),
        );
        assert_eq!(a == b, row["equal"].as_bool().unwrap(), "{}", row["name"]);
    }
}

#[test]
fn lengths_that_lie_are_refused_at_once() {
    let string = Type::String;
    for hex in [
        "dbffffffff",
        "ddffffffff",
        "dfffffffff",
        "c9ffffffff0c",
        "dd7fffffffc0",
    ] {
        let lie = bytes(&Json::from(hex));
        for ty in [
            &string,
            &Type::list(Type::String),
            &Type::map(Type::String),
            &Type::Dynamic,
        ] {
            assert!(decode(&lie, ty).is_err(), "{hex}");
        }
    }
}

#[test]
fn depth_is_bounded() {
    let mut nested = vec![0xc0];
    for _ in 0..10_000 {
        let mut outer = vec![0x92, 0xc4, 9];
        outer.extend(b"\"dynamic\"");
        outer.append(&mut nested);
        nested = outer;
    }
    assert!(decode(&nested, &Type::Dynamic).is_err());
    let mut body = vec![0x81, 99];
    body.extend(vec![0x91; 900]);
    body.push(0xc0);
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    let mut unknown = vec![0xc8, length[0], length[1], 12];
    unknown.append(&mut body);
    assert!(decode(&unknown, &Type::String).is_err());
}

fn any_type() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::String),
        Just(Type::Number),
        Just(Type::Bool),
        Just(Type::Dynamic)
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(Type::Object),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(ty in any_type(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(read) = decode(&bytes, &ty) {
            // what was read can be written, and read again as the same
            let written = encode(&read, &ty).unwrap();
            prop_assert_eq!(decode(&written, &ty).unwrap(), read);
        }
    }

    #[test]
    fn damaged_values_are_read_or_refused(row in 0usize..148, at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let rows = vectors("encode");
        if let Some(row) = rows.get(row) {
            let mut wire = bytes(&row["msgpack_hex"]);
            let at = at.index(wire.len());
            wire[at] = byte;
            let _ = decode(&wire, &type_of(row));
        }
    }
}
