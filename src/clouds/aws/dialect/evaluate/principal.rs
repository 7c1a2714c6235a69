//! Whether a statement's principals include the caller.

use super::super::arn::AccountId;
use super::super::partition::Partition;
use super::super::policy::{Effect, PrincipalKind, PrincipalSet, Principals, Statement};
use super::truth::Truth;

/// How a statement reaches a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    No,
    /// The caller itself is named.
    Named,
    /// The caller's account is named, or everyone: the caller's own policies must allow the call too.
    Account,
    Unknown,
}

impl Reach {
    pub(super) fn truth(self) -> Truth {
        match self {
            Self::No => Truth::False,
            Self::Named | Self::Account => Truth::True,
            Self::Unknown => Truth::Unknown,
        }
    }
}

/// Whether a statement is about a federated caller. `names` are the forms in which the caller may be named: the provider's
/// ARN, for a built-in provider its host.
pub(super) fn reaches_federated(statement: &Statement, names: &[&str]) -> Reach {
    let named = |set: &PrincipalSet| {
        set.of(PrincipalKind::Federated)
            .iter()
            .any(|n| names.contains(&n.as_str()))
    };
    let everyone = |set: &PrincipalSet| {
        *set == PrincipalSet::Everyone || set.of(PrincipalKind::Aws).iter().any(|name| name == "*")
    };
    match (&statement.principals, statement.effect) {
        (Some(Principals::Principal(set)), _) if named(set) => Reach::Named,
        // Observed: an AWS principal of `*` allows no federated caller. Whether it denies one is written nowhere.
        (Some(Principals::Principal(set)), Effect::Deny) if everyone(set) => Reach::Unknown,
        (Some(Principals::Principal(_)), _) => Reach::No,
        (Some(Principals::NotPrincipal(set)), _) if named(set) => Reach::No,
        // IAM refuses to store it in a trust policy.
        (Some(Principals::NotPrincipal(_)), _) => Reach::Unknown,
        (None, _) => Reach::No,
    }
}

/// Whether a statement is about a caller with an AWS identity. `names` are its ARN and, for a session, the ARN of its role.
pub(super) fn reaches_aws(statement: &Statement, names: &[&str], account: &AccountId) -> Reach {
    let reach = |set: &PrincipalSet| {
        if *set == PrincipalSet::Everyone {
            return Reach::Account;
        }
        let listed = set.of(PrincipalKind::Aws);
        if listed.iter().any(|name| names.contains(&name.as_str())) {
            return Reach::Named;
        }
        if listed.iter().any(|name| name == "*" || is_account(name, account)) {
            return Reach::Account;
        }
        Reach::No
    };
    match &statement.principals {
        Some(Principals::Principal(set)) => reach(set),
        Some(Principals::NotPrincipal(set)) if reach(set) != Reach::No => Reach::No,
        Some(Principals::NotPrincipal(_)) => Reach::Unknown,
        None => Reach::No,
    }
}

/// An account by its id or by the ARN of its root.
fn is_account(name: &str, account: &AccountId) -> bool {
    let root = |name: &str| {
        let (partition, owner) = name
            .strip_prefix("arn:")?
            .strip_suffix(":root")?
            .split_once(":iam::")?;
        Partition::from_id(partition)?;
        Some(owner == account.as_str())
    };
    name == account.as_str() || root(name).unwrap_or(false)
}
