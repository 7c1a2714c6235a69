//! Which predefined role holds a permission that is missing (Google's "IAM roles and permissions index").

/// A role that holds the permission and little else; only for permissions that this project's calls need.
pub(super) fn role_holding(permission: &str) -> Option<&'static str> {
    let (resource, verb) = permission.rsplit_once('.')?;
    let reads = matches!(verb, "get" | "list");
    match resource {
        "iam.workloadIdentityPools" | "iam.workloadIdentityPoolProviders" if reads => {
            Some("roles/iam.workloadIdentityPoolViewer")
        }
        "iam.workloadIdentityPools" | "iam.workloadIdentityPoolProviders" => {
            Some("roles/iam.workloadIdentityPoolAdmin")
        }
        "iam.serviceAccounts" => of_service_accounts(verb),
        "resourcemanager.projects" if verb == "get" => Some("roles/browser"),
        "resourcemanager.projects" => policies(verb, "roles/resourcemanager.projectIamAdmin"),
        "resourcemanager.folders" => policies(verb, "roles/resourcemanager.folderIamAdmin"),
        "resourcemanager.organizations" => policies(verb, "roles/resourcemanager.organizationAdmin"),
        _ => None,
    }
}

fn of_service_accounts(verb: &str) -> Option<&'static str> {
    match verb {
        "get" | "list" => Some("roles/iam.serviceAccountViewer"),
        "getAccessToken" => Some("roles/iam.serviceAccountTokenCreator"),
        "getOpenIdToken" => Some("roles/iam.serviceAccountOpenIdTokenCreator"),
        "create" | "delete" | "update" | "enable" | "disable" | "undelete" | "getIamPolicy"
        | "setIamPolicy" => Some("roles/iam.serviceAccountAdmin"),
        _ => None,
    }
}

fn policies(verb: &str, role: &'static str) -> Option<&'static str> {
    matches!(verb, "getIamPolicy" | "setIamPolicy").then_some(role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_and_their_roles() {
        for (permission, role) in [
            (
                "iam.workloadIdentityPools.create",
                Some("roles/iam.workloadIdentityPoolAdmin"),
            ),
            (
                "iam.workloadIdentityPoolProviders.get",
                Some("roles/iam.workloadIdentityPoolViewer"),
            ),
            (
                "iam.serviceAccounts.setIamPolicy",
                Some("roles/iam.serviceAccountAdmin"),
            ),
            (
                "iam.serviceAccounts.getAccessToken",
                Some("roles/iam.serviceAccountTokenCreator"),
            ),
            (
                "resourcemanager.projects.setIamPolicy",
                Some("roles/resourcemanager.projectIamAdmin"),
            ),
            ("resourcemanager.projects.get", Some("roles/browser")),
            ("resourcemanager.projects.delete", None),
            ("storage.buckets.get", None),
            ("nonsense", None),
        ] {
            assert_eq!(role_holding(permission), role, "{permission}");
        }
    }
}
