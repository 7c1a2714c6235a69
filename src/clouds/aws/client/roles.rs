//! Roles: the operations, and a role as IAM tells it.

use std::time::SystemTime;

use aws_sdk_iam::types;

use super::error::AwsError;
use super::iam::{Iam, Tags, decode_document, next_marker, plain_tags, sdk_tags, time};
use crate::clouds::patience::Effect::{Create, Idempotent, Read};

/// Entries of one page; IAM gives at most that many.
pub(super) const PAGE: i32 = 1_000;

/// A role. A list leaves tags, boundary and last use out (IAM API reference, `ListRoles`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub name: String,
    pub arn: String,
    /// `AROA…`
    pub unique_id: String,
    pub path: String,
    pub created: Option<SystemTime>,
    /// JSON, decoded.
    pub trust_policy: String,
    /// Empty when there is none.
    pub description: String,
    /// Seconds.
    pub max_session_duration: i32,
    pub permissions_boundary: Option<String>,
    pub tags: Tags,
    /// `None`: never used in the time IAM remembers, or not told.
    pub last_used: Option<SystemTime>,
}

/// A role to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRole {
    pub name: String,
    pub path: String,
    pub trust_policy: String,
    pub description: Option<String>,
    pub max_session_duration: Option<i32>,
    /// Part of the create call: organisations allow `iam:CreateRole` with a given boundary only.
    pub permissions_boundary: Option<String>,
    pub tags: Tags,
}

impl Iam {
    /// `GetRole`: everything but attachments and inline policies.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn get_role(&self, name: &str) -> Result<Role, AwsError> {
        const OPERATION: &str = "iam:GetRole";
        let answer = self
            .read(OPERATION, name, || self.client.get_role().role_name(name).send())
            .await?;
        let role = answer
            .role
            .ok_or_else(|| AwsError::unreadable(OPERATION, "the answer holds no role").about(name))?;
        self.account
            .check_arn(OPERATION, &role.arn)
            .map_err(|e| e.about(name))?;
        plain(OPERATION, role)
    }

    /// `CreateRole`. Never sent twice after a lost answer: on [`AwsError::outcome_unknown`] read back.
    ///
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create_role(&self, role: &NewRole) -> Result<Role, AwsError> {
        const OPERATION: &str = "iam:CreateRole";
        let tags = sdk_tags(OPERATION, &role.tags)?;
        let request = || {
            self.client
                .create_role()
                .role_name(&role.name)
                .path(&role.path)
                .assume_role_policy_document(&role.trust_policy)
                .set_description(role.description.clone())
                .set_max_session_duration(role.max_session_duration)
                .set_permissions_boundary(role.permissions_boundary.clone())
                .set_tags((!tags.is_empty()).then(|| tags.clone()))
                .send()
        };
        let answer = self.act((OPERATION, Create), &role.name, request).await?;
        let created = answer
            .role
            .ok_or_else(|| AwsError::unreadable(OPERATION, "the answer holds no role"))?;
        let mut created = plain(OPERATION, created)?;
        // The answer of a create repeats less than a read tells.
        if created.trust_policy.is_empty() {
            created.trust_policy.clone_from(&role.trust_policy);
        }
        created.tags.clone_from(&role.tags);
        Ok(created)
    }

    /// `UpdateRole`: description and duration together, because IAM resets the one that is left out.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn update_role(
        &self,
        name: &str,
        description: &str,
        max_session_duration: i32,
    ) -> Result<(), AwsError> {
        let request = || {
            let update = self.client.update_role().role_name(name).description(description);
            update.max_session_duration(max_session_duration).send()
        };
        self.act(("iam:UpdateRole", Idempotent), name, request)
            .await
            .map(drop)
    }

    /// `UpdateAssumeRolePolicy`.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn update_trust_policy(&self, name: &str, document: &str) -> Result<(), AwsError> {
        let request = || {
            self.client
                .update_assume_role_policy()
                .role_name(name)
                .policy_document(document)
                .send()
        };
        self.act(("iam:UpdateAssumeRolePolicy", Idempotent), name, request)
            .await
            .map(drop)
    }

    /// `DeleteRole`.
    ///
    /// # Errors
    /// `NotFound` when it is gone already, `DeleteConflict` when something is left on it.
    pub async fn delete_role(&self, name: &str) -> Result<(), AwsError> {
        let request = || self.client.delete_role().role_name(name).send();
        self.act(("iam:DeleteRole", Idempotent), name, request)
            .await
            .map(drop)
    }

    /// Every role of the account below a path (`/` for all), with its trust policy.
    ///
    /// # Errors
    /// `AccessDenied` without `iam:ListRoles`.
    pub async fn list_roles(&self, path_prefix: &str) -> Result<Vec<Role>, AwsError> {
        const OPERATION: &str = "iam:ListRoles";
        let mut roles = Vec::new();
        let mut marker = None;
        loop {
            let request = || {
                let list = self.client.list_roles().path_prefix(path_prefix).max_items(PAGE);
                list.set_marker(marker.clone()).send()
            };
            let page = self.act((OPERATION, Read), "", request).await?;
            for role in page.roles {
                roles.push(plain(OPERATION, role)?);
            }
            marker = next_marker(page.is_truncated, page.marker);
            if marker.is_none() {
                return Ok(roles);
            }
        }
    }

    /// The roles below a path whose name starts with a prefix.
    ///
    /// # Errors
    /// `AccessDenied` without `iam:ListRoles`.
    pub async fn list_roles_with_prefix(
        &self,
        path_prefix: &str,
        name_prefix: &str,
    ) -> Result<Vec<Role>, AwsError> {
        let mut roles = self.list_roles(path_prefix).await?;
        roles.retain(|role| role.name.starts_with(name_prefix));
        Ok(roles)
    }

    /// `TagRole`: sets these keys, leaves others alone. No call for no tags.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn tag_role(&self, name: &str, tags: &Tags) -> Result<(), AwsError> {
        const OPERATION: &str = "iam:TagRole";
        if tags.is_empty() {
            return Ok(());
        }
        let tags = sdk_tags(OPERATION, tags)?;
        let request = || {
            self.client
                .tag_role()
                .role_name(name)
                .set_tags(Some(tags.clone()))
                .send()
        };
        self.act((OPERATION, Idempotent), name, request).await.map(drop)
    }

    /// `UntagRole`. No call for no keys.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn untag_role(&self, name: &str, keys: &[String]) -> Result<(), AwsError> {
        if keys.is_empty() {
            return Ok(());
        }
        let request = || {
            self.client
                .untag_role()
                .role_name(name)
                .set_tag_keys(Some(keys.to_vec()))
                .send()
        };
        self.act(("iam:UntagRole", Idempotent), name, request)
            .await
            .map(drop)
    }

    /// `PutRolePermissionsBoundary`.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn put_boundary(&self, role: &str, policy_arn: &str) -> Result<(), AwsError> {
        let request = || {
            self.client
                .put_role_permissions_boundary()
                .role_name(role)
                .permissions_boundary(policy_arn)
                .send()
        };
        self.act(("iam:PutRolePermissionsBoundary", Idempotent), role, request)
            .await
            .map(drop)
    }

    /// `DeleteRolePermissionsBoundary`.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn delete_boundary(&self, role: &str) -> Result<(), AwsError> {
        let request = || {
            self.client
                .delete_role_permissions_boundary()
                .role_name(role)
                .send()
        };
        self.act(("iam:DeleteRolePermissionsBoundary", Idempotent), role, request)
            .await
            .map(drop)
    }

    /// The names of the instance profiles that hold a role.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn list_instance_profiles(&self, role: &str) -> Result<Vec<String>, AwsError> {
        let mut names = Vec::new();
        let mut marker = None;
        loop {
            let request = || {
                let list = self
                    .client
                    .list_instance_profiles_for_role()
                    .role_name(role)
                    .max_items(PAGE);
                list.set_marker(marker.clone()).send()
            };
            let page = self
                .read("iam:ListInstanceProfilesForRole", role, request)
                .await?;
            names.extend(
                page.instance_profiles
                    .into_iter()
                    .map(|profile| profile.instance_profile_name),
            );
            marker = next_marker(page.is_truncated, page.marker);
            if marker.is_none() {
                return Ok(names);
            }
        }
    }
}

fn plain(operation: &'static str, role: types::Role) -> Result<Role, AwsError> {
    let document = role.assume_role_policy_document.unwrap_or_default();
    Ok(Role {
        trust_policy: decode_document(operation, &document).map_err(|e| e.about(&role.role_name))?,
        name: role.role_name,
        arn: role.arn,
        unique_id: role.role_id,
        path: role.path,
        created: time(role.create_date),
        description: role.description.unwrap_or_default(),
        max_session_duration: role.max_session_duration.unwrap_or(3600),
        permissions_boundary: role
            .permissions_boundary
            .and_then(|boundary| boundary.permissions_boundary_arn),
        tags: plain_tags(role.tags),
        last_used: role
            .role_last_used
            .and_then(|used| used.last_used_date)
            .and_then(time),
    })
}
