//! Whether a policy lets somebody do something.

use super::roles;
use super::store::{Binding, Identity, Member, World};
use crate::clouds::gcp::dialect::{GrantCondition, Principal, binding_step};
use crate::trust::{Decision, Step, Verdict};

/// Looks for a binding, on the thing itself and on all that it is in, of a role with the permission to the caller.
///
/// SECURITY: a condition that cannot be decided here gives nothing.
pub fn decide(
    world: &World,
    identity: &Identity,
    permission: &str,
    key: &str,
    now: i64,
    delay: i64,
) -> Decision {
    let step = |found: String, verdict| Decision {
        verdict,
        steps: vec![Step {
            name: format!("permission {permission}"),
            expected: format!(
                "a role with it, on `{key}` or above, for {}",
                identity.principal()
            ),
            found,
            verdict,
        }],
    };
    if !is_worth_something(world, identity) {
        let found = "the identity is of a pool, or an account, that is disabled or deleted";
        return step(found.to_owned(), Verdict::Deny);
    }
    if world.is_deployer(identity) {
        return step(
            "the sandbox's deployer, who may do everything".to_owned(),
            Verdict::Allow,
        );
    }
    let mut undecided = None;
    for place in world.lineage(key) {
        let policy = world
            .policies
            .get(&place)
            .and_then(|store| store.effective(now, delay));
        for binding in policy.iter().flat_map(|policy| policy.bindings()) {
            if !roles::permits(binding.role, permission) || !is_bound(&binding, identity) {
                continue;
            }
            let found = format!("`{}` on `{place}`", binding.role);
            match in_force(&binding, now) {
                Verdict::Allow => return step(found, Verdict::Allow),
                Verdict::Deny => undecided = Some(format!("{found}, whose condition does not hold")),
                Verdict::Unknown => undecided = Some(format!("{found}, whose condition is not decided here")),
            }
        }
    }
    step(undecided.unwrap_or_else(|| "none".to_owned()), Verdict::Deny)
}

/// Whether a token of this identity is worth something now. A disabled or deleted provider takes nothing away from tokens that
/// were given out; its pool does.
pub fn is_worth_something(world: &World, identity: &Identity) -> bool {
    match identity {
        Identity::Nobody => true,
        Identity::Account { unique_id, .. } => world
            .live_account(unique_id)
            .is_some_and(|account| !account.disabled),
        Identity::Federated(federated) => {
            let pool = world.pools.get(&federated.provider.pool().to_string());
            pool.is_some_and(|pool| pool.is_active() && !pool.is_disabled())
        }
    }
}

fn is_bound(binding: &Binding<'_>, identity: &Identity) -> bool {
    binding.members.iter().any(|member| means(member, identity))
}

fn means(member: &Member, identity: &Identity) -> bool {
    match (member, identity) {
        (
            Member::Account { unique_id, .. },
            Identity::Account {
                unique_id: caller, ..
            },
        ) => unique_id == caller,
        (Member::Account { .. }, _) => false,
        (Member::Text(text), _) if text == "allUsers" => true,
        // federated identities are not among them
        (Member::Text(text), Identity::Account { .. }) => text == "allAuthenticatedUsers",
        (Member::Text(text), Identity::Federated(federated)) => {
            Principal::parse(text).is_ok_and(|principal| {
                let step = binding_step(federated.provider.pool(), &federated.mapped, &principal);
                step.verdict == Verdict::Allow
            })
        }
        (Member::Text(_), Identity::Nobody) => false,
    }
}

fn in_force(binding: &Binding<'_>, now: i64) -> Verdict {
    match binding.condition {
        None => Verdict::Allow,
        Some(condition) => match GrantCondition::parse(&condition.expression) {
            Ok(condition) => condition.holds(now),
            Err(_) => Verdict::Unknown,
        },
    }
}
