//! One lock per provider, and who in this process uses it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::holder::{Holder, Seat};
use super::neighbours::Neighbour;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// Everything this process knows about shared providers. One per provider process.
#[derive(Debug, Default)]
pub struct Sharing {
    locks: Mutex<HashMap<String, Arc<AsyncMutex<()>>>>,
    seats: Mutex<HashMap<String, Seats>>,
    roles: Mutex<Roles>,
    /// ARNs of the providers that this process made.
    made: Mutex<HashSet<String>>,
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

/// Who counts on a provider.
type Seats = BTreeMap<Seat, Seated>;

/// What is known of one who counts on a provider.
#[derive(Clone, Debug)]
pub(super) struct Seated {
    /// How people are told.
    pub name: String,
    /// The audiences it needs.
    pub audiences: BTreeSet<String>,
}

impl Sharing {
    /// Waits for the provider's lock.
    pub(super) async fn lock(&self, arn: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(locks.entry(arn.to_owned()).or_default())
        };
        lock.lock_owned().await
    }

    /// A holder of this process that counts on the provider, even before IAM lists its role.
    pub(super) fn take(&self, arn: &str, holder: Holder<'_>, audiences: &BTreeSet<String>) {
        let Some(seat) = holder.seat() else { return };
        let seated = Seated {
            name: holder.name().to_owned(),
            audiences: audiences.clone(),
        };
        self.seats()
            .entry(arn.to_owned())
            .or_default()
            .insert(seat, seated);
    }

    pub(super) fn give_back(&self, arn: &str, holder: Holder<'_>) {
        if let (Some(seats), Some(seat)) = (self.seats().get_mut(arn), holder.seat()) {
            seats.remove(&seat);
        }
    }

    /// The role that took its places by its name is made: from now on they are those of this very role.
    pub fn role_made<'a>(&self, arns: impl Iterator<Item = &'a String>, name: &str, unique_id: &str) {
        let mut seats = self.seats();
        for arn in arns {
            if let Some(at) = seats.get_mut(arn)
                && let Some(seated) = at.remove(&Seat::NewRole(name.to_owned()))
            {
                at.insert(Seat::Role(unique_id.to_owned()), seated);
            }
        }
    }

    /// Those of this process that count on the provider, but the holder.
    pub(super) fn seated_beside(&self, arn: &str, holder: Holder<'_>) -> Vec<Seated> {
        let (seats, own) = (self.seats(), holder.seat());
        let others = seats.get(arn).into_iter().flatten();
        others
            .filter(|(seat, _)| Some(*seat) != own.as_ref())
            .map(|(_, seated)| seated.clone())
            .collect()
    }

    fn seats(&self) -> std::sync::MutexGuard<'_, HashMap<String, Seats>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn provider_made(&self, arn: &str) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.insert(arn.to_owned());
    }

    /// Whether this process made the provider, so that IAM may not know it everywhere yet.
    pub fn was_made(&self, arn: &str) -> bool {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.contains(arn)
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
