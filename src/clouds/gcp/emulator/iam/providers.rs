//! Providers of a pool.

use serde_json::{Value, json};

use super::pools::show_deleted;
use super::provider_rules::{FIELDS, checked};
use super::started::{purged_at, start, wrong_state};
use crate::clouds::gcp::dialect::limits;
use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::operation::Answer;
use crate::clouds::gcp::emulator::store::{Change, Pool, Provider};
use crate::clouds::gcp::emulator::wire::{ApiError, Mask, Page, Reply, read};

/// The name of the pool in the path, once the caller may do this in it.
fn in_pool(call: &mut Call<'_>, permission: &str) -> Result<Pool, ApiError> {
    let name = super::pools::named(call, permission)?;
    call.world
        .pools
        .get(&name)
        .cloned()
        .ok_or_else(ApiError::not_found)
}

fn federating(pool: &Pool) -> Result<(), ApiError> {
    match pool.federates() {
        true => Ok(()),
        false => Err(ApiError::invalid(
            "Providers exist in pools of the mode FEDERATION_ONLY alone.",
        )),
    }
}

fn found(call: &mut Call<'_>, permission: &str) -> Result<(Pool, String, Provider), ApiError> {
    let pool = in_pool(call, permission)?;
    let id = call.segment(8).to_owned();
    let provider = pool.providers.get(&id).cloned().ok_or_else(ApiError::not_found)?;
    call.trace.resource = Some(provider.name.clone());
    Ok((pool, id, provider))
}

fn put(call: &mut Call<'_>, pool: Pool, id: String, provider: Provider) -> Answer {
    let name = provider.name.clone();
    let change = Change::Provider {
        pool: pool.name,
        id,
        provider: Box::new(provider),
    };
    start(call, &name, change)
}

/// # Errors
/// Those of the service.
pub fn create(call: &mut Call<'_>) -> Answer {
    let pool = in_pool(call, "iam.workloadIdentityPoolProviders.create")?;
    federating(&pool)?;
    let id = call
        .request
        .parameter("workloadIdentityPoolProviderId")
        .unwrap_or_default();
    let id = id.to_owned();
    limits::provider_id(&id)
        .map_err(|error| ApiError::limit("workload_identity_pool_provider_id", &error))?;
    let fields = checked(call, &pool.name, read(&FIELDS, &call.request.json()?)?)?;
    if !pool.is_active() {
        return Err(wrong_state(&pool.name, "deleted"));
    }
    let name = format!("{}/providers/{id}", pool.name);
    if pool.providers.contains_key(&id) || call.world.is_being_made(&name) {
        return Err(ApiError::exists());
    }
    let provider = Provider {
        name,
        fields,
        purged_at: None,
    };
    put(call, pool, id, provider)
}

/// # Errors
/// Those of the service.
pub fn get(call: &mut Call<'_>) -> Answer {
    let (_, _, provider) = found(call, "iam.workloadIdentityPoolProviders.get")?;
    Ok(Reply::Json(provider.shown()))
}

/// # Errors
/// Those of the service.
pub fn list(call: &mut Call<'_>) -> Answer {
    let pool = in_pool(call, "iam.workloadIdentityPoolProviders.list")?;
    federating(&pool)?;
    let page = Page::read(call.request, 50, 100)?;
    let deleted = show_deleted(call)?;
    let shown = pool
        .providers
        .values()
        .filter(|provider| deleted || provider.is_active());
    let entries = shown
        .map(|provider| (provider.name.clone(), provider.shown()))
        .collect();
    Ok(Reply::Json(page.of("workloadIdentityPoolProviders", entries)))
}

/// # Errors
/// Those of the service.
pub fn patch(call: &mut Call<'_>) -> Answer {
    let (pool, id, provider) = found(call, "iam.workloadIdentityPoolProviders.update")?;
    let mask = Mask::parse(call.request.parameter("updateMask"), &FIELDS)?;
    let update = read(&FIELDS, &call.request.json()?)?;
    if !provider.is_active() || !pool.is_active() {
        return Err(wrong_state(&provider.name, "deleted"));
    }
    let changed = mask.apply(&provider.fields, &update)?;
    let kind = |fields: &super::provider_rules::Fields| super::provider_rules::kind(fields);
    if kind(&changed) != kind(&provider.fields) {
        return Err(ApiError::invalid(
            "Cannot change immutable field: the kind of a provider stays.",
        ));
    }
    let fields = checked(call, &pool.name, changed)?;
    put(call, pool, id, Provider { fields, ..provider })
}

/// # Errors
/// Those of the service.
pub fn delete(call: &mut Call<'_>) -> Answer {
    let (pool, id, provider) = found(call, "iam.workloadIdentityPoolProviders.delete")?;
    if !provider.is_active() {
        return Err(wrong_state(&provider.name, "deleted already"));
    }
    let purged_at = Some(purged_at(call.now));
    put(
        call,
        pool,
        id,
        Provider {
            purged_at,
            ..provider
        },
    )
}

/// # Errors
/// Those of the service.
pub fn undelete(call: &mut Call<'_>) -> Answer {
    let (pool, id, provider) = found(call, "iam.workloadIdentityPoolProviders.undelete")?;
    read(&[], &call.request.json()?)?;
    if !pool.is_active() {
        return Err(wrong_state(&pool.name, "deleted"));
    }
    if provider.is_active() {
        return Err(wrong_state(&provider.name, "not deleted"));
    }
    let purged_at = None;
    put(
        call,
        pool,
        id,
        Provider {
            purged_at,
            ..provider
        },
    )
}

/// Keys are for the encryption of SAML; there are none.
///
/// # Errors
/// Those of the service.
pub fn list_keys(call: &mut Call<'_>) -> Answer {
    found(call, "iam.workloadIdentityPoolProviderKeys.list")?;
    let nothing: Value = json!({});
    Ok(Reply::Json(nothing))
}
