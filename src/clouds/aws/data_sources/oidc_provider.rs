//! `oidcfed_aws_oidc_provider`, the data source: is the issuer known to the account, and who trusts it.

use async_trait::async_trait;

use crate::clouds::aws::client::{AwsError, Kind, Provider};
use crate::clouds::aws::configuration::Configuration;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::limits::{self, Loopback};
use crate::clouds::aws::dialect::{AccountId, ProviderArn};
use crate::clouds::aws::sharing::Holder;
use crate::framework::{Attr, Attribute, Context, DataSource, Diagnostics, Path, Schema, StringSet};
use crate::model;
use crate::trust::IssuerUrl;

/// Reads one provider and the roles that name it.
pub(super) struct OidcProviderSource {
    configuration: Configuration,
}

model! {
    /// The data source as configured and answered.
    pub struct OidcProviderModel {
        pub issuer: Attr<String>,
        pub account_id: Attr<String>,
        pub exists: Attr<bool>,
        pub arn: Attr<String>,
        pub audiences: StringSet,
        pub thumbprints: StringSet,
        pub trusted_by: StringSet,
    }
}

impl OidcProviderSource {
    pub(super) fn new(configuration: Configuration) -> Self {
        Self { configuration }
    }

    async fn look(
        &self,
        context: &Context,
        config: &OidcProviderModel,
        issuer: &IssuerUrl,
    ) -> Result<Found, AwsError> {
        let accounts = self.configuration.accounts()?;
        let given = config
            .account_id
            .text()
            .map(AccountId::parse)
            .transpose()
            .map_err(AwsError::configuration)?;
        let iam = self.configuration.iam(context, given.as_ref()).await?;
        let caller = accounts.own_account().await?;
        let account = given.unwrap_or(caller.account);
        let arn = ProviderArn::new(caller.partition, account, issuer);
        let provider = match iam.get_provider(&arn.to_string()).await {
            Ok(provider) => Some(provider),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        let aws = self.configuration.get();
        let neighbours = aws.sharing.neighbours(&iam, &arn, Holder::NoRole).await;
        let trusted_by = neighbours.map(|roles| roles.into_iter().map(|role| role.arn).collect());
        Ok(Found {
            arn,
            provider,
            trusted_by,
        })
    }
}

struct Found {
    arn: ProviderArn,
    provider: Option<Provider>,
    trusted_by: Result<Vec<String>, AwsError>,
}

fn issuer(text: &str, loopback: Loopback) -> Result<IssuerUrl, String> {
    let issuer = IssuerUrl::parse(text).map_err(|e| e.to_string())?;
    limits::issuer(&issuer, loopback).map_err(|e| e.to_string())?;
    Ok(issuer)
}

#[async_trait]
impl DataSource for OidcProviderSource {
    type Model = OidcProviderModel;

    fn type_name(&self) -> &'static str {
        "oidcfed_aws_oidc_provider"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Whether an AWS account has an OIDC provider for an issuer, and which of its roles trust it.",
            attributes(),
        )
    }

    async fn read(
        &self,
        context: &Context,
        config: OidcProviderModel,
        diagnostics: &mut Diagnostics,
    ) -> Option<OidcProviderModel> {
        let loopback = if self.configuration.get().allow_loopback_issuers {
            Loopback::Allowed
        } else {
            Loopback::Refused
        };
        let issuer = issuer(config.issuer.text().unwrap_or_default(), loopback)
            .map_err(|e| diagnostics.error(Path::of("issuer"), "Invalid issuer", e))
            .ok()?;
        match self.look(context, &config, &issuer).await {
            Ok(found) => Some(answer(config, found, diagnostics)),
            Err(error) => {
                diagnosis::error("Provider cannot be read", path_of(&error), &error, diagnostics);
                None
            }
        }
    }
}

fn path_of(error: &AwsError) -> Path {
    if error.kind == Kind::WrongAccount {
        Path::of("account_id")
    } else {
        Path::root()
    }
}

fn answer(config: OidcProviderModel, found: Found, diagnostics: &mut Diagnostics) -> OidcProviderModel {
    let (audiences, thumbprints) = match &found.provider {
        Some(provider) => (
            StringSet::of(provider.client_ids.clone()),
            StringSet::of(provider.thumbprints.clone()),
        ),
        None => (Attr::Null, Attr::Null),
    };
    let trusted_by = match found.trusted_by {
        Ok(roles) => StringSet::of(roles),
        Err(error) => {
            diagnosis::warning("Roles cannot be listed", Path::root(), &error, diagnostics);
            Attr::Null
        }
    };
    OidcProviderModel {
        issuer: config.issuer,
        account_id: Attr::from_text(found.arn.account().as_str()),
        exists: Attr::Known(found.provider.is_some()),
        arn: Attr::from_text(found.arn.to_string()),
        audiences,
        thumbprints,
        trusted_by,
    }
}

fn attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("issuer")
            .required()
            .describe("Issuer URL, exactly as tokens carry it in `iss`.")
            // Loopback is the provider block's decision, which is not known here.
            .validate_text("Invalid issuer", |text| issuer(text, Loopback::Allowed).map(drop)),
        Attribute::string("account_id")
            .optional()
            .computed()
            .describe("The account to look in; that of the credentials by default.")
            .validate_text("Invalid account id", |text| AccountId::parse(text).map(drop)),
        Attribute::bool("exists").computed().describe("Whether the account has a provider for the issuer."),
        Attribute::string("arn").computed().describe("ARN of the provider, which it would have if it does not exist."),
        Attribute::string_set("audiences").computed().describe("Its client ids; null when it does not exist."),
        Attribute::string_set("thumbprints").computed().describe("Its thumbprints; null when it does not exist."),
        Attribute::string_set("trusted_by")
            .computed()
            .describe("ARNs of the roles whose trust policy names it, whether it exists or not; null when the roles cannot be listed."),
    ]
}
