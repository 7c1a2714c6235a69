//! The token of a service account for who may have it (IAM Credentials API, `generateAccessToken`).

use std::time::SystemTime;

use serde_json::json;
use url::Url;

use super::exchange::{Exchange, text_of};
use super::file::Document;
use super::token::Token;
use super::{SCOPE, address};
use crate::clouds::gcp::client::endpoint::Api;
use crate::clouds::gcp::client::error::GcpError;
use crate::clouds::gcp::client::settings::ServiceAccount;

const OPERATION: &str = "iamcredentials.projects.serviceAccounts.generateAccessToken";
const LIFETIME: u64 = 3_600;
const METHOD: &str = ":generateAccessToken";

/// Whose token, through whom, for how long.
#[derive(Clone, Debug)]
pub(super) struct Impersonation {
    url: Url,
    account: String,
    /// What names the account, for whoever has to mend it.
    named_by: &'static str,
    delegates: Vec<String>,
    /// In seconds.
    lifetime: u64,
    quota_project: Option<String>,
}

impl Impersonation {
    /// `named_by`: the argument.
    ///
    /// # Errors
    /// An endpoint that cannot be used.
    pub fn of_account(
        (account, named_by): (&ServiceAccount, &'static str),
        exchange: &Exchange<'_>,
    ) -> Result<Self, GcpError> {
        let path = format!("v1/projects/-/serviceAccounts/{account}{METHOD}");
        let url = exchange.shared.endpoints.url(Api::IamCredentials, &path);
        Ok(Self {
            url: url.map_err(GcpError::configuration)?,
            account: account.to_string(),
            named_by,
            delegates: Vec::new(),
            lifetime: LIFETIME,
            quota_project: None,
        })
    }

    /// Of an `impersonated_service_account` file.
    ///
    /// # Errors
    /// A member that is missing, or an address that is not Google's.
    pub fn read(document: Document<'_>, exchange: &Exchange<'_>) -> Result<Self, GcpError> {
        let text = document.text("service_account_impersonation_url")?;
        Ok(Self {
            delegates: document.texts("delegates")?,
            quota_project: document.quota_project(exchange)?,
            ..Self::of_url(document, text, exchange)?
        })
    }

    /// Of the address in a file.
    ///
    /// # Errors
    /// An address that is not Google's, or of another method.
    pub fn of_url(document: Document<'_>, text: &str, exchange: &Exchange<'_>) -> Result<Self, GcpError> {
        const NAME: &str = "service_account_impersonation_url";
        let api = (Api::IamCredentials, &exchange.shared.endpoints);
        let url = address::of_api(document, NAME, text, api)?;
        let last = url.path().rsplit('/').next().unwrap_or_default();
        let account = last
            .strip_suffix(METHOD)
            .map(|account| account.replace("%40", "@"));
        let account = account.and_then(|account| ServiceAccount::parse(&account).ok());
        let Some(account) = account.filter(|_| url.query().is_none()) else {
            return Err(document.wrong(&format!(
                "expected `{NAME}` to end with `/serviceAccounts/EMAIL{METHOD}`, found another address"
            )));
        };
        Ok(Self {
            account: account.to_string(),
            named_by: "the credentials file",
            url,
            delegates: Vec::new(),
            lifetime: LIFETIME,
            quota_project: None,
        })
    }

    #[must_use]
    pub fn lasting(mut self, seconds: Option<u64>) -> Self {
        self.lifetime = seconds.unwrap_or(LIFETIME);
        self
    }

    pub fn account(&self) -> &str {
        &self.account
    }

    /// # Errors
    /// The answer, when it is none with a token.
    pub async fn token(&self, own: &Token, exchange: &Exchange<'_>) -> Result<Token, GcpError> {
        let mut body = json!({"scope": [SCOPE], "lifetime": format!("{}s", self.lifetime)});
        if let (false, Some(members)) = (self.delegates.is_empty(), body.as_object_mut()) {
            members.insert("delegates".to_owned(), json!(self.delegates));
        }
        let begin = SystemTime::now();
        let answer = exchange.post_json(OPERATION, &self.url, own, &body).await;
        let answer = answer.map_err(|error| self.refused(error).about(&self.account))?;
        // the answer says when it ends as a date; it is what was asked for
        let value = text_of(OPERATION, &answer, "accessToken")?;
        let token = Token::living(value, begin, Some(self.lifetime));
        Ok(token.counted_against(self.quota_project.as_deref()))
    }

    fn refused(&self, error: GcpError) -> GcpError {
        if !error.is_permission_denied() && !error.is_not_found() {
            return error;
        }
        error.with_hint(format!(
            "check that the service account that {} names exists, and give the credentials \
             `roles/iam.serviceAccountTokenCreator` on it (an identity of a pool: `roles/iam.workloadIdentityUser`); Google \
             does not say which of these it was",
            self.named_by
        ))
    }
}
