//! Texts and members as CEL writes them.

use std::fmt::Write as _;

/// A text in single quotes. Characters that one does not see are written as escapes.
pub(in super::super) fn quote(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '\'' => quoted.push_str("\\'"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            hidden if is_hidden(hidden) => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(hidden));
            }
            seen => quoted.push(seen),
        }
    }
    quoted.push('\'');
    quoted
}

/// Controls, spaces that are not the space, and characters that turn the direction of writing.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `root.a['b/c']`: members by name where CEL lets one, else by index.
pub(in super::super) fn path<'a>(root: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let mut path = root.to_owned();
    for name in names {
        if is_plain(name) {
            let _ = write!(path, ".{name}");
        } else {
            let _ = write!(path, "[{}]", quote(name));
        }
    }
    path
}

/// Whether it may stand after a dot (CEL language definition, "Syntax": `SELECTOR`; reserved words are left out for those who
/// read older grammars).
fn is_plain(name: &str) -> bool {
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    starts && chars.all(|c| c.is_ascii_alphanumeric() || c == '_') && !RESERVED.contains(&name)
}

const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];
