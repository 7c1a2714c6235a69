//! How bad openness is, by tenancy.

use super::issuer::IssuerFacts;
use crate::platforms::Tenancy;
use crate::trust::Severity;

impl IssuerFacts {
    /// Nothing says whose token it has to be, or anybody's will do.
    pub(super) fn severity_of_nothing(&self) -> Severity {
        match self.tenancy {
            Tenancy::Shared => Severity::Critical,
            Tenancy::Unknown => Severity::High,
            Tenancy::PerTenant | Tenancy::SelfHosted if self.is_kubernetes() => Severity::High,
            Tenancy::PerTenant | Tenancy::SelfHosted => Severity::Medium,
        }
    }

    /// The worst that something without a witness may be, and how bad it is when nothing can be decided.
    pub(crate) fn severity_of_unproven(&self) -> Severity {
        match self.tenancy {
            Tenancy::Shared | Tenancy::Unknown => Severity::High,
            Tenancy::PerTenant | Tenancy::SelfHosted => Severity::Medium,
        }
    }
}
