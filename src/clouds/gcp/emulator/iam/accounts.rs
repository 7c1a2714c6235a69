//! Service accounts: reading and changing them.

use serde_json::{Value, json};

use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::operation::Answer;
use crate::clouds::gcp::emulator::policy_calls;
use crate::clouds::gcp::emulator::wire::{ApiError, Field, Mask, Page, Reply, Shape, object, read};

/// The fields of an account; when it is made, only two of them can be set.
pub static FIELDS: [Field; 9] = [
    Field::output("name"),
    Field::output("projectId"),
    Field::output("uniqueId"),
    Field::output("email"),
    Field::new("displayName", Shape::Text),
    Field::new("description", Shape::Text),
    Field::output("oauth2ClientId"),
    Field::output("etag"),
    Field::output("disabled"),
];
static PATCH: [Field; 2] = [
    Field::new("serviceAccount", Shape::Object(&FIELDS)),
    Field::new("updateMask", Shape::Text),
];

/// # Errors
/// More bytes than Google takes.
pub fn check_texts(display_name: &str, description: &str) -> Result<(), ApiError> {
    for (name, text, most) in [
        ("display_name", display_name, 100),
        ("description", description, 256),
    ] {
        if text.len() > most {
            let found = text.len();
            return Err(ApiError::invalid(format!(
                "{name}: at most {most} bytes, found {found}."
            )));
        }
    }
    Ok(())
}

/// # Errors
/// Those of the service.
pub fn get(call: &mut Call<'_>) -> Answer {
    Ok(Reply::Json(
        call.account(2, 4, "iam.serviceAccounts.get")?.shown(),
    ))
}

/// # Errors
/// Those of the service.
pub fn list(call: &mut Call<'_>) -> Answer {
    let permission = "iam.serviceAccounts.list";
    let project = call.project(2, permission)?;
    call.require(permission, &project.name(), &project.name())?;
    let page = Page::read(call.request, 20, 100)?;
    let own = call.world.accounts.iter().filter(|account| {
        account.is_live()
            && account.project_number == project.number
            && account.unseen_uses == 0
            && call.is_known(account)
    });
    let entries = own
        .map(|account| (account.email.clone(), account.shown()))
        .collect();
    Ok(Reply::Json(page.of("accounts", entries)))
}

/// The mask is in the body; the answer holds the name and what was changed.
///
/// # Errors
/// Those of the service.
pub fn patch(call: &mut Call<'_>) -> Answer {
    let account = call.account(2, 4, "iam.serviceAccounts.update")?;
    let body = read(&PATCH, &call.request.json()?)?;
    let mask = Mask::parse(body.get("updateMask").and_then(Value::as_str), &FIELDS)?;
    let update = object(&body, "serviceAccount");
    let text = |name: &str| update.get(name).and_then(Value::as_str).unwrap_or_default();
    let (display_name, description) = (text("displayName").to_owned(), text("description").to_owned());
    check_texts(&display_name, &description)?;
    let mut answer = json!({ "name": account.name() });
    if let Some(stored) = call.world.live_account_mut(&account.unique_id) {
        for (name, text, place) in [
            ("displayName", display_name, &mut stored.display_name),
            ("description", description, &mut stored.description),
        ] {
            if mask.names(name) {
                place.clone_from(&text);
                if let (Some(members), false) = (answer.as_object_mut(), text.is_empty()) {
                    members.insert(name.to_owned(), json!(text));
                }
            }
        }
    }
    Ok(Reply::Json(answer))
}

/// # Errors
/// Those of the service.
pub fn get_policy(call: &mut Call<'_>) -> Answer {
    let account = call.account(2, 4, "iam.serviceAccounts.getIamPolicy")?;
    read(&[], &call.request.json()?)?;
    let version = call
        .request
        .parameter("options.requestedPolicyVersion")
        .unwrap_or("0");
    let version = version
        .parse()
        .map_err(|_| ApiError::invalid("options.requestedPolicyVersion: expected 0, 1 or 3."))?;
    policy_calls::get(call, &account.key(), version)
}

/// # Errors
/// Those of the service.
pub fn set_policy(call: &mut Call<'_>) -> Answer {
    let account = call.account(2, 4, "iam.serviceAccounts.setIamPolicy")?;
    policy_calls::set(call, &account.key())
}

/// # Errors
/// Those of the service.
pub fn test_permissions(call: &mut Call<'_>) -> Answer {
    let account = call.world.live_account(call.segment(4)).cloned();
    let account = account.ok_or_else(|| {
        ApiError::denied(
            "iam.serviceAccounts.get",
            call.service,
            &call.request.segments.join("/"),
        )
    })?;
    policy_calls::test(call, &account.key())
}
