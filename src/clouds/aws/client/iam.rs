//! IAM of one account.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::SystemTime;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::DateTime;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::accounts::Accounts;
use super::attempt::{call, check};
use super::error::{AwsError, Kind};
use super::providers::ProviderCache;
use crate::clouds::aws::dialect::{AccountId, decode};
use crate::clouds::limits::Limits;
use crate::clouds::patience::{Effect, Patience};

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// IAM of one account. Cheap to clone; what it returns is owned and knows nothing of the SDK.
#[derive(Clone, Debug)]
pub struct Iam {
    pub(super) client: Client,
    pub(super) account: Arc<Account>,
    patience: Arc<Patience>,
    limits: Limits,
}

/// The account behind an [`Iam`], shared by its clones.
#[derive(Debug)]
pub(super) struct Account {
    standing: Standing,
    accounts: Accounts,
}

/// How sure it is which account the credentials are of.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// The account of the own credentials, whichever it is.
    Own,
    /// The own credentials, said to be of this account. Held against the truth before it matters.
    Claimed(AccountId),
    /// A role of this account was assumed.
    Entered(AccountId),
}

impl Account {
    pub fn new(standing: Standing, accounts: Accounts) -> Arc<Self> {
        Arc::new(Self { standing, accounts })
    }

    /// Shared by all accounts of a process: an ARN names its account.
    pub fn providers(&self) -> &ProviderCache {
        self.accounts.providers()
    }

    // SECURITY: nothing is written to, and nothing counts as missing in, an account that is not the one asked for.
    async fn verify(&self, operation: &'static str) -> Result<(), AwsError> {
        let Standing::Claimed(claimed) = &self.standing else {
            return Ok(());
        };
        let own = self.accounts.own_account().await?.account;
        if own == *claimed {
            Ok(())
        } else {
            Err(wrong_account(operation, claimed, own.as_str()))
        }
    }

    /// Holds the ARN of an answer against the account.
    pub fn check_arn(&self, operation: &'static str, arn: &str) -> Result<(), AwsError> {
        let (Standing::Claimed(expected) | Standing::Entered(expected)) = &self.standing else {
            return Ok(());
        };
        let found = arn.split(':').nth(4).unwrap_or_default();
        if found == expected.as_str() {
            Ok(())
        } else {
            Err(wrong_account(operation, expected, found))
        }
    }
}

fn wrong_account(operation: &'static str, expected: &AccountId, found: &str) -> AwsError {
    AwsError::new(
        Kind::WrongAccount,
        operation,
        format!("expected credentials of account {expected}, found credentials of account {found}"),
    )
    .with_hint(format!(
        "say with `accounts` or `account_role_name` of the provider how account {expected} is entered, or use its credentials"
    ))
}

impl Iam {
    pub(super) fn new(client: Client, account: Arc<Account>, patience: Arc<Patience>) -> Self {
        Self {
            client,
            account,
            patience,
            limits: Limits::default(),
        }
    }

    /// The same, whose calls end with these limits.
    pub fn within(&self, limits: impl Into<Limits>) -> Self {
        Self {
            limits: limits.into(),
            ..self.clone()
        }
    }

    /// When its calls end.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The account this is; asks `GetCallerIdentity` when nobody has yet and it is the own one.
    ///
    /// # Errors
    /// No answer.
    pub async fn account_id(&self) -> Result<AccountId, AwsError> {
        match &self.account.standing {
            Standing::Entered(account) | Standing::Claimed(account) => Ok(account.clone()),
            Standing::Own => Ok(self.account.accounts.own_account().await?.account),
        }
    }

    /// A read. "Not found" counts only once it is sure that the right account was asked.
    pub(super) async fn read<T, E, F>(
        &self,
        operation: &'static str,
        subject: &str,
        send: impl Fn() -> F,
    ) -> Result<T, AwsError>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let answer = call((operation, Effect::Read), &self.patience, &self.limits, send).await;
        if answer
            .as_ref()
            .is_err_and(|e| matches!(e.kind, Kind::NotFound | Kind::AccessDenied))
        {
            self.account.verify(operation).await?;
        }
        answer.map_err(|e| e.about(subject))
    }

    /// A read of many, or any write: the account is verified first.
    pub(super) async fn act<T, E, F>(
        &self,
        (operation, effect): (&'static str, Effect),
        subject: &str,
        send: impl Fn() -> F,
    ) -> Result<T, AwsError>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        check(&self.limits, operation)?;
        self.account.verify(operation).await?;
        call((operation, effect), &self.patience, &self.limits, send)
            .await
            .map_err(|e| e.about(subject))
    }
}

/// What follows a page of a list.
pub(super) fn next_marker(truncated: bool, marker: Option<String>) -> Option<String> {
    marker.filter(|marker| truncated && !marker.is_empty())
}

pub(super) fn sdk_tags(operation: &'static str, tags: &Tags) -> Result<Vec<Tag>, AwsError> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    tags.iter()
        .map(tag)
        .collect::<Result<_, _>>()
        .map_err(|e| AwsError::new(Kind::Invalid, operation, e.to_string()))
}

pub(super) fn plain_tags(tags: Option<Vec<Tag>>) -> Tags {
    tags.unwrap_or_default()
        .into_iter()
        .map(|tag| (tag.key, tag.value))
        .collect()
}

pub(super) fn time(moment: DateTime) -> Option<SystemTime> {
    SystemTime::try_from(moment).ok()
}

/// Policy documents come percent-encoded (RFC 3986; `+` is no space).
///
/// # Errors
/// A text that is not valid UTF-8 once decoded.
pub(super) fn decode_document(operation: &'static str, text: &str) -> Result<String, AwsError> {
    decode(text).map_err(|_| AwsError::unreadable(operation, "the policy document is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_percent_decoded() {
        for (encoded, plain) in [
            ("%7B%22a%22%3A%20%22b%2Bc+d%22%7D", r#"{"a": "b+c+d"}"#),
            (r#"{"plain":true}"#, r#"{"plain":true}"#),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("%+1%C3%A4", "%+1ä"),
        ] {
            assert_eq!(decode_document("iam:GetRole", encoded).unwrap(), plain);
        }
        assert!(decode_document("iam:GetRole", "%FF").is_err());
    }

    #[test]
    fn a_list_ends() {
        assert_eq!(next_marker(true, Some("m".into())), Some("m".into()));
        assert_eq!(next_marker(false, Some("m".into())), None);
        assert_eq!(next_marker(true, None), None);
    }
}
