//! What an account holds, for whoever wants to know what is left.

use crate::clouds::aws::dialect::AccountId;

use super::instance::Emulator;

impl Emulator {
    /// ARNs of the roles and OIDC providers of an account; nothing when there is no such account.
    pub fn inventory(&self, account: &AccountId) -> Option<Vec<String>> {
        let world = self.world();
        let held = world.account(account)?;
        let roles = held.roles.values().map(|role| role.arn.clone());
        let providers = held.providers.values().map(|provider| provider.arn.clone());
        Some(roles.chain(providers).collect())
    }
}
