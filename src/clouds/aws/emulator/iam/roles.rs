//! Roles: read, list, change, delete.

use super::call::Call;
use super::page::Page;
use super::tagging::{self, GivenTags};
use super::trust_policy;
use crate::clouds::aws::emulator::permission::Ask;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::store::{Account, KeyCase, Role};
use crate::clouds::aws::emulator::wire::{ApiError, Query, Reply, Xml, timestamp};

/// `MaxSessionDuration` when nobody says otherwise, in seconds.
pub const DEFAULT_SESSION: u32 = 3600;

/// # Errors
/// `ValidationError` for less than an hour or more than twelve.
pub fn max_session(query: &Query) -> Result<Option<u32>, ApiError> {
    rule::number(query, "MaxSessionDuration", 3600, 43_200)
}

pub fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let role = call.role(name)?;
    if role.unseen_reads > 0 {
        role.unseen_reads -= 1;
        return Err(ApiError::no_such_entity(format!(
            "The role with name {name} cannot be found."
        )));
    }
    Ok(Reply::result(|xml| {
        xml.element("Role", |xml| {
            write(xml, role);
            write_boundary(xml, role);
            write_tags(xml, role);
            write_last_used(xml, role);
        });
    }))
}

/// A list leaves out boundary, tags and last use, as IAM's does.
pub fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = call.query;
    let prefix = rule::PATH_PREFIX.optional(query, "PathPrefix")?.unwrap_or("/");
    let ask = Ask::about(call.arn(&format!("role{prefix}")));
    let account = call.open(&ask)?.account;
    let mut roles = Vec::new();
    for (key, role) in &mut account.roles {
        if role.unseen_lists > 0 {
            role.unseen_lists -= 1;
        } else if role.path.starts_with(prefix) {
            roles.push((key.clone(), &*role));
        }
    }
    let page = Page::cut(query, roles)?;
    Ok(Reply::result(|xml| {
        xml.list("Roles", &page.items, |xml, role| write(xml, role));
        page.write_end(xml);
    }))
}

/// What is left out falls back: the duration to one hour, the description to none.
pub fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let description = rule::ROLE_DESCRIPTION.optional(call.query, "Description")?;
    let duration = max_session(call.query)?;
    let role = call.role(name)?;
    if let Some(description) = description {
        role.description = Some(description.to_owned());
    }
    role.max_session = duration.unwrap_or(DEFAULT_SESSION);
    Ok(Reply::result(|_| {}))
}

pub fn update_description(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let description = rule::ROLE_DESCRIPTION.required(call.query, "Description")?;
    let role = call.role(name)?;
    role.description = Some(description.to_owned());
    Ok(Reply::result(|xml| {
        xml.element("Role", |xml| write(xml, role));
    }))
}

pub fn update_trust(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let document = rule::DOCUMENT.required(call.query, "PolicyDocument")?;
    call.role(name)?;
    let trust = trust_policy::checked(call.world(), document)?;
    call.role(name)?.trust = trust;
    Ok(Reply::none())
}

pub fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let ask = call.about_role(name);
    let opened = call.open(&ask)?;
    let account: &mut Account = opened.account;
    let role = account
        .role(name)
        .ok_or_else(|| ApiError::no_such_entity(format!("The role with name {name} cannot be found.")))?;
    let left = if account.profiles_of(name).next().is_some() {
        Some("must remove roles from instance profile first")
    } else if !role.attached.is_empty() {
        Some("must detach all policies first")
    } else if !role.inline.is_empty() {
        Some("must delete policies first")
    } else {
        None
    };
    if let Some(left) = left {
        return Err(ApiError::delete_conflict(format!(
            "Cannot delete entity, {left}."
        )));
    }
    if let Some(gone) = account.roles.remove(&name.to_lowercase()) {
        call.forget_role(&gone);
    }
    Ok(Reply::none())
}

pub fn tag(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let tags = GivenTags::read(call.query, KeyCase::Ignored)?;
    let ask = tags.ask(call.about_role(name));
    let role = call.open(&ask)?.role(name)?;
    role.tags = tags.added_to(&role.tags, "TagsPerRole")?;
    Ok(Reply::none())
}

pub fn untag(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let keys = tagging::keys(call.query)?;
    let ask = call.about_role(name).with("aws:TagKeys", keys.clone());
    let role = call.open(&ask)?.role(name)?;
    for key in &keys {
        role.tags.remove(key);
    }
    Ok(Reply::none())
}

pub fn list_tags(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = call.query;
    let name = rule::ROLE_NAME.required(query, "RoleName")?;
    let role = call.role(name)?;
    let tags = role
        .tags
        .iter()
        .enumerate()
        .map(|(at, tag)| (format!("{at:04}"), tag));
    let page = Page::cut(query, tags)?;
    Ok(Reply::result(|xml| {
        tagging::write(xml, page.items.iter().copied());
        page.write_end(xml);
    }))
}

/// The part of a role that every reply about it shows.
pub fn write(xml: &mut Xml, role: &Role) {
    xml.text("Path", &role.path)
        .text("RoleName", &role.name)
        .text("RoleId", &role.id)
        .text("Arn", &role.arn)
        .text("CreateDate", timestamp::iso8601(role.created))
        .text("AssumeRolePolicyDocument", role.trust.encoded())
        .optional("Description", role.description.as_deref())
        .text("MaxSessionDuration", role.max_session);
}

pub fn write_boundary(xml: &mut Xml, role: &Role) {
    if let Some(boundary) = &role.boundary {
        xml.element("PermissionsBoundary", |xml| {
            xml.text("PermissionsBoundaryType", "Policy")
                .text("PermissionsBoundaryArn", boundary);
        });
    }
}

pub fn write_tags(xml: &mut Xml, role: &Role) {
    if !role.tags.is_empty() {
        tagging::write(xml, role.tags.iter());
    }
}

pub fn write_last_used(xml: &mut Xml, role: &Role) {
    xml.element("RoleLastUsed", |xml| {
        if let Some((at, region)) = &role.last_used {
            xml.text("LastUsedDate", timestamp::iso8601(*at))
                .text("Region", region);
        }
    });
}
