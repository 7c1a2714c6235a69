//! One lock per provider, and who in this process uses it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::neighbours::Neighbour;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// Everything this process knows about shared providers. One per provider process.
#[derive(Debug, Default)]
pub struct Sharing {
    locks: Mutex<HashMap<String, Arc<AsyncMutex<()>>>>,
    seats: Mutex<HashMap<String, Seats>>,
    roles: Mutex<Roles>,
    /// What plans of this process were shown, by provider.
    planned_with: Mutex<HashMap<String, Arc<Vec<Neighbour>>>>,
}

/// What this process did to roles, since IAM's lists lag behind.
#[derive(Debug, Default)]
struct Roles {
    /// Unique ids.
    deleted: HashSet<String>,
    adopted: HashSet<String>,
    /// Names, with their account, that some resource of this process holds.
    held: HashSet<(String, String)>,
}

/// Role name → the audiences it needs.
type Seats = BTreeMap<String, BTreeSet<String>>;

impl Sharing {
    /// Waits for the provider's lock.
    pub(super) async fn lock(&self, arn: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(locks.entry(arn.to_owned()).or_default())
        };
        lock.lock_owned().await
    }

    /// A role of this process that counts on the provider, even before IAM lists it.
    pub(super) fn take(&self, arn: &str, role: &str, audiences: &BTreeSet<String>) {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats
            .entry(arn.to_owned())
            .or_default()
            .insert(role.to_owned(), audiences.clone());
    }

    pub(super) fn give_back(&self, arn: &str, role: &str) {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(roles) = seats.get_mut(arn) {
            roles.remove(role);
        }
    }

    /// The roles of this process that count on the provider.
    pub(super) fn seated(&self, arn: &str) -> Seats {
        let seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.get(arn).cloned().unwrap_or_default()
    }

    pub(super) fn planned_with(&self, arn: &str) -> Option<Arc<Vec<Neighbour>>> {
        self.planned_with
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(arn)
            .cloned()
    }

    pub(super) fn plan_with(&self, arn: &str, neighbours: &Arc<Vec<Neighbour>>) {
        let mut known = self.planned_with.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(arn.to_owned(), Arc::clone(neighbours));
    }

    /// A role that this process deleted: a list that still shows it is not believed.
    pub fn role_deleted(&self, (account, name): (&str, &str), unique_id: &str) {
        let mut roles = self.roles();
        roles.deleted.insert(unique_id.to_owned());
        roles.held.remove(&(account.to_owned(), name.to_owned()));
    }

    pub fn is_deleted(&self, unique_id: &str) -> bool {
        self.roles().deleted.contains(unique_id)
    }

    /// Holds a role for one resource; false when another resource of this process holds it already.
    pub fn hold_role(&self, account: &str, name: &str) -> bool {
        self.roles().held.insert((account.to_owned(), name.to_owned()))
    }

    /// The leftover of a crash that a create took over: whatever else in the state names it must not delete it.
    pub fn role_adopted(&self, unique_id: &str) {
        self.roles().adopted.insert(unique_id.to_owned());
    }

    pub fn was_adopted(&self, unique_id: &str) -> bool {
        self.roles().adopted.contains(unique_id)
    }

    fn roles(&self) -> std::sync::MutexGuard<'_, Roles> {
        self.roles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
