//! What can be changed on an OIDC provider: client ids, thumbprints, tags.

use super::call::Call;
use super::page::Page;
use super::providers::{self, CLIENT_IDS};
use super::tagging::{self, GivenTags};
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::store::KeyCase;
use crate::clouds::aws::emulator::wire::{ApiError, Reply};

/// Adding a present id succeeds.
pub fn add_client_id(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = rule::CLIENT_ID.required(call.query, "ClientID")?;
    let provider = providers::provider(call)?;
    if !provider.client_ids.iter().any(|present| present == id) {
        if provider.client_ids.len() >= CLIENT_IDS {
            return Err(providers::too_many_client_ids());
        }
        provider.client_ids.push(id.to_owned());
    }
    Ok(Reply::none())
}

/// Removing an absent id succeeds.
pub fn remove_client_id(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = rule::CLIENT_ID.required(call.query, "ClientID")?;
    providers::provider(call)?
        .client_ids
        .retain(|present| present != id);
    Ok(Reply::none())
}

/// The whole list is replaced, and cannot be emptied.
pub fn update_thumbprints(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let thumbprints = providers::thumbprints(call)?;
    if thumbprints.is_empty() {
        return Err(ApiError::invalid_input(
            "Thumbprint list must contain at least one entry.",
        ));
    }
    providers::provider(call)?.thumbprints = thumbprints;
    Ok(Reply::none())
}

pub fn tag(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let tags = GivenTags::read(call.query, KeyCase::Significant)?;
    let arn = providers::arn(call)?;
    let ask = tags.ask(call.about_provider(&arn));
    let account = call.open(&ask)?.account;
    let provider = account
        .provider_mut(&arn)
        .ok_or_else(|| providers::not_found(&arn))?;
    provider.tags = tags.added_to(&provider.tags, "TagsPerOpenIdConnectProvider")?;
    Ok(Reply::none())
}

pub fn untag(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let keys = tagging::keys(call.query)?;
    let arn = providers::arn(call)?;
    let ask = call.about_provider(&arn).with("aws:TagKeys", keys.clone());
    let account = call.open(&ask)?.account;
    let provider = account
        .provider_mut(&arn)
        .ok_or_else(|| providers::not_found(&arn))?;
    for key in &keys {
        provider.tags.remove(key);
    }
    Ok(Reply::none())
}

pub fn list_tags(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = call.query;
    let provider = providers::provider(call)?;
    let tags = provider
        .tags
        .iter()
        .enumerate()
        .map(|(at, tag)| (format!("{at:04}"), tag));
    let page = Page::cut(query, tags)?;
    Ok(Reply::result(|xml| {
        tagging::write(xml, page.items.iter().copied());
        page.write_end(xml);
    }))
}
