//! JSON from strangers (RFC 8259), read strictly: no duplicate member unless asked for, bounded nesting, nothing after
//! the value, no byte order mark.
//!
//! Written out because the general-purpose reader keeps the last of two equal members in silence, and two readers that
//! disagree about which one counts are a way around a check (RFC 8725, section 2.4).

use serde_json::{Map, Number, Value};

/// Arrays and objects inside each other; tokens and key sets of real issuers need four.
const MAX_DEPTH: usize = 32;

/// What two members of the same name in one object mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplicates {
    Refuse,
    LastWins,
}

/// Why bytes are no acceptable JSON. Texts name positions, never contents.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    #[error("expected UTF-8 text")]
    NotUtf8,
    #[error("expected JSON, found something else at byte {0}")]
    Syntax(usize),
    #[error("expected members of different names, found a second one of the same name at byte {0}")]
    DuplicateMember(usize),
    #[error("expected at most {MAX_DEPTH} levels of nesting")]
    TooDeep,
}

/// Reads exactly one JSON value.
///
/// # Errors
/// See [`JsonError`].
pub(super) fn parse(bytes: &[u8], duplicates: Duplicates) -> Result<Value, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|_| JsonError::NotUtf8)?;
    let mut reader = Reader {
        text,
        at: 0,
        duplicates,
    };
    let value = reader.value(0)?;
    reader.white_space();
    if reader.at < text.len() {
        return Err(JsonError::Syntax(reader.at));
    }
    Ok(value)
}

/// Reads exactly one JSON object; `Ok(None)` when it is another value.
pub(super) fn parse_object(
    bytes: &[u8],
    duplicates: Duplicates,
) -> Result<Option<Map<String, Value>>, JsonError> {
    Ok(match parse(bytes, duplicates)? {
        Value::Object(members) => Some(members),
        _ => None,
    })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    duplicates: Duplicates,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        if depth > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        self.white_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(JsonError::Syntax(self.at)),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        let mut members = Map::new();
        self.at += 1;
        if self.closes(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.white_space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(JsonError::Syntax(self.at));
            }
            let name = self.string()?;
            self.white_space();
            self.expect(b':')?;
            let value = self.value(depth + 1)?;
            if members.insert(name, value).is_some() && self.duplicates == Duplicates::Refuse {
                return Err(JsonError::DuplicateMember(start));
            }
            if self.closes(b'}') {
                return Ok(Value::Object(members));
            }
            self.expect(b',')?;
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        let mut items = Vec::new();
        self.at += 1;
        if self.closes(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.closes(b']') {
                return Ok(Value::Array(items));
            }
            self.expect(b',')?;
        }
    }

    /// A string with its quotes; escapes and surrogates are left to the general-purpose reader.
    fn string(&mut self) -> Result<String, JsonError> {
        let start = self.at;
        let mut end = start + 1;
        loop {
            match self.text.as_bytes().get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => return Err(JsonError::Syntax(start)),
            }
        }
        let quoted = self.text.get(start..=end).ok_or(JsonError::Syntax(start))?;
        self.at = end + 1;
        serde_json::from_str(quoted).map_err(|_| JsonError::Syntax(start))
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
        while self.peek().is_some_and(is_part) {
            self.at += 1;
        }
        let text = self.text.get(start..self.at).ok_or(JsonError::Syntax(start))?;
        text.parse::<Number>()
            .map(Value::Number)
            .map_err(|_| JsonError::Syntax(start))
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        if !self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word))
        {
            return Err(JsonError::Syntax(self.at));
        }
        self.at += word.len();
        Ok(value)
    }

    fn closes(&mut self, bracket: u8) -> bool {
        self.white_space();
        let closes = self.peek() == Some(bracket);
        if closes {
            self.at += 1;
        }
        closes
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek() != Some(byte) {
            return Err(JsonError::Syntax(self.at));
        }
        self.at += 1;
        Ok(())
    }

    fn white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn strict(text: &str) -> Result<Value, JsonError> {
        parse(text.as_bytes(), Duplicates::Refuse)
    }

    #[test]
    fn equal_names_are_refused_however_they_are_spelled() {
        assert_eq!(
            strict(r#"{"a":1,"\u0061":2}"#),
            Err(JsonError::DuplicateMember(7))
        );
        assert_eq!(
            strict(r#"{"x":{"a":1,"a":2}}"#),
            Err(JsonError::DuplicateMember(12))
        );
        let last = parse(br#"{"a":1,"a":2}"#, Duplicates::LastWins).unwrap();
        assert_eq!(last["a"], serde_json::json!(2));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{,}",
            "nul",
            "NaN",
            "01",
            "1.",
            "+1",
            "-",
            "1e",
            "\"\u{1}\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "{} {}",
            "\u{feff}{}",
            "{\"a\" 1}",
            "{1:2}",
            "\"abc",
            "\"\\",
            "'a'",
            "[1 2]",
        ] {
            assert!(strict(text).is_err(), "{text}");
        }
        assert_eq!(strict(&deep), Err(JsonError::TooDeep));
        assert_eq!(parse(b"\"\xff\"", Duplicates::Refuse), Err(JsonError::NotUtf8));
    }

    #[test]
    fn a_member_with_a_magic_name_stays_an_object() {
        let value = strict(r#"{"$serde_json::private::Number":"1"}"#).unwrap();
        assert!(value.is_object());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|n| Value::Number(n.into())),
            any::<String>().prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_what_the_general_reader_wrote(value in any_json()) {
            let text = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(strict(&text), Ok(value));
        }

        #[test]
        fn accepts_nothing_that_the_general_reader_refuses(text in "[\\[\\]{}:,\"0-9eE+. \\\\tu-]{0,24}") {
            if strict(&text).is_ok() {
                prop_assert!(serde_json::from_str::<Value>(&text).is_ok());
            }
        }
    }
}
