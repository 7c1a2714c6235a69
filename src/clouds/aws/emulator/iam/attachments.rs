//! Managed policies attached to a role.

use super::call::Call;
use super::page::Page;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::wire::{ApiError, Reply};

/// The most managed policies a role may have (quota L-0DA4ABF3).
const ATTACHED: usize = 10;

/// Attaching an attached policy succeeds.
pub fn attach(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let role_name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let arn = rule::ARN.required(call.query, "PolicyArn")?;
    let ask = call
        .about_role(role_name)
        .with("iam:PolicyARN", vec![arn.to_owned()]);
    let opened = call.open(&ask)?;
    well_formed(arn)?;
    let known = opened.account.policy(arn, opened.of_aws).is_some();
    let role = opened.role(role_name)?;
    if !known {
        return Err(ApiError::no_such_entity(format!(
            "Policy {arn} does not exist or is not attachable."
        )));
    }
    if role.attached.iter().any(|attached| attached == arn) {
        return Ok(Reply::none());
    }
    if role.attached.len() >= ATTACHED {
        return Err(ApiError::limit_exceeded(format!(
            "Cannot exceed quota for PoliciesPerRole: {ATTACHED}"
        )));
    }
    role.attached.push(arn.to_owned());
    Ok(Reply::none())
}

pub fn detach(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let role_name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let arn = rule::ARN.required(call.query, "PolicyArn")?;
    let ask = call
        .about_role(role_name)
        .with("iam:PolicyARN", vec![arn.to_owned()]);
    let opened = call.open(&ask)?;
    well_formed(arn)?;
    let role = opened.role(role_name)?;
    let before = role.attached.len();
    role.attached.retain(|attached| attached != arn);
    if role.attached.len() == before {
        return Err(ApiError::no_such_entity(format!("Policy {arn} was not found.")));
    }
    Ok(Reply::none())
}

pub fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = call.query;
    let role_name = rule::ROLE_NAME.required(query, "RoleName")?;
    let prefix = rule::POLICY_PATH.optional(query, "PathPrefix")?.unwrap_or("/");
    let ask = call.about_role(role_name);
    let opened = call.open(&ask)?;
    let (account, of_aws) = (&*opened.account, opened.of_aws);
    let role = account.role(role_name).ok_or_else(|| {
        ApiError::no_such_entity(format!("The role with name {role_name} cannot be found."))
    })?;
    let attached = role
        .attached
        .iter()
        .filter_map(|arn| account.policy(arn, of_aws))
        .filter(|policy| policy.path().starts_with(prefix))
        .map(|policy| (policy.name().to_owned(), policy));
    let page = Page::cut(query, attached)?;
    Ok(Reply::result(|xml| {
        xml.list("AttachedPolicies", &page.items, |xml, policy| {
            xml.text("PolicyName", policy.name())
                .text("PolicyArn", policy.arn());
        });
        page.write_end(xml);
    }))
}

/// # Errors
/// `InvalidInput` for what is no ARN of a managed policy.
pub fn well_formed(arn: &str) -> Result<(), ApiError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", owner, resource]
            if (*owner == "aws" || owner.len() == 12) && resource.starts_with("policy/") =>
        {
            Ok(())
        }
        _ => Err(ApiError::invalid_input(format!("ARN {arn} is not valid."))),
    }
}
