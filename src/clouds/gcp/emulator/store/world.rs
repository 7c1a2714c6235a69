//! All of it in one place, and what is found by its name.

use std::collections::BTreeMap;

use super::account::Account;
use super::operation::{Change, PendingOperation};
use super::policy::PolicyStore;
use super::pool::Pool;
use super::project::{Bucket, FOLDER, ORGANIZATION, Project};
use super::token::{Identity, Token};

/// Everything that exists.
#[derive(Default)]
pub struct World {
    pub projects: Vec<Project>,
    /// By full name.
    pub pools: BTreeMap<String, Pool>,
    pub accounts: Vec<Account>,
    /// By the name of what they are on; service accounts by their unique id.
    pub policies: BTreeMap<String, PolicyStore>,
    pub tokens: BTreeMap<String, Token>,
    /// By full name.
    pub operations: BTreeMap<String, PendingOperation>,
    pub buckets: BTreeMap<String, Bucket>,
    /// The unique id of the account that may do everything.
    pub deployer: String,
}

impl World {
    pub fn project(&self, id_or_number: &str) -> Option<&Project> {
        self.projects
            .iter()
            .find(|project| project.is_called(id_or_number))
    }

    /// The account that has this name now.
    pub fn live_account(&self, email_or_id: &str) -> Option<&Account> {
        let mut accounts = self.accounts.iter();
        accounts.find(|account| account.is_live() && account.is_called(email_or_id))
    }

    pub fn live_account_mut(&mut self, email_or_id: &str) -> Option<&mut Account> {
        let mut accounts = self.accounts.iter_mut();
        accounts.find(|account| account.is_live() && account.is_called(email_or_id))
    }

    /// The keys of the policies that say something about what has this one: its own, and those of what it is in.
    pub fn lineage(&self, key: &str) -> Vec<String> {
        let project = match key.strip_prefix("serviceAccounts/") {
            Some(id) => {
                let account = self.accounts.iter().find(|account| account.unique_id == id);
                account.map(|account| format!("projects/{}", account.project_number))
            }
            None => {
                let mut parts = key.split('/');
                match (parts.next(), parts.next()) {
                    (Some("projects"), Some(number)) => Some(format!("projects/{number}")),
                    _ => None,
                }
            }
        };
        let mut keys = vec![key.to_owned()];
        keys.extend(project.iter().filter(|project| *project != key).cloned());
        if project.is_some() {
            keys.push(FOLDER.to_owned());
        }
        if project.is_some() || key == FOLDER {
            keys.push(ORGANIZATION.to_owned());
        }
        keys
    }

    /// Whether somebody is the account that may do everything.
    pub fn is_deployer(&self, identity: &Identity) -> bool {
        matches!(identity, Identity::Account { unique_id, .. } if *unique_id == self.deployer)
    }

    /// Does what an operation was asked to do.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::MakePool(pool) => {
                self.pools.insert(pool.name.clone(), *pool);
            }
            Change::PatchPool { name, fields } => {
                if let Some(pool) = self.pools.get_mut(&name) {
                    pool.fields = fields;
                }
            }
            Change::DeletePool { name, purged_at } => {
                if let Some(pool) = self.pools.get_mut(&name) {
                    pool.delete(purged_at);
                }
            }
            Change::UndeletePool { name } => {
                if let Some(pool) = self.pools.get_mut(&name) {
                    pool.revive();
                }
            }
            Change::Provider { pool, id, provider } => {
                if let Some(pool) = self.pools.get_mut(&pool) {
                    pool.providers.insert(id, *provider);
                }
            }
        }
    }

    /// Whether an operation that is not done yet makes something of this name.
    pub fn is_being_made(&self, name: &str) -> bool {
        let mut changes = self.operations.values().filter_map(|one| one.change.as_ref());
        changes.any(|change| change.makes() == Some(name))
    }

    /// Takes away for good what has been deleted long enough, and tokens that are worth nothing any more.
    pub fn purge(&mut self, now: i64) {
        let gone = |purged_at: Option<i64>| purged_at.is_some_and(|at| at <= now);
        let policies = &mut self.policies;
        self.pools.retain(|name, pool| {
            pool.providers.retain(|_, provider| !gone(provider.purged_at));
            if gone(pool.purged_at) {
                policies.remove(name);
            }
            !gone(pool.purged_at)
        });
        self.accounts.retain(|account| {
            if gone(account.purged_at) {
                policies.remove(&account.key());
            }
            !gone(account.purged_at)
        });
        self.tokens.retain(|_, token| token.expires > now);
    }
}
