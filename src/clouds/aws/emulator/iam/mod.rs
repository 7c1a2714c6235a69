//! IAM: the operations of its API, one function each, and the table that names them.
//!
//! Owns what each operation checks, in the order in which IAM checks: the shape of the parameters, the permission of the
//! caller, the objects. Must not know HTTP, nor how a caller proved who they are.

mod attachments;
mod boundary;
mod call;
mod details;
mod identity_policy;
mod inline;
mod page;
mod policies;
mod profiles;
mod provider_parts;
mod providers;
mod role_creation;
mod roles;
mod tagging;
mod trust_policy;
mod users;

pub use call::Call;
pub use identity_policy::checked as checked_identity_policy;
pub use tagging::GivenTags;

use super::wire::{ApiError, Reply};

/// An operation of IAM.
pub struct Operation {
    pub name: &'static str,
    pub run: fn(&mut Call<'_>) -> Result<Reply, ApiError>,
}

/// The operation of this name.
pub fn operation(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

const fn of(name: &'static str, run: fn(&mut Call<'_>) -> Result<Reply, ApiError>) -> Operation {
    Operation { name, run }
}

const OPERATIONS: &[Operation] = &[
    of(
        "AddClientIDToOpenIDConnectProvider",
        provider_parts::add_client_id,
    ),
    of("AddRoleToInstanceProfile", profiles::add_role),
    of("AttachRolePolicy", attachments::attach),
    of("CreateInstanceProfile", profiles::create),
    of("CreateOpenIDConnectProvider", providers::create),
    of("CreatePolicy", policies::create),
    of("CreateRole", role_creation::create),
    of("DeleteInstanceProfile", profiles::delete),
    of("DeleteOpenIDConnectProvider", providers::delete),
    of("DeletePolicy", policies::delete),
    of("DeleteRole", roles::delete),
    of("DeleteRolePermissionsBoundary", boundary::delete),
    of("DeleteRolePolicy", inline::delete),
    of("DetachRolePolicy", attachments::detach),
    of("GetAccountAuthorizationDetails", details::get),
    of("GetInstanceProfile", profiles::get),
    of("GetOpenIDConnectProvider", providers::get),
    of("GetPolicy", policies::get),
    of("GetPolicyVersion", policies::get_version),
    of("GetRole", roles::get),
    of("GetRolePolicy", inline::get),
    of("GetUser", users::get),
    of("ListAccountAliases", users::list_account_aliases),
    of("ListAttachedRolePolicies", attachments::list),
    of("ListEntitiesForPolicy", policies::list_entities),
    of("ListInstanceProfilesForRole", profiles::list_for_role),
    of("ListOpenIDConnectProviderTags", provider_parts::list_tags),
    of("ListOpenIDConnectProviders", providers::list),
    of("ListPolicies", policies::list),
    of("ListPolicyVersions", policies::list_versions),
    of("ListRolePolicies", inline::list),
    of("ListRoleTags", roles::list_tags),
    of("ListRoles", roles::list),
    of("PutRolePermissionsBoundary", boundary::put),
    of("PutRolePolicy", inline::put),
    of(
        "RemoveClientIDFromOpenIDConnectProvider",
        provider_parts::remove_client_id,
    ),
    of("RemoveRoleFromInstanceProfile", profiles::remove_role),
    of("TagOpenIDConnectProvider", provider_parts::tag),
    of("TagRole", roles::tag),
    of("UntagOpenIDConnectProvider", provider_parts::untag),
    of("UntagRole", roles::untag),
    of("UpdateAssumeRolePolicy", roles::update_trust),
    of(
        "UpdateOpenIDConnectProviderThumbprint",
        provider_parts::update_thumbprints,
    ),
    of("UpdateRole", roles::update),
    of("UpdateRoleDescription", roles::update_description),
];
