//! The configuration in effect, shared by all parts.

use std::sync::{Arc, PoisonError, RwLock};

use crate::clouds::gcp::client::{GcpError, Google};
use crate::clouds::guardrail::Guardrail;
use crate::framework::{Attr, Context};

/// Set when the host configures the provider, read at every call.
#[derive(Clone, Debug, Default)]
pub struct Configuration(Arc<RwLock<Arc<Configured>>>);

/// What the provider block says for Google Cloud.
#[derive(Debug, Default)]
pub struct Configured {
    /// `None`: a value that calls need is not known yet, the provider was not configured, or the environment is wrong.
    pub google: Option<Google>,
    /// Where resources are that name no project: an id, or a number.
    pub project: Attr<String>,
    /// What is wrong with the environment; said when a call needs it, because maybe nothing uses this cloud.
    pub fault: Option<GcpError>,
    /// PEM, checked; trusted besides the system's roots.
    pub ca_bundle: Option<Arc<[u8]>>,
    pub guardrail: Guardrail,
    pub allow_loopback_issuers: bool,
}

impl Configured {
    /// The client, whose calls end with the host's call.
    ///
    /// # Errors
    /// While the configuration holds unknown values; a variable of the environment that cannot work.
    pub fn google(&self, context: &Context) -> Result<Google, GcpError> {
        if let Some(google) = &self.google {
            return Ok(google.within(context));
        }
        let unknown = || GcpError::configuration("the provider's `gcp` configuration is not known yet");
        Err(self.fault.clone().unwrap_or_else(unknown))
    }

    /// True while calls are not possible, because the configuration holds unknown values.
    pub fn waits(&self) -> bool {
        self.google.is_none() && self.fault.is_none()
    }
}

impl Configuration {
    pub fn set(&self, configured: Configured) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(configured);
    }

    /// What is in effect now.
    pub fn get(&self) -> Arc<Configured> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// True while calls are not possible, because the configuration holds unknown values.
    pub fn waits(&self) -> bool {
        self.get().waits()
    }

    /// The client, whose calls end with the host's call.
    ///
    /// # Errors
    /// As of [`Configured::google`].
    pub fn google(&self, context: &Context) -> Result<Google, GcpError> {
        self.get().google(context)
    }

    /// The project a resource's `project` means: itself, or the provider block's when it is null. `Ok(None)` while it
    /// cannot be known.
    ///
    /// # Errors
    /// There is none.
    pub fn project(&self, given: &Attr<String>) -> Result<Option<String>, GcpError> {
        let configured = self.get();
        let own = match given {
            Attr::Null => &configured.project,
            own => own,
        };
        match own {
            Attr::Known(project) => Ok(Some(project.clone())),
            Attr::Unknown => Ok(None),
            Attr::Null => Err(GcpError::configuration(
                "expected a project, found none; set `project` of the resource or of `gcp` in the provider, or \
                 `GOOGLE_CLOUD_PROJECT`",
            )),
        }
    }
}
