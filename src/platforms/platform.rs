//! What is known about a platform.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::template::Template;
use super::tenancy::Tenancy;
use super::variable::Variable;

/// Who decides a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chooser {
    /// An assigned id.
    Platform,
    /// An administrator of the tenant.
    Tenant,
    /// Whoever can start a run.
    Workload,
}

/// How often tokens carry a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    Never,
    Sometimes,
    Always,
}

/// How often tokens carry `azp`.
pub type Azp = Presence;

/// One form of the issuer's URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerForm {
    pub template: Template,
    pub tenancy: Tenancy,
}

/// One form of the subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectForm {
    pub name: String,
    pub template: Template,
    /// Whether an unconfigured workload gets it.
    pub default: bool,
    /// Whether every run of a workload gets the same value.
    pub stable: bool,
    /// A subject of this form, of an invented tenant.
    pub example: Option<String>,
}

/// A platform of the catalogue, or one that a configuration declares.
#[derive(Clone, Debug, PartialEq)]
pub struct Platform {
    pub id: String,
    pub name: String,
    /// `ci`, `iac`, `cloud` …; `declared` for one that a configuration declares.
    pub kind: String,
    /// All forms of the issuer, the usual one first.
    pub issuers: Vec<IssuerForm>,
    /// Of the usual form.
    pub tenancy: Tenancy,
    /// Claims that together name the tenant; empty where the issuer's URL does.
    pub tenant_claims: Vec<String>,
    /// Claims that name the tenant by a name, which may become somebody else's.
    pub tenant_claims_by_name: Vec<String>,
    /// Claims whose value survives renames and is not handed to another owner.
    pub immutable_id_claims: Vec<String>,
    /// Starts of `sub` that name the tenant, as templates that end in a delimiter.
    pub tenant_sub_prefixes: Vec<String>,
    pub variables: BTreeMap<String, Variable>,
    pub subjects: Vec<SubjectForm>,
    pub azp: Azp,
    /// How often tokens carry `https://aws.amazon.com/roles`.
    pub aws_roles_claim: Presence,
    pub audience_set_by: Option<Chooser>,
    /// Names of the claims of its tokens beyond the registered ones.
    pub claims: Vec<String>,
    /// Audience by receiver (`token`: what a token has that nobody asked anything of).
    pub default_audience: BTreeMap<String, String>,
    /// Algorithms its tokens are signed with.
    pub algs: Vec<String>,
    /// Names of environment variables that only its workloads have.
    pub detect_env: Vec<String>,
}
