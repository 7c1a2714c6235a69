//! Whether AWS as it is configured may trust an issuer at all.

use super::configuration::Configured;
use crate::clouds::LaboratoryGuard;
use crate::framework::Diagnostics;
use crate::trust::IssuerUrl;

impl Configured {
    /// Whether the name of the issuer alone forbids it. Asks no issuer, for plans.
    pub async fn refuses_name(&self, issuer: &IssuerUrl, diagnostics: &mut Diagnostics) -> bool {
        // most issuers need no look at the settings
        issuer.is_loopback() && self.guard().await.refuses_name(issuer, diagnostics)
    }

    /// Whether the issuer's name or its published keys forbid it.
    pub async fn refuses_issuer(&self, issuer: &IssuerUrl, diagnostics: &mut Diagnostics) -> bool {
        self.guard().await.refuses_issuer(issuer, diagnostics).await
    }

    async fn guard(&self) -> LaboratoryGuard {
        // settings that cannot be read are no laboratory's
        let is_here = match self.accounts() {
            Ok(accounts) => accounts.writes_to_loopback().await.unwrap_or_default(),
            Err(_) => false,
        };
        LaboratoryGuard {
            cloud: "AWS",
            endpoints: "`endpoints` (`AWS_ENDPOINT_URL_IAM`, `AWS_ENDPOINT_URL_STS`)",
            is_here,
            ca_bundle: self.ca_bundle.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clouds::aws::client::{AccessKeys, Accounts, Endpoints, Settings};
    use crate::trust::Secret;

    fn writing_to(iam: &str) -> Configured {
        let settings = Settings {
            access_keys: Some(AccessKeys {
                access_key: Secret::new("AKIAEXAMPLEEXAMPLE00".to_owned()),
                secret_key: Secret::new("none".to_owned()),
                token: None,
            }),
            endpoints: Endpoints {
                iam: Some(iam.to_owned()),
                sts: Some(iam.to_owned()),
            },
            ..Settings::default()
        };
        Configured {
            accounts: Some(Accounts::new(settings)),
            ..Configured::default()
        }
    }

    #[tokio::test]
    async fn only_an_endpoint_on_this_machine_is_a_laboratory() {
        for (iam, is_here) in [
            ("http://127.0.0.1:4566", true),
            ("https://localhost:4566", true),
            ("https://iam.example.com", false),
            ("https://localhost.example.com", false),
        ] {
            assert_eq!(writing_to(iam).guard().await.is_here, is_here, "{iam}");
        }
        assert!(
            !Configured::default().guard().await.is_here,
            "nothing is configured"
        );
    }
}
