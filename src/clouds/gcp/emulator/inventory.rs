//! What a project holds, for whoever wants to know what is left.

use super::instance::Emulator;

impl Emulator {
    /// Names of the pools, providers and service accounts of a project that are not deleted; nothing when there is no such
    /// project.
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
        Some(names)
    }
}
