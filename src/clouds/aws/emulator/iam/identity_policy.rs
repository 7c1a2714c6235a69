//! What IAM refuses to store as an identity policy: inline, managed, or of a session.

use crate::clouds::aws::dialect::PolicyError;
use crate::clouds::aws::dialect::policy::{Resources, Statement};
use crate::clouds::aws::emulator::store::Document;
use crate::clouds::aws::emulator::wire::ApiError;

/// # Errors
/// `MalformedPolicyDocument`.
pub fn checked(text: &str) -> Result<Document, ApiError> {
    let document = Document::parse(text).map_err(|error| malformed(&error))?;
    if document.meaning().statements.is_empty() {
        return Err(ApiError::malformed_policy(
            "Syntax errors in policy: it has no statement.",
        ));
    }
    document
        .meaning()
        .statements
        .iter()
        .try_for_each(check_statement)?;
    Ok(document)
}

/// `MalformedPolicyDocument` in the words of IAM, with the place that IAM keeps to itself.
pub fn malformed(error: &PolicyError) -> ApiError {
    ApiError::malformed_policy(format!("Syntax errors in policy: {error}."))
}

fn check_statement(statement: &Statement) -> Result<(), ApiError> {
    if statement.principals.is_some() {
        return Err(ApiError::malformed_policy(
            "Policy document should not specify a principal.",
        ));
    }
    check_vendors(statement.actions.names())?;
    let Some(Resources::Resource(names) | Resources::NotResource(names)) = &statement.resources else {
        return Err(ApiError::malformed_policy(
            "Policy statement must contain resources.",
        ));
    };
    let is_arn = |name: &String| name == "*" || (name.starts_with("arn:") && name.split(':').count() >= 6);
    match names.iter().find(|name| !is_arn(name)) {
        Some(name) => Err(ApiError::malformed_policy(format!(
            "Resource {name} must be in ARN format or \"*\"."
        ))),
        None => Ok(()),
    }
}

/// `*`, or the name of one service before the colon.
fn check_vendors(actions: &[String]) -> Result<(), ApiError> {
    let is_name = |vendor: &str| vendor.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let vendor = |action: &String| action.split_once(':').map(|(vendor, _)| vendor.to_owned());
    match actions.iter().filter_map(vendor).find(|vendor| !is_name(vendor)) {
        Some(vendor) => Err(ApiError::malformed_policy(format!(
            "Vendor {vendor} is not valid"
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_identity_policy() {
        let statement =
            |body: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{body}}}]}}"#);
        let good = r#""Action":"s3:GetObject","Resource":["*","arn:aws:s3:::b/*"]"#;
        assert!(checked(&statement(good)).is_ok());
        for bad in [
            statement(r#""Action":"s3:GetObject""#),
            statement(r#""Action":"s3:GetObject","Resource":"b/*""#),
            statement(r#""Action":"GetObject","Resource":"*""#),
            statement(r#""Action":"*:Get*","Resource":"*""#),
            statement(r#""Action":"s3:GetObject","Resource":"*","Principal":{"AWS":"111122223333"}"#),
            r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(),
            "{".to_owned(),
        ] {
            assert_eq!(
                checked(&bad).unwrap_err().code,
                "MalformedPolicyDocument",
                "{bad}"
            );
        }
    }
}
