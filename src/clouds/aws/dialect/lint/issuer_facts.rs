//! What the rules have to know about an issuer.

use std::collections::{BTreeMap, BTreeSet};

use crate::platforms::{Chooser, Inference, Platform, Template, Tenancy, Variable, infer};
use crate::trust::IssuerUrl;

/// An issuer, seen by the rules.
#[derive(Clone, Debug)]
pub struct IssuerFacts {
    pub tenancy: Tenancy,
    /// Claims that name the tenant, or something that belongs to one tenant only.
    pub tenant_claims: BTreeSet<String>,
    /// Starts of `sub` that name the tenant.
    pub tenant_prefixes: Vec<TenantPrefix>,
    /// The platforms that sign with it.
    pub platforms: Vec<Platform>,
    /// Whether its workloads are those of a Kubernetes cluster, whose tenants are namespaces.
    pub is_kubernetes: bool,
}

/// The start of a subject through the delimiter behind the tenant.
#[derive(Clone, Debug)]
pub struct TenantPrefix {
    template: Template,
    variables: BTreeMap<String, Variable>,
}

impl IssuerFacts {
    /// What the catalogue says about an issuer, given without its scheme.
    pub fn of(provider_url: &str) -> Self {
        IssuerUrl::parse(&format!("https://{provider_url}"))
            .map_or_else(|_| Self::unknown(), |url| (&infer(&url)).into())
    }

    /// An issuer that nobody declared.
    pub fn unknown() -> Self {
        Self {
            tenancy: Tenancy::Unknown,
            tenant_claims: BTreeSet::new(),
            tenant_prefixes: Vec::new(),
            platforms: Vec::new(),
            is_kubernetes: false,
        }
    }

    fn add(&mut self, platform: &Platform) {
        self.is_kubernetes |= platform.kind == "kubernetes";
        self.tenant_claims.extend(platform.tenant_claims.iter().cloned());
        // Ids that are nobody else's; an actor may act for any tenant.
        let ids = platform
            .immutable_id_claims
            .iter()
            .filter(|claim| !claim.starts_with("actor"));
        self.tenant_claims.extend(ids.cloned());
        self.tenant_claims
            .extend(platform.tenant_claims_by_name.iter().cloned());
        let prefixes = platform
            .tenant_sub_prefixes
            .iter()
            .filter_map(|text| Template::parse(text).ok());
        let by_id = platform.subjects.iter().filter_map(|subject| {
            let first = subject.template.variables().next()?;
            let variable = platform.variables.get(first)?;
            let assigned = variable.chosen_by == Chooser::Platform && !variable.mutable;
            let prefix = subject.template.prefix_through(first).filter(|_| assigned)?;
            Template::parse(&prefix).ok()
        });
        self.tenant_prefixes
            .extend(prefixes.chain(by_id).map(|template| TenantPrefix {
                template,
                variables: platform.variables.clone(),
            }));
        self.platforms.push(platform.clone());
    }
}

impl TenantPrefix {
    /// Whether a literal text begins with a whole tenant, its delimiter included.
    pub(super) fn is_closed_by(&self, text: &str) -> bool {
        self.template.starts(text, &self.variables)
    }

    /// The text before the tenant.
    pub(super) fn head(&self) -> &str {
        self.template.head()
    }
}

impl From<&Inference<'_>> for IssuerFacts {
    fn from(inference: &Inference<'_>) -> Self {
        let mut facts = Self {
            tenancy: inference.tenancy,
            ..Self::unknown()
        };
        inference
            .platforms
            .iter()
            .for_each(|platform| facts.add(platform));
        facts
    }
}

impl From<&Platform> for IssuerFacts {
    fn from(platform: &Platform) -> Self {
        let mut facts = Self {
            tenancy: platform.tenancy,
            ..Self::unknown()
        };
        facts.add(platform);
        facts
    }
}
