//! What a token has to say to be trusted.

use std::collections::{BTreeMap, BTreeSet};

use super::{Audience, ClaimName, IssuerUrl, Pattern};

/// One or-ed branch of a trust. All parts that test something have to hold; within a part any one value is enough:
/// a subject holds when it is one of `subjects` or matches one of `subject_patterns`, likewise a claim.
///
/// INVARIANT: built by [`Trust::new`] no value set of a claim is empty, `audiences` is not empty, and at least one subject,
/// pattern or claim is tested. Code that turns terms into a policy checks this again, since an empty set must never become
/// an absent condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Exactly as in `iss`.
    pub issuer: IssuerUrl,
    /// Accepted `aud`, exact.
    pub audiences: BTreeSet<Audience>,
    /// Accepted `sub`, exact; empty: none named exactly.
    pub subjects: BTreeSet<String>,
    /// Accepted `sub`, with wildcards; empty: none.
    pub subject_patterns: BTreeSet<Pattern>,
    /// Further claims, exact.
    pub claims: BTreeMap<ClaimName, BTreeSet<String>>,
    /// Further claims, with wildcards.
    pub claim_patterns: BTreeMap<ClaimName, BTreeSet<Pattern>>,
}

/// A trust: the top, then `also` in key order. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    pub terms: Vec<Terms>,
}

impl Terms {
    /// Whether anything besides issuer and audience is tested.
    pub fn tests_something(&self) -> bool {
        !(self.subjects.is_empty()
            && self.subject_patterns.is_empty()
            && self.claims.is_empty()
            && self.claim_patterns.is_empty())
    }

    /// The names of all further claims, tested exactly or with wildcards.
    pub fn claim_names(&self) -> BTreeSet<&ClaimName> {
        self.claims.keys().chain(self.claim_patterns.keys()).collect()
    }
}

impl Trust {
    /// Every issuer of the trust, once, in order.
    pub fn issuers(&self) -> BTreeSet<&IssuerUrl> {
        self.terms.iter().map(|terms| &terms.issuer).collect()
    }
}
