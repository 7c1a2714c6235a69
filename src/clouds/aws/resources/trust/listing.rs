//! Listing: the roles of an account that trust an OIDC provider.

use std::sync::Arc;

use super::import::begin;
use super::model::TrustModel;
use super::read::{identity, read};
use crate::clouds::aws::client::Role;
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::{AccountId, RoleArn, limits};
use crate::framework::{Attribute, Context, Diagnostics, ListRequest, Listed, Path, Progress, Schema, Value};

/// The configuration of a `list` block.
pub fn schema() -> Schema {
    Schema::new(
        "The roles of an account that trust an OIDC provider.",
        vec![
            Attribute::string("account_id")
                .optional()
                .describe("Account to look in; default: the credentials' own.")
                .validate_text("Invalid account id", |text| AccountId::parse(text).map(drop)),
            Attribute::string("role_path")
                .optional()
                .describe("Only roles below this path; default `/`.")
                .validate_text("Invalid role path", limits::role_path),
        ],
    )
}

pub async fn list(
    aws: &Arc<Configured>,
    context: &Context,
    request: ListRequest,
    diagnostics: &mut Diagnostics,
) -> Vec<Listed<TrustModel>> {
    let text = |name: &str| request.config.member(name).and_then(Value::as_str);
    let account = text("account_id").and_then(|text| AccountId::parse(text).ok());
    let iam = match aws.iam(context, account.as_ref()).await {
        Ok(iam) => iam,
        Err(error) => {
            diagnosis::error("Could not enter the account", Path::root(), &error, diagnostics);
            return Vec::new();
        }
    };
    let roles = match iam.list_roles(text("role_path").unwrap_or("/")).await {
        Ok(roles) => roles,
        Err(error) => {
            diagnosis::error("Could not list the roles", Path::root(), &error, diagnostics);
            return Vec::new();
        }
    };
    let mut listed = Vec::new();
    for role in roles
        .iter()
        .filter(|role| trusts_a_provider(role))
        .take(request.limit)
    {
        let Ok(arn) = RoleArn::parse(&role.arn) else {
            continue;
        };
        let (account, name) = (arn.account().clone(), arn.name().to_owned());
        listed.extend(
            entry(
                aws,
                context,
                (account, &name),
                request.include_resource,
                diagnostics,
            )
            .await,
        );
    }
    listed
}

/// Only the federated principal tells: the text of a policy that cannot be read is searched as it is.
fn trusts_a_provider(role: &Role) -> bool {
    role.trust_policy.contains(":oidc-provider/") || role.trust_policy.contains(":oidc-provider\\/")
}

async fn entry(
    aws: &Arc<Configured>,
    context: &Context,
    (account, name): (AccountId, &str),
    include_resource: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Listed<TrustModel>> {
    let begun = begin(Some(account), name);
    let display_name = name.to_owned();
    if !include_resource {
        return Some(Listed {
            display_name,
            identity: identity(&begun.state),
            resource: None,
        });
    }
    let mut progress = Progress {
        state: Some(begun.state),
        private: begun.private,
        identity: None,
    };
    read(aws, context, &mut progress, diagnostics).await;
    // deleted between the list and the read
    let state = progress.state?;
    Some(Listed {
        display_name,
        identity: identity(&state),
        resource: Some(state),
    })
}
