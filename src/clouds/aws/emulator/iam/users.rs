//! The administrator as a user, and the account's aliases: what clients ask to find out where they are.

use super::call::Call;
use super::page::Page;
use crate::clouds::aws::emulator::permission::Ask;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::store::{Principal, User};
use crate::clouds::aws::emulator::wire::{ApiError, Reply, Xml, timestamp};

/// Without a name, the user who calls.
pub fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = match (rule::USER_NAME.optional(call.query, "UserName")?, call.principal) {
        (Some(name), _) => name.to_owned(),
        (None, Principal::User(user)) => user.name.clone(),
        (None, Principal::Session(_)) => {
            return Err(ApiError::validation(
                "Must specify userName when calling with non-User credentials",
            ));
        }
    };
    let ask = Ask::about(call.arn(&format!("user/{name}")));
    let user = &call.open(&ask)?.account.administrator;
    if !user.name.eq_ignore_ascii_case(&name) {
        return Err(ApiError::no_such_entity(format!(
            "The user with name {name} cannot be found."
        )));
    }
    Ok(Reply::result(|xml| {
        xml.element("User", |xml| write(xml, user));
    }))
}

/// No account has an alias.
pub fn list_account_aliases(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = call.query;
    call.open(&Ask::about("*"))?;
    let page = Page::<String>::cut(query, [])?;
    Ok(Reply::result(|xml| {
        xml.texts("AccountAliases", &page.items);
        page.write_end(xml);
    }))
}

pub fn write(xml: &mut Xml, user: &User) {
    xml.text("Path", "/")
        .text("UserName", &user.name)
        .text("UserId", &user.id)
        .text("Arn", &user.arn)
        .text("CreateDate", timestamp::iso8601(user.created));
}
