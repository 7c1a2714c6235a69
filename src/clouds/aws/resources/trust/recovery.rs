//! What a crash wiped. After a change that was cut off the host keeps the object and drops what the provider remembered of
//! it [seen with Terraform]: the places at providers are recognised again by their mark.

use std::collections::BTreeSet;

use super::meaning::{Home, needs_of};
use super::memory::Memory;
use super::model::TrustModel;
use super::names::made_for;
use crate::clouds::aws::client::{AwsError, Iam, Provider};
use crate::clouds::aws::sharing::{MADE_BY, Membership, mark_of_trust, names_provider};

/// Takes the providers that this state needs, and that were made for this very trust, into the memory. What was only added
/// to somebody else's provider carries no mark: it stays there for good.
///
/// # Errors
/// As IAM answers.
pub async fn recover(
    iam: &Iam,
    state: &TrustModel,
    home: &Home,
    memory: &mut Memory,
) -> Result<(), AwsError> {
    for need in needs_of(state, home, &memory.implied).unwrap_or_default() {
        let Some(arn) = need.arn.as_ref().map(ToString::to_string) else {
            continue;
        };
        if memory.memberships.contains_key(&arn) {
            continue;
        }
        let ours = mark_of_trust(&arn, &made_for(state));
        if let Some(provider) = iam.provider_cached(&arn).await?
            && provider.tags.get(MADE_BY) == Some(&ours)
        {
            let audiences = need.client_ids.iter().map(ToString::to_string).collect();
            let membership = Membership {
                added: held(&provider, &audiences),
                audiences,
                made: true,
                mark: Some(ours),
                arn: arn.clone(),
                exclusive: false,
            };
            memory.memberships.insert(arn, membership);
        }
    }
    Ok(())
}

fn held(provider: &Provider, audiences: &BTreeSet<String>) -> BTreeSet<String> {
    let ids = provider.client_ids.iter();
    ids.filter(|id| audiences.contains(*id)).cloned().collect()
}

/// Whether a provider is still held that the trust needs no longer: a change was cut off before it was given back.
pub fn holds_too_much(state: &TrustModel, home: &Home, memory: &Memory) -> bool {
    let Some(needs) = needs_of(state, home, &memory.implied) else {
        return false;
    };
    let needed = |arn: &String| {
        needs
            .iter()
            .any(|need| need.arn.as_ref().is_some_and(|needed| needed.to_string() == *arn))
    };
    // what a statement of the configuration's own names is kept on purpose
    let named = |arn: &String| {
        state
            .trust_policy
            .text()
            .is_some_and(|policy| names_provider(policy, arn))
    };
    memory.memberships.keys().any(|arn| !needed(arn) && !named(arn))
}
