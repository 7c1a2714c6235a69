//! What an account holds, for whoever wants to know what is left.

use super::instance::Emulator;
use super::store::AccountId;

impl Emulator {
    /// ARNs of the roles and OIDC providers of an account; none when there is no such account.
    pub fn inventory(&self, account: &str) -> Vec<String> {
        let Some(id) = AccountId::parse(account) else {
            return Vec::new();
        };
        let world = self.world();
        let held = world.account(&id).map(|account| {
            let roles = account.roles.values().map(|role| role.arn.clone());
            roles
                .chain(account.providers.values().map(|provider| provider.arn.clone()))
                .collect()
        });
        held.unwrap_or_default()
    }
}
