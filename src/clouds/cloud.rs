//! What a cloud is to the provider.

use std::sync::Arc;
use std::time::Duration;

use super::environment::Environment;
use super::guardrail::Guardrail;
use crate::framework::{Attribute, Diagnostics, Parts, Value};

/// A cloud: its part of the provider block, and its resources and data sources.
pub trait Cloud: Send + Sync + 'static {
    /// The name of its attribute in the provider block.
    fn id(&self) -> &'static str;

    /// That attribute: optional, an object.
    fn attribute(&self) -> Attribute;

    /// Checks what can never be valid; unknown values are passed over, nothing is asked for or read.
    fn validate(&self, block: &Value, diagnostics: &mut Diagnostics);

    /// Takes the configuration: `block` is the value of the attribute, null when it is not given. Nothing is contacted
    /// and no credentials are looked for, since maybe nothing uses this cloud. May be called again.
    fn configure(
        &self,
        block: &Value,
        common: &Common,
        environment: &Environment,
        diagnostics: &mut Diagnostics,
    );

    /// Ids of the rules that a trust of this cloud can break besides the linter's own.
    fn rules(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Its resources, data sources, ephemeral resources and functions.
    fn parts(&self) -> Parts;
}

/// What the provider block says for every cloud.
#[derive(Clone, Debug)]
pub struct Common {
    pub guardrail: Guardrail,
    pub allow_loopback_issuers: bool,
    /// PEM, checked; trusted besides the system's roots.
    pub ca_bundle: Option<Arc<[u8]>>,
    /// For one attempt of a call.
    pub request_timeout: Duration,
    /// Something that calls need is not known yet.
    pub unknown: bool,
}

impl Default for Common {
    fn default() -> Self {
        Self {
            guardrail: Guardrail::default(),
            allow_loopback_issuers: false,
            ca_bundle: None,
            request_timeout: Duration::from_secs(30),
            unknown: false,
        }
    }
}
