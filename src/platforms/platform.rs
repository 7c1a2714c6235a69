//! What is known about a platform.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::claim::ClaimForm;
use super::template::Template;
use super::tenancy::Tenancy;
use super::token_source::TokenSource;
use super::variable::Variable;
use crate::trust::IssuerUrl;

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
    /// Further forms of the subject, in words: such as tenants put together themselves.
    pub free_subjects: Vec<String>,
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
    /// The variable that names the tenant, where a declaration says it.
    pub tenant: Option<String>,
    /// What the platform writes in subjects in place of a text in a value.
    pub escape: BTreeMap<String, String>,
    /// Names of forms of subject that one workload may have.
    pub alternatives: Vec<Vec<String>>,
    /// What is known of claims beyond their names.
    pub claim_forms: BTreeMap<String, ClaimForm>,
    /// Where a workload finds its token, the best place first.
    pub token_sources: Vec<TokenSource>,
}

impl IssuerForm {
    /// Whether an issuer's host may be that of the form: the literal end of the form's host, two labels at least, is the end
    /// of the issuer's; a host that is one variable may be any. Letter case of a host means nothing to DNS, and an issuer
    /// that differs in it is somebody's mistake, not somebody else.
    pub fn may_have_host_of(&self, issuer: &IssuerUrl) -> bool {
        self.host().is_none_or(|host| host_may_be(host, issuer))
    }

    /// The host as written, with its variables; none when it is one variable as a whole, which says nothing.
    fn host(&self) -> Option<&str> {
        let rest = self.template.as_str().strip_prefix("https://")?;
        let host = rest.split('/').next().unwrap_or(rest);
        let is_variable = host.starts_with('{') && host.find('}') == host.len().checked_sub(1);
        (!is_variable).then_some(host)
    }
}

pub(super) fn host_may_be(host: &str, issuer: &IssuerUrl) -> bool {
    let found = issuer.host().to_ascii_lowercase();
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let host = host.to_ascii_lowercase();
    match host.rsplit_once('}') {
        None => host == found,
        Some((_, end)) => {
            let end = end.trim_start_matches(|c: char| c != '.');
            let labels = end
                .trim_start_matches('.')
                .split('.')
                .filter(|label| !label.is_empty());
            labels.count() >= 2 && found.ends_with(end)
        }
    }
}

impl Platform {
    /// What a claim is made of, where that are the variables of the subject.
    pub fn claim_template(&self, claim: &str) -> Option<&Template> {
        self.claim_forms.get(claim)?.value.as_ref()
    }
}
