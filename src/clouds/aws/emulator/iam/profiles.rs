//! Instance profiles, as far as they concern roles.

use super::call::Call;
use super::page::Page;
use super::roles;
use super::tagging::{self, GivenTags};
use crate::clouds::aws::emulator::permission::Ask;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::store::{Account, KeyCase, Profile};
use crate::clouds::aws::emulator::wire::{ApiError, Reply, Xml, random, timestamp};

pub fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = rule::PROFILE_NAME.required(call.query, "InstanceProfileName")?;
    let path = rule::ROLE_PATH.optional(call.query, "Path")?.unwrap_or("/");
    let tags = GivenTags::read(call.query, KeyCase::Ignored)?;
    let arn = call.arn(&format!("instance-profile{path}{name}"));
    let ask = tags.ask(Ask::about(&arn));
    if !tags.is_empty() {
        call.permit(Some("iam:TagInstanceProfile"), &ask)?;
    }
    let now = call.now;
    let account = call.open(&ask)?.account;
    let key = name.to_lowercase();
    if account.profiles.contains_key(&key) {
        return Err(ApiError::already_exists(format!(
            "Instance Profile {name} already exists."
        )));
    }
    let profile = Profile {
        path: path.to_owned(),
        name: name.to_owned(),
        id: random::unique_id("AIPA")?,
        arn,
        created: now,
        role: None,
        tags: tags.fresh(KeyCase::Ignored),
    };
    let reply = Reply::result(|xml| {
        xml.element("InstanceProfile", |xml| write(xml, account, &profile));
    });
    account.profiles.insert(key, profile);
    Ok(reply)
}

pub fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (account, name) = open(call)?;
    let profile = account
        .profiles
        .get(&name.to_lowercase())
        .ok_or_else(|| not_found(name))?;
    Ok(Reply::result(|xml| {
        xml.element("InstanceProfile", |xml| write(xml, account, profile));
    }))
}

pub fn add_role(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let role_name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let pass = call.about_role(role_name);
    call.permit(Some("iam:PassRole"), &pass)?;
    let (account, name) = open(call)?;
    let role = account
        .role(role_name)
        .map(|role| role.name.clone())
        .ok_or_else(|| {
            ApiError::no_such_entity(format!("The role with name {role_name} cannot be found."))
        })?;
    let profile = profile_mut(account, name)?;
    if profile.role.is_some() {
        return Err(ApiError::limit_exceeded(
            "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
        ));
    }
    profile.role = Some(role);
    Ok(Reply::none())
}

pub fn remove_role(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let role_name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let (account, name) = open(call)?;
    let profile = profile_mut(account, name)?;
    let is_in = |role: &String| role.eq_ignore_ascii_case(role_name);
    if !profile.role.as_ref().is_some_and(is_in) {
        return Err(ApiError::no_such_entity(format!(
            "The role with name {role_name} cannot be found in instance profile {name}."
        )));
    }
    profile.role = None;
    Ok(Reply::none())
}

pub fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (account, name) = open(call)?;
    if profile_mut(account, name)?.role.is_some() {
        return Err(ApiError::delete_conflict(
            "Cannot delete entity, must remove roles from instance profile first.",
        ));
    }
    account.profiles.remove(&name.to_lowercase());
    Ok(Reply::none())
}

pub fn list_for_role(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = call.query;
    let name = rule::ROLE_NAME.required(query, "RoleName")?;
    let ask = call.about_role(name);
    let account = &*call.open(&ask)?.account;
    if account.role(name).is_none() {
        return Err(ApiError::no_such_entity(format!(
            "The role with name {name} cannot be found."
        )));
    }
    let profiles = account
        .profiles_of(name)
        .map(|profile| (profile.name.to_lowercase(), profile));
    let page = Page::cut(query, profiles)?;
    Ok(Reply::result(|xml| {
        xml.list("InstanceProfiles", &page.items, |xml, profile| {
            write(xml, account, profile);
        });
        page.write_end(xml);
    }))
}

fn open<'c, 'a>(call: &'c mut Call<'a>) -> Result<(&'c mut Account, &'a str), ApiError> {
    let name = rule::PROFILE_NAME.required(call.query, "InstanceProfileName")?;
    let ask = call.about_profile(name);
    Ok((call.open(&ask)?.account, name))
}

fn profile_mut<'a>(account: &'a mut Account, name: &str) -> Result<&'a mut Profile, ApiError> {
    account
        .profiles
        .get_mut(&name.to_lowercase())
        .ok_or_else(|| not_found(name))
}

fn not_found(name: &str) -> ApiError {
    ApiError::no_such_entity(format!("Instance Profile {name} cannot be found."))
}

pub fn write(xml: &mut Xml, account: &Account, profile: &Profile) {
    let role = profile.role.as_deref().and_then(|name| account.role(name));
    xml.text("Path", &profile.path)
        .text("InstanceProfileName", &profile.name)
        .text("InstanceProfileId", &profile.id)
        .text("Arn", &profile.arn)
        .text("CreateDate", timestamp::iso8601(profile.created))
        .list("Roles", role, roles::write);
    if !profile.tags.is_empty() {
        tagging::write(xml, profile.tags.iter());
    }
}
