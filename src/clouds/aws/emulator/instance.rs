//! The emulator as its owner sees it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, watch};

use super::calls::Calls;
use super::events::Event;
use super::faults::{FaultPlan, Faults, Injected};
use super::store::{Credentials, World};
use crate::clouds::aws::dialect::{AccountId, Partition};
use crate::oidc::{Clock, KeySource};
use crate::trust::Secret;

/// How many events a slow subscriber may be behind before it loses the oldest.
const EVENTS: usize = 1024;

/// What an emulator is made of.
pub struct Settings {
    /// Account ids, twelve digits each.
    pub accounts: Vec<String>,
    /// `aws`, `aws-cn`, …
    pub partition: String,
    /// Where STS gets the keys of issuers.
    pub keys: Arc<dyn KeySource>,
    pub clock: Arc<dyn Clock>,
    /// Whether IAM accepts providers on this machine: `localhost` with port, and http.
    pub allow_loopback_issuers: bool,
    /// What a request that sets faults or resets counters has to bring in the header `x-oidcfed-secret`; without it
    /// nobody can.
    pub run_secret: Option<Secret<String>>,
}

/// Why there is no emulator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmulatorError {
    #[error("expected account ids of twelve digits, found `{0}`")]
    Account(String),
    #[error("expected a partition of AWS (`aws`, `aws-cn`, `aws-us-gov`), found `{0}`")]
    Partition(String),
    #[error("the system gives no randomness for access keys")]
    Randomness,
}

/// IAM and STS of some accounts.
pub struct Emulator {
    pub(super) keys: Arc<dyn KeySource>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) allow_loopback_issuers: bool,
    pub(super) run_secret: Option<Secret<String>>,
    world: Mutex<World>,
    calls: Mutex<Calls>,
    faults: Mutex<FaultPlan>,
    /// Wakes the answers that are kept back when other faults are set.
    faults_set: watch::Sender<()>,
    events: broadcast::Sender<Event>,
}

impl Emulator {
    /// Empty accounts with one administrator each.
    ///
    /// # Errors
    /// See [`EmulatorError`].
    pub fn new(settings: Settings) -> Result<Arc<Self>, EmulatorError> {
        let accounts = settings
            .accounts
            .iter()
            .map(|id| AccountId::parse(id).map_err(|_| EmulatorError::Account(id.clone())))
            .collect::<Result<Vec<_>, _>>()?;
        let partition = Partition::from_id(&settings.partition)
            .ok_or_else(|| EmulatorError::Partition(settings.partition.clone()))?;
        let world =
            World::new(partition, &accounts, settings.clock.now()).map_err(|_| EmulatorError::Randomness)?;
        Ok(Arc::new(Self {
            keys: settings.keys,
            clock: settings.clock,
            allow_loopback_issuers: settings.allow_loopback_issuers,
            run_secret: settings.run_secret,
            world: Mutex::new(world),
            calls: Mutex::default(),
            faults: Mutex::default(),
            faults_set: watch::Sender::new(()),
            events: broadcast::Sender::new(EVENTS),
        }))
    }

    /// The keys of an account's administrator, who may do everything in that account.
    pub fn root_credentials(&self, account: &str) -> Option<Credentials> {
        let id = AccountId::parse(account).ok()?;
        self.world().administrator_credentials(&id)
    }

    /// Every call from now on, with its outcome and the decision behind it.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// How often each action (`iam:GetRole`) was called.
    pub fn calls(&self) -> BTreeMap<String, u64> {
        lock(&self.calls).by_action().clone()
    }

    /// Starts counting anew.
    pub fn reset_calls(&self) {
        lock(&self.calls).reset();
    }

    /// Replaces the faults in force.
    pub fn set_faults(&self, faults: Faults) {
        let mut plan = lock(&self.faults);
        plan.set(faults);
        self.faults_set.send_replace(());
    }

    /// Counts a call and says what shall happen to it, with what wakes the call when it is to be kept back.
    pub(super) fn fault(&self, operation: &str) -> (Option<Injected>, watch::Receiver<()>) {
        // subscribed under the lock: faults that are set from here on wake it
        let mut plan = lock(&self.faults);
        (plan.next(operation), self.faults_set.subscribe())
    }

    pub(super) fn fault_plan(&self) -> MutexGuard<'_, FaultPlan> {
        lock(&self.faults)
    }

    pub(super) fn count(&self, action: &str) {
        lock(&self.calls).count(action);
    }

    pub(super) fn publish(&self, event: Event) {
        // Nobody watching is no error.
        let _ = self.events.send(event);
    }

    /// INVARIANT: never held across an await, and no code under it panics on outside data.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
