//! Who takes a place at a provider, or leaves it.

use super::neighbours::names_provider;
use crate::clouds::aws::client::Role;
use crate::clouds::aws::dialect::ProviderArn;

/// Whose own role does not count among those that keep a provider in use.
///
/// SECURITY: a role is told by its unique id. Its name is somebody else's as soon as the role is deleted, so that the name
/// tells a role only while it is about to be made: IAM gives it to one.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'a> {
    /// A resource that holds the provider itself, without a role.
    Alone,
    /// A trust whose create made no role, or somebody who only looks.
    NoRole,
    /// A role to be made, or the leftover of a create that makes it now.
    NewRole(&'a str),
    /// A role that was made.
    Role {
        name: &'a str,
        unique_id: &'a str,
        /// What it trusts from now on, whatever IAM's lists still show. `None`: it is deleted, or about to be rewritten.
        trust_policy: Option<&'a str>,
    },
}

/// The place of a holder, as this process remembers it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seat {
    Alone,
    NewRole(String),
    /// By unique id.
    Role(String),
}

impl Holder<'_> {
    /// `None`: takes none.
    pub(super) fn seat(&self) -> Option<Seat> {
        match *self {
            Self::Alone => Some(Seat::Alone),
            Self::NoRole => None,
            Self::NewRole(name) => Some(Seat::NewRole(name.to_owned())),
            Self::Role { unique_id, .. } => Some(Seat::Role(unique_id.to_owned())),
        }
    }

    /// How people are told who holds the place.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Alone | Self::NoRole => "oidcfed_aws_oidc_provider",
            Self::NewRole(name) | Self::Role { name, .. } => name,
        }
    }

    /// Whether a role is the holder's own.
    pub(super) fn is(&self, name: &str, unique_id: &str) -> bool {
        match *self {
            Self::Alone | Self::NoRole => false,
            // names of roles are unique without regard to case
            Self::NewRole(own) => own.eq_ignore_ascii_case(name),
            Self::Role { unique_id: own, .. } => own == unique_id,
        }
    }

    /// Whether the own role names the provider from now on.
    pub(super) fn names(&self, provider: &ProviderArn) -> bool {
        match self {
            Self::Role {
                trust_policy: Some(policy),
                ..
            } => names_provider(policy, &provider.to_string()),
            _ => false,
        }
    }

    /// A listed role as it counts: others as they are, the own one with what it trusts from now on, if anything.
    pub(super) fn sees(&self, role: Role) -> Option<Role> {
        if !self.is(&role.name, &role.unique_id) {
            return Some(role);
        }
        match *self {
            Self::Role {
                trust_policy: Some(policy),
                ..
            } => Some(Role {
                trust_policy: policy.to_owned(),
                ..role
            }),
            _ => None,
        }
    }
}
