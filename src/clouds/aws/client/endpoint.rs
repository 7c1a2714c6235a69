//! Which IAM is spoken to: AWS's own, or one on this machine.

use aws_types::SdkConfig;
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
        let named = || named(&base.config, "IAM");
        let endpoint = self.settings().endpoints.iam.clone().or_else(named);
        let endpoint = endpoint.or_else(|| base.config.endpoint_url().map(ToOwned::to_owned));
        let address = endpoint.and_then(|text| url::Url::parse(&text).ok());
        Ok(address.is_some_and(|address| Endpoints::is_loopback(&address)))
    }
}

/// Refuses addresses that the environment or the profile names and that would carry tokens and signatures in the open.
///
/// SECURITY: no token leaves this machine over plain http. The addresses among the settings are checked with them.
///
/// # Errors
/// An `http` address of another machine.
pub(super) fn check_named(config: &SdkConfig) -> Result<(), AwsError> {
    let everywhere = config.endpoint_url().map(ToOwned::to_owned);
    // the last two get the token of a person's login, when a profile signs on with it
    let services = ["IAM", "STS", "SSO", "SSO OIDC"];
    let addresses = services.map(|service| named(config, service));
    for address in addresses.into_iter().chain([everywhere]).flatten() {
        Endpoints::check(&address).map_err(AwsError::configuration)?;
    }
    Ok(())
}

/// The endpoint that environment or profile name for one service.
fn named(config: &SdkConfig, service: &'static str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(service)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url");
    config.service_config()?.load_config(key.build().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_over_plain_http_to_another_machine() {
        let check = |address: &str| check_named(&SdkConfig::builder().endpoint_url(address).build());
        for fine in [
            "https://iam.example.com",
            "http://localhost:4566",
            "http://127.0.0.1:5000",
            "http://[::1]:5000",
        ] {
            assert!(check(fine).is_ok(), "{fine}");
        }
        for open in [
            "http://iam.example.com",
            "http://192.0.2.1:4566",
            "http://localhost.example.com",
        ] {
            let error = check(open).unwrap_err().to_string();
            assert!(error.contains("https://") && error.contains(open), "{error}");
        }
        assert!(check_named(&SdkConfig::builder().build()).is_ok());
    }
}
