//! All accounts together, and the access keys to them.

use std::collections::BTreeMap;

use super::{AccessKey, Account, AwsPolicy, Credentials, Principal, Role, Session, User, aws_policies};
use crate::clouds::aws::dialect::{AccountId, Partition};
use crate::clouds::aws::emulator::wire::{ApiError, random};
use crate::trust::Secret;

/// Everything the emulator remembers.
pub struct World {
    partition: Partition,
    accounts: BTreeMap<AccountId, Account>,
    keys: BTreeMap<String, AccessKey>,
    /// The managed policies of AWS, the same for all accounts.
    pub of_aws: Vec<AwsPolicy>,
}

impl World {
    /// Accounts with nothing in them but an administrator each.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn new(partition: Partition, accounts: &[AccountId], now: i64) -> Result<Self, ApiError> {
        let mut world = Self {
            partition,
            accounts: BTreeMap::new(),
            keys: BTreeMap::new(),
            of_aws: aws_policies(partition),
        };
        for id in accounts {
            let administrator = User {
                account: id.clone(),
                name: "administrator".to_owned(),
                id: random::unique_id("AIDA")?,
                arn: format!("arn:{partition}:iam::{id}:user/administrator"),
                created: now,
            };
            world.add_key("AKIA", None, Principal::User(administrator.clone()))?;
            world
                .accounts
                .insert(id.clone(), Account::new(id.clone(), partition, administrator));
        }
        Ok(world)
    }

    pub fn partition(&self) -> Partition {
        self.partition
    }

    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.get(id)
    }

    pub fn account_mut(&mut self, id: &AccountId) -> Option<&mut Account> {
        self.accounts.get_mut(id)
    }

    /// An account together with the managed policies of AWS.
    pub fn account_and_aws(&mut self, id: &AccountId) -> Option<(&mut Account, &[AwsPolicy])> {
        Some((self.accounts.get_mut(id)?, &self.of_aws))
    }

    pub fn key(&self, access_key_id: &str) -> Option<&AccessKey> {
        self.keys.get(access_key_id)
    }

    /// The credentials of an account's administrator.
    pub fn administrator_credentials(&self, id: &AccountId) -> Option<Credentials> {
        self.keys
            .values()
            .find(|key| matches!(&key.principal, Principal::User(user) if user.account == *id))
            .map(|key| key.credentials.clone())
    }

    /// Trust policies that named a role which is gone name its unique id from now on, so that a role made anew under the
    /// same name inherits nobody's trust.
    pub fn forget_role(&mut self, gone: &Role) {
        let sessions = gone.arn.split(':').nth(4).map(|account| {
            format!(
                "arn:{}:sts::{account}:assumed-role/{}/",
                self.partition, gone.name
            )
        });
        let renamed = |principal: &str| {
            if principal == gone.arn {
                return Some(gone.id.clone());
            }
            let session = principal.strip_prefix(sessions.as_deref()?)?;
            Some(format!("{}:{session}", gone.id))
        };
        for account in self.accounts.values_mut() {
            for role in account.roles.values_mut() {
                role.trust.rename_principals(renamed);
            }
        }
    }

    /// Starts a session, notes that its role was used, and hands out its keys. Sessions that ended more than an hour ago are forgotten here, so that
    /// their number stays bounded; until then a call with them is told that they expired.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn start(&mut self, session: Session) -> Result<Credentials, ApiError> {
        let horizon = session.issued.saturating_sub(3600);
        self.keys.retain(|_, key| match &key.principal {
            Principal::Session(session) => session.expires > horizon,
            Principal::User(_) => true,
        });
        if let Some(role) = self
            .account_mut(&session.account)
            .and_then(|account| account.role_mut(&session.role_name))
        {
            role.last_used = Some((session.issued, "us-east-1".to_owned()));
        }
        let token = random::session_token()?;
        self.add_key("ASIA", Some(token), Principal::Session(Box::new(session)))
    }

    fn add_key(
        &mut self,
        prefix: &str,
        session_token: Option<String>,
        principal: Principal,
    ) -> Result<Credentials, ApiError> {
        let credentials = Credentials {
            access_key_id: random::access_key_id(prefix)?,
            secret_access_key: random::secret_key()?.into(),
            session_token: session_token.map(Secret::new),
        };
        let key = AccessKey {
            credentials: credentials.clone(),
            principal,
        };
        self.keys.insert(credentials.access_key_id.clone(), key);
        Ok(credentials)
    }
}
