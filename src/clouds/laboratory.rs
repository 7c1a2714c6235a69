//! A real cloud never trusts a laboratory.
//!
//! SECURITY: no flag silences this. An issuer on this machine, or one that signs with keys of the sandbox, is written only to
//! a cloud that is on this machine too.

use std::sync::Arc;
use std::time::Duration;

use crate::framework::{Diagnostics, Path};
use crate::oidc::{ExtraRoots, FetchSettings, Fetcher, KeySet, discover, fetch_key_set, is_sandbox_key_set};
use crate::trust::IssuerUrl;

/// Looking at the issuer's keys must not hold up an apply for long.
const PATIENCE: Duration = Duration::from_secs(5);

const TITLE: &str = "A real cloud does not trust a laboratory";

/// The cloud that is to be written to.
#[derive(Clone, Debug)]
pub struct LaboratoryGuard {
    /// What it is called: `AWS`.
    pub cloud: &'static str,
    /// How its calls are pointed at the sandbox.
    pub endpoints: &'static str,
    /// Its calls go to this machine.
    pub is_here: bool,
    /// PEM, trusted besides the system's roots.
    pub ca_bundle: Option<Arc<[u8]>>,
}

impl LaboratoryGuard {
    /// Whether the name of the issuer alone forbids it. Asks no issuer, for plans.
    pub fn refuses_name(&self, issuer: &IssuerUrl, diagnostics: &mut Diagnostics) -> bool {
        if !issuer.is_loopback() || self.is_here {
            return false;
        }
        diagnostics.error(
            Path::of("issuer"),
            TITLE,
            format!(
                "expected an issuer on the internet, since {}'s own endpoints are used, found `{issuer}`, which is this \
                 machine. Point {} at the sandbox, or name the real issuer.",
                self.cloud, self.endpoints
            ),
        );
        true
    }

    /// Whether the issuer's name or its published keys forbid it. An issuer that does not answer in time is no
    /// laboratory as far as anybody can tell, and the cloud will find it unreachable itself.
    pub async fn refuses_issuer(&self, issuer: &IssuerUrl, diagnostics: &mut Diagnostics) -> bool {
        self.refuses_issuer_by(self.fetcher(), issuer, diagnostics).await
    }

    async fn refuses_issuer_by(
        &self,
        fetcher: Option<Fetcher>,
        issuer: &IssuerUrl,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        if self.is_here {
            return false;
        }
        if self.refuses_name(issuer, diagnostics) {
            return true;
        }
        let Some(fetcher) = fetcher else { return false };
        let asked = tokio::time::timeout(PATIENCE, keys_of(&fetcher, issuer)).await;
        match asked.ok().flatten() {
            Some(keys) => {
                self.refuses_keys(&keys, Path::of("issuer"), &format!("of `{issuer}`"), diagnostics)
            }
            None => false,
        }
    }

    /// Whether keys that are written by hand forbid it; `whose` goes on after "the key set".
    pub fn refuses_keys(
        &self,
        keys: &KeySet,
        path: Path,
        whose: &str,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        if self.is_here || !is_sandbox_key_set(keys) {
            return false;
        }
        diagnostics.error(
            path,
            TITLE,
            format!("the key set {whose} holds a key of the sandbox (`oidcfed-sandbox-…`): anybody may have it sign"),
        );
        true
    }

    fn fetcher(&self) -> Option<Fetcher> {
        let extra_roots = self
            .ca_bundle
            .as_deref()
            .map(ExtraRoots::from_pem)
            .transpose()
            .ok()?;
        Some(Fetcher::new(FetchSettings {
            extra_roots,
            ..FetchSettings::default()
        }))
    }
}

async fn keys_of(fetcher: &Fetcher, issuer: &IssuerUrl) -> Option<KeySet> {
    let (metadata, _) = discover(fetcher, issuer).await.ok()?;
    fetch_key_set(fetcher, &metadata).await.ok().map(|(keys, _)| keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ISSUER: &str = "https://issuer.example/team";

    fn writing(is_here: bool) -> LaboratoryGuard {
        LaboratoryGuard {
            cloud: "A cloud",
            endpoints: "`endpoints`",
            is_here,
            ca_bundle: None,
        }
    }

    /// An issuer whose keys have these ids.
    fn publishing(kids: &[&str]) -> Fetcher {
        // the generator of P-256, which is as good a public key as any
        let key = |kid: &&str| {
            json!({ "kty": "EC", "crv": "P-256", "kid": kid,
                "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
                "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU" })
        };
        let keys: Vec<_> = kids.iter().map(key).collect();
        let document = json!({
            "issuer": ISSUER,
            "jwks_uri": format!("{ISSUER}/keys"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        });
        Fetcher::answering(&[
            (&format!("{ISSUER}/.well-known/openid-configuration"), document),
            (&format!("{ISSUER}/keys"), json!({ "keys": keys })),
        ])
    }

    async fn refused(is_here: bool, fetcher: Fetcher) -> Option<String> {
        let mut diagnostics = Diagnostics::new();
        let issuer = IssuerUrl::parse(ISSUER).unwrap();
        let refused = writing(is_here)
            .refuses_issuer_by(Some(fetcher), &issuer, &mut diagnostics)
            .await;
        assert_eq!(refused, diagnostics.has_errors());
        refused.then(|| format!("{diagnostics:?}"))
    }

    /// Number 5 of what must be impossible, its second half: the issuer has a public name, and signs with the sandbox's keys.
    #[tokio::test]
    async fn a_real_cloud_never_trusts_keys_of_the_sandbox() {
        for kids in [
            &["oidcfed-sandbox-1"][..],
            &["2026-01", "oidcfed-sandbox-1", "2026-02"],
        ] {
            let said = refused(false, publishing(kids)).await;
            let said = said.unwrap_or_else(|| panic!("{kids:?} is not refused"));
            assert!(
                said.contains("holds a key of the sandbox") && said.contains(ISSUER),
                "{said}"
            );
        }
        for kids in [&["2026-01"][..], &["my-oidcfed-sandbox-1", "oidcfed-1"]] {
            assert_eq!(refused(false, publishing(kids)).await, None, "{kids:?}");
        }
    }

    #[tokio::test]
    async fn a_cloud_on_this_machine_may_trust_them() {
        assert_eq!(refused(true, publishing(&["oidcfed-sandbox-1"])).await, None);
    }

    #[tokio::test]
    async fn an_issuer_that_does_not_answer_is_no_laboratory() {
        assert_eq!(refused(false, Fetcher::answering(&[])).await, None);
    }
}
