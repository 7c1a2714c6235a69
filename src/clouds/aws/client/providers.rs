//! OIDC providers: the operations, and reads shared by everything that asks for the same provider.

use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::OnceCell;

use super::error::{AwsError, Kind};
use super::iam::{Iam, Tags, plain_tags, sdk_tags, time};
use crate::clouds::patience::Effect::{Create, Idempotent, Read};

/// An IAM OIDC provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    pub arn: String,
    /// Without the scheme, as IAM tells it.
    pub url: String,
    /// Audiences, in IAM's order.
    pub client_ids: Vec<String>,
    pub thumbprints: Vec<String>,
    pub created: Option<SystemTime>,
    pub tags: Tags,
}

/// A provider to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProvider {
    /// With `https://`.
    pub url: String,
    pub client_ids: Vec<String>,
    /// Empty: IAM fetches the thumbprint itself.
    pub thumbprints: Vec<String>,
    pub tags: Tags,
}

/// One answer per ARN, shared until somebody here writes; `None` is "there is none".
pub(super) type ProviderCache = Mutex<HashMap<String, Arc<OnceCell<Option<Arc<Provider>>>>>>;

impl Iam {
    /// `GetOpenIDConnectProvider`, asked now.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn get_provider(&self, arn: &str) -> Result<Provider, AwsError> {
        const OPERATION: &str = "iam:GetOpenIDConnectProvider";
        self.account.check_arn(OPERATION, arn).map_err(|e| e.about(arn))?;
        let request = || {
            self.client
                .get_open_id_connect_provider()
                .open_id_connect_provider_arn(arn)
                .send()
        };
        let answer = self.read(OPERATION, arn, request).await?;
        Ok(Provider {
            arn: arn.to_owned(),
            url: answer.url.unwrap_or_default(),
            client_ids: answer.client_id_list.unwrap_or_default(),
            thumbprints: answer.thumbprint_list.unwrap_or_default(),
            created: answer.create_date.and_then(time),
            tags: plain_tags(answer.tags),
        })
    }

    /// The same read, once per process for everybody who asks, until this process writes to the provider.
    /// `None`: there is no such provider. For refreshes; what is decided on belongs to [`Iam::get_provider`].
    ///
    /// # Errors
    /// As the service answers; an error is not remembered.
    pub async fn provider_cached(&self, arn: &str) -> Result<Option<Arc<Provider>>, AwsError> {
        let cell = {
            let mut cache = self
                .account
                .providers()
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cache.entry(arn.to_owned()).or_default())
        };
        let read = || async {
            match self.get_provider(arn).await {
                Ok(provider) => Ok(Some(Arc::new(provider))),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        };
        cell.get_or_try_init(read).await.cloned()
    }

    /// `CreateOpenIDConnectProvider`; the ARN. Never sent twice after a lost answer: on
    /// [`AwsError::outcome_unknown`] read back.
    ///
    /// # Errors
    /// `Exists` when the account has a provider of this URL.
    pub async fn create_provider(&self, provider: &NewProvider) -> Result<String, AwsError> {
        const OPERATION: &str = "iam:CreateOpenIDConnectProvider";
        let tags = sdk_tags(OPERATION, &provider.tags)?;
        let some = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
        let request = || {
            self.client
                .create_open_id_connect_provider()
                .url(&provider.url)
                .set_client_id_list(some(&provider.client_ids))
                .set_thumbprint_list(some(&provider.thumbprints))
                .set_tags((!tags.is_empty()).then(|| tags.clone()))
                .send()
        };
        self.forget_url(&provider.url);
        let answer = self.act((OPERATION, Create), &provider.url, request).await;
        self.forget_url(&provider.url);
        answer?
            .open_id_connect_provider_arn
            .ok_or_else(|| AwsError::unreadable(OPERATION, "the answer holds no ARN").about(&provider.url))
    }

    /// `DeleteOpenIDConnectProvider`. Documented as idempotent, yet `NotFound` is a possible answer.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn delete_provider(&self, arn: &str) -> Result<(), AwsError> {
        let request = || {
            self.client
                .delete_open_id_connect_provider()
                .open_id_connect_provider_arn(arn)
                .send()
        };
        self.write_provider("iam:DeleteOpenIDConnectProvider", arn, request)
            .await
            .map(drop)
    }

    /// `AddClientIDToOpenIDConnectProvider`; adding a present one succeeds.
    ///
    /// # Errors
    /// `LimitExceeded` for the 101st.
    pub async fn add_client_id(&self, arn: &str, client_id: &str) -> Result<(), AwsError> {
        let request = || {
            let add = self.client.add_client_id_to_open_id_connect_provider();
            add.open_id_connect_provider_arn(arn).client_id(client_id).send()
        };
        self.write_provider("iam:AddClientIDToOpenIDConnectProvider", arn, request)
            .await
            .map(drop)
    }

    /// `RemoveClientIDFromOpenIDConnectProvider`; removing an absent one succeeds.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn remove_client_id(&self, arn: &str, client_id: &str) -> Result<(), AwsError> {
        let request = || {
            let remove = self.client.remove_client_id_from_open_id_connect_provider();
            remove
                .open_id_connect_provider_arn(arn)
                .client_id(client_id)
                .send()
        };
        self.write_provider("iam:RemoveClientIDFromOpenIDConnectProvider", arn, request)
            .await
            .map(drop)
    }

    /// `UpdateOpenIDConnectProviderThumbprint`: replaces the whole list, which cannot be emptied.
    ///
    /// # Errors
    /// `Invalid` for an empty list, before anything is sent.
    pub async fn update_thumbprints(&self, arn: &str, thumbprints: &[String]) -> Result<(), AwsError> {
        const OPERATION: &str = "iam:UpdateOpenIDConnectProviderThumbprint";
        if thumbprints.is_empty() {
            let message = "a provider's thumbprints can be replaced but not taken away";
            return Err(AwsError::new(Kind::Invalid, OPERATION, message).about(arn));
        }
        let request = || {
            let update = self.client.update_open_id_connect_provider_thumbprint();
            update
                .open_id_connect_provider_arn(arn)
                .set_thumbprint_list(Some(thumbprints.to_vec()))
                .send()
        };
        self.write_provider(OPERATION, arn, request).await.map(drop)
    }

    /// `TagOpenIDConnectProvider`: sets these keys, leaves others alone. No call for no tags.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn tag_provider(&self, arn: &str, tags: &Tags) -> Result<(), AwsError> {
        const OPERATION: &str = "iam:TagOpenIDConnectProvider";
        if tags.is_empty() {
            return Ok(());
        }
        let tags = sdk_tags(OPERATION, tags)?;
        let request = || {
            let tag = self
                .client
                .tag_open_id_connect_provider()
                .open_id_connect_provider_arn(arn);
            tag.set_tags(Some(tags.clone())).send()
        };
        self.write_provider(OPERATION, arn, request).await.map(drop)
    }

    /// `UntagOpenIDConnectProvider`. No call for no keys.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn untag_provider(&self, arn: &str, keys: &[String]) -> Result<(), AwsError> {
        if keys.is_empty() {
            return Ok(());
        }
        let request = || {
            let untag = self
                .client
                .untag_open_id_connect_provider()
                .open_id_connect_provider_arn(arn);
            untag.set_tag_keys(Some(keys.to_vec())).send()
        };
        self.write_provider("iam:UntagOpenIDConnectProvider", arn, request)
            .await
            .map(drop)
    }

    /// The ARNs of every provider of the account; the call knows no pages.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn list_providers(&self) -> Result<Vec<String>, AwsError> {
        let request = || self.client.list_open_id_connect_providers().send();
        let answer = self
            .act(("iam:ListOpenIDConnectProviders", Read), "", request)
            .await?;
        Ok(answer
            .open_id_connect_provider_list
            .unwrap_or_default()
            .into_iter()
            .filter_map(|entry| entry.arn)
            .collect())
    }

    /// A write, before and after which nobody may take an older answer for true.
    async fn write_provider<T, E, F>(
        &self,
        operation: &'static str,
        arn: &str,
        send: impl Fn() -> F,
    ) -> Result<T, AwsError>
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        self.account.check_arn(operation, arn).map_err(|e| e.about(arn))?;
        self.forget_provider(arn);
        let answer = self.act((operation, Idempotent), arn, send).await;
        self.forget_provider(arn);
        answer
    }

    fn forget_provider(&self, arn: &str) {
        self.account
            .providers()
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(arn);
    }

    /// A create does not know its ARN yet, but how it ends.
    fn forget_url(&self, url: &str) {
        let end = format!(
            "oidc-provider/{}",
            url.split_once("://").map_or(url, |(_, rest)| rest)
        );
        let mut cache = self
            .account
            .providers()
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        cache.retain(|arn, _| !arn.ends_with(&end));
    }
}
