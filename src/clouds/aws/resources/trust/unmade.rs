//! A trust without its role: a create or delete that ended half way, or somebody deleted the role. What it holds at
//! providers is still in its care: the next apply makes the role, a destroy gives the places back.

use super::memory::Memory;
use super::model::TrustModel;
use super::read::home_of;
use super::recovery::recover;
use super::shown::Shown;
use crate::clouds::aws::client::{AwsError, Iam};
use crate::framework::{Attr, Diagnostics, Path};

/// Whether the state is one without a role. Right after an import the role is only not read yet.
pub fn is_unmade(state: &TrustModel, memory: &Memory) -> bool {
    !memory.imported && state.role_unique_id.is_null()
}

/// What the plan cannot know of a role that is still to be made.
pub fn plan_anew(planned: &mut TrustModel) {
    planned.id = Attr::Unknown;
    planned.role_arn = Attr::Unknown;
    planned.role_unique_id = Attr::Unknown;
    planned.added_audiences = Attr::Unknown;
}

/// Takes the role out of the state, with what only a role can hold.
pub fn without_role(state: &mut TrustModel, memory: &mut Memory) {
    state.role_arn = Attr::Null;
    state.role_unique_id = Attr::Null;
    state.managed_policy_arns = Attr::Null;
    state.inline_policies = Attr::Null;
    if memory.shown.tags.shows_all() {
        state.tags = Attr::Null;
    }
    // a role that somebody makes under this name is not ours to read, and one that we make is ours entirely
    memory.imported = false;
    memory.shown = Shown::default();
    memory.foreign_tags.clear();
}

/// The providers that are there and hold something this trust has to take away.
///
/// # Errors
/// As IAM answers.
pub async fn in_care(iam: &Iam, state: &TrustModel, memory: &mut Memory) -> Result<Vec<String>, AwsError> {
    if let (true, Some(home)) = (memory.lost, home_of(state)) {
        recover(iam, state, &home, memory).await?;
    }
    let mut held = Vec::new();
    for (arn, membership) in &memory.memberships {
        let ours = membership.made || !membership.added.is_empty();
        if ours && iam.provider_cached(arn).await?.is_some() {
            held.push(arn.clone());
        }
    }
    Ok(held)
}

/// Says that the role is gone and the trust stays in the state.
pub fn say(role: &str, held: &[String], diagnostics: &mut Diagnostics) {
    diagnostics.warning(
        Path::of("role_name"),
        "The role is gone, its OIDC provider is not",
        format!(
            "expected the role `{role}`, found none; it was not deleted by this configuration. This trust made, or added \
             audiences to, {}, so it stays in the state: the next apply makes the role again, a destroy (or an apply \
             without this resource) takes away from the provider what this trust brought and nobody else needs.",
            held.join(", ")
        ),
    );
}
