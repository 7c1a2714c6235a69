//! Workload identity pools.

use serde_json::{Value, json};

use super::started::{purged_at, start, wrong_state};
use crate::clouds::gcp::dialect::limits;
use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::operation::Answer;
use crate::clouds::gcp::emulator::policy_calls;
use crate::clouds::gcp::emulator::store::{Change, Pool};
use crate::clouds::gcp::emulator::wire::{ApiError, Field, Mask, Members, Page, Reply, Shape, read};

const MODES: [&str; 4] = [
    "MODE_UNSPECIFIED",
    "FEDERATION_ONLY",
    "TRUST_DOMAIN",
    "SYSTEM_TRUST_DOMAIN",
];

static FIELDS: [Field; 9] = [
    Field::output("name"),
    Field::output("state"),
    Field::output("expireTime"),
    Field::new("displayName", Shape::Text),
    Field::new("description", Shape::Text),
    Field::new("disabled", Shape::Bool),
    Field::once("mode", Shape::Name(&MODES)),
    Field::new("inlineCertificateIssuanceConfig", Shape::Any),
    Field::new("inlineTrustConfig", Shape::Any),
];

/// The full name of the pool in the path, once the caller may do this with it.
pub fn named(call: &mut Call<'_>, permission: &str) -> Result<String, ApiError> {
    let project = call.project(2, permission)?;
    let id = call.segment(6).to_owned();
    let name = format!("{}/locations/global/workloadIdentityPools/{id}", project.name());
    call.require(permission, &name, &name)?;
    Ok(name)
}

fn found(call: &mut Call<'_>, permission: &str) -> Result<Pool, ApiError> {
    let name = named(call, permission)?;
    call.world
        .pools
        .get(&name)
        .cloned()
        .ok_or_else(ApiError::not_found)
}

fn checked(fields: Members) -> Result<Members, ApiError> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    limits::display_name(text("displayName")).map_err(|error| ApiError::limit("display_name", &error))?;
    limits::description(text("description")).map_err(|error| ApiError::limit("description", &error))?;
    if text("mode") == "SYSTEM_TRUST_DOMAIN" {
        return Err(ApiError::invalid(
            "mode: pools of this mode are made by Google alone.",
        ));
    }
    Ok(fields)
}

/// # Errors
/// Those of the service.
pub fn create(call: &mut Call<'_>) -> Answer {
    let permission = "iam.workloadIdentityPools.create";
    let project = call.project(2, permission)?;
    call.require(permission, &project.name(), &project.name())?;
    let id = call
        .request
        .parameter("workloadIdentityPoolId")
        .unwrap_or_default();
    limits::pool_id(id).map_err(|error| ApiError::limit("workload_identity_pool_id", &error))?;
    let name = format!("{}/locations/global/workloadIdentityPools/{id}", project.name());
    let fields = checked(read(&FIELDS, &call.request.json()?)?)?;
    if call.world.pools.contains_key(&name) || call.world.is_being_made(&name) {
        return Err(ApiError::exists());
    }
    let pool = Pool {
        name: name.clone(),
        fields,
        purged_at: None,
        providers: Default::default(),
    };
    start(call, &name, Change::MakePool(Box::new(pool)))
}

/// # Errors
/// Those of the service.
pub fn get(call: &mut Call<'_>) -> Answer {
    Ok(Reply::Json(found(call, "iam.workloadIdentityPools.get")?.shown()))
}

/// # Errors
/// Those of the service.
pub fn list(call: &mut Call<'_>) -> Answer {
    let permission = "iam.workloadIdentityPools.list";
    let project = call.project(2, permission)?;
    call.require(permission, &project.name(), &project.name())?;
    let page = Page::read(call.request, 50, 1_000)?;
    let deleted = show_deleted(call)?;
    let inside = format!("{}/", project.name());
    let pools = call
        .world
        .pools
        .values()
        .filter(|pool| pool.name.starts_with(&inside));
    let shown = pools.filter(|pool| deleted || pool.is_active());
    let entries = shown.map(|pool| (pool.name.clone(), pool.shown())).collect();
    Ok(Reply::Json(page.of("workloadIdentityPools", entries)))
}

/// `showDeleted`, as the Cloud CLI writes it too.
pub fn show_deleted(call: &Call<'_>) -> Result<bool, ApiError> {
    match call.request.parameter("showDeleted").unwrap_or("false") {
        "true" | "True" | "1" => Ok(true),
        "false" | "False" | "0" | "" => Ok(false),
        _ => Err(ApiError::invalid("showDeleted: expected true or false.")),
    }
}

/// # Errors
/// Those of the service.
pub fn patch(call: &mut Call<'_>) -> Answer {
    let pool = found(call, "iam.workloadIdentityPools.update")?;
    let mask = Mask::parse(call.request.parameter("updateMask"), &FIELDS)?;
    let update = read(&FIELDS, &call.request.json()?)?;
    if !pool.is_active() {
        return Err(wrong_state(&pool.name, "deleted"));
    }
    let fields = checked(mask.apply(&pool.fields, &update)?)?;
    let name = pool.name;
    start(call, &name.clone(), Change::PatchPool { name, fields })
}

/// # Errors
/// Those of the service.
pub fn delete(call: &mut Call<'_>) -> Answer {
    let pool = found(call, "iam.workloadIdentityPools.delete")?;
    if !pool.is_active() {
        return Err(wrong_state(&pool.name, "deleted already"));
    }
    let (name, purged_at) = (pool.name, purged_at(call.now));
    start(call, &name.clone(), Change::DeletePool { name, purged_at })
}

/// Brings back every provider of the pool with it.
///
/// # Errors
/// Those of the service.
pub fn undelete(call: &mut Call<'_>) -> Answer {
    let pool = found(call, "iam.workloadIdentityPools.undelete")?;
    read(&[], &call.request.json()?)?;
    if pool.is_active() {
        return Err(wrong_state(&pool.name, "not deleted"));
    }
    let name = pool.name;
    start(call, &name.clone(), Change::UndeletePool { name })
}

/// # Errors
/// Those of the service.
pub fn get_policy(call: &mut Call<'_>) -> Answer {
    let pool = found(call, "iam.workloadIdentityPools.getIamPolicy")?;
    let version = policy_calls::version_in_body(call)?;
    policy_calls::get(call, &pool.name, version)
}

/// # Errors
/// Those of the service.
pub fn set_policy(call: &mut Call<'_>) -> Answer {
    let pool = found(call, "iam.workloadIdentityPools.setIamPolicy")?;
    policy_calls::set(call, &pool.name)
}

/// # Errors
/// Those of the service.
pub fn test_permissions(call: &mut Call<'_>) -> Answer {
    let project = call.project(2, "iam.workloadIdentityPools.get")?;
    let id = call.segment(6);
    let name = format!("{}/locations/global/workloadIdentityPools/{id}", project.name());
    policy_calls::test(call, &name)
}

/// There are none: they are for trust domains.
///
/// # Errors
/// Those of the service.
pub fn list_attestation_rules(call: &mut Call<'_>) -> Answer {
    found(call, "iam.workloadIdentityPools.getAttestationRules")?;
    Ok(Reply::Json(json!({})))
}
