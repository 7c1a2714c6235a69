//! The typed object of `oidcfed_gcp_trust`.

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
        pub project: Attr<String>,
        pub pool: Attr<PoolModel>,
        pub pool_provider: Attr<PoolProviderModel>,
        pub attribute_mapping: StringMap,
        pub attribute_condition: Attr<String>,
        pub jwks_json: Attr<String>,
        pub discovery_uri: Attr<String>,
        pub service_account_email: Attr<String>,
        pub service_account: Attr<ServiceAccountModel>,
        pub bind: Attr<String>,
        pub grants: Attr<BTreeMap<String, GrantModel>>,
        pub on_soft_deleted: Attr<String>,
        pub credential_source: Attr<CredentialSourceModel>,
        pub timeouts: Attr<TimeoutsModel>,
        pub id: Attr<String>,
        pub audience: Attr<String>,
        pub accepted_audiences: StringSet,
        pub effective_platform: Attr<String>,
        pub findings: Attr<Vec<FindingModel>>,
        pub pool_name: Attr<String>,
        pub provider_name: Attr<String>,
        pub project_number: Attr<String>,
        pub principal_set: Attr<String>,
        pub principals: StringSet,
        pub effective_attribute_mapping: StringMap,
        pub effective_attribute_condition: Attr<String>,
        pub service_account_id: Attr<String>,
        pub credential_configuration: Attr<String>,
    }
}

model! {
    /// The pool.
    pub struct PoolModel {
        pub id: Attr<String>,
        pub ownership: Attr<String>,
        pub display_name: Attr<String>,
        pub description: Attr<String>,
        pub disabled: Attr<bool>,
    }
}

model! {
    /// The provider in the pool.
    pub struct PoolProviderModel {
        pub id: Attr<String>,
        pub display_name: Attr<String>,
        pub description: Attr<String>,
        pub disabled: Attr<bool>,
    }
}

model! {
    /// The service account that is made for the trust.
    pub struct ServiceAccountModel {
        pub account_id: Attr<String>,
        pub project: Attr<String>,
        pub display_name: Attr<String>,
        pub description: Attr<String>,
    }
}

model! {
    /// One role on one resource.
    pub struct GrantModel {
        pub project: Attr<String>,
        pub folder: Attr<String>,
        pub organization: Attr<String>,
        pub role: Attr<String>,
        pub condition: Attr<ConditionModel>,
    }
}

model! {
    /// When a grant holds.
    pub struct ConditionModel {
        pub title: Attr<String>,
        pub expression: Attr<String>,
        pub description: Attr<String>,
    }
}

model! {
    /// Where Google's libraries find the workload's token.
    pub struct CredentialSourceModel {
        pub file: Attr<String>,
        pub url: Attr<String>,
        pub headers: StringMap,
        pub executable: Attr<ExecutableModel>,
        pub subject_token_field_name: Attr<String>,
    }
}

model! {
    /// A command that prints the token.
    pub struct ExecutableModel {
        pub command: Attr<String>,
        pub timeout_millis: Attr<i64>,
        pub output_file: Attr<String>,
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

    /// Id of the pool.
    pub fn pool_id(&self) -> Option<&str> {
        self.pool.known()?.id.text()
    }

    /// Id of the provider.
    pub fn provider_id(&self) -> Option<&str> {
        self.pool_provider.known()?.id.text()
    }

    /// Whether a service account is made for the trust.
    pub fn makes_account(&self) -> bool {
        !self.service_account.is_null()
    }
}
