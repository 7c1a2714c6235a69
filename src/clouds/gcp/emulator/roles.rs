//! What roles permit, as far as something here asks for it ("IAM basic and predefined roles reference").

const POOLS_READ: [&str; 6] = [
    "iam.workloadIdentityPools.get",
    "iam.workloadIdentityPools.list",
    "iam.workloadIdentityPools.getAttestationRules",
    "iam.workloadIdentityPoolProviders.get",
    "iam.workloadIdentityPoolProviders.list",
    "iam.operations.get",
];
const POOLS_WRITE: [&str; 12] = [
    "iam.workloadIdentityPools.create",
    "iam.workloadIdentityPools.update",
    "iam.workloadIdentityPools.delete",
    "iam.workloadIdentityPools.undelete",
    "iam.workloadIdentityPools.getIamPolicy",
    "iam.workloadIdentityPools.setIamPolicy",
    "iam.workloadIdentityPools.setAttestationRules",
    "iam.workloadIdentityPoolProviders.create",
    "iam.workloadIdentityPoolProviders.update",
    "iam.workloadIdentityPoolProviders.delete",
    "iam.workloadIdentityPoolProviders.undelete",
    "iam.workloadIdentityPoolProviderKeys.list",
];
const ACCOUNTS_READ: [&str; 2] = ["iam.serviceAccounts.get", "iam.serviceAccounts.list"];
const ACCOUNTS_WRITE: [&str; 6] = [
    "iam.serviceAccounts.create",
    "iam.serviceAccounts.update",
    "iam.serviceAccounts.delete",
    "iam.serviceAccounts.undelete",
    "iam.serviceAccounts.disable",
    "iam.serviceAccounts.enable",
];
const ACCOUNT_POLICIES: [&str; 2] = [
    "iam.serviceAccounts.getIamPolicy",
    "iam.serviceAccounts.setIamPolicy",
];
const PROJECT_READ: [&str; 1] = ["resourcemanager.projects.get"];
const PROJECT_POLICIES: [&str; 2] = [
    "resourcemanager.projects.getIamPolicy",
    "resourcemanager.projects.setIamPolicy",
];
const ABOVE_PROJECTS: [&str; 6] = [
    "resourcemanager.folders.get",
    "resourcemanager.folders.getIamPolicy",
    "resourcemanager.folders.setIamPolicy",
    "resourcemanager.organizations.get",
    "resourcemanager.organizations.getIamPolicy",
    "resourcemanager.organizations.setIamPolicy",
];
const READ_POLICIES: [&str; 5] = [
    "iam.serviceAccounts.getIamPolicy",
    "iam.workloadIdentityPools.getIamPolicy",
    "resourcemanager.projects.getIamPolicy",
    "resourcemanager.folders.getIamPolicy",
    "resourcemanager.organizations.getIamPolicy",
];
const READ_OBJECTS: [&str; 2] = ["storage.objects.get", "storage.objects.list"];

/// Whether a role permits something. A role that is not listed permits nothing.
pub fn permits(role: &str, permission: &str) -> bool {
    parts(role).iter().any(|part| part.contains(&permission))
}

fn parts(role: &str) -> &'static [&'static [&'static str]] {
    match role {
        // tokens of service accounts and the content of buckets are not among what an owner may have
        "roles/owner" => &[
            &POOLS_READ,
            &POOLS_WRITE,
            &ACCOUNTS_READ,
            &ACCOUNTS_WRITE,
            &ACCOUNT_POLICIES,
            &PROJECT_READ,
            &PROJECT_POLICIES,
            &ABOVE_PROJECTS,
        ],
        "roles/editor" => &[
            &POOLS_READ,
            &ACCOUNTS_READ,
            &ACCOUNTS_WRITE,
            &PROJECT_READ,
            &READ_POLICIES,
        ],
        "roles/viewer" => &[&POOLS_READ, &ACCOUNTS_READ, &PROJECT_READ],
        "roles/browser" => &[
            &PROJECT_READ,
            &[
                "resourcemanager.projects.getIamPolicy",
                "resourcemanager.folders.get",
                "resourcemanager.organizations.get",
            ],
        ],
        "roles/iam.workloadIdentityPoolAdmin" => &[&POOLS_READ, &POOLS_WRITE, &PROJECT_READ],
        "roles/iam.workloadIdentityPoolViewer" => &[&POOLS_READ, &PROJECT_READ],
        "roles/iam.serviceAccountAdmin" => {
            &[&ACCOUNTS_READ, &ACCOUNTS_WRITE, &ACCOUNT_POLICIES, &PROJECT_READ]
        }
        "roles/iam.serviceAccountViewer" => &[
            &ACCOUNTS_READ,
            &["iam.serviceAccounts.getIamPolicy"],
            &PROJECT_READ,
        ],
        "roles/iam.serviceAccountUser" => &[&ACCOUNTS_READ, &PROJECT_READ],
        "roles/iam.workloadIdentityUser" => &[
            &ACCOUNTS_READ,
            &[
                "iam.serviceAccounts.getAccessToken",
                "iam.serviceAccounts.getOpenIdToken",
            ],
        ],
        "roles/iam.serviceAccountTokenCreator" => &[
            &ACCOUNTS_READ,
            &[
                "iam.serviceAccounts.getAccessToken",
                "iam.serviceAccounts.getOpenIdToken",
                "iam.serviceAccounts.implicitDelegation",
            ],
        ],
        "roles/iam.serviceAccountOpenIdTokenCreator" => &[&["iam.serviceAccounts.getOpenIdToken"]],
        "roles/iam.securityAdmin" => &[
            &READ_POLICIES,
            &ACCOUNT_POLICIES,
            &PROJECT_POLICIES,
            &ABOVE_PROJECTS,
            &["iam.workloadIdentityPools.setIamPolicy"],
            &PROJECT_READ,
        ],
        "roles/iam.securityReviewer" => &[&READ_POLICIES, &POOLS_READ, &PROJECT_READ],
        "roles/resourcemanager.projectIamAdmin" => &[&PROJECT_READ, &PROJECT_POLICIES],
        "roles/resourcemanager.folderAdmin" => &[
            &PROJECT_READ,
            &PROJECT_POLICIES,
            &[
                "resourcemanager.folders.get",
                "resourcemanager.folders.getIamPolicy",
                "resourcemanager.folders.setIamPolicy",
            ],
        ],
        "roles/resourcemanager.organizationAdmin" => &[&PROJECT_READ, &PROJECT_POLICIES, &ABOVE_PROJECTS],
        "roles/storage.objectViewer" => &[&READ_OBJECTS, &PROJECT_READ],
        "roles/storage.objectUser" | "roles/storage.objectAdmin" | "roles/storage.admin" => {
            &[&READ_OBJECTS, &PROJECT_READ]
        }
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_permit_what_they_are_for() {
        for (role, permission, permitted) in [
            ("roles/owner", "iam.workloadIdentityPools.create", true),
            ("roles/owner", "iam.serviceAccounts.getAccessToken", false),
            ("roles/owner", "storage.objects.get", false),
            ("roles/editor", "resourcemanager.projects.setIamPolicy", false),
            ("roles/viewer", "iam.workloadIdentityPools.create", false),
            (
                "roles/iam.workloadIdentityUser",
                "iam.serviceAccounts.getAccessToken",
                true,
            ),
            (
                "roles/iam.workloadIdentityPoolAdmin",
                "iam.serviceAccounts.create",
                false,
            ),
            ("roles/storage.objectViewer", "storage.objects.get", true),
            ("roles/nobody.knows", "storage.objects.get", false),
        ] {
            assert_eq!(permits(role, permission), permitted, "{role} {permission}");
        }
    }
}
