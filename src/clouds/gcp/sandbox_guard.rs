//! Whether Google Cloud as it is configured may trust an issuer at all.

use super::configuration::Configured;
use crate::clouds::LaboratoryGuard;
use crate::framework::{Diagnostics, Path};
use crate::oidc::KeySet;
use crate::trust::IssuerUrl;

impl Configured {
    /// Whether the name of the issuer, or keys that are written by hand, forbid it. Asks no issuer, for plans.
    pub fn refuses_name(
        &self,
        (issuer, jwks_json): (&IssuerUrl, &str),
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let guard = self.guard();
        if let Ok(keys) = KeySet::parse(jwks_json.as_bytes())
            && guard.refuses_keys(&keys, Path::of("jwks_json"), "in `jwks_json`", diagnostics)
        {
            return true;
        }
        // with keys of its own the issuer is never asked: its name may be anything
        jwks_json.is_empty() && guard.refuses_name(issuer, diagnostics)
    }

    /// Whether the issuer's name or its published keys forbid it.
    pub async fn refuses_issuer(
        &self,
        (issuer, jwks_json): (&IssuerUrl, &str),
        diagnostics: &mut Diagnostics,
    ) -> bool {
        if self.refuses_name((issuer, jwks_json), diagnostics) {
            return true;
        }
        jwks_json.is_empty() && self.guard().refuses_issuer(issuer, diagnostics).await
    }

    fn guard(&self) -> LaboratoryGuard {
        LaboratoryGuard {
            cloud: "Google Cloud",
            endpoints: "`endpoints` (`GOOGLE_IAM_CUSTOM_ENDPOINT` and the like)",
            is_here: self
                .google
                .as_ref()
                .is_some_and(|google| google.writes_to_loopback()),
            ca_bundle: self.ca_bundle.clone(),
        }
    }
}
