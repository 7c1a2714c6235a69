//! What a provider maps when nobody says otherwise.
//!
//! SECURITY: a binding admits whatever any provider of the pool maps to its value. So every provider of ours maps one constant
//! of its own, [`TRUST_ATTRIBUTE`], and bindings name that.

use std::collections::BTreeMap;

use super::cel::{path, quote};
use super::claim_path::ClaimPath;
use super::name::ProviderName;
use super::principal::{Principal, Whom};
use crate::platforms::Presence;
use crate::trust::ClaimName;

/// The attribute that holds the id of the provider, whatever the token.
pub const TRUST_ATTRIBUTE: &str = "oidcfed_trust";

/// Whose the providers of a pool are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolUse {
    /// The trust's alone.
    Exclusive,
    /// Others may be in it.
    Shared,
}

/// Google's limit for attributes beside `google.subject` and `google.groups`.
const MOST_ATTRIBUTES: usize = 50;
const LONGEST_NAME: usize = 100;

/// The default mapping. `claims` are the claims with texts that may become attributes, with how often tokens carry them: one that
/// is not always there is mapped to an empty text where it is missing, since a mapping that fails refuses the token. In a
/// shared pool subjects carry the id of the provider, and no claim is mapped: what it would say is up to every provider.
pub fn default_mapping(
    provider_id: &str,
    pool: PoolUse,
    claims: &BTreeMap<ClaimName, Presence>,
) -> BTreeMap<String, String> {
    let constant = (
        format!("attribute.{TRUST_ATTRIBUTE}"),
        trust_expression(provider_id),
    );
    if pool == PoolUse::Shared {
        let subject = format!("{} + assertion.sub", quote(&format!("{provider_id}:")));
        return BTreeMap::from([("google.subject".to_owned(), subject), constant]);
    }
    let mut mapping = BTreeMap::from([
        ("google.subject".to_owned(), "assertion.sub".to_owned()),
        constant,
    ]);
    for (name, presence) in claims {
        let Ok(claim) = ClaimPath::of(name) else {
            continue;
        };
        let Some(expression) = expression(&claim, *presence) else {
            continue;
        };
        let key = format!("attribute.{}", attribute_name(name.as_str()));
        // Two extra: the subject, which is none, and the one to come.
        if mapping.len() < MOST_ATTRIBUTES + 1 && key.len() <= LONGEST_NAME {
            mapping.entry(key).or_insert(expression);
        }
    }
    mapping
}

/// What a claim is mapped by; `None`: tokens do not have it, or nothing can be said where an outer object is missing.
pub(super) fn expression(claim: &ClaimPath, presence: Presence) -> Option<String> {
    match (presence, claim.as_flat()) {
        (Presence::Never, _) | (Presence::Sometimes, None) => None,
        (Presence::Always, _) => Some(claim.written()),
        (Presence::Sometimes, Some(flat)) => Some(format!(
            "{} in assertion ? {} : ''",
            quote(flat),
            path("assertion", [flat])
        )),
    }
}

/// What [`TRUST_ATTRIBUTE`] is mapped from: the id of the provider, whatever the token.
pub fn trust_expression(provider_id: &str) -> String {
    quote(provider_id)
}

/// The name of a claim in the characters that attributes have.
fn attribute_name(claim: &str) -> String {
    let fits = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    claim.trim_start_matches('/').chars().map(fits).collect()
}

/// The binding that means the tokens of one provider that has the default mapping, and no other's.
pub fn trust_binding(provider: &ProviderName) -> Principal {
    Principal {
        pool: provider.pool().clone(),
        whom: Whom::Attribute {
            name: TRUST_ATTRIBUTE.to_owned(),
            value: provider.id().to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clouds::gcp::dialect::{Provider, ProviderSettings, evaluate, limits};
    use crate::trust::{Claims, Verdict};

    fn claims(list: &[(&str, Presence)]) -> BTreeMap<ClaimName, Presence> {
        list.iter()
            .map(|(name, presence)| (ClaimName::parse(name).unwrap(), *presence))
            .collect()
    }

    #[test]
    fn only_what_is_always_there_is_mapped_plainly() {
        let claims = claims(&[
            ("repository_id", Presence::Always),
            ("environment", Presence::Sometimes),
            ("oidc.circleci.com/project-id", Presence::Sometimes),
            ("/kubernetes.io/namespace", Presence::Always),
            ("/kubernetes.io/pod/name", Presence::Sometimes),
            ("never", Presence::Never),
            ("oidcfed_trust", Presence::Always),
        ]);
        let mapping = default_mapping("acme-prod", PoolUse::Exclusive, &claims);
        let listed: Vec<(&str, &str)> = mapping.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(
            listed,
            [
                (
                    "attribute.environment",
                    "'environment' in assertion ? assertion.environment : ''"
                ),
                (
                    "attribute.kubernetes_io_namespace",
                    "assertion['kubernetes.io']['namespace']"
                ),
                (
                    "attribute.oidc_circleci_com_project_id",
                    "'oidc.circleci.com/project-id' in assertion ? assertion['oidc.circleci.com/project-id'] : ''"
                ),
                ("attribute.oidcfed_trust", "'acme-prod'"),
                ("attribute.repository_id", "assertion.repository_id"),
                ("google.subject", "assertion.sub"),
            ]
        );
        let shared = default_mapping("acme-prod", PoolUse::Shared, &claims);
        let listed: Vec<(&str, &str)> = shared.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(
            listed,
            [
                ("attribute.oidcfed_trust", "'acme-prod'"),
                ("google.subject", "'acme-prod:' + assertion.sub")
            ]
        );
    }

    #[test]
    fn a_plain_token_is_mapped_and_bound_to_its_provider_alone() {
        let name = "projects/1/locations/global/workloadIdentityPools/pool/providers/acme-prod";
        let claims = claims(&[
            ("repository_id", Presence::Always),
            ("environment", Presence::Sometimes),
        ]);
        for pool in [PoolUse::Exclusive, PoolUse::Shared] {
            let settings = ProviderSettings {
                name: name.to_owned(),
                issuer_uri: "https://issuer.example".to_owned(),
                attribute_mapping: default_mapping("acme-prod", pool, &claims),
                ..ProviderSettings::default()
            };
            let provider = Provider::parse(&settings).unwrap();
            let token = serde_json::json!({"iss": "https://issuer.example", "sub": "s", "repository_id": "2",
                "aud": provider.name().default_audiences()[0]});
            let token = Claims::new(token.as_object().unwrap().clone());
            let bound = |binding: Principal| evaluate(&provider, &token, Some(&binding)).decision.verdict;
            assert_eq!(bound(trust_binding(provider.name())), Verdict::Allow);
            let other = name.replace("acme-prod", "acme-test");
            assert_eq!(
                bound(trust_binding(&ProviderName::parse(&other).unwrap())),
                Verdict::Deny
            );
        }
    }

    #[test]
    fn many_claims_stay_within_the_limits() {
        let names: Vec<String> = (0..80)
            .map(|n| format!("claim_{n}"))
            .chain(["x".repeat(120)])
            .collect();
        let claims = names
            .iter()
            .map(|name| (ClaimName::parse(name).unwrap(), Presence::Always))
            .collect();
        let mapping = default_mapping("acme-prod", PoolUse::Exclusive, &claims);
        assert_eq!(mapping.len(), 51);
        assert_eq!(limits::attribute_mapping(&mapping), Ok(()));
    }
}
