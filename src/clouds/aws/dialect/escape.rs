//! Literal text in values of conditions, where `${` begins a policy variable and, under wildcard operators, `*` and `?` are
//! wildcards.

use crate::trust::{Glob, Piece};

/// A literal for an exact operator: only `${` has to be written otherwise.
pub(super) fn exact(text: &str) -> String {
    text.replace("${", "${$}{")
}

/// A pattern for a wildcard operator.
pub(super) fn wildcard(glob: &Glob) -> String {
    let mut text = String::new();
    for piece in glob.pieces() {
        match piece {
            Piece::Any => text.push('*'),
            Piece::One => text.push('?'),
            Piece::Literal('*') => text.push_str("${*}"),
            Piece::Literal('?') => text.push_str("${?}"),
            Piece::Literal('$') => text.push_str("${$}"),
            Piece::Literal(c) => text.push(*c),
        }
    }
    text
}

/// What a value of an exact operator stands for; nothing when it holds a real variable.
pub(super) fn read_exact(value: &str) -> Option<String> {
    read(value, false)?.as_literal()
}

/// What a value of a wildcard operator stands for; nothing when it holds a real variable.
pub(super) fn read_wildcard(value: &str) -> Option<Glob> {
    read(value, true)
}

fn read(value: &str, wildcards: bool) -> Option<Glob> {
    let mut pieces = Vec::new();
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("${")
            && let Some((name, after)) = after.split_once('}')
        {
            pieces.push(Piece::Literal(match name {
                "*" => '*',
                "?" => '?',
                "$" => '$',
                _ => return None,
            }));
            rest = after;
            continue;
        }
        pieces.push(match c {
            '*' if wildcards => Piece::Any,
            '?' if wildcards => Piece::One,
            literal => Piece::Literal(literal),
        });
        rest = rest.get(c.len_utf8()..)?;
    }
    Some(Glob::new(pieces))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Pattern;
    use proptest::prelude::*;

    #[test]
    fn notation() {
        assert_eq!(exact("a${aws:x}$*"), "a${$}{aws:x}$*");
        assert_eq!(
            wildcard(Pattern::parse(r"a*\*?\?$\\").unwrap().glob()),
            r"a*${*}?${?}${$}\"
        );
        assert_eq!(read_exact("a${aws:x}"), None);
        assert_eq!(read_wildcard("${aws:PrincipalTag/x}*"), None);
    }

    proptest! {
        #[test]
        fn reads_back(text in r"[a${}*?:\\]{0,14}") {
            prop_assert_eq!(read_exact(&exact(&text)), Some(text.clone()));
            if let Ok(pattern) = Pattern::parse(&text) {
                prop_assert_eq!(read_wildcard(&wildcard(pattern.glob())), Some(pattern.glob().clone()));
            }
        }
    }
}
