//! `oidcfed_aws_trust_policy`: the trust policy alone, for a role that another tool makes.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::clouds::aws::client::AwsError;
use crate::clouds::aws::configuration::Configuration;
use crate::clouds::aws::dialect::{AccountId, AwsTrust, Partition, ProviderArn, RenderError, render};
use crate::clouds::aws::{diagnosis, issuer};
use crate::clouds::trust_arguments::{self, AlsoModel, Arguments, FindingModel, Reading, path_of};
use crate::framework::{
    Attr, Attribute, Context, DataSource, Diagnostics, Path, Schema, StringMap, StringSet, StringSetMap,
};
use crate::model;
use crate::trust::{Audience, IssuerUrl, Trust};

/// Renders a trust. Contacts AWS only to learn the account when nothing names it.
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
        pub oidc_provider_arn: Attr<String>,
        pub account_id: Attr<String>,
        pub json: Attr<String>,
        pub findings: Attr<Vec<FindingModel>>,
    }
}

/// Where the role will be.
struct Place {
    partition: Partition,
    account: AccountId,
}
