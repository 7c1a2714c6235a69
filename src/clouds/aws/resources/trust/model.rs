//! The typed object of `oidcfed_aws_trust`.

use std::collections::BTreeMap;

use crate::clouds::trust_arguments::{AlsoModel, Arguments, ArgumentsMut, FindingModel};
use crate::framework::{Attr, StringMap, StringSet, StringSetMap, TimeoutsModel};
use crate::model;

model! {
    /// All attributes, in the order of the schema.
    pub struct TrustModel {
        pub issuer: Attr<String>,
        pub platform: Attr<String>,
        pub audiences: StringSet,
        pub subjects: StringSet,
        pub subject_patterns: StringSet,
        pub claims: StringSetMap,
        pub claim_patterns: StringSetMap,
        pub also: Attr<BTreeMap<String, AlsoModel>>,
        pub accepted_risks: StringMap,
        pub role_name: Attr<String>,
        pub role_name_prefix: Attr<String>,
        pub role_path: Attr<String>,
        pub description: Attr<String>,
        pub max_session_duration: Attr<i64>,
        pub permissions_boundary: Attr<String>,
        pub managed_policy_arns: StringSet,
        pub inline_policies: StringMap,
        pub force_detach: Attr<bool>,
        pub oidc_provider: Attr<ProviderModel>,
        pub session_tag_keys: StringSet,
        pub source_identity: Attr<bool>,
        pub require_authorized_role: Attr<bool>,
        pub additional_statements: Attr<String>,
        pub account_id: Attr<String>,
        pub tags: StringMap,
        pub timeouts: Attr<TimeoutsModel>,
        pub id: Attr<String>,
        pub audience: Attr<String>,
        pub accepted_audiences: StringSet,
        pub effective_platform: Attr<String>,
        pub findings: Attr<Vec<FindingModel>>,
        pub role_arn: Attr<String>,
        pub role_unique_id: Attr<String>,
        pub oidc_provider_arn: Attr<String>,
        pub trust_policy: Attr<String>,
        pub partition: Attr<String>,
        pub added_audiences: StringSetMap,
        pub tags_all: StringMap,
    }
}

model! {
    /// How the issuer's IAM provider is held.
    pub struct ProviderModel {
        pub arn: Attr<String>,
        pub ownership: Attr<String>,
        pub thumbprints: StringSet,
    }
}

impl TrustModel {
    /// The arguments that every cloud knows.
    pub fn arguments(&self) -> Arguments<'_> {
        Arguments {
            issuer: &self.issuer,
            audiences: &self.audiences,
            subjects: &self.subjects,
            subject_patterns: &self.subject_patterns,
            claims: &self.claims,
            claim_patterns: &self.claim_patterns,
            also: &self.also,
        }
    }

    /// The same, to be written.
    pub fn arguments_mut(&mut self) -> ArgumentsMut<'_> {
        ArgumentsMut {
            issuer: &mut self.issuer,
            audiences: &mut self.audiences,
            subjects: &mut self.subjects,
            subject_patterns: &mut self.subject_patterns,
            claims: &mut self.claims,
            claim_patterns: &mut self.claim_patterns,
            also: &mut self.also,
        }
    }
}
