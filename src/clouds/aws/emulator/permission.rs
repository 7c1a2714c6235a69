//! May this principal do this: the decision behind every signed call.
//!
//! SECURITY: nothing is allowed that is not granted: the administrator of an account may do everything in it and nothing
//! elsewhere, a session what its role, boundary and session policies allow together.

use super::store::{Principal, World};
use super::wire::ApiError;

/// What is asked: an action on a resource, with what the request says about it.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub resource: String,
    /// Condition keys of the request (`iam:PermissionsBoundary`, `aws:RequestTag/…`) with their values.
    pub context: Vec<(String, Vec<String>)>,
}

impl Ask {
    pub fn about(resource: impl Into<String>) -> Self {
        Self {
            resource: resource.into(),
            context: Vec::new(),
        }
    }

    pub fn with(mut self, key: impl Into<String>, values: Vec<String>) -> Self {
        self.context.push((key.into(), values));
        self
    }
}

/// # Errors
/// `AccessDenied`, in the words of the service.
pub fn permit(
    world: &World,
    principal: &Principal,
    action: &str,
    ask: &Ask,
    _now: i64,
) -> Result<(), ApiError> {
    let _ = world;
    match principal {
        Principal::User(user) => {
            let elsewhere = account_of(&ask.resource)
                .is_some_and(|account| account != "aws" && account != user.account.as_str());
            if elsewhere {
                return Err(denied(
                    principal,
                    action,
                    ask,
                    "because no resource-based policy allows",
                ));
            }
            Ok(())
        }
        Principal::Session(_) => Err(denied(
            principal,
            action,
            ask,
            "because no identity-based policy allows",
        )),
    }
}

fn denied(principal: &Principal, action: &str, ask: &Ask, because: &str) -> ApiError {
    ApiError::access_denied(format!(
        "User: {} is not authorized to perform: {action} on resource: {} {because} the {action} action",
        principal.arn(),
        ask.resource
    ))
}

/// The account an ARN names; `None` for `*`.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}
