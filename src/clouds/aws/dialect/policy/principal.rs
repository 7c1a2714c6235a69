//! The principals of a trust policy.

use std::collections::BTreeMap;

/// The kinds under which principals are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    Aws,
    CanonicalUser,
    Federated,
    Service,
}

/// `"*"`, or lists of principals by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalSet {
    Everyone,
    Listed(BTreeMap<PrincipalKind, Vec<String>>),
}

impl PrincipalKind {
    pub const ALL: [Self; 4] = [Self::Aws, Self::CanonicalUser, Self::Federated, Self::Service];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::CanonicalUser => "CanonicalUser",
            Self::Federated => "Federated",
            Self::Service => "Service",
        }
    }
}

impl PrincipalSet {
    /// One federated principal.
    pub fn federated(name: impl Into<String>) -> Self {
        Self::Listed(BTreeMap::from([(PrincipalKind::Federated, vec![name.into()])]))
    }

    /// What is listed under a kind; nothing for [`PrincipalSet::Everyone`].
    pub fn of(&self, kind: PrincipalKind) -> &[String] {
        match self {
            Self::Everyone => &[],
            Self::Listed(lists) => lists.get(&kind).map_or(&[], Vec::as_slice),
        }
    }
}
