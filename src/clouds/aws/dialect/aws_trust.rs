//! A trust as it stands in an AWS account.

use std::collections::BTreeSet;

use super::arn::AccountId;
use super::partition::Partition;
use super::policy::Statement;
use crate::trust::{Audience, ClaimName, IssuerUrl, Terms, Trust};

/// Everything that a role's trust policy is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsTrust {
    pub trust: Trust,
    pub partition: Partition,
    /// The account of the role, and so of the provider.
    pub account: AccountId,
    /// Issuers whose tokens always carry `azp`. AWS compares `azp` where it compares audiences, so for them `claims.azp`
    /// becomes the condition on `:aud`, and `audiences` the one on `:oaud`.
    pub azp_always: BTreeSet<IssuerUrl>,
    /// Tags a token may set on its session; `None`: none at all.
    pub session_tag_keys: Option<BTreeSet<String>>,
    /// Whether a token may set the source identity of its session.
    pub source_identity: bool,
    /// Whether the token has to name the role (`sts:RoleAuthorizedByIdp`).
    pub require_authorized_role: bool,
    /// Put after the statements of the trust, as they are.
    pub additional_statements: Vec<Statement>,
}

impl AwsTrust {
    /// A trust with nothing besides.
    pub fn new(trust: Trust, partition: Partition, account: AccountId) -> Self {
        Self {
            trust,
            partition,
            account,
            azp_always: BTreeSet::new(),
            session_tag_keys: None,
            source_identity: false,
            require_authorized_role: false,
            additional_statements: Vec::new(),
        }
    }

    /// The client ids that the provider has to have for a branch: what STS compares with tokens before it reads the trust
    /// policy. The audiences, or, where tokens always carry `azp`, the values of `claims.azp`.
    pub fn client_ids(&self, terms: &Terms) -> BTreeSet<Audience> {
        if !self.azp_always.contains(&terms.issuer) {
            return terms.audiences.clone();
        }
        let clients = ClaimName::parse("azp")
            .ok()
            .and_then(|name| terms.claims.get(&name));
        clients
            .into_iter()
            .flatten()
            .filter_map(|client| Audience::parse(client).ok())
            .collect()
    }
}
