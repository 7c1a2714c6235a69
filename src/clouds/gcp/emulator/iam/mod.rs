//! The IAM API, v1: pools, providers, operations, service accounts.

mod account_life;
mod accounts;
mod operations;
mod pools;
mod provider_rules;
mod providers;
mod started;

use super::operation::Operation;

const LIST: [&str; 3] = ["pageSize", "pageToken", "showDeleted"];
const POLICY: [&str; 1] = ["options.requestedPolicyVersion"];

/// The method that a request means.
pub fn operation(method: &str, segments: &[&str], verb: Option<&str>) -> Option<Operation> {
    let (version, segments) = segments.split_first()?;
    if *version != "v1" {
        return None;
    }
    match segments {
        [
            "projects",
            _,
            "locations",
            "global",
            "workloadIdentityPools",
            rest @ ..,
        ] => pool(method, rest, verb),
        ["projects", _, "serviceAccounts", rest @ ..] => account(method, rest, verb),
        _ => None,
    }
}

fn pool(method: &str, segments: &[&str], verb: Option<&str>) -> Option<Operation> {
    let new = Operation::new;
    Some(match (method, segments, verb) {
        ("POST", [], None) => new(
            "CreateWorkloadIdentityPool",
            &["workloadIdentityPoolId"],
            pools::create,
        ),
        ("GET", [], None) => new("ListWorkloadIdentityPools", &LIST, pools::list),
        ("GET", [_], None) => new("GetWorkloadIdentityPool", &[], pools::get),
        ("PATCH", [_], None) => new("UpdateWorkloadIdentityPool", &["updateMask"], pools::patch),
        ("DELETE", [_], None) => new("DeleteWorkloadIdentityPool", &[], pools::delete),
        ("POST", [_], Some("undelete")) => new("UndeleteWorkloadIdentityPool", &[], pools::undelete),
        ("POST", [_], Some("getIamPolicy")) => {
            new("GetWorkloadIdentityPoolIamPolicy", &POLICY, pools::get_policy)
        }
        ("POST", [_], Some("setIamPolicy")) => {
            new("SetWorkloadIdentityPoolIamPolicy", &[], pools::set_policy)
        }
        ("POST", [_], Some("testIamPermissions")) => new(
            "TestWorkloadIdentityPoolIamPermissions",
            &[],
            pools::test_permissions,
        ),
        ("GET", [_], Some("listAttestationRules")) => new(
            "ListAttestationRules",
            &["pageSize", "pageToken", "filter"],
            pools::list_attestation_rules,
        ),
        ("GET", [_, "operations", _], None) | ("GET", [_, "providers", _, "operations", _], None) => {
            new("GetOperation", &[], operations::get)
        }
        ("POST", [_, "providers"], None) => new(
            "CreateWorkloadIdentityPoolProvider",
            &["workloadIdentityPoolProviderId"],
            providers::create,
        ),
        ("GET", [_, "providers"], None) => new("ListWorkloadIdentityPoolProviders", &LIST, providers::list),
        ("GET", [_, "providers", _], None) => new("GetWorkloadIdentityPoolProvider", &[], providers::get),
        ("PATCH", [_, "providers", _], None) => new(
            "UpdateWorkloadIdentityPoolProvider",
            &["updateMask"],
            providers::patch,
        ),
        ("DELETE", [_, "providers", _], None) => {
            new("DeleteWorkloadIdentityPoolProvider", &[], providers::delete)
        }
        ("POST", [_, "providers", _], Some("undelete")) => {
            new("UndeleteWorkloadIdentityPoolProvider", &[], providers::undelete)
        }
        ("GET", [_, "providers", _, "keys"], None) => new(
            "ListWorkloadIdentityPoolProviderKeys",
            &LIST,
            providers::list_keys,
        ),
        _ => return None,
    })
}

fn account(method: &str, segments: &[&str], verb: Option<&str>) -> Option<Operation> {
    let new = Operation::new;
    Some(match (method, segments, verb) {
        ("POST", [], None) => new("CreateServiceAccount", &[], account_life::create),
        ("GET", [], None) => new("ListServiceAccounts", &["pageSize", "pageToken"], accounts::list),
        ("GET", [_], None) => new("GetServiceAccount", &[], accounts::get),
        ("PATCH", [_], None) => new("PatchServiceAccount", &[], accounts::patch),
        ("DELETE", [_], None) => new("DeleteServiceAccount", &[], account_life::delete),
        ("POST", [_], Some("undelete")) => new("UndeleteServiceAccount", &[], account_life::undelete),
        ("POST", [_], Some("disable")) => new("DisableServiceAccount", &[], account_life::disable),
        ("POST", [_], Some("enable")) => new("EnableServiceAccount", &[], account_life::enable),
        ("POST", [_], Some("getIamPolicy")) => {
            new("GetServiceAccountIamPolicy", &POLICY, accounts::get_policy)
        }
        ("POST", [_], Some("setIamPolicy")) => new("SetServiceAccountIamPolicy", &[], accounts::set_policy),
        ("POST", [_], Some("testIamPermissions")) => new(
            "TestServiceAccountIamPermissions",
            &[],
            accounts::test_permissions,
        ),
        _ => return None,
    })
}
