//! A workload's own token exchanged for one of Google's: workload identity federation (AIP-4117; RFC 8693).

use std::time::SystemTime;

use data_encoding::BASE64;
use serde_json::json;
use url::Url;

use super::exchange::{Exchange, seconds_of, text_of};
use super::file::Document;
use super::impersonation::Impersonation;
use super::subject::{About, CredentialSource, Subject};
use super::token::Token;
use super::{SCOPE, address};
use crate::clouds::gcp::client::endpoint::Api;
use crate::clouds::gcp::client::error::GcpError;
use crate::clouds::gcp::client::settings::WorkloadIdentity;
use crate::trust::Secret;

const OPERATION: &str = "sts.token";
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// An `external_account` file, or the provider block's `workload_identity`.
#[derive(Clone, Debug)]
pub(super) struct ExternalAccount {
    /// The full name of the provider, with `//iam.googleapis.com/` before it.
    audience: String,
    subject: Subject,
    subject_token_type: String,
    token_url: Url,
    impersonation: Option<Impersonation>,
    /// For workforce pools: `Authorization`, or the project of the user.
    basic: Option<Secret<String>>,
    user_project: Option<String>,
    quota_project: Option<String>,
}

impl ExternalAccount {
    /// # Errors
    /// An endpoint that cannot be used.
    pub fn of_identity(identity: &WorkloadIdentity, exchange: &Exchange<'_>) -> Result<Self, GcpError> {
        let token_url = exchange.shared.endpoints.url(Api::Sts, "v1/token");
        let account = identity.service_account.as_ref();
        let impersonation = account.map(|account| {
            let named = (account, "`service_account` of `workload_identity`");
            Impersonation::of_account(named, exchange)
        });
        Ok(Self {
            audience: format!("//iam.googleapis.com/{}", identity.provider_name),
            subject: Subject::Workload(identity.token.clone()),
            subject_token_type: JWT.to_owned(),
            token_url: token_url.map_err(GcpError::configuration)?,
            impersonation: impersonation.transpose()?,
            basic: None,
            user_project: None,
            quota_project: None,
        })
    }

    /// # Errors
    /// A member that is missing, a source that is not offered, or an address that is not Google's.
    pub fn read(document: Document<'_>, exchange: &Exchange<'_>) -> Result<Self, GcpError> {
        let api = (Api::Sts, &exchange.shared.endpoints);
        let lifetime = match document.optional_object("service_account_impersonation")? {
            Some(options) => options.number("token_lifetime_seconds", (600, 43_200))?,
            None => None,
        };
        let impersonation = document
            .optional("service_account_impersonation_url")?
            .map(|text| Impersonation::of_url(document, text, exchange))
            .transpose()?
            .map(|impersonation| impersonation.lasting(lifetime));
        let basic = match (
            document.optional("client_id")?,
            document.optional("client_secret")?,
        ) {
            (Some(id), secret) => {
                let pair = zeroize::Zeroizing::new(format!("{id}:{}", secret.unwrap_or_default()));
                Some(Secret::new(format!("Basic {}", BASE64.encode(pair.as_bytes()))))
            }
            (None, _) => None,
        };
        Ok(Self {
            audience: document.text("audience")?.to_owned(),
            subject: Subject::Sourced(CredentialSource::read(document.object("credential_source")?)?),
            subject_token_type: document.text("subject_token_type")?.to_owned(),
            token_url: address::of_api(document, "token_url", document.text("token_url")?, api)?,
            impersonation,
            user_project: document
                .optional("workforce_pool_user_project")?
                .map(str::to_owned),
            basic,
            quota_project: document.quota_project(exchange)?,
        })
    }

    /// # Errors
    /// No token of the workload, or the answer of an exchange.
    pub async fn token(&self, exchange: &Exchange<'_>) -> Result<Token, GcpError> {
        let own = self.exchanged(exchange).await?;
        let token = match &self.impersonation {
            Some(impersonation) => impersonation.token(&own, exchange).await?,
            None => own,
        };
        Ok(token.counted_against(self.quota_project.as_deref()))
    }

    async fn exchanged(&self, exchange: &Exchange<'_>) -> Result<Token, GcpError> {
        let about = About {
            audience: &self.audience,
            token_type: &self.subject_token_type,
            account: self.impersonation.as_ref().map(Impersonation::account),
        };
        let subject = self.subject.token(about, exchange).await?;
        let options = self
            .user_project
            .as_ref()
            .filter(|_| self.basic.is_none())
            .map(|project| json!({"userProject": project}).to_string());
        let mut form = vec![
            ("grant_type", GRANT_TYPE),
            ("audience", &self.audience),
            ("scope", SCOPE),
            ("requested_token_type", ACCESS_TOKEN),
            ("subject_token_type", &self.subject_token_type),
            ("subject_token", subject.token.expose()),
        ];
        form.extend(options.as_deref().map(|options| ("options", options)));
        let basic = self.basic.as_ref().map(|basic| basic.expose().as_str());
        let begin = SystemTime::now();
        let answer = exchange.post_form(OPERATION, &self.token_url, &form, basic).await;
        let answer =
            answer.map_err(|error| not_admitted(error, subject.told.as_deref()).about(&self.audience))?;
        let value = text_of(OPERATION, &answer, "access_token")?;
        Ok(Token::living(value, begin, seconds_of(&answer)))
    }
}

/// What Google compared is shown beside its answer, without the token.
fn not_admitted(error: GcpError, told: Option<&str>) -> GcpError {
    match (&error.hint, told) {
        (Some(hint), Some(told)) => {
            let hint = format!("{hint}; sent was {told}");
            error.with_hint(hint)
        }
        _ => error,
    }
}
