//! What a crash wiped. After a change that was cut off the host keeps the object and drops what the provider remembered of
//! it [seen with Terraform]: a provider that was made is recognised again by its mark, and what was added to somebody else's
//! stands in the object itself.

use std::collections::{BTreeMap, BTreeSet};

use super::meaning::{Home, Meaning, needs_of};
use super::memory::Memory;
use super::model::TrustModel;
use super::names::made_for;
use crate::clouds::aws::client::{AwsError, Iam, Provider};
use crate::clouds::aws::sharing::{MADE_BY, Membership, Ownership, mark_of_trust, names_provider};
use crate::framework::{Attr, StringSet, StringSetMap};

/// Takes the providers into the memory that this state needs, or once added audiences to: with the right to take away what
/// the trust made (the provider's mark is that of this very trust) or added (as the state says).
///
/// LIMIT: the audiences that the very call which was cut off (killed, not failed) had added to a provider that another made,
/// nobody wrote down, and they stay there for good. The host writes down what a call did, and of a create anything at all,
/// only from its answer; a provider of another's is never tagged; and the role, which could carry a note, comes after the
/// audiences, so that nobody is admitted to a half-made trust. Taking away what only looks added could take it from somebody.
/// Whoever takes up the leftover of such a create is told (`warn_of_unrecorded` in `create`).
///
/// # Errors
/// As IAM answers.
pub async fn recover(
    iam: &Iam,
    state: &TrustModel,
    home: &Home,
    memory: &mut Memory,
) -> Result<(), AwsError> {
    let recorded = recorded(state);
    let mut wanted: BTreeMap<String, Option<BTreeSet<String>>> =
        recorded.keys().map(|arn| (arn.clone(), None)).collect();
    for need in needs_of(state, home, &memory.implied).unwrap_or_default() {
        if let Some(arn) = &need.arn {
            let client_ids = need.client_ids.iter().map(ToString::to_string).collect();
            wanted.insert(arn.to_string(), Some(client_ids));
        }
    }
    for (arn, needed) in wanted {
        if memory.memberships.contains_key(&arn) {
            continue;
        }
        if let Some(provider) = iam.provider_cached(&arn).await? {
            let added = recorded.get(&arn).cloned().unwrap_or_default();
            if let Some(membership) = recognised(state, &provider, needed, added) {
                memory.memberships.insert(arn, membership);
            }
        }
    }
    Ok(())
}

/// `None`: nothing at the provider is this trust's. `needed`: the client ids that the trust needs of it, if any.
fn recognised(
    state: &TrustModel,
    provider: &Provider,
    needed: Option<BTreeSet<String>>,
    added: BTreeSet<String>,
) -> Option<Membership> {
    let mark = provider
        .tags
        .get(MADE_BY)
        .filter(|mark| mark.starts_with("trust:"));
    let made = mark.is_some_and(|mark| *mark == mark_of_trust(&provider.arn, &made_for(state)));
    let left = needed.is_none();
    let audiences = needed.unwrap_or_default();
    let there = provider.client_ids.iter();
    let added: BTreeSet<String> = there
        .filter(|id| added.contains(*id) || (made && audiences.contains(*id)))
        .cloned()
        .collect();
    // a trust that joined another trust's provider takes it away when it is the last, unless it is never written
    let joined = mark.is_some() && !left && !is_external(state);
    (made || joined || !added.is_empty()).then(|| Membership {
        arn: provider.arn.clone(),
        mark: mark.cloned(),
        made,
        exclusive: false,
        audiences,
        added,
        left,
    })
}

fn is_external(state: &TrustModel) -> bool {
    let held = state.oidc_provider.known();
    held.is_some_and(|held| {
        let written = held.ownership.text().and_then(|text| Ownership::parse(text).ok());
        written == Some(Ownership::External) || (written.is_none() && !held.arn.is_null())
    })
}

/// What the trust added to providers, as the state shows it: the host keeps that when it drops the memory.
pub fn added(memory: &Memory) -> StringSetMap {
    let added = memory
        .memberships
        .iter()
        .filter(|(_, membership)| !membership.added.is_empty());
    Attr::Known(
        added
            .map(|(arn, membership)| (arn.clone(), StringSet::of(membership.added.iter().cloned())))
            .collect(),
    )
}

fn recorded(state: &TrustModel) -> BTreeMap<String, BTreeSet<String>> {
    let members = state.added_audiences.known().into_iter().flatten();
    members
        .map(|(arn, audiences)| (arn.clone(), audiences.strings().flatten().unwrap_or_default()))
        .collect()
}

/// Whether the places are about to change, so that only the apply knows what will have been added.
pub fn will_change(meaning: &Meaning, memory: &Memory) -> bool {
    memory.memberships.iter().any(|(arn, membership)| {
        let mut needs = meaning.providers.iter();
        let need = needs.find(|need| need.arn.as_ref().is_some_and(|needed| needed.to_string() == *arn));
        let needed =
            |id: &String| need.is_some_and(|need| need.client_ids.iter().any(|one| one.as_str() == id));
        need.is_none() || !membership.added.iter().all(needed)
    })
}

/// Whether a provider is still held that the trust needs no longer: a change was cut off before it was given back.
pub fn holds_too_much(state: &TrustModel, home: &Home, memory: &Memory) -> bool {
    let Some(needs) = needs_of(state, home, &memory.implied) else {
        return false;
    };
    let needed = |arn: &String| {
        needs
            .iter()
            .any(|need| need.arn.as_ref().is_some_and(|needed| needed.to_string() == *arn))
    };
    // what a statement of the configuration's own names is kept on purpose
    let named = |arn: &String| {
        state
            .trust_policy
            .text()
            .is_some_and(|policy| names_provider(policy, arn))
    };
    let held = memory
        .memberships
        .iter()
        .filter(|(_, membership)| !membership.left);
    held.map(|(arn, _)| arn).any(|arn| !needed(arn) && !named(arn))
}
