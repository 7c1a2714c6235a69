//! The permissions boundary of a role.

use super::attachments;
use super::call::Call;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::store::{Account, AwsPolicy};
use crate::clouds::aws::emulator::wire::{ApiError, Reply};

pub fn put(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    let arn = rule::ARN.required(call.query, "PermissionsBoundary")?;
    let ask = call
        .about_role(name)
        .with("iam:PermissionsBoundary", vec![arn.to_owned()]);
    let opened = call.open(&ask)?;
    checked(opened.account, opened.of_aws, arn)?;
    opened.role(name)?.boundary = Some(arn.to_owned());
    Ok(Reply::none())
}

pub fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = rule::ROLE_NAME.required(call.query, "RoleName")?;
    match call.role(name)?.boundary.take() {
        Some(_) => Ok(Reply::none()),
        None => Err(ApiError::no_such_entity(format!(
            "The role with name {name} does not have a permissions boundary."
        ))),
    }
}

/// # Errors
/// `InvalidInput`, `NoSuchEntity`.
pub fn checked(account: &Account, of_aws: &[AwsPolicy], arn: &str) -> Result<(), ApiError> {
    attachments::well_formed(arn)?;
    match account.policy(arn, of_aws) {
        Some(_) => Ok(()),
        None => Err(ApiError::no_such_entity(format!(
            "Scope ARN: {arn} does not exist or is not attachable."
        ))),
    }
}
