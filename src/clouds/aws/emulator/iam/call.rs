//! One call to IAM: its parameters, its caller, and the only way to the account's objects.

use crate::clouds::aws::emulator::faults::Freshness;
use crate::clouds::aws::emulator::permission::{self, Ask};
use crate::clouds::aws::emulator::store::{Account, AwsPolicy, Principal, Role, Tags, World};
use crate::clouds::aws::emulator::wire::{ApiError, Query};
use crate::trust::Decision;

/// A call in progress.
///
/// SECURITY: the account is private and only [`Call::open`] hands it out, after the caller was permitted. An operation
/// that forgets to ask cannot reach anything.
pub struct Call<'a> {
    pub query: &'a Query,
    pub principal: &'a Principal,
    /// Seconds since 1970.
    pub now: i64,
    pub freshness: Freshness,
    pub allow_loopback_issuers: bool,
    action: String,
    world: &'a mut World,
    resource: Option<String>,
    decision: Option<Decision>,
}

/// The account of the caller, opened for one permitted call.
pub struct Opened<'a> {
    pub account: &'a mut Account,
    pub of_aws: &'a [AwsPolicy],
}

impl<'a> Call<'a> {
    pub fn new(
        operation: &str,
        query: &'a Query,
        principal: &'a Principal,
        world: &'a mut World,
        now: i64,
    ) -> Self {
        Self {
            query,
            principal,
            now,
            freshness: Freshness::default(),
            allow_loopback_issuers: false,
            action: format!("iam:{operation}"),
            world,
            resource: None,
            decision: None,
        }
    }

    /// The ARN that was last asked about, for the trace.
    pub fn resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }

    /// The permission that was last decided, for the trace.
    pub fn decision(&self) -> Option<&Decision> {
        self.decision.as_ref()
    }

    /// Asks whether the caller may do this, and opens the caller's account.
    ///
    /// # Errors
    /// `AccessDenied`.
    pub fn open(&mut self, ask: &Ask) -> Result<Opened<'_>, ApiError> {
        self.permit(None, ask)?;
        let (account, of_aws) = self
            .world
            .account_and_aws(self.principal.account())
            .ok_or_else(ApiError::service_failure)?;
        Ok(Opened { account, of_aws })
    }

    /// Asks for a further action that a call needs, such as `iam:TagRole` of a creation with tags.
    ///
    /// # Errors
    /// `AccessDenied`.
    pub fn permit(&mut self, other_action: Option<&str>, ask: &Ask) -> Result<(), ApiError> {
        self.resource = Some(ask.resource.clone());
        let action = other_action.unwrap_or(&self.action);
        let outcome = permission::permit(self.world, self.principal, action, ask, self.now);
        let decision = match outcome {
            Ok(decision) => decision,
            Err(denial) => {
                self.decision = Some(denial.decision);
                return Err(denial.error);
            }
        };
        self.decision = Some(decision);
        self.within_the_account(action, &ask.resource)
    }

    /// Objects of IAM have no policies of their own that could let in another account.
    fn within_the_account(&self, action: &str, resource: &str) -> Result<(), ApiError> {
        let own = self.principal.account().as_str();
        let owner = resource.split(':').nth(4).unwrap_or(own);
        if owner == own || owner == "aws" {
            return Ok(());
        }
        Err(ApiError::access_denied(format!(
            "User: {} is not authorized to perform: {action} on resource: {resource} because no resource-based policy \
             allows the {action} action",
            self.principal.arn()
        )))
    }

    /// A role of the caller's account, once the caller may do this to it.
    ///
    /// # Errors
    /// `AccessDenied`, `NoSuchEntity`.
    pub fn role(&mut self, name: &str) -> Result<&mut Role, ApiError> {
        let ask = self.about_role(name);
        self.open(&ask)?.role(name)
    }

    /// A question about a role of the caller's account, which need not exist.
    pub fn about_role(&self, name: &str) -> Ask {
        let account = self.world.account(self.principal.account());
        match account.and_then(|account| account.role(name)) {
            Some(role) => with_tags(Ask::about(&role.arn), &role.tags),
            None => Ask::about(self.arn(&format!("role/{name}"))),
        }
    }

    /// A question about an OIDC provider, which need not exist.
    pub fn about_provider(&self, arn: &str) -> Ask {
        let account = self.world.account(self.principal.account());
        match account.and_then(|account| account.provider(arn)) {
            Some(provider) => with_tags(Ask::about(arn), &provider.tags),
            None => Ask::about(arn),
        }
    }

    /// A question about an instance profile, which need not exist.
    pub fn about_profile(&self, name: &str) -> Ask {
        let account = self.world.account(self.principal.account());
        match account.and_then(|account| account.profiles.get(&name.to_lowercase())) {
            Some(profile) => with_tags(Ask::about(&profile.arn), &profile.tags),
            None => Ask::about(self.arn(&format!("instance-profile/{name}"))),
        }
    }

    /// The ARN of a resource in the caller's account.
    pub fn arn(&self, resource: &str) -> String {
        format!(
            "arn:{}:iam::{}:{resource}",
            self.world.partition(),
            self.principal.account()
        )
    }

    /// Tells all accounts that a role was deleted.
    pub fn forget_role(&mut self, gone: &Role) {
        self.world.forget_role(gone);
    }

    /// Everything emulated, for questions that cross accounts (does this principal exist).
    pub fn world(&self) -> &World {
        self.world
    }
}

impl<'a> Opened<'a> {
    /// # Errors
    /// `NoSuchEntity`.
    pub fn role(self, name: &str) -> Result<&'a mut Role, ApiError> {
        self.account
            .role_mut(name)
            .ok_or_else(|| ApiError::no_such_entity(format!("The role with name {name} cannot be found.")))
    }
}

fn with_tags(ask: Ask, tags: &Tags) -> Ask {
    tags.iter().fold(ask, |ask, (key, value)| {
        ask.with(format!("aws:ResourceTag/{key}"), vec![value.to_owned()])
            .with(format!("iam:ResourceTag/{key}"), vec![value.to_owned()])
    })
}
