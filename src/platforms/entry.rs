//! A platform's file as it is written, before its parts are understood.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::platform::{Chooser, IssuerForm, Platform, Presence, SubjectForm};
use super::template::{Template, TemplateError};
use super::tenancy::Tenancy;
use super::variable::Variable;

/// What is wrong with the file of a platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    #[error("expected the TOML of a platform file: {0}")]
    Toml(String),
    #[error("platform file: expected `{field}`{hint}, found none")]
    Missing { field: &'static str, hint: &'static str },
    #[error("platform file, `{field}`: {reason}")]
    Field { field: String, reason: String },
    #[error(
        "platform `{id}` is declared `{declared}`, but the catalogue knows `{host}` as `{known}`; a declaration may be stricter than the catalogue, never looser"
    )]
    Looser {
        id: String,
        host: String,
        declared: Tenancy,
        known: Tenancy,
    },
}

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
    pub claim: Option<BTreeMap<String, Claim>>,
    pub default_audience: Option<BTreeMap<String, String>>,
    pub algs: Option<Vec<String>>,
    pub detect_env: Option<Vec<String>>,
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

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Claim {
    pub pins: Option<String>,
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
        toml::from_str(text).map_err(|e| PlatformError::Toml(e.to_string().trim().replace('\n', " ")))
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
            template: template("issuer", &issuer)?,
            tenancy,
        }];
        for variant in self.issuer_variants.unwrap_or_default() {
            if !origin.has_it_in_words(&variant.issuer) {
                issuers.push(IssuerForm {
                    template: template("issuer_variants", &variant.issuer)?,
                    tenancy: variant.tenancy,
                });
            }
        }
        let mut subjects = Vec::new();
        for (at, subject) in self.subject.unwrap_or_default().into_iter().enumerate() {
            if origin.has_it_in_words(&subject.template) {
                continue;
            }
            subjects.push(SubjectForm {
                name: subject.name.unwrap_or_else(|| format!("subject-{}", at + 1)),
                template: template(&format!("subject[{at}].template"), &subject.template)?,
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
        for (name, claim) in self.claim.unwrap_or_default() {
            if claim.pins.as_deref() == Some("tenant") {
                tenant_claims.push(name.clone());
            }
            claims.push(name);
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
            azp,
            aws_roles_claim: self.aws_roles_claim.unwrap_or(Presence::Sometimes),
            audience_set_by: self.audience_set_by,
            claims,
            default_audience: self.default_audience.unwrap_or_default(),
            algs: self.algs.unwrap_or_default(),
            detect_env: self.detect_env.unwrap_or_default(),
        })
    }
}

pub(super) fn missing(field: &'static str, hint: &'static str) -> PlatformError {
    PlatformError::Missing { field, hint }
}

pub(super) fn field(field: impl Into<String>, reason: impl ToString) -> PlatformError {
    PlatformError::Field {
        field: field.into(),
        reason: reason.to_string(),
    }
}

fn template(at: &str, text: &str) -> Result<Template, PlatformError> {
    Template::parse(text).map_err(|e: TemplateError| field(at, e))
}
