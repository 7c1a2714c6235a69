//! A real cloud never trusts a laboratory.
//!
//! SECURITY: no flag silences this. An issuer on this machine, or one that signs with keys of the sandbox, is written only to
//! a cloud that is on this machine too.

use std::time::Duration;

use super::configuration::Configured;
use crate::framework::{Diagnostics, Path};
use crate::oidc::{ExtraRoots, FetchSettings, Fetcher, KeySet, discover, fetch_key_set, is_sandbox_key_set};
use crate::trust::IssuerUrl;

/// Looking at the issuer's keys must not hold up an apply for long.
const PATIENCE: Duration = Duration::from_secs(5);

const TITLE: &str = "A real cloud does not trust a laboratory";

impl Configured {
    /// Whether the name of the issuer alone forbids it. Asks no issuer, for plans.
    pub async fn refuses_name(&self, issuer: &IssuerUrl, diagnostics: &mut Diagnostics) -> bool {
        if !issuer.is_loopback() || self.writes_to_loopback().await {
            return false;
        }
        diagnostics.error(
            Path::of("issuer"),
            TITLE,
            format!(
                "expected an issuer on the internet, since AWS's own endpoints are used, found `{issuer}`, which is this \
                 machine. Point `endpoints` (`AWS_ENDPOINT_URL_IAM`, `AWS_ENDPOINT_URL_STS`) at the sandbox, or name the \
                 real issuer."
            ),
        );
        true
    }

    /// Whether the issuer's name or its published keys forbid it. An issuer that does not answer in time is no
    /// laboratory as far as anybody can tell, and AWS will find it unreachable itself.
    pub async fn refuses_issuer(&self, issuer: &IssuerUrl, diagnostics: &mut Diagnostics) -> bool {
        if self.writes_to_loopback().await {
            return false;
        }
        if self.refuses_name(issuer, diagnostics).await {
            return true;
        }
        let asked = tokio::time::timeout(PATIENCE, self.keys_of(issuer)).await;
        if !asked.ok().flatten().is_some_and(|keys| is_sandbox_key_set(&keys)) {
            return false;
        }
        diagnostics.error(
            Path::of("issuer"),
            TITLE,
            format!("the key set of `{issuer}` holds a key of the sandbox (`oidcfed-sandbox-…`): anybody may have it sign"),
        );
        true
    }

    /// Settings that cannot be read are no laboratory's.
    async fn writes_to_loopback(&self) -> bool {
        match self.accounts() {
            Ok(accounts) => accounts.writes_to_loopback().await.unwrap_or_default(),
            Err(_) => false,
        }
    }

    async fn keys_of(&self, issuer: &IssuerUrl) -> Option<KeySet> {
        let extra_roots = self
            .ca_bundle
            .as_deref()
            .map(ExtraRoots::from_pem)
            .transpose()
            .ok()?;
        let fetcher = Fetcher::new(FetchSettings {
            extra_roots,
            ..FetchSettings::default()
        });
        let (metadata, _) = discover(&fetcher, issuer).await.ok()?;
        fetch_key_set(&fetcher, &metadata)
            .await
            .ok()
            .map(|(keys, _)| keys)
    }
}
