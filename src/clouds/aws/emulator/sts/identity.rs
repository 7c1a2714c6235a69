//! Who is behind a key.

use crate::clouds::aws::emulator::instance::Emulator;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::server::Trace;
use crate::clouds::aws::emulator::store::Principal;
use crate::clouds::aws::emulator::wire::{ApiError, Query, Reply};

/// `GetCallerIdentity`: needs no permission.
pub fn caller(_: &Emulator, _: &Query, principal: &Principal, _: &mut Trace) -> Result<Reply, ApiError> {
    Ok(Reply::result(|xml| {
        xml.text("Arn", principal.arn())
            .text("UserId", principal.user_id())
            .text("Account", principal.account());
    }))
}

/// `GetAccessKeyInfo`: the account of any key.
pub fn access_key_info(
    emulator: &Emulator,
    query: &Query,
    _: &Principal,
    _: &mut Trace,
) -> Result<Reply, ApiError> {
    let id = rule::ACCESS_KEY_ID.required(query, "AccessKeyId")?;
    let world = emulator.world();
    let key = world
        .key(id)
        .ok_or_else(|| ApiError::validation(format!("Invalid Access Key Id: {id}")))?;
    Ok(Reply::result(|xml| {
        xml.text("Account", key.principal.account());
    }))
}
