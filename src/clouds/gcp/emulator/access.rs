//! A call while it runs: who asks, what it may see, what it looks at.

use super::faults::FaultPlan;
use super::instance::Rules;
use super::permission;
use super::server::Trace;
use super::store::{Account, Identity, Project, World};
use super::wire::{ApiError, Request, Service};

/// Everything that a method needs.
pub struct Call<'a> {
    pub service: Service,
    pub request: &'a Request,
    pub identity: &'a Identity,
    pub now: i64,
    pub rules: &'a Rules,
    pub faults: &'a mut FaultPlan,
    pub world: &'a mut World,
    pub trace: &'a mut Trace,
}

impl Call<'_> {
    /// Part of the path by its place; the version is the first one.
    pub fn segment(&self, at: usize) -> &str {
        self.request.segments.get(at).map_or("", String::as_str)
    }

    /// The project at a place of the path.
    ///
    /// # Errors
    /// No such project, which is not told from one that is not the caller's.
    pub fn project(&self, at: usize, permission: &str) -> Result<Project, ApiError> {
        let name = self.segment(at);
        let found = self.world.project(name).cloned();
        found.ok_or_else(|| ApiError::denied(permission, self.service, &format!("projects/{name}")))
    }

    /// Lets pass who has a permission on what has the policy `key`, or on what that is in; `resource` is what it is called.
    ///
    /// # Errors
    /// Nobody gave it.
    pub fn require(&mut self, permission: &str, key: &str, resource: &str) -> Result<(), ApiError> {
        self.trace.resource = Some(resource.to_owned());
        let decision = permission::decide(
            self.world,
            self.identity,
            permission,
            key,
            self.now,
            self.rules.delay,
        );
        let allowed = decision.verdict == crate::trust::Verdict::Allow;
        self.trace.conclude(decision);
        match allowed {
            true => Ok(()),
            false => Err(ApiError::denied(permission, self.service, resource)),
        }
    }

    /// The service account at a place of the path, if the caller may do this with it.
    ///
    /// # Errors
    /// No permission; no such account; one that is so new that nobody sees it.
    pub fn account(&mut self, project: usize, account: usize, permission: &str) -> Result<Account, ApiError> {
        let (in_project, name) = (self.segment(project).to_owned(), self.segment(account).to_owned());
        let resource = format!("projects/{in_project}/serviceAccounts/{name}");
        let denied = || ApiError::denied(permission, self.service, &resource);
        // SECURITY: without a project nobody learns whether an account is missing or somebody else's
        let (missing, key) = match in_project.as_str() {
            "-" => (denied(), None),
            _ => {
                let project = self.world.project(&in_project).cloned();
                let project = project.ok_or_else(denied)?;
                (unknown_account(&name), Some(project))
            }
        };
        let found = self.world.live_account(&name).cloned();
        let found = found.filter(|account| {
            key.as_ref()
                .is_none_or(|project| account.project_number == project.number)
        });
        let Some(account) = found else {
            if let Some(project) = key {
                self.require(permission, &project.name(), &resource)?;
            }
            return Err(missing);
        };
        self.require(permission, &account.key(), &resource)?;
        match self.unseen(&account) {
            None => Ok(account),
            Some(403) => Err(ApiError::denied(permission, self.service, &resource)),
            Some(_) => Err(missing),
        }
    }

    /// The status for an account that is so new that it is not seen everywhere.
    pub fn unseen(&mut self, account: &Account) -> Option<u16> {
        let stored = self.world.live_account_mut(&account.unique_id)?;
        if stored.unseen_uses > 0 {
            stored.unseen_uses -= 1;
            return Some(stored.unseen_status);
        }
        (!self.is_known(account)).then_some(404)
    }

    /// Whether an account was made long enough ago.
    pub fn is_known(&self, account: &Account) -> bool {
        account.created.saturating_add(self.rules.delay) <= self.now
    }
}

pub fn unknown_account(name: &str) -> ApiError {
    let mut error = ApiError::not_found();
    error.message = format!("Unknown service account: {name}");
    error
}
