//! A member of a binding that is being written: whether there is such a one.

use crate::clouds::gcp::dialect::Principal;
use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::store::Member;
use crate::clouds::gcp::emulator::wire::ApiError;

/// # Errors
/// A kind of member that there is not, a pool that is not there or not active, an account that is not there or that is so new
/// that nobody sees it.
pub fn member(call: &mut Call<'_>, key: &str, text: &str) -> Result<Member, ApiError> {
    let plain = || Member::Text(text.to_owned());
    if matches!(text, "allUsers" | "allAuthenticatedUsers") {
        let above = ["projects/", "folders/", "organizations/"];
        let refused = above.iter().any(|start| key.starts_with(start)) && !key.contains("/locations/");
        return match refused {
            true => Err(ApiError::invalid(format!(
                "Member {text} is not allowed on this resource."
            ))),
            false => Ok(plain()),
        };
    }
    let (kind, value) = text.split_once(':').unwrap_or(("", text));
    match kind {
        "serviceAccount" => account(call, value),
        "user" | "group" if value.contains('@') => Ok(plain()),
        "domain" if value.contains('.') => Ok(plain()),
        "principal" | "principalSet" => {
            let principal = Principal::parse(text)
                .map_err(|error| ApiError::invalid(format!("Invalid principal `{text}`: {error}")))?;
            let pool = call.world.pools.get(&principal.pool.to_string());
            match pool.is_some_and(|pool| pool.is_active()) {
                true => Ok(plain()),
                false => Err(ApiError::invalid(format!(
                    "Identity Pool does not exist ({}). Please check that you specified a valid resource name as returned \
                     in the `name` attribute in the configuration API.",
                    principal.pool
                ))),
            }
        }
        "deleted" => deleted(call, value, plain()),
        _ => Err(ApiError::invalid(format!(
            "The member {text} is of an unknown type. Please set a valid type prefix for the member."
        ))),
    }
}

fn account(call: &mut Call<'_>, email: &str) -> Result<Member, ApiError> {
    let missing = || ApiError::invalid(format!("Service account {email} does not exist."));
    let account = call
        .world
        .live_account(email)
        .filter(|account| account.email == email);
    let account = account.cloned().ok_or_else(missing)?;
    if let Some(stored) = call.world.live_account_mut(&account.unique_id)
        && stored.unseen_members > 0
    {
        stored.unseen_members -= 1;
        return Err(missing());
    }
    if !call.is_known(&account) {
        return Err(missing());
    }
    Ok(Member::Account {
        email: account.email,
        unique_id: account.unique_id,
    })
}

/// `serviceAccount:EMAIL?uid=N`: stays until somebody takes it away.
fn deleted(call: &Call<'_>, value: &str, plain: Member) -> Result<Member, ApiError> {
    let refused = || ApiError::invalid(format!("The deleted member {value} does not exist."));
    let (named, unique_id) = value.rsplit_once("?uid=").ok_or_else(refused)?;
    let Some(email) = named.strip_prefix("serviceAccount:") else {
        return Ok(plain);
    };
    let known = call
        .world
        .accounts
        .iter()
        .any(|account| account.unique_id == unique_id);
    let written = call.world.policies.values().any(|store| {
        let policy = store.current();
        policy.bindings().any(|binding| {
            let is_it =
                |member: &Member| matches!(member, Member::Account { unique_id: id, .. } if id == unique_id);
            binding.members.iter().any(is_it)
        })
    });
    match known || written {
        true => Ok(Member::Account {
            email: email.to_owned(),
            unique_id: unique_id.to_owned(),
        }),
        false => Err(refused()),
    }
}
