//! Workload identity pools and their providers: what they are, and the calls about pools.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde_json::{Map, Value};

use super::operations::Operation;
use super::pool_answers::{found, next_page, pool};
use super::{Effect, GcpError, Google};
use crate::clouds::gcp::dialect::{PoolName, ProviderName, ProviderSettings};

/// Whether an object is there, or only kept for thirty days (`state`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Active,
    /// Soft-deleted: its id is taken, and it can be brought back.
    Deleted,
}

/// A pool as Google has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    pub name: PoolName,
    pub display_name: String,
    pub description: String,
    pub life: Life,
    pub disabled: bool,
}

/// A provider as Google has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolProvider {
    pub name: ProviderName,
    pub display_name: String,
    pub description: String,
    pub life: Life,
    pub disabled: bool,
    /// `None`: no OIDC provider, but one of AWS, SAML or X.509.
    pub oidc: Option<Oidc>,
    pub attribute_mapping: BTreeMap<String, String>,
    pub attribute_condition: String,
}

/// The part that only an OIDC provider has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oidc {
    pub issuer_uri: String,
    pub allowed_audiences: BTreeSet<String>,
    /// Uploaded keys, as text; empty: discovery.
    pub jwks_json: String,
    /// Empty: the usual place.
    pub discovery_uri: String,
}

impl PoolProvider {
    /// As far as it decides about tokens. `pool_disabled`: whether its pool is.
    pub fn settings(&self, pool_disabled: bool) -> ProviderSettings {
        let oidc = self.oidc.clone().unwrap_or_default();
        ProviderSettings {
            name: self.name.to_string(),
            issuer_uri: oidc.issuer_uri,
            allowed_audiences: oidc.allowed_audiences,
            attribute_mapping: self.attribute_mapping.clone(),
            attribute_condition: self.attribute_condition.clone(),
            disabled: Some(self.disabled || pool_disabled),
        }
    }
}

impl Google {
    /// A pool, also a soft-deleted one; `None` when there is none.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn get_pool(&self, name: &PoolName) -> Result<Option<Pool>, GcpError> {
        let answer = self.read_iam("iam.workloadIdentityPools.get", format!("v1/{name}"), Vec::new());
        found(answer.await)?.map(|json| pool(&json)).transpose()
    }

    /// Begins to make a pool.
    ///
    /// # Errors
    /// As Google answers; an id that is taken, also by a soft-deleted pool, is `is_already_exists`.
    pub async fn create_pool(&self, name: &PoolName, pool: &Value) -> Result<Operation, GcpError> {
        let parent = format!(
            "v1/projects/{}/locations/global/workloadIdentityPools",
            name.project()
        );
        let query = vec![("workloadIdentityPoolId", name.id().to_owned())];
        self.begin(
            "iam.workloadIdentityPools.create",
            (Method::POST, Effect::Create),
            parent,
            query,
            pool.clone(),
        )
        .await
    }

    /// Begins to change the members of a pool that `changes` names.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn patch_pool(
        &self,
        name: &PoolName,
        changes: &Map<String, Value>,
    ) -> Result<Operation, GcpError> {
        self.patch("iam.workloadIdentityPools.update", format!("v1/{name}"), changes)
            .await
    }

    /// Begins to delete a pool, with its providers. It is kept for thirty days.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn delete_pool(&self, name: &PoolName) -> Result<Operation, GcpError> {
        self.remove("iam.workloadIdentityPools.delete", format!("v1/{name}"))
            .await
    }

    /// Begins to bring a pool back, and every provider that was deleted with it.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn undelete_pool(&self, name: &PoolName) -> Result<Operation, GcpError> {
        self.revive(
            "iam.workloadIdentityPools.undelete",
            format!("v1/{name}:undelete"),
        )
        .await
    }

    /// The pools of a project, without the soft-deleted ones.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn list_pools(&self, project_number: &str) -> Result<Vec<Pool>, GcpError> {
        let operation = "iam.workloadIdentityPools.list";
        let path = format!("v1/projects/{project_number}/locations/global/workloadIdentityPools");
        let mut all = Vec::new();
        let mut page: Option<String> = None;
        loop {
            let mut query = vec![("pageSize", "1000".to_owned())];
            query.extend(page.take().map(|token| ("pageToken", token)));
            let answer = self.read_iam(operation, path.clone(), query).await?;
            let items = answer.get("workloadIdentityPools").and_then(Value::as_array);
            for item in items.into_iter().flatten() {
                all.push(pool(item)?);
            }
            page = next_page(&answer);
            if page.is_none() {
                return Ok(all);
            }
        }
    }
}
