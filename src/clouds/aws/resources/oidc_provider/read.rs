//! Reading: what IAM holds, back into the arguments.

use std::collections::{BTreeMap, BTreeSet};

use super::memory::Memory;
use super::model::OidcProviderModel;
use super::recovery;
use super::tagging::{self, Look};
use crate::clouds::aws::client::{AwsError, Provider};
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::AccountId;
use crate::clouds::aws::sharing::{Membership, Ownership};
use crate::framework::{Attr, Context, Diagnostics, Path, Progress, StringSet, Value};

pub(super) async fn read(
    aws: &Configured,
    context: &Context,
    progress: &mut Progress<OidcProviderModel>,
    diagnostics: &mut Diagnostics,
) {
    let Some(mut state) = progress.state.clone() else {
        return;
    };
    let Some(arn) = state.arn.text().map(str::to_owned) else {
        progress.state = None;
        return;
    };
    match find(aws, context, &state, &arn).await {
        Ok(None) => progress.state = None,
        Ok(Some(provider)) => {
            let mut memory = Memory::of(&progress.private);
            let imports = state.id.is_null();
            if !imports {
                recovery::recognise(&state, &provider, &mut memory);
            }
            show(aws, &mut state, &memory, &provider);
            if imports && memory.membership.is_none() {
                // Known, but nothing of it is ours: what makes taking it over possible, and deleting it not.
                memory.membership = Some(Membership {
                    arn,
                    ..Membership::default()
                });
            }
            recovery::show(&mut state, &memory);
            memory.keep_in(&mut progress.private);
            progress.identity = Some(identity(&state));
            progress.state = Some(state);
        }
        Err(error) => diagnosis::error(
            "Could not read the provider",
            Path::of("issuer"),
            &error,
            diagnostics,
        ),
    }
}

/// The identity of a provider.
pub(super) fn identity(state: &OidcProviderModel) -> Value {
    let text = |attr: &Attr<String>| match attr {
        Attr::Unknown => Value::UNKNOWN,
        other => other.text().map_or(Value::Null, Value::string),
    };
    Value::Object(BTreeMap::from([
        ("account_id".to_owned(), text(&state.account_id)),
        ("url".to_owned(), text(&state.issuer)),
    ]))
}

/// The account of the state; `None` when the credentials' own is meant.
pub(super) fn account_of(state: &OidcProviderModel) -> Option<AccountId> {
    state
        .account_id
        .text()
        .and_then(|text| AccountId::parse(text).ok())
}

async fn find(
    aws: &Configured,
    context: &Context,
    state: &OidcProviderModel,
    arn: &str,
) -> Result<Option<std::sync::Arc<Provider>>, AwsError> {
    aws.iam(context, account_of(state).as_ref())
        .await?
        .provider_cached(arn)
        .await
}

fn show(aws: &Configured, state: &mut OidcProviderModel, memory: &Memory, provider: &Provider) {
    let imports = state.id.is_null();
    state.id = Attr::from_text(&provider.arn);
    state.arn = Attr::from_text(&provider.arn);
    state.issuer = issuer(&state.issuer, &provider.url);
    show_audiences(state, imports && memory.shows_audiences, provider);
    if imports && memory.shows_thumbprints && !provider.thumbprints.is_empty() {
        state.thumbprints = StringSet::of(provider.thumbprints.iter().cloned());
    }
    show_thumbprints(state, provider);
    if imports && memory.shows_ownership {
        state.ownership = Attr::from_text("shared");
    }
    let look = Look {
        imports: imports && memory.shows_tags,
        shown: memory.shows_tags,
        ours: tagging::owns(ownership_of(state), memory.membership.as_ref()),
    };
    tagging::show(aws, state, look, &provider.tags);
}

fn ownership_of(state: &OidcProviderModel) -> Ownership {
    let written = state
        .ownership
        .text()
        .and_then(|text| Ownership::parse(text).ok());
    written.unwrap_or_default()
}

/// IAM tells the URL without its scheme.
fn issuer(written: &Attr<String>, url: &str) -> Attr<String> {
    match written.text() {
        Some(text) if text.split_once("://").is_some_and(|(_, rest)| rest == url) => written.clone(),
        _ => Attr::from_text(format!("https://{url}")),
    }
}

fn show_audiences(state: &mut OidcProviderModel, imports: bool, provider: &Provider) {
    let found: BTreeSet<String> = provider.client_ids.iter().cloned().collect();
    let exclusive = state.ownership.text() == Some("exclusive");
    let ours = state.accepted_audiences.strings().flatten().unwrap_or_default();
    state.accepted_audiences = if imports || exclusive {
        StringSet::of(found.clone())
    } else {
        StringSet::of(ours.intersection(&found).cloned())
    };
    if imports && !found.is_empty() {
        state.audiences = StringSet::of(found);
    }
}

/// Only what is written, or was found by an import, is shown: other thumbprints are left alone.
fn show_thumbprints(state: &mut OidcProviderModel, provider: &Provider) {
    let Some(written) = state.thumbprints.strings().flatten() else {
        return;
    };
    let as_written = |one: &String| {
        written
            .iter()
            .find(|w| w.eq_ignore_ascii_case(one))
            .unwrap_or(one)
            .clone()
    };
    state.thumbprints = StringSet::of(provider.thumbprints.iter().map(as_written));
}
