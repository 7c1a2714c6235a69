//! The condition keys that every call carries: who calls, when, from where.

use super::store::{Account, Principal, Session};
use super::wire::timestamp;
use crate::clouds::aws::dialect::Context;

/// A complete context: what is not set here or by the caller is absent from the request.
pub fn of_call(principal: &Principal, account: Option<&Account>, now: i64) -> Context {
    let mut context = surroundings(now);
    context
        .set("aws:PrincipalAccount", principal.account().as_str())
        .set("aws:userid", principal.user_id());
    match principal {
        Principal::User(user) => {
            context
                .set("aws:PrincipalArn", &user.arn)
                .set("aws:PrincipalType", "User")
                .set("aws:username", &user.name);
        }
        Principal::Session(session) => of_session(&mut context, session, account),
    }
    context
}

/// What is known of a call whose caller is not: the time, the secure transport and the address, which is this machine's,
/// because nobody else can reach the emulator.
pub fn surroundings(now: i64) -> Context {
    let mut context = Context::complete();
    context
        .set("aws:CurrentTime", timestamp::iso8601(now))
        .set("aws:EpochTime", now.to_string())
        .set("aws:SecureTransport", "true")
        .set("aws:SourceIp", "127.0.0.1")
        .set("aws:RequestedRegion", "us-east-1")
        .set("aws:ViaAWSService", "false");
    context
}

fn of_session(context: &mut Context, session: &Session, account: Option<&Account>) {
    context
        .set("aws:PrincipalArn", &session.role_arn)
        .set("aws:PrincipalType", "AssumedRole")
        .set("aws:TokenIssueTime", timestamp::iso8601(session.issued));
    let role = account.and_then(|account| account.role(&session.role_name));
    for (key, value) in role.iter().flat_map(|role| role.tags.iter()) {
        context.set(&format!("aws:PrincipalTag/{key}"), value);
    }
    // Tags of the session win over tags of the role.
    for (key, value) in &session.tags {
        context.set(&format!("aws:PrincipalTag/{key}"), value);
    }
    for (key, values) in &session.claims {
        match values.as_slice() {
            [single] if !key.ends_with(":amr") => context.set(key, single),
            several => context.set_many(key, several.to_vec()),
        };
    }
    if let Some(provider) = &session.provider {
        context.set("aws:FederatedProvider", provider);
    }
    if let Some(identity) = &session.source_identity {
        context.set("aws:SourceIdentity", identity);
    }
}
