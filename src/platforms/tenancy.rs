//! Whom an issuer signs for.

use std::fmt;

use serde::Deserialize;

/// Whether one issuer URL serves one tenant or many. Order: the later, the stricter a trust of it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tenancy {
    /// The tenant runs the issuer.
    SelfHosted,
    /// The issuer's URL names the tenant.
    PerTenant,
    /// Nobody said. Declaring the platform clears it.
    #[serde(skip)]
    Unknown,
    /// One URL for all tenants: a trust has to name its own in a claim that no tenant can choose.
    Shared,
}

impl Tenancy {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SelfHosted => "self-hosted",
            Self::PerTenant => "per-tenant",
            Self::Unknown => "unknown",
            Self::Shared => "shared",
        }
    }
}

impl fmt::Display for Tenancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
