//! Creating: provider, role without permissions, permissions. Least dangerous first.

use std::sync::Arc;

use super::bounds;
use super::implied::Implied;
use super::leftover::{self, Examined, Found};
use super::meaning::{Home, Meaning, needs_of};
use super::memory::Memory;
use super::model::TrustModel;
use super::names::{self, MARK, NoName, RoleName};
use super::permissions::{Permissions, grant};
use super::places;
use super::read::identity;
use super::recovery::added;
use super::work::{Work, enter, show_permissions, show_role};
use crate::clouds::aws::client::{AwsError, Kind, Limits, NewRole, wait_for};
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::sharing::{Holder, Ownership};
use crate::framework::{Context, Diagnostics, Path, Progress};

pub async fn create(
    aws: &Arc<Configured>,
    context: &Context,
    (config, planned): (&TrustModel, &TrustModel),
    progress: &mut Progress<TrustModel>,
    diagnostics: &mut Diagnostics,
) {
    make(
        aws,
        context,
        (config, planned),
        Memory::default(),
        progress,
        diagnostics,
    )
    .await;
}

/// Makes the role, for a trust that may hold places at providers already.
pub async fn make(
    aws: &Arc<Configured>,
    context: &Context,
    (config, planned): (&TrustModel, &TrustModel),
    mut memory: Memory,
    progress: &mut Progress<TrustModel>,
    diagnostics: &mut Diagnostics,
) {
    let limits = Limits::from(context);
    let Some((iam, home, meaning)) =
        enter(aws, context, (config, planned), &memory.implied, diagnostics).await
    else {
        return;
    };
    if refused(&meaning, None, aws, diagnostics).await {
        return;
    }
    let work = Work {
        aws,
        limits: &limits,
        iam: &iam,
        home: &home,
        meaning: &meaning,
        config,
        planned,
    };
    let mut state = work.stated();
    bounds::check(config, &state, 0, diagnostics);
    if diagnostics.has_errors() {
        return;
    }
    let new = work.new_role();
    let name = match names::decide(&work, planned, &new).await {
        Ok(name) => name,
        Err(NoName::Foreign(difference)) => return foreign(&work, &new.name, &difference, diagnostics),
        Err(NoName::Aws(error)) => {
            return diagnosis::error(
                "Could not look for the role",
                Path::of("role_name"),
                &error,
                diagnostics,
            );
        }
    };
    warn_of_finished(&name.finished, &work, diagnostics);
    memory.implied = meaning.implied.clone();
    let made_for = names::made_for(planned);
    let holder = Holder::NewRole(&name.text);
    let wrote = places::take(&work, holder, &made_for, &mut memory, diagnostics).await;
    state.added_audiences = added(&memory);
    memory.judge(&state);
    memory.keep_in(&mut progress.private);
    if wrote {
        // A provider was made or changed: worth a state, even if there will be no role.
        progress.state = Some(state.clone());
    }
    if diagnostics.has_errors() {
        return;
    }
    let new = NewRole {
        name: name.text.clone(),
        ..new
    };
    let Some((role, mut had)) = make_role(&work, &new, name, diagnostics).await else {
        return;
    };
    aws.sharing
        .role_made(memory.memberships.keys(), &role.name, &role.unique_id);
    if aws.sharing.was_adopted(&role.unique_id) && places::ownership(&work) != Ownership::External {
        warn_of_unrecorded(&role.name, &memory, diagnostics);
    }
    show_role(&mut state, &role);
    progress.identity = Some(identity(&state));
    progress.state = Some(state.clone());
    let granted = grant(&iam, &limits, &role.name, &mut had, &work.permissions(), true).await;
    if let Err(error) = granted {
        show_permissions(&mut state, &had, &home);
        diagnosis::error(
            "Could not give the role its permissions",
            Path::of("managed_policy_arns"),
            &error,
            diagnostics,
        );
    }
    progress.state = Some(state.clone());
    if new.tags.contains_key(MARK) && !diagnostics.has_errors() {
        complete(&work, &role.name, diagnostics).await;
    }
    if !diagnostics.has_errors() {
        memory.incomplete = false;
        places::give_back(&work, &state, &mut memory, diagnostics).await;
        memory.keep_in(&mut progress.private);
        state.added_audiences = added(&memory);
        progress.state = Some(state);
    }
    be_seen(&work, &role.name, diagnostics).await;
}

/// The create that was cut off may have added audiences, too: to a provider that somebody else made, nobody wrote it down.
fn warn_of_unrecorded(role: &str, memory: &Memory, diagnostics: &mut Diagnostics) {
    let providers = memory.memberships.values();
    for provider in providers.filter(|provider| !provider.made) {
        let unrecorded: Vec<String> = provider
            .audiences
            .difference(&provider.added)
            .map(|audience| format!("`{audience}`"))
            .collect();
        if unrecorded.is_empty() {
            continue;
        }
        diagnostics.warning(
            Path::of("audiences"),
            "Audiences of an interrupted create may stay",
            format!(
                "the role `{role}` is the leftover of a create that was cut off. Whether that create added {} to `{}`, which it \
                 did not make, nobody wrote down, so that they count as somebody else's: they stay there when this trust \
                 goes. If nobody else needs them then, remove them from the provider's client ids by hand.",
                unrecorded.join(", "),
                provider.arn
            ),
        );
    }
}

fn warn_of_finished(names: &[String], work: &Work<'_>, diagnostics: &mut Diagnostics) {
    if !names.is_empty() {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        diagnostics.warning(
            Path::of("role_name_prefix"),
            "A role like this one may be a leftover",
            format!(
                "account {} has {}, of the same prefix, trust and permissions, made within the last day and never used. If no \
                 state knows it, a create was cut off after its very last step, and nobody wrote the role down: delete it. It \
                 is not taken over, since it may as well be another resource's.",
                work.home.account,
                names.join(", ")
            ),
        );
    }
}

/// The create is complete: the role is nobody's leftover any more.
async fn complete(work: &Work<'_>, name: &str, diagnostics: &mut Diagnostics) {
    let again = |error: &AwsError| error.is_not_found() || error.kind == Kind::ConcurrentModification;
    let mark = [MARK.to_owned()];
    if let Err(error) = wait_for(work.limits, again, || work.iam.untag_role(name, &mark)).await {
        diagnosis::error(
            "Could not finish the role",
            Path::of("role_name_prefix"),
            &error,
            diagnostics,
        );
    }
}

/// Waits until IAM shows the role to everybody: the next refresh would take it for gone.
async fn be_seen(work: &Work<'_>, name: &str, diagnostics: &mut Diagnostics) {
    let seen = wait_for(work.limits, AwsError::is_not_found, || work.iam.get_role(name)).await;
    if seen.is_err_and(|error| error.is_not_found()) {
        diagnostics.warning(
            Path::of("role_name"),
            "Role is not visible yet",
            format!("expected IAM to show the new role `{name}` by now; it may take some minutes more, run the next plan then"),
        );
    }
}

/// Whether an issuer that is new to the trust is a laboratory's and the cloud is real.
pub async fn refused(
    meaning: &Meaning,
    before: Option<(&TrustModel, &Home, &Implied)>,
    aws: &Configured,
    diagnostics: &mut Diagnostics,
) -> bool {
    let known = before
        .and_then(|(prior, home, implied)| needs_of(prior, home, implied))
        .unwrap_or_default();
    for need in &meaning.providers {
        let is_new = !known.iter().any(|known| known.issuer == need.issuer);
        if is_new && aws.refuses_issuer(&need.issuer, diagnostics).await {
            return true;
        }
    }
    false
}

/// The role, new or a leftover, and the permissions it has so far.
async fn make_role(
    work: &Work<'_>,
    new: &NewRole,
    name: RoleName,
    diagnostics: &mut Diagnostics,
) -> Option<(crate::clouds::aws::client::Role, Permissions)> {
    if let Some(found) = name.leftover {
        return Some(adopt(work, found));
    }
    let fresh = work.names_the_fresh(None);
    let again = |error: &AwsError| match error.kind {
        Kind::InvalidPrincipal => fresh,
        kind => kind == Kind::ConcurrentModification,
    };
    match wait_for(work.limits, again, || work.iam.create_role(new)).await {
        Ok(role) => Some((role, Permissions::default())),
        Err(error) if error.kind == Kind::Exists || error.outcome_unknown() => {
            meet(work, new, error, diagnostics).await
        }
        Err(error) => {
            diagnosis::error(
                "Could not create the role",
                Path::of("role_name"),
                &error,
                diagnostics,
            );
            None
        }
    }
}

/// A role of this name is there, or may be.
async fn meet(
    work: &Work<'_>,
    new: &NewRole,
    error: AwsError,
    diagnostics: &mut Diagnostics,
) -> Option<(crate::clouds::aws::client::Role, Permissions)> {
    let examined = match leftover::examine(work, new).await {
        Ok(examined) => examined,
        Err(_) => {
            diagnosis::error(
                "Could not create the role",
                Path::of("role_name"),
                &error,
                diagnostics,
            );
            return None;
        }
    };
    let difference = match examined {
        Examined::Same(found) => return Some(adopt(work, *found)),
        Examined::Other(difference) => difference,
        Examined::Gone => "this run has just deleted it, and IAM still shows it; apply once more".to_owned(),
    };
    foreign(work, &new.name, &difference, diagnostics);
    None
}

fn foreign(work: &Work<'_>, name: &str, difference: &str, diagnostics: &mut Diagnostics) {
    let account = &work.home.account;
    diagnostics.error(
        Path::of("role_name"),
        "Role exists already",
        format!(
            "expected no role `{name}` in account {account}, found one, and it is not the leftover of an interrupted create: \
             {difference}. To manage that role, import it with the id `{account}/{name}`; else choose another name."
        ),
    );
}

fn adopt(work: &Work<'_>, found: Found) -> (crate::clouds::aws::client::Role, Permissions) {
    work.aws.sharing.role_adopted(&found.role.unique_id);
    let had = Permissions {
        managed: Some(found.managed),
        inline: Some(found.inline),
    };
    (found.role, had)
}
