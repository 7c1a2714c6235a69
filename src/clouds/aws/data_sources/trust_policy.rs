//! `oidcfed_aws_trust_policy`: the trust policy alone, for a role that another tool makes.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::clouds::aws::client::AwsError;
use crate::clouds::aws::configuration::{Configuration, Configured};
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::{AccountId, Partition, ProviderArn};
use crate::clouds::aws::resources::trust::{
    Home, Knowledge, Meaning, TrustModel, Understanding, accepted_risks, shown, statement_arguments,
};
use crate::clouds::trust_arguments::{self, AlsoModel, FindingModel};
use crate::framework::{
    Attr, Attribute, Context, DataSource, Diagnostics, Path, Schema, StringMap, StringSet, StringSetMap,
};
use crate::model;

/// Renders a trust with the function that the resource uses. Contacts AWS only to learn the account when nothing names
/// it.
pub(super) struct TrustPolicySource {
    configuration: Configuration,
}

model! {
    /// The data source as configured and answered.
    pub struct TrustPolicyModel {
        pub issuer: Attr<String>,
        pub platform: Attr<String>,
        pub audiences: StringSet,
        pub subjects: StringSet,
        pub subject_patterns: StringSet,
        pub claims: StringSetMap,
        pub claim_patterns: StringSetMap,
        pub also: Attr<BTreeMap<String, AlsoModel>>,
        pub accepted_risks: StringMap,
        pub session_tag_keys: StringSet,
        pub source_identity: Attr<bool>,
        pub require_authorized_role: Attr<bool>,
        pub additional_statements: Attr<String>,
        pub oidc_provider_arn: Attr<String>,
        pub account_id: Attr<String>,
        pub json: Attr<String>,
        pub findings: Attr<Vec<FindingModel>>,
    }
}

impl TrustPolicySource {
    pub(super) fn new(configuration: Configuration) -> Self {
        Self { configuration }
    }
}

#[async_trait]
impl DataSource for TrustPolicySource {
    type Model = TrustPolicyModel;

    fn type_name(&self) -> &'static str {
        "oidcfed_aws_trust_policy"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The trust policy of a role that trusts an issuer's tokens, exactly as `oidcfed_aws_trust` would write it. \
             Reports findings, never fails because of one.",
            attributes(),
        )
    }

    async fn read(
        &self,
        _: &Context,
        config: TrustPolicyModel,
        diagnostics: &mut Diagnostics,
    ) -> Option<TrustPolicyModel> {
        let aws = self.configuration.get();
        let given = given_arn(&config, diagnostics)?;
        let home = match home(&aws, given.as_ref(), &config).await {
            Ok(home) => home,
            Err(error) => {
                diagnosis::error(
                    "Could not find out the AWS account",
                    Path::of("account_id"),
                    &error,
                    diagnostics,
                );
                return None;
            }
        };
        let trust = trust_of(&config);
        let knowledge = Knowledge::Catalogue;
        match Meaning::of(&trust, &home, knowledge, aws.allow_loopback_issuers, diagnostics) {
            Understanding::Known(meaning) => {
                answer(&aws, config, &trust, *meaning, &home, given.as_ref(), diagnostics)
            }
            Understanding::Refused => None,
            Understanding::Unknown => {
                let detail = "expected every argument to be known, found an unknown one";
                diagnostics.error(Path::root(), "Configuration is not known", detail);
                None
            }
        }
    }
}

/// Outer `None` after an error.
fn given_arn(config: &TrustPolicyModel, diagnostics: &mut Diagnostics) -> Option<Option<ProviderArn>> {
    let Some(text) = config.oidc_provider_arn.text() else {
        return Some(None);
    };
    let arn = ProviderArn::parse(text);
    arn.map(Some)
        .map_err(|e| diagnostics.error(at_arn(), "Invalid provider ARN", e.to_string()))
        .ok()
}

/// Where the role will be: as the ARN says, as `account_id` says, or where the credentials are.
async fn home(
    aws: &Configured,
    given: Option<&ProviderArn>,
    config: &TrustPolicyModel,
) -> Result<Home, AwsError> {
    if let Some(arn) = given {
        return Ok(Home {
            account: arn.account().clone(),
            partition: arn.partition(),
        });
    }
    let accounts = aws.accounts()?;
    if let Some(account) = config.account_id.text() {
        let account = AccountId::parse(account).map_err(AwsError::configuration)?;
        let partition = Partition::of_region(&accounts.region().await?);
        return Ok(Home { account, partition });
    }
    let own = accounts.own_account().await?;
    Ok(Home {
        account: own.account,
        partition: own.partition,
    })
}

fn trust_of(config: &TrustPolicyModel) -> TrustModel {
    let config = config.clone();
    TrustModel {
        issuer: config.issuer,
        platform: config.platform,
        audiences: config.audiences,
        subjects: config.subjects,
        subject_patterns: config.subject_patterns,
        claims: config.claims,
        claim_patterns: config.claim_patterns,
        also: config.also,
        accepted_risks: config.accepted_risks,
        session_tag_keys: config.session_tag_keys,
        source_identity: config.source_identity,
        require_authorized_role: config.require_authorized_role,
        additional_statements: config.additional_statements,
        ..TrustModel::default()
    }
}

fn answer(
    aws: &Configured,
    config: TrustPolicyModel,
    trust: &TrustModel,
    meaning: Meaning,
    home: &Home,
    given: Option<&ProviderArn>,
    diagnostics: &mut Diagnostics,
) -> Option<TrustPolicyModel> {
    let made = meaning.top_provider();
    if let (Some(given), Some(made)) = (given, made)
        && given != made
    {
        let detail = format!("expected `{made}`, the provider of the issuer, found `{given}`");
        diagnostics.error(at_arn(), "Provider of another issuer", detail);
        return None;
    }
    if config
        .account_id
        .text()
        .is_some_and(|account| account != home.account.as_str())
    {
        let detail = format!(
            "expected the account of `oidc_provider_arn`, {}; leave one of both out",
            home.account
        );
        diagnostics.error(Path::of("account_id"), "Provider of another account", detail);
        return None;
    }
    let findings = aws
        .guardrail
        .accept(meaning.findings.clone(), &accepted_risks(trust), diagnostics);
    Some(TrustPolicyModel {
        oidc_provider_arn: Attr::from_option(made.map(ToString::to_string)),
        account_id: Attr::from_text(home.account.as_str()),
        json: Attr::from_text(meaning.json),
        findings: shown(&findings),
        ..config
    })
}

fn at_arn() -> Path {
    Path::of("oidc_provider_arn")
}

fn attributes() -> Vec<Attribute> {
    let mut attributes = trust_arguments::attributes();
    attributes.extend(statement_arguments());
    attributes.extend([
        Attribute::string("oidc_provider_arn")
            .optional()
            .computed()
            .describe("ARN of the issuer's provider; that of the account by default.")
            .validate_text("Invalid provider ARN", |text| ProviderArn::parse(text).map(drop)),
        Attribute::string("account_id")
            .optional()
            .computed()
            .describe("Account of the role; that of the ARN, else that of the credentials, by default.")
            .validate_text("Invalid account id", |text| AccountId::parse(text).map(drop)),
        Attribute::string("json").computed().describe("The trust policy."),
    ]);
    let findings = trust_arguments::computed_attributes()
        .into_iter()
        .filter(|attribute| attribute.name == "findings");
    attributes.extend(findings);
    attributes
}
