//! Reading: what Google holds, back into the arguments.

use std::collections::{BTreeMap, BTreeSet};

use super::credential;
use super::import::whose_pool;
use super::mark;
use super::meaning::{Meaning, Understanding, accepted_risks, mapping, ownership, shown};
use super::memory::Memory;
use super::model::{PoolModel, PoolProviderModel, TrustModel};
use super::ownership::Ownership;
use super::permissions::{self, Grants};
use super::settings::{same_settings, settings_of};
use super::sharing_key::strangers;
use super::together::Together;
use super::work::same_json;
use super::written::write_back;
use crate::clouds::gcp::client::{GcpError, Google, Life, Pool, PoolProvider};
use crate::clouds::gcp::configuration::Configured;
use crate::clouds::gcp::diagnosis;
use crate::clouds::gcp::dialect::{PoolName, ProviderName, ProviderSettings};
use crate::framework::{Attr, Context, Diagnostics, Path, Progress, StringSet, Value};

pub async fn read(
    (gcp, together): (&Configured, &Together),
    context: &Context,
    progress: &mut Progress<TrustModel>,
    diagnostics: &mut Diagnostics,
) {
    let Some(mut state) = progress.state.clone() else {
        return;
    };
    let mut memory = Memory::of(&progress.private);
    let google = match gcp.google(context) {
        Ok(google) => google,
        Err(error) => {
            return diagnosis::error(
                "Google Cloud is not configured",
                Path::root(),
                &error,
                diagnostics,
            );
        }
    };
    let name = match name(&google, together, &state).await {
        Ok(Some(name)) => name,
        // nothing was ever made
        Ok(None) => return,
        Err(error) => {
            return diagnosis::error(
                "Could not look the project up",
                Path::of("project"),
                &error,
                diagnostics,
            );
        }
    };
    match refresh(gcp, &google, &name, (&mut state, &mut memory), diagnostics).await {
        Ok(true) => {
            memory.keep_in(&mut progress.private);
            progress.identity = Some(identity(&state));
            progress.state = Some(state);
        }
        Ok(false) => progress.state = None,
        Err(error) => diagnosis::error("Could not read the trust", Path::root(), &error, diagnostics),
    }
}

/// The provider that a state is about; `None` when it says too little.
pub async fn name(
    google: &Google,
    together: &Together,
    state: &TrustModel,
) -> Result<Option<ProviderName>, GcpError> {
    let (Some(pool), Some(provider)) = (state.pool_id(), state.provider_id()) else {
        return Ok(None);
    };
    let number = match (state.project_number.text(), state.project.text()) {
        (Some(number), _) => number.to_owned(),
        (None, Some(project)) => together.number(google, project).await?,
        (None, None) => return Ok(None),
    };
    Ok(Some(ProviderName::new(PoolName::new(&number, pool), provider)))
}

/// The identity of a trust.
pub fn identity(state: &TrustModel) -> Value {
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::string);
    Value::Object(BTreeMap::from([
        ("project_number".to_owned(), text(state.project_number.text())),
        ("pool_id".to_owned(), text(state.pool_id())),
        ("provider_id".to_owned(), text(state.provider_id())),
    ]))
}

/// False: nothing of the trust is left.
async fn refresh(
    gcp: &Configured,
    google: &Google,
    name: &ProviderName,
    (state, memory): (&mut TrustModel, &mut Memory),
    diagnostics: &mut Diagnostics,
) -> Result<bool, GcpError> {
    let wanted = wanted(state);
    // One after another would cost the way to Google four times.
    let (pool, providers, account, granted) = tokio::join!(
        google.get_pool(name.pool()),
        providers(google, name),
        account(google, state, name),
        permissions::found(google, &wanted)
    );
    let pool = pool?.filter(|pool| pool.life == Life::Active);
    let (provider, others) = match &pool {
        Some(_) => providers?,
        None => (None, Vec::new()),
    };
    // a create that ended before its provider: one of that name is somebody else's
    let held = memory.imported || !state.id.is_null() || !state.provider_name.is_null();
    let provider = provider.filter(|_| held);
    let account = account?;
    let granted = granted?;
    let left = account || granted.values().any(|grants| !grants.is_empty());
    if pool.is_none() && !left || memory.imported && provider.is_none() {
        return Ok(false);
    }
    let imports = memory.imported && state.provider_name.is_null();
    state.project_number = Attr::from_text(name.pool().project());
    if imports {
        whose_pool(state, memory, pool.as_ref(), provider.as_ref());
    }
    read_pool(state, name, pool.as_ref());
    read_provider(state, name, provider.as_ref(), (imports, memory), diagnostics);
    read_permissions(state, memory, &granted);
    memory.strangers = strangers(state, name, provider.as_ref(), &others);
    describe(
        gcp,
        google,
        state,
        (name, &mut *memory, provider.as_ref(), imports),
    );
    if imports {
        memory.judge(state);
    }
    Ok(true)
}

/// Our provider and the others of the pool.
async fn providers(
    google: &Google,
    name: &ProviderName,
) -> Result<(Option<PoolProvider>, Vec<PoolProvider>), GcpError> {
    let mut all = google
        .list_pool_providers(name.pool(), false)
        .await?
        .unwrap_or_default();
    all.retain(|provider| provider.life == Life::Active);
    let ours = all.iter().position(|provider| provider.name == *name);
    match ours {
        Some(at) => Ok((Some(all.swap_remove(at)), all)),
        // a list may lag behind
        None => {
            let found = google.get_pool_provider(name).await?;
            Ok((found.filter(|provider| provider.life == Life::Active), all))
        }
    }
}

/// Reads the service account that was made; false when there is none.
async fn account(google: &Google, state: &mut TrustModel, name: &ProviderName) -> Result<bool, GcpError> {
    let (Attr::Known(model), Some(email)) = (&mut state.service_account, state.service_account_email.text())
    else {
        return Ok(false);
    };
    let project = model.project.text().unwrap_or(name.pool().project()).to_owned();
    let found = google.get_service_account(&project, email).await?;
    let same = |found: &crate::clouds::gcp::client::IamAccount| {
        state
            .service_account_id
            .text()
            .is_none_or(|id| id == found.unique_id)
    };
    match found.filter(same) {
        Some(found) => {
            model.display_name = as_written(&model.display_name, &found.display_name);
            model.description = as_written(&model.description, &found.description);
            super::permissions::show_account(state, &found);
            Ok(true)
        }
        None => {
            state.service_account_email = Attr::Null;
            state.service_account_id = Attr::Null;
            Ok(false)
        }
    }
}

/// Nothing found where nothing is written stays nothing.
fn as_written(written: &Attr<String>, found: &str) -> Attr<String> {
    if written.text().unwrap_or_default() == found {
        return written.clone();
    }
    Attr::from_option((!found.is_empty()).then(|| found.to_owned()))
}

fn flag(written: &Attr<bool>, found: bool) -> Attr<bool> {
    if written.known().copied().unwrap_or_default() == found {
        written.clone()
    } else {
        Attr::Known(found)
    }
}

fn read_pool(state: &mut TrustModel, name: &ProviderName, pool: Option<&Pool>) {
    let Some(pool) = pool else {
        state.pool_name = Attr::Null;
        state.provider_name = Attr::Null;
        return;
    };
    state.pool_name = Attr::from_text(name.pool().to_string());
    let owned = ownership(state).unwrap_or_default();
    let Attr::Known(PoolModel {
        display_name,
        description,
        disabled,
        ..
    }) = &mut state.pool
    else {
        return;
    };
    if owned == Ownership::External {
        return;
    }
    // in a pool of several, what is not written is somebody else's to say
    let alone = owned == Ownership::Exclusive;
    if alone || !display_name.is_null() {
        *display_name = as_written(display_name, &pool.display_name);
    }
    if alone || !description.is_null() {
        *description = as_written(description, mark::shown(&pool.description));
    }
    *disabled = flag(disabled, pool.disabled);
}

fn read_provider(
    state: &mut TrustModel,
    name: &ProviderName,
    provider: Option<&PoolProvider>,
    (imports, memory): (bool, &Memory),
    diagnostics: &mut Diagnostics,
) {
    let Some(found) = provider else {
        state.provider_name = Attr::Null;
        return;
    };
    state.provider_name = Attr::from_text(name.to_string());
    state.id = Attr::from_text(name.to_string());
    if let Attr::Known(PoolProviderModel {
        display_name,
        description,
        disabled,
        ..
    }) = &mut state.pool_provider
    {
        *display_name = as_written(display_name, &found.display_name);
        *description = as_written(description, mark::shown(&found.description));
        *disabled = flag(disabled, found.disabled);
    }
    let oidc = found.oidc.clone().unwrap_or_default();
    if !same_json(state.jwks_json.text().unwrap_or_default(), &oidc.jwks_json) {
        state.jwks_json = Attr::from_option((!oidc.jwks_json.is_empty()).then(|| oidc.jwks_json.clone()));
    }
    state.discovery_uri = as_written(&state.discovery_uri, &oidc.discovery_uri);
    let known = settings_of(state);
    let settings = found.settings(false);
    if known.is_some_and(|known| same_settings(&known, &settings)) {
        return;
    }
    state.effective_attribute_mapping = mapping(&settings.attribute_mapping);
    state.effective_attribute_condition = Attr::from_text(&settings.attribute_condition);
    let understood = write_back(state, name, &settings, memory);
    if !understood {
        // the arguments that stand for themselves follow at least
        state.issuer = Attr::from_text(&settings.issuer_uri);
        state.accepted_audiences = StringSet::of(accepted(name, &settings));
    }
    if imports && !understood {
        diagnostics.warning(
            Path::root(),
            "Not everything could be imported",
            format!(
                "the condition or mapping of the provider `{name}` says something that the arguments cannot express; it stands in \
                 `effective_attribute_condition` and `effective_attribute_mapping`, and the next plan shows what would change:\n{}",
                settings.attribute_condition
            ),
        );
    }
}

/// The accepted audiences, the default ones written out.
fn accepted(name: &ProviderName, settings: &ProviderSettings) -> BTreeSet<String> {
    if settings.allowed_audiences.is_empty() {
        name.default_audiences().into_iter().collect()
    } else {
        settings.allowed_audiences.clone()
    }
}

/// What the state says is granted; of an account that is gone nothing can be.
fn wanted(state: &TrustModel) -> Grants {
    permissions::all(state)
}

/// A binding or grant that is not there in full shows as missing; what is there of it is remembered, to be taken away.
fn read_permissions(state: &mut TrustModel, memory: &mut Memory, granted: &Grants) {
    let principals: BTreeSet<String> = state.principals.strings().flatten().unwrap_or_default();
    let email = state.service_account_email.text().map(str::to_owned);
    let there = |wanted: &Grants| {
        wanted
            .iter()
            .all(|(target, grants)| granted.get(target).is_some_and(|found| grants.is_subset(found)))
    };
    if let Attr::Known(grants) = &mut state.grants {
        let gone_account = email.is_none() && !state.service_account.is_null();
        grants.retain(|_, entry| {
            let wanted = permissions::grant(entry, &principals, email.as_deref());
            let Some((target, grants)) = wanted.filter(|_| !gone_account) else {
                return false;
            };
            let found = granted.get(&target).cloned().unwrap_or_default();
            let whole = grants.is_subset(&found);
            for grant in found.intersection(&grants).filter(|_| !whole) {
                let begun = (target.clone(), grant.clone());
                if !memory.begun.contains(&begun) {
                    memory.begun.push(begun);
                }
            }
            whole
        });
    }
    let bound = permissions::binding(&principals, email.as_deref());
    if !there(&bound) {
        let found: BTreeSet<&str> = bound
            .keys()
            .filter_map(|target| granted.get(target))
            .flatten()
            .map(|grant| grant.member.as_str())
            .collect();
        state.principals = StringSet::of(found);
    }
}

/// What follows from the arguments alone, where the arguments are understood. A mistake in them is the plan's to say.
fn describe(
    gcp: &Configured,
    google: &Google,
    state: &mut TrustModel,
    (name, memory, provider, imports): (&ProviderName, &mut Memory, Option<&PoolProvider>, bool),
) {
    let number = name.pool().project();
    let understood = Meaning::of(state, number, &memory.implied, true, &mut Diagnostics::new());
    let Understanding::Known(meaning) = understood else {
        return;
    };
    if imports {
        memory.implied = meaning.implied.clone();
    }
    state.audience = Attr::from_text(&meaning.audience);
    if state.effective_platform.is_null() {
        state.effective_platform = Attr::from_text(&meaning.platform);
    }
    if state.accepted_audiences.is_null() {
        state.accepted_audiences = StringSet::of(meaning.accepted_audiences.iter().cloned());
    }
    if state.principal_set.is_null() {
        state.principal_set = Attr::from_text(crate::clouds::gcp::dialect::trust_binding(name).to_string());
    }
    if state.principals.is_null() {
        // before the first apply nobody is bound that we know of; who would be follows from the arguments
        state.principals = StringSet::of(meaning.principals.iter().map(ToString::to_string));
    }
    let findings = match provider.map(|found| found.settings(false)) {
        Some(settings) if !same_settings(&settings, &meaning.settings) => meaning.lint(&settings),
        _ => meaning.findings.clone(),
    };
    let accepted = gcp
        .guardrail
        .accept(findings, &accepted_risks(state), &mut Diagnostics::new());
    state.findings = shown(&accepted);
    let email = state.service_account_email.clone();
    let missing = state.makes_account() && email.is_null();
    if !missing && !email.is_unknown() {
        state.credential_configuration = credential::configuration(google, &meaning, (state, &email));
    }
}
