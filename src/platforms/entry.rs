//! A platform's file as it is written, before its parts are understood.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::claim::{ClaimForm, Pins, WrittenClaim};
use super::error::PlatformError;
use super::platform::{Chooser, IssuerForm, Platform, Presence, SubjectForm};
use super::template::{Template, TemplateError};
use super::tenancy::Tenancy;
use super::token_source::WrittenSource;
use super::variable::Variable;

/// The members that the code uses; the catalogue holds more. All are optional, so that an entry can inherit.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Entry {
    pub id: Option<String>,
    pub name: Option<String>,
    pub kind: Option<String>,
    pub inherits: Option<String>,
    pub issuer: Option<String>,
    pub issuer_variants: Option<Vec<Variant>>,
    pub tenancy: Option<Tenancy>,
    pub tenant: Option<String>,
    pub tenant_claims: Option<Vec<String>>,
    pub tenant_claims_by_name: Option<Vec<String>>,
    pub immutable_id_claims: Option<Vec<String>>,
    pub tenant_sub_prefix: Option<String>,
    pub tenant_sub_prefix_immutable: Option<String>,
    pub variable: Option<BTreeMap<String, Variable>>,
    pub subject: Option<Vec<Subject>>,
    pub azp: Option<Presence>,
    pub aws_roles_claim: Option<Presence>,
    pub audience_set_by: Option<Chooser>,
    pub claims: Option<Vec<String>>,
    pub claim: Option<BTreeMap<String, WrittenClaim>>,
    pub default_audience: Option<BTreeMap<String, String>>,
    pub algs: Option<Vec<String>>,
    pub detect_env: Option<Vec<String>>,
    pub escape: Option<BTreeMap<String, String>>,
    pub alternatives: Option<Vec<Vec<String>>>,
    pub token_source: Option<Vec<WrittenSource>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Variant {
    pub issuer: String,
    pub tenancy: Tenancy,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Subject {
    pub name: Option<String>,
    pub template: String,
    #[serde(default)]
    pub default: bool,
    #[serde(default = "yes")]
    pub stable: bool,
    pub example: Option<String>,
}

fn yes() -> bool {
    true
}

/// Where an entry comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Catalogue,
    Declared,
}

impl Origin {
    /// The catalogue describes some forms in words, which always have white space; what somebody declares is a template.
    fn has_it_in_words(self, text: &str) -> bool {
        self == Self::Catalogue && text.contains(' ')
    }
}

impl Entry {
    pub(super) fn parse(text: &str) -> Result<Self, PlatformError> {
        toml::from_str(text).map_err(|e| PlatformError::toml(&e, text))
    }

    /// Takes what is not given here from another entry; variables are merged.
    pub(super) fn inherit(mut self, from: Self) -> Self {
        let mut variables = from.variable.unwrap_or_default();
        variables.extend(self.variable.take().unwrap_or_default());
        Self {
            id: self.id,
            name: self.name.or(from.name),
            kind: self.kind.or(from.kind),
            inherits: None,
            issuer: self.issuer.or(from.issuer),
            issuer_variants: self.issuer_variants.or(from.issuer_variants),
            tenancy: self.tenancy.or(from.tenancy),
            tenant: self.tenant.or(from.tenant),
            tenant_claims: self.tenant_claims.or(from.tenant_claims),
            tenant_claims_by_name: self.tenant_claims_by_name.or(from.tenant_claims_by_name),
            immutable_id_claims: self.immutable_id_claims.or(from.immutable_id_claims),
            tenant_sub_prefix: self.tenant_sub_prefix.or(from.tenant_sub_prefix),
            tenant_sub_prefix_immutable: self
                .tenant_sub_prefix_immutable
                .or(from.tenant_sub_prefix_immutable),
            variable: Some(variables),
            subject: self.subject.or(from.subject),
            azp: self.azp.or(from.azp),
            aws_roles_claim: self.aws_roles_claim.or(from.aws_roles_claim),
            audience_set_by: self.audience_set_by.or(from.audience_set_by),
            claims: self.claims.or(from.claims),
            claim: self.claim.or(from.claim),
            default_audience: self.default_audience.or(from.default_audience),
            algs: self.algs.or(from.algs),
            detect_env: self.detect_env.or(from.detect_env),
            escape: self.escape.or(from.escape),
            alternatives: self.alternatives.or(from.alternatives),
            token_source: self.token_source.or(from.token_source),
        }
    }

    /// The platform, once nothing is left to inherit.
    pub(super) fn platform(self, origin: Origin) -> Result<Platform, PlatformError> {
        let id = self.id.ok_or_else(|| missing("id", ""))?;
        let tenancy = self
            .tenancy
            .ok_or_else(|| missing("tenancy", " (`shared`, `per-tenant` or `self-hosted`)"))?;
        let issuer = self
            .issuer
            .ok_or_else(|| missing("issuer", " (`https://…`, variables in braces)"))?;
        let mut issuers = vec![IssuerForm {
            template: template(&["issuer"], &issuer)?,
            tenancy,
        }];
        for (at, variant) in self.issuer_variants.unwrap_or_default().into_iter().enumerate() {
            if !origin.has_it_in_words(&variant.issuer) {
                issuers.push(IssuerForm {
                    template: template(&["issuer_variants", &at.to_string(), "issuer"], &variant.issuer)?,
                    tenancy: variant.tenancy,
                });
            }
        }
        let (mut subjects, mut free_subjects) = (Vec::new(), Vec::new());
        for (at, subject) in self.subject.unwrap_or_default().into_iter().enumerate() {
            if origin.has_it_in_words(&subject.template) {
                free_subjects.push(subject.template);
                continue;
            }
            subjects.push(SubjectForm {
                name: subject.name.unwrap_or_else(|| format!("subject-{}", at + 1)),
                template: template(&["subject", &at.to_string(), "template"], &subject.template)?,
                default: subject.default,
                stable: subject.stable,
                example: subject.example,
            });
        }
        let azp = self.azp.unwrap_or(match &self.claims {
            Some(claims) if !claims.iter().any(|claim| claim == "azp") => Presence::Never,
            _ => Presence::Sometimes,
        });
        let mut prefixes: Vec<String> = [self.tenant_sub_prefix, self.tenant_sub_prefix_immutable]
            .into_iter()
            .flatten()
            .collect();
        let mut tenant_claims = self.tenant_claims.unwrap_or_default();
        if let Some(tenant) = &self.tenant {
            let named = subjects
                .iter()
                .filter_map(|subject| subject.template.prefix_through(tenant));
            prefixes.extend(named);
            prefixes.dedup();
        }
        let mut claims = self.claims.unwrap_or_default();
        let mut claim_forms = BTreeMap::new();
        for (name, written) in self.claim.unwrap_or_default() {
            let form = ClaimForm {
                kind: written.kind,
                presence: written.presence.unwrap_or(Presence::Sometimes),
                value: written
                    .value
                    .map(|text| template(&["claim", &name, "value"], &text))
                    .transpose()?,
                pins_tenant: written.pins == Some(Pins::Tenant),
                is_nested: written.nested,
            };
            if form.pins_tenant && !tenant_claims.contains(&name) {
                tenant_claims.push(name.clone());
            }
            if !claims.contains(&name) {
                claims.push(name.clone());
            }
            claim_forms.insert(name, form);
        }
        let mut token_sources = Vec::new();
        for (at, written) in self.token_source.unwrap_or_default().into_iter().enumerate() {
            let kind = written.kind.as_str();
            token_sources.push(written.source().map_err(|member| {
                let reason = format!("expected `{member}` for the kind `{kind}`, found none");
                field(&["token_source", &at.to_string()], reason)
            })?);
        }
        Ok(Platform {
            name: self.name.unwrap_or_else(|| id.clone()),
            kind: self.kind.unwrap_or_else(|| "declared".to_owned()),
            id,
            issuers,
            tenancy,
            tenant_claims,
            tenant_claims_by_name: self.tenant_claims_by_name.unwrap_or_default(),
            immutable_id_claims: self.immutable_id_claims.unwrap_or_default(),
            tenant_sub_prefixes: prefixes,
            variables: self.variable.unwrap_or_default(),
            subjects,
            free_subjects,
            azp,
            aws_roles_claim: self.aws_roles_claim.unwrap_or(Presence::Sometimes),
            audience_set_by: self.audience_set_by,
            claims,
            default_audience: self.default_audience.unwrap_or_default(),
            algs: self.algs.unwrap_or_default(),
            detect_env: self.detect_env.unwrap_or_default(),
            tenant: self.tenant,
            escape: self.escape.unwrap_or_default(),
            alternatives: self.alternatives.unwrap_or_default(),
            claim_forms,
            token_sources,
        })
    }
}

pub(super) fn missing(field: &'static str, hint: &'static str) -> PlatformError {
    PlatformError::Missing { field, hint }
}

/// What is wrong with a member, named by the way to it.
pub(super) fn field(path: &[&str], reason: impl ToString) -> PlatformError {
    PlatformError::Field {
        line: None,
        path: path.iter().map(|step| (*step).to_owned()).collect(),
        reason: reason.to_string(),
    }
}

fn template(at: &[&str], text: &str) -> Result<Template, PlatformError> {
    Template::parse(text).map_err(|e: TemplateError| field(at, e))
}
