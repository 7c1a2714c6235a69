//! What each call of the protocol means, free of the wire: one file per operation.
//!
//! The server decides about schemas, validation, plans, results and states; the parts of the provider do the rest.

mod apply;
mod configure;
mod data_source;
mod entry;
mod ephemeral;
mod function;
mod import;
mod list;
mod move_state;
mod plan;
mod read;
mod registry;
mod upgrade;
mod validate;

pub use apply::{Applied, ApplyCall};
pub use entry::{Entry, ResourceEntry};
pub use function::parameters;
pub use list::ListCall;
pub use plan::{PlanCall, PlanOutcome};
pub use read::ReadCall;
pub use registry::Registry;

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::{Context, Provider, Schema, Stop};

/// Serves one provider. Nothing of it is built before the first call that needs it.
pub struct Server {
    provider: Box<dyn Provider>,
    schema: OnceLock<Schema>,
    registry: OnceLock<Registry>,
    stop: Mutex<Stop>,
}

impl Server {
    pub fn new(provider: impl Provider) -> Self {
        Self {
            provider: Box::new(provider),
            schema: OnceLock::new(),
            registry: OnceLock::new(),
            stop: Mutex::new(Stop::new()),
        }
    }

    /// The schema of the provider block.
    pub fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| self.provider.schema())
    }

    /// Everything the provider offers.
    pub fn registry(&self) -> &Registry {
        self.registry.get_or_init(|| Registry::new(self.provider.parts()))
    }

    /// Asks running calls to end soon. Later calls are not concerned.
    pub fn stop(&self) {
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *stop).request();
    }

    /// The context of a call that begins now.
    pub fn context(&self, timeout: Duration) -> Context {
        let stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        Context::new(stop.child(), timeout)
    }
}
