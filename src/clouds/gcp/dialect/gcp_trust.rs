//! A trust as it stands at a provider of a pool.

use std::collections::{BTreeMap, BTreeSet};

use crate::trust::{Audience, ClaimKind, ClaimName, IssuerUrl, Trust};

/// Everything that a provider's issuer, audiences and condition are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GcpTrust {
    pub trust: Trust,
    /// The kinds of the claims that are tested; one that is not listed is not known.
    pub kinds: BTreeMap<ClaimName, ClaimKind>,
    /// A further expression that has to hold as well, whatever the trust admits.
    pub attribute_condition: Option<String>,
}

/// The settings of a provider that say a trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub issuer_uri: IssuerUrl,
    pub allowed_audiences: BTreeSet<Audience>,
    pub attribute_condition: String,
}
