//! `moved` from `aws_iam_role`.

use super::import::begin;
use super::model::TrustModel;
use crate::clouds::aws::dialect::RoleArn;
use crate::framework::{Diagnostics, Imported, MoveRequest, Path};

/// Takes over a role of the vendor's provider; `None` without a word for every other source.
pub fn move_state(request: &MoveRequest, diagnostics: &mut Diagnostics) -> Option<Imported<TrustModel>> {
    if request.source_type_name != "aws_iam_role"
        || !request.source_provider_address.ends_with("/hashicorp/aws")
    {
        return None;
    }
    let arn = request
        .source_state
        .get("arn")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    match RoleArn::parse(arn) {
        Ok(arn) => Some(begin(Some(arn.account().clone()), arn.name())),
        Err(error) => {
            diagnostics.error(
                Path::root(),
                "Role cannot be moved",
                format!("expected the ARN of a role in the state of `aws_iam_role`: {error}"),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(ty: &str, address: &str, state: serde_json::Value) -> MoveRequest {
        MoveRequest {
            source_provider_address: address.to_owned(),
            source_type_name: ty.to_owned(),
            source_schema_version: 0,
            source_state: state,
            source_identity: None,
        }
    }

    #[test]
    fn only_roles_of_the_vendors_provider() {
        let aws = "registry.terraform.io/hashicorp/aws";
        let state = json!({ "arn": "arn:aws:iam::111122223333:role/x/deploy", "name": "deploy" });
        let mut diagnostics = Diagnostics::new();
        let moved = move_state(&request("aws_iam_role", aws, state.clone()), &mut diagnostics).unwrap();
        assert_eq!(moved.state.role_name.text(), Some("deploy"));
        assert_eq!(moved.state.account_id.text(), Some("111122223333"));
        assert!(move_state(&request("aws_iam_user", aws, state.clone()), &mut diagnostics).is_none());
        let elsewhere = request("aws_iam_role", "registry.terraform.io/acme/aws", state);
        assert!(move_state(&elsewhere, &mut diagnostics).is_none());
        assert!(!diagnostics.has_errors());
        assert!(move_state(&request("aws_iam_role", aws, json!({})), &mut diagnostics).is_none());
        assert!(diagnostics.has_errors());
    }
}
