//! What an issuer's tokens can be, as far as rules have to know it.

mod form;
mod free;
mod grammar;
mod lifted;
mod part;
mod reach;
mod reading;

pub(crate) use form::Form;
pub(crate) use free::Free;
pub(crate) use grammar::Grammar;
pub(crate) use part::Part;
pub use reach::{Common, TextPart, common_text};
pub use reading::{Reading, Readings, readings_in_common};

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::platforms::{Chooser, Inference, Platform, Tenancy, infer};
use crate::trust::IssuerUrl;

/// An issuer, seen by the rules.
#[derive(Clone, Debug)]
pub struct IssuerFacts {
    pub tenancy: Tenancy,
    /// The platforms that sign with it; none: nobody declared it.
    pub platforms: Vec<Cow<'static, Platform>>,
}

impl IssuerFacts {
    /// What the catalogue says about an issuer, given without its scheme.
    pub fn of(url: &str) -> Self {
        IssuerUrl::parse(&format!("https://{url}"))
            .map_or_else(|_| Self::unknown(), |url| (&infer(&url)).into())
    }

    /// An issuer that nobody declared.
    pub fn unknown() -> Self {
        Self {
            tenancy: Tenancy::Unknown,
            platforms: Vec::new(),
        }
    }

    pub(crate) fn is_shared(&self) -> bool {
        self.tenancy == Tenancy::Shared
    }

    /// Whether its workloads are those of a Kubernetes cluster, whose tenants are namespaces.
    pub(crate) fn is_kubernetes(&self) -> bool {
        self.platforms
            .iter()
            .any(|platform| platform.kind == "kubernetes")
    }

    /// Whether a platform of it is one that a configuration declared, or none is known.
    pub(crate) fn is_declared(&self) -> bool {
        self.platforms.iter().all(|platform| platform.kind == "declared")
    }

    /// Claims with an id that names the tenant, or something that belongs to one tenant only.
    pub(crate) fn id_claims(&self) -> BTreeSet<&str> {
        let mut claims = BTreeSet::new();
        for platform in &self.platforms {
            // An id of a person is no tenant: whoever it is may work for any.
            let ids = platform.immutable_id_claims.iter();
            let of_things = ids.filter(|claim| !is_of_person(claim));
            let all = platform.tenant_claims.iter().chain(of_things);
            claims.extend(
                all.map(String::as_str)
                    .filter(|claim| !matches!(*claim, "sub" | "azp")),
            );
            if platform.audience_set_by != Some(Chooser::Platform) {
                claims.remove("aud");
            }
        }
        claims
    }

    /// Claims that name the tenant by a name.
    pub(crate) fn name_claims(&self) -> BTreeSet<&str> {
        let all = self.platforms.iter().flat_map(|p| p.tenant_claims_by_name.iter());
        all.map(String::as_str).filter(|claim| *claim != "sub").collect()
    }

    /// Whether a claim names the tenant and nothing narrower.
    pub(crate) fn is_tenant_claim(&self, claim: &str) -> bool {
        let listed = |claims: &[String]| claims.iter().any(|name| name == claim);
        // What contains many tenants, or is a name of one.
        claim.contains("enterprise")
            || self
                .platforms
                .iter()
                .any(|p| listed(&p.tenant_claims) || listed(&p.tenant_claims_by_name))
    }

    /// Whether tokens can have a claim; `None`: the catalogue does not list them.
    pub(crate) fn emits(&self, claim: &str) -> Option<bool> {
        if self.platforms.is_empty() || self.platforms.iter().any(|p| p.claims.is_empty()) {
            return None;
        }
        // Some are only there when a workload asks for them, and stand in no list of all claims.
        let lists = self.platforms.iter().flat_map(|p| {
            let named = [&p.tenant_claims, &p.tenant_claims_by_name, &p.immutable_id_claims];
            std::iter::once(&p.claims).chain(named)
        });
        let mut lists = lists.flatten();
        let fits = |name: &String| match name.strip_suffix('*') {
            Some(start) => claim.starts_with(start),
            // What is inside a claim that is an object is listed or not.
            None => {
                name == claim
                    || claim
                        .strip_prefix(name.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
            }
        };
        Some(lists.any(fits))
    }
}

impl From<&Inference<'static>> for IssuerFacts {
    fn from(inference: &Inference<'static>) -> Self {
        Self {
            tenancy: inference.tenancy,
            platforms: inference.platforms.iter().copied().map(Cow::Borrowed).collect(),
        }
    }
}

impl From<Cow<'static, Platform>> for IssuerFacts {
    fn from(platform: Cow<'static, Platform>) -> Self {
        Self {
            tenancy: platform.tenancy,
            platforms: vec![platform],
        }
    }
}

fn is_of_person(claim: &str) -> bool {
    claim.starts_with("actor") || claim.contains("user_id") || claim.contains("actor_id")
}
