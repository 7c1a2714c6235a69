//! Service accounts: from birth to death, and back.

use serde_json::{Value, json};

use super::accounts::{FIELDS, check_texts};
use super::started::purged_at;
use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::operation::Answer;
use crate::clouds::gcp::emulator::store::Account;
use crate::clouds::gcp::emulator::wire::{ApiError, Field, Reply, Shape, object, random, read};

static CREATE: [Field; 2] = [
    Field::new("accountId", Shape::Text),
    Field::new("serviceAccount", Shape::Object(&FIELDS)),
];
const ACCOUNTS_PER_PROJECT: usize = 100;

/// # Errors
/// Those of the service.
pub fn create(call: &mut Call<'_>) -> Answer {
    let permission = "iam.serviceAccounts.create";
    let project = call.project(2, permission)?;
    call.require(permission, &project.name(), &project.name())?;
    let body = read(&CREATE, &call.request.json()?)?;
    let id = body.get("accountId").and_then(Value::as_str).unwrap_or_default();
    if !is_account_id(id) {
        return Err(ApiError::invalid(
            "account_id: expected 6 to 30 characters that match [a-z]([-a-z0-9]*[a-z0-9]).",
        ));
    }
    let given = object(&body, "serviceAccount");
    let text = |name: &str| {
        given
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (display_name, description) = (text("displayName"), text("description"));
    check_texts(&display_name, &description)?;
    let email = format!("{id}@{}.iam.gserviceaccount.com", project.id);
    let own = |account: &&Account| account.is_live() && account.project_number == project.number;
    if call.world.live_account(&email).is_some() {
        let mut error = ApiError::exists();
        error.message = format!(
            "Service account {id} already exists within project projects/{}.",
            project.id
        );
        return Err(error);
    }
    if call.world.accounts.iter().filter(own).count() >= ACCOUNTS_PER_PROJECT {
        let message =
            format!("Maximum number of service accounts on project reached ({ACCOUNTS_PER_PROJECT}).");
        return Err(ApiError::new(429, "RESOURCE_EXHAUSTED", message));
    }
    let fresh = call.faults.faults().fresh;
    let account = Account {
        project_id: project.id,
        project_number: project.number,
        email,
        unique_id: random::unique_id()?,
        display_name,
        description,
        disabled: false,
        created: call.now,
        purged_at: None,
        unseen_uses: fresh.account_uses,
        unseen_status: fresh.account_status,
        unseen_members: fresh.account_members,
    };
    let answer = account.shown();
    call.world.accounts.push(account);
    Ok(Reply::Json(answer))
}

fn is_account_id(id: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (6..=30).contains(&id.len())
        && id.chars().all(fits)
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && !id.ends_with('-')
}

/// # Errors
/// Those of the service.
pub fn delete(call: &mut Call<'_>) -> Answer {
    let account = call.account(2, 4, "iam.serviceAccounts.delete")?;
    let at = purged_at(call.now);
    if let Some(stored) = call.world.live_account_mut(&account.unique_id) {
        stored.purged_at = Some(at);
    }
    Ok(Reply::empty())
}

/// By the unique id alone: the name may be somebody else's by now.
///
/// # Errors
/// Those of the service.
pub fn undelete(call: &mut Call<'_>) -> Answer {
    let permission = "iam.serviceAccounts.undelete";
    let project = call.project(2, permission)?;
    call.require(permission, &project.name(), &project.name())?;
    read(&[], &call.request.json()?)?;
    let id = call.segment(4).to_owned();
    let deleted = call.world.accounts.iter().find(|account| {
        account.unique_id == id && !account.is_live() && account.project_number == project.number
    });
    let email = deleted
        .map(|account| account.email.clone())
        .ok_or_else(ApiError::not_found)?;
    if call.world.live_account(&email).is_some() {
        return Err(ApiError::exists());
    }
    let stored = call
        .world
        .accounts
        .iter_mut()
        .find(|account| account.unique_id == id);
    let restored = stored.map(|account| {
        account.purged_at = None;
        account.shown()
    });
    Ok(Reply::Json(json!({ "restoredAccount": restored })))
}

/// # Errors
/// Those of the service.
pub fn disable(call: &mut Call<'_>) -> Answer {
    switch(call, "iam.serviceAccounts.disable", true)
}

/// # Errors
/// Those of the service.
pub fn enable(call: &mut Call<'_>) -> Answer {
    switch(call, "iam.serviceAccounts.enable", false)
}

fn switch(call: &mut Call<'_>, permission: &str, disabled: bool) -> Answer {
    let account = call.account(2, 4, permission)?;
    read(&[], &call.request.json()?)?;
    if let Some(stored) = call.world.live_account_mut(&account.unique_id) {
        stored.disabled = disabled;
    }
    Ok(Reply::empty())
}
