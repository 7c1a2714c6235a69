//! Inline policies of a role.

use super::call::Call;
use super::identity_policy;
use super::page::Page;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::store::Document;
use crate::clouds::aws::emulator::wire::{ApiError, Reply};

/// All inline policies of a role together, in characters without white space.
const SIZE: usize = 10_240;

pub fn put(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let role_name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let name = rule::POLICY_NAME.required(call.query, "PolicyName")?;
    let text = rule::DOCUMENT.required(call.query, "PolicyDocument")?;
    let role = call.role(role_name)?;
    let document = identity_policy::checked(text)?;
    let replaced = role.inline.get(name).map_or(0, Document::size);
    if role.inline_size() - replaced + document.size() > SIZE {
        return Err(ApiError::limit_exceeded(format!(
            "Maximum policy size of {SIZE} bytes exceeded for role {role_name}"
        )));
    }
    role.inline.insert(name.to_owned(), document);
    Ok(Reply::none())
}

pub fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let role_name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let name = rule::POLICY_NAME.required(call.query, "PolicyName")?;
    let role = call.role(role_name)?;
    let document = role.inline.get(name).ok_or_else(|| not_found(name))?;
    Ok(Reply::result(|xml| {
        xml.text("RoleName", &role.name)
            .text("PolicyName", name)
            .text("PolicyDocument", document.encoded());
    }))
}

pub fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = call.query;
    let role_name = rule::ROLE_NAME.required(query, "RoleName")?;
    let role = call.role(role_name)?;
    let page = Page::cut(query, role.inline.keys().map(|name| (name.clone(), name)))?;
    Ok(Reply::result(|xml| {
        xml.texts("PolicyNames", &page.items);
        page.write_end(xml);
    }))
}

pub fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let role_name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let name = rule::POLICY_NAME.required(call.query, "PolicyName")?;
    match call.role(role_name)?.inline.remove(name) {
        Some(_) => Ok(Reply::none()),
        None => Err(not_found(name)),
    }
}

fn not_found(name: &str) -> ApiError {
    ApiError::no_such_entity(format!("The role policy with name {name} cannot be found."))
}
