//! The providers of workload identity pools.

use http::Method;
use serde_json::{Map, Value};

use super::operations::Operation;
use super::pool_answers::{found, next_page, provider};
use super::pools::PoolProvider;
use super::{Effect, GcpError, Google};
use crate::clouds::gcp::dialect::{PoolName, ProviderName};

/// Providers of a pool in one answer.
const PAGE: &str = "100";

impl Google {
    /// A provider, also a soft-deleted one; `None` when there is none.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn get_pool_provider(&self, name: &ProviderName) -> Result<Option<PoolProvider>, GcpError> {
        let answer = self.read_iam(
            "iam.workloadIdentityPoolProviders.get",
            format!("v1/{name}"),
            Vec::new(),
        );
        found(answer.await)?.map(|json| provider(&json)).transpose()
    }

    /// The providers of a pool; `None` when there is no such pool.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn list_pool_providers(
        &self,
        pool: &PoolName,
        deleted_too: bool,
    ) -> Result<Option<Vec<PoolProvider>>, GcpError> {
        let operation = "iam.workloadIdentityPoolProviders.list";
        let mut all = Vec::new();
        let mut page = None;
        loop {
            let mut query = vec![("pageSize", PAGE.to_owned())];
            if deleted_too {
                query.push(("showDeleted", "true".to_owned()));
            }
            query.extend(page.take().map(|token| ("pageToken", token)));
            let answer = self
                .read_iam(operation, format!("v1/{pool}/providers"), query)
                .await;
            let Some(answer) = found(answer)? else {
                return Ok(None);
            };
            let items = answer
                .get("workloadIdentityPoolProviders")
                .and_then(Value::as_array);
            for item in items.into_iter().flatten() {
                all.push(provider(item)?);
            }
            page = next_page(&answer);
            if page.is_none() {
                return Ok(Some(all));
            }
        }
    }

    /// Begins to make a provider.
    ///
    /// # Errors
    /// As Google answers; an id that is taken, also by a soft-deleted provider, is `is_already_exists`.
    pub async fn create_pool_provider(
        &self,
        name: &ProviderName,
        provider: &Value,
    ) -> Result<Operation, GcpError> {
        let query = vec![("workloadIdentityPoolProviderId", name.id().to_owned())];
        let path = format!("v1/{}/providers", name.pool());
        let method = (Method::POST, Effect::Create);
        self.begin(
            "iam.workloadIdentityPoolProviders.create",
            method,
            path,
            query,
            provider.clone(),
        )
        .await
    }

    /// Begins to change the members of a provider that `changes` names.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn patch_pool_provider(
        &self,
        name: &ProviderName,
        changes: &Map<String, Value>,
    ) -> Result<Operation, GcpError> {
        self.patch(
            "iam.workloadIdentityPoolProviders.update",
            format!("v1/{name}"),
            changes,
        )
        .await
    }

    /// Begins to delete a provider. It is kept for thirty days.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn delete_pool_provider(&self, name: &ProviderName) -> Result<Operation, GcpError> {
        self.remove("iam.workloadIdentityPoolProviders.delete", format!("v1/{name}"))
            .await
    }

    /// Begins to bring a provider back.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn undelete_pool_provider(&self, name: &ProviderName) -> Result<Operation, GcpError> {
        self.revive(
            "iam.workloadIdentityPoolProviders.undelete",
            format!("v1/{name}:undelete"),
        )
        .await
    }
}
