//! Deleting: permissions, role, then the place at the provider.

use std::collections::BTreeSet;

use super::memory::Memory;
use super::model::TrustModel;
use super::permissions::gone;
use super::read::{account_of, home_of};
use super::recovery::recover;
use super::shown::{self, Shown};
use super::unmade::without_role;
use crate::clouds::aws::client::{AwsError, Iam, Kind, Limits, wait_for};
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::{Partition, ProviderArn};
use crate::clouds::aws::sharing::{Holder, Left};
use crate::framework::{Context, Diagnostics, Path, Private, Progress};

pub async fn delete(
    aws: &Configured,
    context: &Context,
    progress: &mut Progress<TrustModel>,
    diagnostics: &mut Diagnostics,
) {
    let Some(state) = progress.state.clone() else {
        return;
    };
    let adopted = state
        .role_unique_id
        .text()
        .is_some_and(|id| aws.sharing.was_adopted(id));
    if adopted {
        // The create of this very run took the same role over: it is the new object's now.
        progress.state = None;
        return;
    }
    let limits = Limits::from(context);
    let iam = match aws.iam(context, account_of(&state).as_ref()).await {
        Ok(iam) => iam,
        Err(error) => {
            return diagnosis::error("Could not enter the account", Path::root(), &error, diagnostics);
        }
    };
    // A state without the role's id is that of a create which made no role: one of that name is somebody else's.
    let ours = state.role_name.text().zip(state.role_unique_id.text());
    if let Some((name, id)) = ours {
        let shown = Memory::of(&progress.private).shown;
        match delete_role(&iam, &limits, (name, id), (&state, &shown)).await {
            Ok(()) => {}
            Err(Refusal::Aws(error)) => {
                return diagnosis::error("Could not delete the role", Path::root(), &error, diagnostics);
            }
            Err(Refusal::Foreign(things)) => return foreign(diagnostics, name, &things),
        }
        let account = state.account_id.text().unwrap_or_default();
        aws.sharing.role_deleted((account, name), id);
        let (mut left, mut memory) = (state.clone(), Memory::of(&progress.private));
        without_role(&mut left, &mut memory);
        memory.keep_in(&mut progress.private);
        progress.state = Some(left);
    }
    let holder = ours.map_or(Holder::NoRole, |(name, unique_id)| Holder::Role {
        name,
        unique_id,
        trust_policy: None,
    });
    if leave_all(aws, &iam, holder, progress, diagnostics).await {
        progress.state = None;
    }
}

/// What people should hear before they agree to a destroy.
pub fn plan(state: &TrustModel, private: &Private, diagnostics: &mut Diagnostics) {
    shown::warn_of_deletion(&Memory::of(private), state, diagnostics);
}

enum Refusal {
    Aws(AwsError),
    Foreign(Vec<String>),
}

impl From<AwsError> for Refusal {
    fn from(error: AwsError) -> Self {
        Self::Aws(error)
    }
}

async fn delete_role(
    iam: &Iam,
    limits: &Limits,
    (name, id): (&str, &str),
    (state, shown): (&TrustModel, &Shown),
) -> Result<(), Refusal> {
    match iam.get_role(name).await {
        // deleted, and made anew by somebody else: not ours to delete
        Ok(role) if role.unique_id != id => return Ok(()),
        Ok(_) => {}
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let (attached, inline) = match attachments(iam, name).await {
        Ok(found) => found,
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let foreign = foreign_things(iam, name, (state, shown), (&attached, &inline)).await?;
    if !foreign.is_empty() {
        return Err(Refusal::Foreign(foreign));
    }
    for policy in &inline {
        gone(iam.delete_inline_policy(name, policy).await)?;
    }
    for arn in &attached {
        gone(iam.detach_policy(name, arn).await)?;
    }
    // What was detached a moment ago may still count.
    let again = |error: &AwsError| matches!(error.kind, Kind::DeleteConflict | Kind::ConcurrentModification);
    gone(wait_for(limits, again, || iam.delete_role(name)).await)?;
    Ok(())
}

async fn attachments(iam: &Iam, name: &str) -> Result<(Vec<String>, Vec<String>), AwsError> {
    Ok((
        iam.list_attached_policies(name).await?,
        iam.list_inline_policies(name).await?,
    ))
}

/// What stands in the way and was not put there by this configuration. Looked for before anything is taken away.
async fn foreign_things(
    iam: &Iam,
    name: &str,
    (state, shown): (&TrustModel, &Shown),
    (attached, inline): (&[String], &[String]),
) -> Result<Vec<String>, AwsError> {
    let mut foreign = Vec::new();
    if state.force_detach.known() != Some(&true) {
        let partition = state
            .partition
            .text()
            .and_then(Partition::from_id)
            .unwrap_or(Partition::Aws);
        let ours = shown.removable(state, partition);
        let ours_managed = ours.managed.unwrap_or_default();
        let ours_inline = ours.inline.unwrap_or_default();
        foreign.extend(
            attached
                .iter()
                .filter(|arn| !ours_managed.contains(*arn))
                .map(|arn| format!("managed policy {arn}")),
        );
        foreign.extend(
            inline
                .iter()
                .filter(|n| !ours_inline.contains_key(*n))
                .map(|n| format!("inline policy {n}")),
        );
    }
    let profiles = iam.list_instance_profiles(name).await?;
    foreign.extend(
        profiles
            .into_iter()
            .map(|profile| format!("instance profile {profile}")),
    );
    Ok(foreign)
}

fn foreign(diagnostics: &mut Diagnostics, role: &str, things: &[String]) {
    diagnostics.error(
        Path::of("force_detach"),
        "The role holds what this configuration did not put there",
        format!(
            "expected nothing foreign at the role `{role}`, found: {}. Nothing was deleted. Remove it by hand, or set \
             `force_detach = true` and apply to have policies detached (a role in an instance profile is taken out by hand).",
            things.join(", ")
        ),
    );
}

/// Gives every place at a provider back; false when that failed.
pub async fn leave_all(
    aws: &Configured,
    iam: &Iam,
    holder: Holder<'_>,
    progress: &mut Progress<TrustModel>,
    diagnostics: &mut Diagnostics,
) -> bool {
    let mut memory = Memory::of(&progress.private);
    if let (true, Some(state)) = (memory.lost, &progress.state)
        && let Some(home) = home_of(state)
        && let Err(error) = recover(iam, state, &home, &mut memory).await
    {
        diagnosis::error(
            "Could not read the OIDC provider",
            Path::of("oidc_provider"),
            &error,
            diagnostics,
        );
        return false;
    }
    for (arn, membership) in memory.memberships.clone() {
        let Ok(provider) = ProviderArn::parse(&arn) else {
            continue;
        };
        match aws
            .sharing
            .leave(iam, &provider, &membership, holder, &BTreeSet::new())
            .await
        {
            Ok(left) => unchecked(&left, &arn, diagnostics),
            Err(error) => {
                diagnosis::error(
                    "Could not release the OIDC provider",
                    Path::of("oidc_provider"),
                    &error,
                    diagnostics,
                );
                return false;
            }
        }
        memory.memberships.remove(&arn);
        memory.keep_in(&mut progress.private);
    }
    true
}

/// Says that a provider stays because nobody could look.
pub fn unchecked(left: &Left, arn: &str, diagnostics: &mut Diagnostics) {
    if let Left::Unchecked(reason) = left {
        diagnostics.warning(
            Path::of("oidc_provider"),
            "The OIDC provider stays",
            format!(
                "whether other roles trust `{arn}` could not be looked up, so it counts as in use: {reason}\n\nWhat to do: \
                 allow `iam:ListRoles`, or delete the provider by hand when nobody needs it"
            ),
        );
    }
}
