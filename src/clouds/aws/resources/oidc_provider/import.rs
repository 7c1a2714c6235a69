//! Where an existing provider comes from: import by id and identity, `moved`, lists.

use super::memory::Memory;
use super::model::OidcProviderModel;
use super::read::{identity, read};
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::{AccountId, ProviderArn};
use crate::framework::{
    Attr, Attribute, Context, Diagnostics, ImportKey, Imported, ListRequest, Listed, MoveRequest, Path,
    Private, Progress, Schema, Value,
};
use crate::trust::IssuerUrl;

/// How somebody named a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Arn(ProviderArn),
    /// `None`: the credentials' own account.
    Url(Option<AccountId>, IssuerUrl),
}

pub(super) async fn import(
    aws: &Configured,
    key: ImportKey,
    diagnostics: &mut Diagnostics,
) -> Option<Imported<OidcProviderModel>> {
    let named = match &key {
        ImportKey::Id(id) => of_id(id),
        ImportKey::Identity(identity) => of_identity(identity),
    };
    match named {
        Ok(Named::Arn(arn)) => Some(begin(&arn)),
        Ok(Named::Url(account, issuer)) => of_url(aws, account, &issuer, diagnostics).await,
        Err(reason) => {
            diagnostics.error(Path::root(), "Invalid import", reason);
            None
        }
    }
}

/// Takes over a provider of the vendor's own; `None` without a word for every other source.
pub(super) fn move_state(
    request: &MoveRequest,
    diagnostics: &mut Diagnostics,
) -> Option<Imported<OidcProviderModel>> {
    let of_vendor = request.source_provider_address.ends_with("/hashicorp/aws");
    if request.source_type_name != "aws_iam_openid_connect_provider" || !of_vendor {
        return None;
    }
    let arn = request
        .source_state
        .get("arn")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    match ProviderArn::parse(arn) {
        Ok(arn) => Some(begin(&arn)),
        Err(error) => {
            let detail = format!(
                "expected the ARN of a provider in the state of `aws_iam_openid_connect_provider`: {error}"
            );
            diagnostics.error(Path::root(), "Provider cannot be moved", detail);
            None
        }
    }
}

/// The configuration of a `list` block.
pub(super) fn list_schema() -> Schema {
    let account = Attribute::string("account_id")
        .optional()
        .describe("Account to look in; default: the credentials' own.")
        .validate_text("Invalid account id", |text| AccountId::parse(text).map(drop));
    Schema::new("The OIDC providers of an account.", vec![account])
}

pub(super) async fn list(
    aws: &Configured,
    context: &Context,
    request: ListRequest,
    diagnostics: &mut Diagnostics,
) -> Vec<Listed<OidcProviderModel>> {
    let account = request.config.member("account_id").and_then(Value::as_str);
    let account = account.and_then(|text| AccountId::parse(text).ok());
    let found = match aws.iam(context, account.as_ref()).await {
        Ok(iam) => iam.list_providers().await,
        Err(error) => Err(error),
    };
    let arns = match found {
        Ok(arns) => arns,
        Err(error) => {
            diagnosis::error("Could not list the providers", Path::root(), &error, diagnostics);
            return Vec::new();
        }
    };
    let mut listed = Vec::new();
    for arn in arns
        .iter()
        .filter_map(|arn| ProviderArn::parse(arn).ok())
        .take(request.limit)
    {
        listed.extend(entry(aws, context, &arn, request.include_resource, diagnostics).await);
    }
    listed
}

async fn entry(
    aws: &Configured,
    context: &Context,
    arn: &ProviderArn,
    include_resource: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Listed<OidcProviderModel>> {
    let begun = begin(arn);
    let display_name = arn.url().to_owned();
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

/// The state with which Read begins: everything null but what names the provider.
fn begin(arn: &ProviderArn) -> Imported<OidcProviderModel> {
    let mut private = Private::default();
    Memory::of_import().keep_in(&mut private);
    let state = OidcProviderModel {
        issuer: Attr::from_text(format!("https://{}", arn.url())),
        account_id: Attr::from_text(arn.account().as_str()),
        arn: Attr::from_text(arn.to_string()),
        ..OidcProviderModel::default()
    };
    let identity = Some(identity(&state));
    Imported {
        state,
        private,
        identity,
    }
}

/// The partition is that of the credentials: an account is in one.
async fn of_url(
    aws: &Configured,
    account: Option<AccountId>,
    issuer: &IssuerUrl,
    diagnostics: &mut Diagnostics,
) -> Option<Imported<OidcProviderModel>> {
    let own = match aws.accounts() {
        Ok(accounts) => accounts.own_account().await,
        Err(error) => Err(error),
    };
    match own {
        Ok(own) => Some(begin(&ProviderArn::new(
            own.partition,
            account.unwrap_or(own.account),
            issuer,
        ))),
        Err(error) => {
            diagnosis::error(
                "Could not find out the AWS account",
                Path::root(),
                &error,
                diagnostics,
            );
            None
        }
    }
}

fn of_id(id: &str) -> Result<Named, String> {
    let wrong = |reason: String| {
        format!(
            "expected the ARN of an OIDC provider, or `ACCOUNT/URL` (`111122223333/https://issuer.example`), found `{id}`: {reason}"
        )
    };
    if id.starts_with("arn:") {
        return ProviderArn::parse(id)
            .map(Named::Arn)
            .map_err(|e| wrong(e.to_string()));
    }
    let (account, url) = id
        .split_once('/')
        .ok_or_else(|| wrong("there is no `/`".to_owned()))?;
    let account = AccountId::parse(account).map_err(|e| wrong(e.to_string()))?;
    issuer(url)
        .map(|issuer| Named::Url(Some(account), issuer))
        .map_err(wrong)
}

fn of_identity(identity: &Value) -> Result<Named, String> {
    let text = |name: &str| identity.member(name).and_then(Value::as_str);
    let url = text("url").ok_or("expected `url` in the identity, found none")?;
    let account = text("account_id")
        .map(AccountId::parse)
        .transpose()
        .map_err(|e| e.to_string())?;
    Ok(Named::Url(account, issuer(url)?))
}

/// With or without its scheme, as IAM and people write it.
fn issuer(url: &str) -> Result<IssuerUrl, String> {
    let text = if url.contains("://") {
        url.to_owned()
    } else {
        format!("https://{url}")
    };
    IssuerUrl::parse(&text).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        let account = AccountId::parse("111122223333").unwrap();
        let url = |text: &str| Named::Url(Some(account.clone()), IssuerUrl::parse(text).unwrap());
        assert_eq!(
            of_id("111122223333/https://issuer.example/team/"),
            Ok(url("https://issuer.example/team/"))
        );
        assert_eq!(
            of_id("111122223333/issuer.example/team"),
            Ok(url("https://issuer.example/team"))
        );
        let arn = "arn:aws-cn:iam::111122223333:oidc-provider/issuer.example/team";
        assert_eq!(of_id(arn), Ok(Named::Arn(ProviderArn::parse(arn).unwrap())));
        for wrong in [
            "",
            "issuer.example",
            "12/issuer.example",
            "111122223333/",
            "arn:aws:iam::111122223333:role/x",
        ] {
            assert!(of_id(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_providers_of_the_vendors_provider_are_moved() {
        let arn = "arn:aws:iam::111122223333:oidc-provider/issuer.example";
        let request = |ty: &str, address: &str, state: serde_json::Value| MoveRequest {
            source_provider_address: address.to_owned(),
            source_type_name: ty.to_owned(),
            source_schema_version: 0,
            source_state: state,
            source_identity: None,
        };
        let (aws, ty) = (
            "registry.terraform.io/hashicorp/aws",
            "aws_iam_openid_connect_provider",
        );
        let state = serde_json::json!({ "arn": arn, "url": "issuer.example" });
        let mut diagnostics = Diagnostics::new();
        let moved = move_state(&request(ty, aws, state.clone()), &mut diagnostics)
            .unwrap()
            .state;
        assert_eq!(
            (moved.arn.text(), moved.issuer.text()),
            (Some(arn), Some("https://issuer.example"))
        );
        assert!(move_state(&request("aws_iam_role", aws, state.clone()), &mut diagnostics).is_none());
        assert!(
            move_state(
                &request(ty, "registry.terraform.io/acme/aws", state),
                &mut diagnostics
            )
            .is_none()
        );
        assert!(!diagnostics.has_errors());
        assert!(move_state(&request(ty, aws, serde_json::json!({})), &mut diagnostics).is_none());
        assert!(diagnostics.has_errors());
    }
}
