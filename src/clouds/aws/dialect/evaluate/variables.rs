//! Policy variables: `${key}`, `${key, 'default'}`, and the literals `${*}`, `${?}`, `${$}`.

use super::context::{Context, ContextValue, Lookup};
use crate::trust::{Glob, Piece};

/// A value of a policy with its variables replaced.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expanded {
    Text(Glob),
    /// A variable names a key that is not in the request: the value matches nothing.
    Unresolved,
    /// A variable names a key about which nothing is known.
    Unknown,
}

/// Whether `*` and `?` in a value are wildcards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wildcards {
    Yes,
    No,
}

/// Replaces variables and compiles the value. What a variable stands for is literal, wildcards in it too. `context` is
/// `None` in documents of the version that knows no variables.
pub(super) fn expand(value: &str, wildcards: Wildcards, context: Option<&Context>) -> Expanded {
    let mut pieces = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        if let (Some(context), Some(after)) = (context, rest.strip_prefix("${"))
            && let Some((name, after)) = after.split_once('}')
        {
            rest = after;
            match variable(name, context) {
                Ok(text) => pieces.extend(text.chars().map(Piece::Literal)),
                Err(expanded) => return expanded,
            }
            continue;
        }
        pieces.push(match (c, wildcards) {
            ('*', Wildcards::Yes) => Piece::Any,
            ('?', Wildcards::Yes) => Piece::One,
            (literal, _) => Piece::Literal(literal),
        });
        rest = rest.get(c.len_utf8()..).unwrap_or("");
    }
    Expanded::Text(Glob::new(pieces))
}

fn variable(name: &str, context: &Context) -> Result<String, Expanded> {
    if let "*" | "?" | "$" = name {
        return Ok(name.to_owned());
    }
    let (key, default) = match name.split_once(',') {
        Some((key, default)) => (key.trim(), Some(default.trim())),
        None => (name.trim(), None),
    };
    let default = default.and_then(|text| text.strip_prefix('\'')?.strip_suffix('\''));
    match (context.lookup(key), default) {
        (Lookup::Present(ContextValue::Single(text)), _) => Ok(text.clone()),
        // A key with several values cannot stand in a variable.
        (Lookup::Present(ContextValue::Many(_)), _) => Err(Expanded::Unresolved),
        (Lookup::Absent, Some(text)) => Ok(text.to_owned()),
        (Lookup::Absent, None) => Err(Expanded::Unresolved),
        (Lookup::Unknown, _) => Err(Expanded::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(value: &str) -> Option<String> {
        let mut context = Context::complete();
        context
            .set("aws:PrincipalTag/owner", "a*b")
            .set_many("m", vec!["x".to_owned()]);
        match expand(value, Wildcards::No, Some(&context)) {
            Expanded::Text(glob) => glob.as_literal(),
            Expanded::Unresolved => None,
            Expanded::Unknown => Some("unknown".to_owned()),
        }
    }

    #[test]
    fn variables() {
        for (value, result) in [
            ("a${*}${?}${$}b", Some("a*?$b")),
            ("${$}{aws:x}", Some("${aws:x}")),
            ("${AWS:principaltag/OWNER}!", Some("a*b!")),
            ("${nope, 'or this'}", Some("or this")),
            ("${aws:PrincipalTag/owner, 'x'}", Some("a*b")),
            ("${nope}", None),
            ("${m}", None),
            ("${open", Some("${open")),
            ("$ {x}", Some("$ {x}")),
        ] {
            assert_eq!(expanded(value).as_deref(), result, "{value}");
        }
        assert_eq!(
            expand("${aws:SourceIp}", Wildcards::No, Some(&Context::partial())),
            Expanded::Unknown
        );
        assert_eq!(
            expand("${*}", Wildcards::No, None),
            Expanded::Text(Glob::literal("${*}"))
        );
    }
}
