//! What the neutral parts of the provider work with, once it is configured.

use std::sync::{Arc, PoisonError, RwLock};

use crate::clouds::Common;
use crate::oidc::{ExtraRoots, FetchSettings, Fetcher};

/// Shared by the parts; set by configure. Before that, everything is at its default.
#[derive(Clone, Default)]
pub(super) struct Settings(Arc<RwLock<Shared>>);

#[derive(Clone, Default)]
struct Shared {
    common: Common,
    fetcher: Option<Fetcher>,
}

impl Settings {
    pub(super) fn set(&self, common: Common) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Shared {
            common,
            fetcher: None,
        };
    }

    /// The one fetcher of issuers, made when it is first needed.
    ///
    /// # Errors
    /// A CA bundle that cannot be used; it was checked when the provider was configured.
    pub(super) fn fetcher(&self) -> Result<Fetcher, String> {
        let mut shared = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(fetcher) = &shared.fetcher {
            return Ok(fetcher.clone());
        }
        let roots = shared
            .common
            .ca_bundle
            .as_deref()
            .map(ExtraRoots::from_pem)
            .transpose();
        let fetcher = Fetcher::new(FetchSettings {
            allow_loopback: shared.common.allow_loopback_issuers,
            extra_roots: roots.map_err(|e| e.to_string())?,
            ..FetchSettings::default()
        });
        shared.fetcher = Some(fetcher.clone());
        Ok(fetcher)
    }
}
