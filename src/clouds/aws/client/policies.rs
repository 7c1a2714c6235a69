//! What a role may do: attached managed policies, inline policies.

use super::error::AwsError;
use super::iam::{Iam, decode_document, next_marker};
use super::roles::PAGE;
use crate::clouds::patience::Effect::Idempotent;

impl Iam {
    /// The ARNs of the managed policies attached to a role.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn list_attached_policies(&self, role: &str) -> Result<Vec<String>, AwsError> {
        let mut arns = Vec::new();
        let mut marker = None;
        loop {
            let request = || {
                let list = self
                    .client
                    .list_attached_role_policies()
                    .role_name(role)
                    .max_items(PAGE);
                list.set_marker(marker.clone()).send()
            };
            let page = self.read("iam:ListAttachedRolePolicies", role, request).await?;
            arns.extend(
                page.attached_policies
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|policy| policy.policy_arn),
            );
            marker = next_marker(page.is_truncated, page.marker);
            if marker.is_none() {
                return Ok(arns);
            }
        }
    }

    /// `AttachRolePolicy`.
    ///
    /// # Errors
    /// `NotFound` when there is no such role or policy.
    pub async fn attach_policy(&self, role: &str, policy_arn: &str) -> Result<(), AwsError> {
        let request = || {
            self.client
                .attach_role_policy()
                .role_name(role)
                .policy_arn(policy_arn)
                .send()
        };
        self.act(
            ("iam:AttachRolePolicy", Idempotent),
            &format!("{role}: {policy_arn}"),
            request,
        )
        .await
        .map(drop)
    }

    /// `DetachRolePolicy`.
    ///
    /// # Errors
    /// `NotFound` when it is not attached.
    pub async fn detach_policy(&self, role: &str, policy_arn: &str) -> Result<(), AwsError> {
        let request = || {
            self.client
                .detach_role_policy()
                .role_name(role)
                .policy_arn(policy_arn)
                .send()
        };
        self.act(
            ("iam:DetachRolePolicy", Idempotent),
            &format!("{role}: {policy_arn}"),
            request,
        )
        .await
        .map(drop)
    }

    /// The names of a role's inline policies.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn list_inline_policies(&self, role: &str) -> Result<Vec<String>, AwsError> {
        let mut names = Vec::new();
        let mut marker = None;
        loop {
            let request = || {
                let list = self.client.list_role_policies().role_name(role).max_items(PAGE);
                list.set_marker(marker.clone()).send()
            };
            let page = self.read("iam:ListRolePolicies", role, request).await?;
            names.extend(page.policy_names);
            marker = next_marker(page.is_truncated, page.marker);
            if marker.is_none() {
                return Ok(names);
            }
        }
    }

    /// The document of an inline policy, decoded.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn get_inline_policy(&self, role: &str, policy: &str) -> Result<String, AwsError> {
        const OPERATION: &str = "iam:GetRolePolicy";
        let subject = format!("{role}: {policy}");
        let request = || {
            self.client
                .get_role_policy()
                .role_name(role)
                .policy_name(policy)
                .send()
        };
        let answer = self.read(OPERATION, &subject, request).await?;
        decode_document(OPERATION, &answer.policy_document).map_err(|e| e.about(&subject))
    }

    /// `PutRolePolicy`: creates or replaces by name.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn put_inline_policy(&self, role: &str, policy: &str, document: &str) -> Result<(), AwsError> {
        let request = || {
            self.client
                .put_role_policy()
                .role_name(role)
                .policy_name(policy)
                .policy_document(document)
                .send()
        };
        self.act(
            ("iam:PutRolePolicy", Idempotent),
            &format!("{role}: {policy}"),
            request,
        )
        .await
        .map(drop)
    }

    /// `DeleteRolePolicy`.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn delete_inline_policy(&self, role: &str, policy: &str) -> Result<(), AwsError> {
        let request = || {
            self.client
                .delete_role_policy()
                .role_name(role)
                .policy_name(policy)
                .send()
        };
        self.act(
            ("iam:DeleteRolePolicy", Idempotent),
            &format!("{role}: {policy}"),
            request,
        )
        .await
        .map(drop)
    }
}
