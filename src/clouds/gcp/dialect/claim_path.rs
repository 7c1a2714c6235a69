//! Claims as members of `assertion`.

use super::cel::{Kind, Node, Value, path};
use crate::trust::{ClaimName, ClaimNameError};

/// The members that lead to a claim, from the outside in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClaimPath(Vec<String>);

/// Why a name leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimPathError {
    #[error(
        "expected a JSON pointer (RFC 6901), found `{0}`: after `~` stands `0`, for `~`, or `1`, for `/`"
    )]
    Escape(String),
    #[error("expected the pointer of a nested claim, found `{found}`, which is not nested; write `{plain}`")]
    NotNested { found: String, plain: String },
    #[error(
        "expected a pointer to members of objects, found the number `{number}` in `{found}`, which may also be a place in a list; claims in lists cannot be told apart here, test the whole list"
    )]
    Place { found: String, number: String },
    #[error("expected the names of members in the pointer `{0}`, found an empty one")]
    Empty(String),
}

impl ClaimPath {
    pub(super) fn flat(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// A name that starts with a slash is a pointer, any other is the claim's own.
    pub(super) fn of(name: &ClaimName) -> Result<Self, ClaimPathError> {
        let text = name.as_str();
        let Some(pointer) = text.strip_prefix('/') else {
            return Ok(Self::flat(text));
        };
        let mut members = Vec::new();
        for token in pointer.split('/') {
            let found = || text.to_owned();
            if token.is_empty() {
                return Err(ClaimPathError::Empty(found()));
            }
            if token.bytes().all(|b| b.is_ascii_digit()) || token == "-" {
                return Err(ClaimPathError::Place {
                    found: found(),
                    number: token.to_owned(),
                });
            }
            let plain = token.replace("~1", "").replace("~0", "");
            if plain.contains('~') {
                return Err(ClaimPathError::Escape(found()));
            }
            members.push(token.replace("~1", "/").replace("~0", "~"));
        }
        match members.as_slice() {
            // So that a claim has one name only; one that starts with a slash itself has no other.
            [only] if !only.starts_with('/') => Err(ClaimPathError::NotNested {
                found: text.to_owned(),
                plain: only.clone(),
            }),
            _ => Ok(Self(members)),
        }
    }

    /// The name that leads here.
    pub(super) fn name(&self) -> Result<ClaimName, ClaimNameError> {
        match self.0.as_slice() {
            [only] if !only.starts_with('/') => ClaimName::parse(only),
            members => {
                let escaped = members
                    .iter()
                    .map(|member| member.replace('~', "~0").replace('/', "~1"));
                let pointer: String = escaped.map(|member| format!("/{member}")).collect();
                ClaimName::parse(&pointer)
            }
        }
    }

    /// `assertion.x`, `assertion['a/b'].c`
    pub(super) fn written(&self) -> String {
        path("assertion", self.0.iter().map(String::as_str))
    }

    /// The claim itself, when it is not nested.
    pub(super) fn as_flat(&self) -> Option<&str> {
        match self.0.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The members with a slash between them, as the catalogue and the rules name claims.
    pub(super) fn joined(&self) -> String {
        self.0.join("/")
    }

    pub(super) fn members(&self) -> &[String] {
        &self.0
    }

    /// A member of `assertion`, or of something in it.
    pub(super) fn member_of(of: &Node, name: &str) -> Option<Self> {
        let mut members = match &of.kind {
            Kind::Name(root) if root == "assertion" => Vec::new(),
            _ => Self::read(of)?.0,
        };
        members.push(name.to_owned());
        Some(Self(members))
    }

    /// Reads a selection on `assertion`.
    pub(super) fn read(node: &Node) -> Option<Self> {
        let mut members = Vec::new();
        let mut node = node;
        loop {
            node = match &node.kind {
                Kind::Name(root) if root == "assertion" && !members.is_empty() => {
                    members.reverse();
                    return Some(Self(members));
                }
                Kind::Field { of, name, .. } => {
                    members.push(name.clone());
                    of
                }
                Kind::Index { of, index } => match &index.kind {
                    Kind::Literal(Value::Text(name)) => {
                        members.push(name.to_string());
                        of
                    }
                    _ => return None,
                },
                _ => return None,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_members() {
        for (name, written) in [
            ("repository_id", "assertion.repository_id"),
            (
                "oidc.circleci.com/project-id",
                "assertion['oidc.circleci.com/project-id']",
            ),
            ("https://pulumi.com/org", "assertion['https://pulumi.com/org']"),
            (
                "/kubernetes.io/namespace",
                "assertion['kubernetes.io']['namespace']",
            ),
            ("/a~1b/c~0d", "assertion['a/b']['c~d']"),
            ("/~1x", "assertion['/x']"),
            ("for", "assertion['for']"),
            ("it's", r"assertion['it\'s']"),
        ] {
            let name = ClaimName::parse(name).unwrap();
            let path = ClaimPath::of(&name).unwrap();
            assert_eq!(path.written(), written);
            assert_eq!(path.name().unwrap(), name);
        }
        for (name, says) in [
            (
                "/x",
                "expected the pointer of a nested claim, found `/x`, which is not nested; write `x`",
            ),
            ("/a/~2", "expected a JSON pointer (RFC 6901), found `/a/~2`"),
            (
                "/a/0",
                "expected a pointer to members of objects, found the number `0` in `/a/0`",
            ),
            ("/a/", "expected the names of members in the pointer `/a/`"),
        ] {
            let error = ClaimPath::of(&ClaimName::parse(name).unwrap()).unwrap_err();
            assert!(error.to_string().starts_with(says), "{error}");
        }
    }
}
