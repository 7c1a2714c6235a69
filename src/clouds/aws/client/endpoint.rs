//! Which IAM is spoken to: AWS's own, or one on this machine.

use aws_types::service_config::ServiceConfigKey;

use super::accounts::Accounts;
use super::error::AwsError;
use super::settings::Endpoints;

impl Accounts {
    /// Whether IAM is on this machine, as in the sandbox: by the settings, the environment or the profile, in the SDK's
    /// own order. False when nothing says so.
    ///
    /// # Errors
    /// Settings that cannot work.
    pub async fn writes_to_loopback(&self) -> Result<bool, AwsError> {
        let base = self.base().await?;
        let named = || base.config.service_config()?.load_config(iam_endpoint_key()?);
        let endpoint = self.settings().endpoints.iam.clone().or_else(named);
        let endpoint = endpoint.or_else(|| base.config.endpoint_url().map(ToOwned::to_owned));
        let address = endpoint.and_then(|text| url::Url::parse(&text).ok());
        Ok(address.is_some_and(|address| Endpoints::is_loopback(&address)))
    }
}

fn iam_endpoint_key() -> Option<ServiceConfigKey<'static>> {
    let key = ServiceConfigKey::builder()
        .service_id("IAM")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url");
    key.build().ok()
}
