//! One account: its objects under the names IAM knows them by.

use std::collections::BTreeMap;

use super::{AnyPolicy, AwsPolicy, Policy, Profile, Provider, Role, User};
use crate::clouds::aws::dialect::{AccountId, Partition};

/// An emulated account. Maps are keyed by the form under which two names are the same: lower case for roles, policies
/// and instance profiles, the exact URL without scheme for providers.
#[derive(Debug)]
pub struct Account {
    pub id: AccountId,
    partition: Partition,
    pub administrator: User,
    pub roles: BTreeMap<String, Role>,
    pub providers: BTreeMap<String, Provider>,
    pub policies: BTreeMap<String, Policy>,
    pub profiles: BTreeMap<String, Profile>,
}

impl Account {
    pub fn new(id: AccountId, partition: Partition, administrator: User) -> Self {
        Self {
            id,
            partition,
            administrator,
            roles: BTreeMap::new(),
            providers: BTreeMap::new(),
            policies: BTreeMap::new(),
            profiles: BTreeMap::new(),
        }
    }

    /// The ARN of a resource of IAM in this account, `role/path/name` and the like.
    pub fn arn(&self, resource: &str) -> String {
        format!("arn:{}:iam::{}:{resource}", self.partition, self.id)
    }

    pub fn role(&self, name: &str) -> Option<&Role> {
        self.roles.get(&name.to_lowercase())
    }

    pub fn role_mut(&mut self, name: &str) -> Option<&mut Role> {
        self.roles.get_mut(&name.to_lowercase())
    }

    /// The provider with this ARN.
    pub fn provider(&self, arn: &str) -> Option<&Provider> {
        self.providers.get(self.provider_key(arn)?)
    }

    pub fn provider_mut(&mut self, arn: &str) -> Option<&mut Provider> {
        let key = self.provider_key(arn)?.to_owned();
        self.providers.get_mut(&key)
    }

    /// The part of a provider's ARN that names it here; `None` for an ARN of another account or kind.
    pub fn provider_key<'a>(&self, arn: &'a str) -> Option<&'a str> {
        arn.strip_prefix(&self.arn("oidc-provider/"))
    }

    /// A managed policy by its ARN, of this account or of AWS.
    pub fn policy<'a>(&'a self, arn: &str, of_aws: &'a [AwsPolicy]) -> Option<AnyPolicy<'a>> {
        let local = self.policies.values().find(|policy| policy.arn == arn);
        local
            .map(AnyPolicy::Local)
            .or_else(|| of_aws.iter().find(|policy| policy.arn == arn).map(AnyPolicy::Aws))
    }

    /// The instance profiles that hold a role.
    pub fn profiles_of<'a>(&'a self, role: &'a str) -> impl Iterator<Item = &'a Profile> {
        self.profiles.values().filter(move |profile| {
            profile
                .role
                .as_ref()
                .is_some_and(|name| name.eq_ignore_ascii_case(role))
        })
    }

    /// How many roles have this managed policy attached.
    pub fn attachments(&self, arn: &str) -> usize {
        self.roles
            .values()
            .filter(|role| role.attached.iter().any(|attached| attached == arn))
            .count()
    }

    /// How many roles have this managed policy as their boundary.
    pub fn boundary_uses(&self, arn: &str) -> usize {
        self.roles
            .values()
            .filter(|role| role.boundary.as_deref() == Some(arn))
            .count()
    }
}
