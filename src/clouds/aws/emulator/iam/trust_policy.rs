//! What IAM refuses to store as the trust policy of a role.

use super::identity_policy::malformed;
use crate::clouds::aws::dialect::condition_keys::is_built_in;
use crate::clouds::aws::dialect::policy::{Actions, PrincipalKind, PrincipalSet, Principals, Statement};
use crate::clouds::aws::dialect::{AccountId, shared_issuer_gate};
use crate::clouds::aws::emulator::store::{Document, World};
use crate::clouds::aws::emulator::wire::ApiError;

/// The longest trust policy, in characters without white space (quota L-C07B4B0D).
const SIZE: usize = 2048;

/// # Errors
/// `MalformedPolicyDocument`, `LimitExceeded`.
pub fn checked(world: &World, text: &str) -> Result<Document, ApiError> {
    let document = Document::parse(text).map_err(|error| malformed(&error))?;
    if document.size() > SIZE {
        return Err(ApiError::limit_exceeded(format!(
            "Cannot exceed quota for ACLSizePerRole: {SIZE}"
        )));
    }
    if document.meaning().statements.is_empty() {
        return Err(ApiError::malformed_policy(
            "Syntax errors in policy: it has no statement.",
        ));
    }
    for statement in &document.meaning().statements {
        check_statement(world, statement)?;
    }
    shared_issuer_gate(document.meaning())
        .map_err(|refusal| ApiError::malformed_policy(refusal.to_string()))?;
    Ok(document)
}

fn check_statement(world: &World, statement: &Statement) -> Result<(), ApiError> {
    if statement.resources.is_some() {
        return Err(ApiError::malformed_policy("Has prohibited field Resource"));
    }
    let is_sts = |name: &String| name.to_ascii_lowercase().starts_with("sts:");
    if let Actions::Action(names) = &statement.actions
        && !names.iter().all(is_sts)
    {
        return Err(ApiError::malformed_policy(
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ));
    }
    match &statement.principals {
        Some(Principals::Principal(PrincipalSet::Listed(_))) => {}
        Some(Principals::Principal(PrincipalSet::Everyone)) => {
            return Err(ApiError::malformed_policy("Invalid principal in policy: \"*\""));
        }
        Some(Principals::NotPrincipal(_)) => {
            return Err(ApiError::malformed_policy("Has prohibited field NotPrincipal"));
        }
        None => return Err(ApiError::malformed_policy("Missing required field Principal")),
    }
    check_principals(world, statement)
}

fn check_principals(world: &World, statement: &Statement) -> Result<(), ApiError> {
    let Some(Principals::Principal(set)) = &statement.principals else {
        return Ok(());
    };
    for kind in PrincipalKind::ALL {
        for name in set.of(kind) {
            let valid = match kind {
                PrincipalKind::Aws => is_aws_principal(world, name),
                PrincipalKind::Federated => is_federated(name),
                PrincipalKind::Service => is_service(name),
                PrincipalKind::CanonicalUser => false,
            };
            if !valid {
                return Err(ApiError::malformed_policy(format!(
                    "Invalid principal in policy: \"{}\":\"{name}\"",
                    kind.as_str().to_uppercase()
                )));
            }
        }
    }
    Ok(())
}

/// An account, user, role or session that exists; the emulated accounts are all there are.
fn is_aws_principal(world: &World, name: &str) -> bool {
    if name == "*" {
        return true;
    }
    let account = |id: &str| world.account(&AccountId::parse(id).ok()?);
    if let Some(rest) = name.strip_prefix(&format!("arn:{}:", world.partition())) {
        let parts: Vec<&str> = rest.splitn(4, ':').collect();
        let [service, "", owner, resource] = parts.as_slice() else {
            return false;
        };
        let Some(account) = account(owner) else {
            return false;
        };
        return match *service {
            "iam" => {
                *resource == "root"
                    || account.administrator.arn == name
                    || account.roles.values().any(|role| role.arn == name)
            }
            "sts" => resource
                .strip_prefix("assumed-role/")
                .and_then(|rest| rest.split_once('/'))
                .is_some_and(|(role, _)| account.role(role).is_some()),
            _ => false,
        };
    }
    account(name).is_some()
}

/// The ARN of a provider, which need not exist, or a provider that IAM has built in.
fn is_federated(name: &str) -> bool {
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, resource] => {
            AccountId::parse(account).is_ok()
                && ["oidc-provider/", "saml-provider/"].into_iter().any(|kind| {
                    resource
                        .strip_prefix(kind)
                        .is_some_and(|url| !url.is_empty() && !url.contains("://"))
                })
        }
        _ => is_built_in(name),
    }
}

fn is_service(name: &str) -> bool {
    name.strip_suffix(".amazonaws.com")
        .or_else(|| name.strip_suffix(".amazonaws.com.cn"))
        .is_some_and(|service| !service.is_empty())
}
