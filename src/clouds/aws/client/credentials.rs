//! Whose credentials sign: keys, a profile, a web identity, and roles assumed with them, one after another.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as Provided;
use aws_credential_types::provider::{ProvideCredentials, Result as Answer, SharedCredentialsProvider};
use aws_sdk_sts::types::Credentials as Session;
use tokio::sync::Mutex;

use super::error::{AwsError, Kind};
use super::settings::{AccessKeys, AssumeRole, WebIdentity};
use crate::clouds::redact::clean;
use crate::oidc::{FoundToken, TokenError};

/// Credentials are renewed this long before they end, so that a call under way does not meet their end.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

const WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

/// Keys of the provider block.
pub(super) fn keys(keys: &AccessKeys) -> Credentials {
    Credentials::new(
        keys.access_key.expose().clone(),
        keys.secret_key.expose().clone(),
        keys.token.as_ref().map(|token| token.expose().clone()),
        None,
        "provider block",
    )
}

/// Remembers the credentials of another provider until they are about to end; one exchange at a time.
#[derive(Debug)]
pub(super) struct Remembered {
    source: SharedCredentialsProvider,
    last: Arc<Mutex<Option<Credentials>>>,
}

impl Remembered {
    pub fn wrap(source: impl ProvideCredentials + 'static) -> SharedCredentialsProvider {
        let source = SharedCredentialsProvider::new(source);
        SharedCredentialsProvider::new(Self {
            source,
            last: Arc::default(),
        })
    }

    async fn get(&self) -> Answer {
        let mut last = self.last.lock().await;
        if let Some(credentials) = last.as_ref().filter(|c| is_fresh(c, SystemTime::now())) {
            return Ok(credentials.clone());
        }
        let credentials = self.source.provide_credentials().await?;
        *last = Some(credentials.clone());
        Ok(credentials)
    }
}

fn is_fresh(credentials: &Credentials, now: SystemTime) -> bool {
    let Some(end) = credentials.expiry() else {
        return true;
    };
    end.duration_since(now).is_ok_and(|left| left > RENEW_BEFORE)
}

impl ProvideCredentials for Remembered {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        Provided::new(self.get())
    }
}

/// `AssumeRole` with the credentials its client was built with.
#[derive(Debug)]
pub(super) struct Assumed {
    pub client: aws_sdk_sts::Client,
    pub role: AssumeRole,
}

impl Assumed {
    async fn get(&self) -> Answer {
        let role = &self.role;
        let answer = self
            .client
            .assume_role()
            .role_arn(role.role_arn.to_string())
            .role_session_name(role.session_name.as_str())
            .set_external_id(role.external_id.clone())
            .set_duration_seconds(role.duration.map(|duration| duration.seconds()))
            .send()
            .await
            .map_err(|e| refused(AwsError::of_sdk("sts:AssumeRole", &e), &role.role_arn.to_string()))?;
        session(answer.credentials, "sts:AssumeRole", &role.role_arn.to_string())
    }
}

impl ProvideCredentials for Assumed {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        Provided::new(self.get())
    }
}

/// `AssumeRoleWithWebIdentity`; the call is not signed.
#[derive(Debug)]
pub(super) struct FromWebIdentity {
    pub client: aws_sdk_sts::Client,
    pub identity: WebIdentity,
}

impl FromWebIdentity {
    async fn get(&self) -> Answer {
        let identity = &self.identity;
        let found = identity.token.get().await;
        let found = found.map_err(|e| CredentialsError::provider_error(no_token(&e)))?;
        let answer = self
            .client
            .assume_role_with_web_identity()
            .role_arn(identity.role_arn.to_string())
            .role_session_name(identity.session_name.as_str())
            .set_duration_seconds(identity.duration.map(|duration| duration.seconds()))
            .web_identity_token(found.token.expose())
            .send()
            .await
            .map_err(|e| {
                let error = AwsError::of_sdk(WEB_IDENTITY, &e);
                not_admitted(error, &identity.role_arn.to_string(), &found)
            })?;
        session(answer.credentials, WEB_IDENTITY, &identity.role_arn.to_string())
    }
}

impl ProvideCredentials for FromWebIdentity {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        Provided::new(self.get())
    }
}

fn no_token(error: &TokenError) -> AwsError {
    let (argument, else_) = match error {
        TokenError::File { .. } => ("`token_file` ", ""),
        TokenError::NoneFound { .. } => (
            "",
            "; a token that is elsewhere is given with `token_file` or `token`",
        ),
    };
    AwsError::new(Kind::Credentials, WEB_IDENTITY, format!("{argument}{error}"))
        .with_hint(format!("{}{else_}", error.hint()))
}

fn refused(mut error: AwsError, role: &str) -> CredentialsError {
    if error.kind == Kind::AccessDenied {
        error.kind = Kind::Credentials;
        error.hint = Some(
            "check that the role exists, that its trust policy admits these credentials, and `external_id`; STS does \
             not say which of these it was"
                .to_owned(),
        );
    }
    error.message = clean(&error.message);
    CredentialsError::provider_error(error.about(role))
}

/// STS says little of why; what it compared is shown beside it, without the token.
fn not_admitted(mut error: AwsError, role: &str, found: &FoundToken) -> CredentialsError {
    if matches!(error.kind, Kind::AccessDenied | Kind::Credentials) {
        error.kind = Kind::Credentials;
        error.hint = Some(clean(&format!(
            "check that the role exists, that its trust policy and its OIDC provider admit {}; STS does not say which of \
             these it was",
            found.told()
        )));
    }
    error.message = clean(&error.message);
    CredentialsError::provider_error(error.about(role))
}

fn session(credentials: Option<Session>, operation: &'static str, role: &str) -> Answer {
    let unreadable =
        |what: &str| CredentialsError::provider_error(AwsError::unreadable(operation, what).about(role));
    let session = credentials.ok_or_else(|| unreadable("the answer holds no credentials"))?;
    let end = SystemTime::try_from(session.expiration)
        .map_err(|_| unreadable("the answer holds no usable expiry"))?;
    let token = Some(session.session_token);
    Ok(Credentials::new(
        session.access_key_id,
        session.secret_access_key,
        token,
        Some(end),
        "assumed role",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending_in(seconds: u64, now: SystemTime) -> Credentials {
        Credentials::new("a", "b", None, Some(now + Duration::from_secs(seconds)), "test")
    }

    #[test]
    fn sessions_are_renewed_before_they_end() {
        let now = SystemTime::now();
        assert!(is_fresh(&ending_in(3_600, now), now));
        assert!(!is_fresh(&ending_in(200, now), now));
        assert!(!is_fresh(&ending_in(10, now), now));
        assert!(!is_fresh(&ending_in(0, now), now + Duration::from_secs(60)));
        assert!(is_fresh(&Credentials::new("a", "b", None, None, "test"), now));
    }
}
