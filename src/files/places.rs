//! Where a value stands in the text of a JSON document.
//!
//! The text was parsed before; what follows walks it again only as far as a pointer asks for.

use std::collections::BTreeMap;

use crate::trust::document::unescaped;

/// A place in a text, both counted from 1; columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    /// The place of a byte of a text.
    pub fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
        Self { line, column }
    }
}

/// Where values stand, noted while a text was read.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownPlaces(BTreeMap<String, Position>);

impl KnownPlaces {
    /// The first place that is noted for a pointer counts: a member stands where its name does.
    pub fn note(&mut self, pointer: &str, place: Position) {
        self.0.entry(pointer.to_owned()).or_insert(place);
    }

    /// The place of a value, or of the nearest thing around it.
    pub fn nearest(&self, pointer: &str) -> Option<Position> {
        let mut rest = pointer;
        loop {
            if let Some(place) = self.0.get(rest) {
                return Some(*place);
            }
            rest = rest.rsplit_once('/')?.0;
        }
    }
}

/// The place of the value that a JSON pointer names, or of the nearest thing around it.
pub(super) fn place(text: &str, pointer: &str) -> Option<Position> {
    let mut cursor = Cursor { text, at: 0 };
    cursor.blanks();
    let mut found = cursor.at;
    for name in pointer.split('/').skip(1) {
        let Some(at) = cursor.enter(&unescaped(name)) else {
            break;
        };
        found = at;
    }
    (found < text.len()).then(|| Position::of(text, found))
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.byte().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Goes from the beginning of a value to that of a member or element of it.
    fn enter(&mut self, name: &str) -> Option<usize> {
        let is_object = match self.byte()? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        let wanted: Option<usize> = name.parse().ok();
        self.at += 1;
        let mut index = 0;
        loop {
            self.blanks();
            match self.byte()? {
                b'}' | b']' => return None,
                b',' => {
                    self.at += 1;
                    continue;
                }
                _ => {}
            }
            let is_it = match is_object {
                true => {
                    let written = self.string()?;
                    let key: String = serde_json::from_str(written).ok()?;
                    self.blanks();
                    if self.byte()? != b':' {
                        return None;
                    }
                    self.at += 1;
                    self.blanks();
                    key == name
                }
                false => wanted == Some(index),
            };
            if is_it {
                return Some(self.at);
            }
            self.skip()?;
            index += 1;
        }
    }

    /// Past a string, with its quotes.
    fn string(&mut self) -> Option<&str> {
        let start = self.at;
        if self.byte()? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            match self.byte()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.text.get(start..self.at)
    }

    /// Past a value.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.byte()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => self.at += 1,
                byte if byte.is_ascii_whitespace() => self.at += 1,
                _ => self.scalar(),
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn scalar(&mut self) {
        let ends = |byte: u8| matches!(byte, b',' | b'}' | b']' | b':' | b'"') || byte.is_ascii_whitespace();
        while self.byte().is_some_and(|byte| !ends(byte)) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_value_is_found() {
        let text =
            "{\n  \"a\": [1, {\"b\\\"/c\": \"x\", \"é\": \"y\"}],\n  \"d\": {}, \"e\": [[2,\n3], true]\n}";
        for (pointer, line, column) in [
            ("", 1, 1),
            ("/a", 2, 8),
            ("/a/0", 2, 9),
            ("/a/1", 2, 12),
            ("/a/1/b\"~1c", 2, 22),
            ("/a/1/é", 2, 32),
            ("/d", 3, 8),
            ("/e/0/1", 4, 1),
            ("/e/1", 4, 5),
            // the nearest thing around what is not there
            ("/a/1/z", 2, 12),
            ("/nothing/at/all", 1, 1),
        ] {
            assert_eq!(place(text, pointer), Some(Position { line, column }), "{pointer}");
        }
        assert!(serde_json::from_str::<Value>(text).is_ok());
        assert_eq!(place("", ""), None);
        assert_eq!(place("  ", "/a"), None);
    }
}
