//! What a project holds, for whoever wants to know what is left.

use super::instance::Emulator;
use super::store::{Member, Policy, PolicyStore};

impl Emulator {
    /// Names of the pools, providers and service accounts of a project that are not deleted, and `ROLE MEMBER` for every
    /// binding of the project; nothing when there is no such project.
    pub fn inventory(&self, project: &str) -> Option<Vec<String>> {
        let world = self.world();
        let project = world.project(project)?.clone();
        let inside = format!("{}/", project.name());
        let pools = world.pools.values().filter(|pool| pool.name.starts_with(&inside));
        let mut names = Vec::new();
        for pool in pools.filter(|pool| pool.is_active()) {
            names.push(pool.name.clone());
            let providers = pool.providers.values().filter(|provider| provider.is_active());
            names.extend(providers.map(|provider| provider.name.clone()));
        }
        let accounts = world.accounts.iter().filter(|account| account.is_live());
        let own = accounts.filter(|account| account.project_number == project.number);
        names.extend(own.map(|account| account.name()));
        let policy = world.policies.get(&project.name()).map(PolicyStore::current);
        for binding in policy.iter().flat_map(Policy::bindings) {
            let named = binding.members.iter().map(|member| match member {
                Member::Account { email, .. } => format!("{} serviceAccount:{email}", binding.role),
                Member::Text(text) => format!("{} {text}", binding.role),
            });
            names.extend(named);
        }
        Some(names)
    }
}
