//! The Resource Manager API, v1 and v3: projects, and policies of projects, folders and organizations.

use serde_json::json;

use super::access::Call;
use super::operation::{Answer, Operation};
use super::policy_calls;
use super::store::{FOLDER, ORGANIZATION};
use super::wire::{ApiError, Reply};

/// The method that a request means.
pub fn operation(method: &str, segments: &[&str], verb: Option<&str>) -> Option<Operation> {
    let new = Operation::new;
    Some(match (method, segments, verb) {
        ("GET", ["v1" | "v3", "projects", _], None) => new("GetProject", &[], get),
        ("POST", ["v1" | "v3", "projects", _], Some("getIamPolicy")) => {
            new("GetProjectIamPolicy", &[], get_policy)
        }
        ("POST", ["v1" | "v3", "projects", _], Some("setIamPolicy")) => {
            new("SetProjectIamPolicy", &[], set_policy)
        }
        ("POST", ["v1" | "v3", "projects", _], Some("testIamPermissions")) => {
            new("TestProjectIamPermissions", &[], test_permissions)
        }
        ("POST", ["v3", "folders", _], Some("getIamPolicy")) => new("GetFolderIamPolicy", &[], get_policy),
        ("POST", ["v3", "folders", _], Some("setIamPolicy")) => new("SetFolderIamPolicy", &[], set_policy),
        ("POST", ["v1" | "v3", "organizations", _], Some("getIamPolicy")) => {
            new("GetOrganizationIamPolicy", &[], get_policy)
        }
        ("POST", ["v1" | "v3", "organizations", _], Some("setIamPolicy")) => {
            new("SetOrganizationIamPolicy", &[], set_policy)
        }
        _ => return None,
    })
}

fn get(call: &mut Call<'_>) -> Answer {
    let permission = "resourcemanager.projects.get";
    let project = call.project(2, permission)?;
    call.require(permission, &project.name(), &format!("projects/{}", project.id))?;
    Ok(Reply::Json(match call.segment(0) {
        "v1" => json!({
            "projectId": project.id,
            "projectNumber": project.number,
            "lifecycleState": "ACTIVE",
            "name": project.id,
            "parent": { "type": "folder", "id": FOLDER.trim_start_matches("folders/") },
        }),
        _ => json!({
            "name": project.name(),
            "projectId": project.id,
            "state": "ACTIVE",
            "displayName": project.id,
            "parent": FOLDER,
        }),
    }))
}

/// The key of the policy that the path means, once the caller may do this with it.
fn key(call: &mut Call<'_>, verb: &str) -> Result<String, ApiError> {
    let kind = call.segment(1).to_owned();
    let permission = format!("resourcemanager.{kind}.{verb}");
    let named = format!("{kind}/{}", call.segment(2));
    let key = match kind.as_str() {
        "projects" => call.project(2, &permission)?.name(),
        _ if named == FOLDER || named == ORGANIZATION => named.clone(),
        _ => return Err(ApiError::denied(&permission, call.service, &named)),
    };
    call.require(&permission, &key, &named)?;
    Ok(key)
}

fn get_policy(call: &mut Call<'_>) -> Answer {
    let key = key(call, "getIamPolicy")?;
    let version = policy_calls::version_in_body(call)?;
    policy_calls::get(call, &key, version)
}

fn set_policy(call: &mut Call<'_>) -> Answer {
    let key = key(call, "setIamPolicy")?;
    policy_calls::set(call, &key)
}

fn test_permissions(call: &mut Call<'_>) -> Answer {
    let project = call.project(2, "resourcemanager.projects.get")?;
    policy_calls::test(call, &project.name())
}
