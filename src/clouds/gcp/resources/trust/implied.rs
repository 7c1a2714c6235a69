//! What the catalogue implied when the trust was made. It stays until the user changes what it follows from, so that a newer
//! catalogue changes no trust that nobody touched; only findings are judged by newest knowledge.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::model::TrustModel;
use crate::clouds::gcp::dialect::{PoolUse, platform_claims};
use crate::framework::Attr;
use crate::platforms::{Platform, Presence};
use crate::trust::{ClaimKind, ClaimName, Trust};

/// The record, in the private state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Implied {
    /// What it follows from.
    of: String,
    /// The claims that are mapped, and whether tokens always have them.
    mapped: BTreeMap<String, bool>,
    /// What kind of value the tested claims have.
    kinds: BTreeMap<String, Kind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Text,
    List,
    Boolean,
    Number,
}

/// What the record follows from: issuer, platform, whose the pool is, the names of the tested claims.
pub fn basis(model: &TrustModel, pool_use: PoolUse, trust: &Trust) -> String {
    let text = |attr: &Attr<String>| attr.text().unwrap_or_default().to_owned();
    let branches = model.also.known().into_iter().flatten();
    let platforms: Vec<String> = branches.map(|(_, branch)| text(&branch.platform)).collect();
    let tested: BTreeSet<&str> = trust
        .terms
        .iter()
        .flat_map(|terms| terms.claim_names())
        .map(ClaimName::as_str)
        .collect();
    let issuer = trust.terms.first().map(|terms| terms.issuer.to_string());
    json!([
        issuer,
        text(&model.platform),
        platforms,
        pool_use == PoolUse::Shared,
        tested
    ])
    .to_string()
}

impl Implied {
    /// What the catalogue says now.
    pub fn new(of: String, platforms: &[Cow<'_, Platform>], tested: &BTreeSet<ClaimName>) -> Self {
        let mapped = platform_claims::mapped(platforms, tested);
        let kinds = tested.iter().filter_map(|name| {
            let kind = platform_claims::kind_of(platforms, name)?;
            Some((name.to_string(), kind.into()))
        });
        Self {
            of,
            mapped: mapped
                .into_iter()
                .map(|(name, presence)| (name.to_string(), presence == Presence::Always))
                .collect(),
            kinds: kinds.collect(),
        }
    }

    /// Whether it was decided for this.
    pub fn is_of(&self, basis: &str) -> bool {
        self.of == basis
    }

    /// What is mapped.
    pub fn claims(&self) -> BTreeMap<ClaimName, Presence> {
        let presence = |always: bool| {
            if always {
                Presence::Always
            } else {
                Presence::Sometimes
            }
        };
        let named = self.mapped.iter();
        named
            .filter_map(|(name, always)| Some((ClaimName::parse(name).ok()?, presence(*always))))
            .collect()
    }

    /// The kind of a tested claim.
    pub fn kind(&self, name: &ClaimName) -> Option<ClaimKind> {
        self.kinds.get(name.as_str()).map(|kind| (*kind).into())
    }
}

impl From<ClaimKind> for Kind {
    fn from(kind: ClaimKind) -> Self {
        match kind {
            ClaimKind::Text => Self::Text,
            ClaimKind::List => Self::List,
            ClaimKind::Boolean => Self::Boolean,
            ClaimKind::Number => Self::Number,
        }
    }
}

impl From<Kind> for ClaimKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::List => Self::List,
            Kind::Boolean => Self::Boolean,
            Kind::Number => Self::Number,
        }
    }
}
