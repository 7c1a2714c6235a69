//! What the trusts of one process share: who may change a pool or a policy just now, and the numbers of projects.
//!
//! Google takes the changes of one policy one after another and refuses the others (`ABORTED`); waiting for each other here is
//! faster than being refused there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OnceCell, OwnedMutexGuard};

use crate::clouds::gcp::client::{GcpError, Google, Project, is_project_number};

/// Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Together(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    turns: Mutex<BTreeMap<String, Arc<AsyncMutex<()>>>>,
    projects: Mutex<BTreeMap<String, Arc<OnceCell<Project>>>>,
}

impl Together {
    /// Waits until nobody else of this process changes the thing of this name.
    pub async fn turn(&self, thing: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(thing.to_owned()).or_default())
        };
        turn.lock_owned().await
    }

    /// A project by id or number, asked for once.
    ///
    /// # Errors
    /// As Resource Manager answers; an error is not remembered.
    pub async fn project(&self, google: &Google, id_or_number: &str) -> Result<Project, GcpError> {
        let cell = {
            let mut projects = self.0.projects.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(projects.entry(id_or_number.to_owned()).or_default())
        };
        let found = cell.get_or_try_init(|| google.get_project(id_or_number)).await?;
        Ok(found.clone())
    }

    /// The number of a project; one that is written as a number is not asked for.
    ///
    /// # Errors
    /// As Resource Manager answers.
    pub async fn number(&self, google: &Google, id_or_number: &str) -> Result<String, GcpError> {
        if is_project_number(id_or_number) {
            return Ok(id_or_number.to_owned());
        }
        Ok(self.project(google, id_or_number).await?.number)
    }
}
