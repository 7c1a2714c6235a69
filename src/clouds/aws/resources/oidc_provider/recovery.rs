//! What this resource may take away again, as the state shows it: after a change that was cut off the host keeps the object
//! and drops what the provider remembered of it [seen with Terraform].
//!
//! LIMIT: what the call that was killed had itself added to a provider of somebody else's is written down nowhere, and stays
//! there: the host learns of it from the answer alone, and a provider of somebody else's is never tagged.

use super::memory::Memory;
use super::model::OidcProviderModel;
use crate::clouds::aws::client::{AwsError, Iam, Provider};
use crate::clouds::aws::dialect::ProviderArn;
use crate::clouds::aws::sharing::{MADE_BY, Membership, STANDALONE};
use crate::clouds::aws::tags;
use crate::framework::{Attr, StringSet};

/// Puts the record into the state.
pub(super) fn show(state: &mut OidcProviderModel, memory: &Memory) {
    let membership = memory.membership.as_ref();
    state.made = Attr::Known(membership.is_some_and(|membership| membership.made));
    let added = membership
        .map(|membership| membership.added.clone())
        .unwrap_or_default();
    state.added_audiences = StringSet::of(added);
}

/// The same at the end of an apply: what the plan promised stays.
pub(super) fn settle(state: &mut OidcProviderModel, memory: &Memory) {
    let mut shown = state.clone();
    show(&mut shown, memory);
    if state.made.is_unknown() {
        state.made = shown.made;
    }
    if state.added_audiences.is_unknown() {
        state.added_audiences = shown.added_audiences;
    }
}

/// Only the apply knows it, unless nothing changes at all.
pub(super) fn plan(prior: Option<&OidcProviderModel>, planned: &mut OidcProviderModel) {
    planned.made = Attr::Unknown;
    planned.added_audiences = Attr::Unknown;
    if let Some(prior) = prior {
        let kept = OidcProviderModel {
            made: prior.made.clone(),
            added_audiences: prior.added_audiences.clone(),
            ..planned.clone()
        };
        if kept == *prior {
            *planned = kept;
        }
    }
}

/// Looks for the record of a state whose memory was dropped; without a call where there is a memory.
///
/// # Errors
/// As IAM answers.
pub(super) async fn recover(
    iam: &Iam,
    (state, arn): (&OidcProviderModel, &ProviderArn),
    memory: &mut Memory,
) -> Result<(), AwsError> {
    if memory.membership.is_none()
        && let Some(provider) = iam.provider_cached(&arn.to_string()).await?
    {
        recognise(state, &provider, memory);
    }
    Ok(())
}

/// The same with the provider at hand.
pub(super) fn recognise(state: &OidcProviderModel, provider: &Provider, memory: &mut Memory) {
    if memory.membership.is_none() {
        let membership = recognised(state, provider);
        if membership.made {
            memory.tag_keys = tags::known(&state.tags_all).into_keys().collect();
        }
        memory.membership = Some(membership);
    }
}

/// SECURITY: that it made the provider is believed to the state and the provider's mark together. The mark alone is every
/// such resource's, and one made anew by somebody under the same URL has none.
fn recognised(state: &OidcProviderModel, provider: &Provider) -> Membership {
    let stated = state.made.known() == Some(&true);
    let exclusive = stated && state.ownership.text() == Some("exclusive");
    let mark = provider
        .tags
        .get(MADE_BY)
        .filter(|mark| stated && *mark == STANDALONE);
    let added = state.added_audiences.strings().flatten().unwrap_or_default();
    let there = provider.client_ids.iter();
    Membership {
        arn: provider.arn.clone(),
        mark: mark.cloned(),
        made: exclusive || mark.is_some(),
        exclusive,
        audiences: state.accepted_audiences.strings().flatten().unwrap_or_default(),
        added: there.filter(|id| added.contains(*id)).cloned().collect(),
        left: false,
    }
}
