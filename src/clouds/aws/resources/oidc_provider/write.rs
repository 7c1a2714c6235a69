//! Creating, changing, deleting.

use std::collections::BTreeSet;

use super::aim::{Aim, Aimed, dropped, home, nothing_kept};
use super::memory::Memory;
use super::model::OidcProviderModel;
use super::read::{account_of, identity};
use super::recovery;
use super::tagging;
use crate::clouds::aws::client::{AwsError, Iam, wait_for};
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::dialect::ProviderArn;
use crate::clouds::aws::dialect::limits::TaggedObject;
use crate::clouds::aws::sharing::{Holder, Left, Ownership};
use crate::clouds::aws::{diagnosis, tags};
use crate::framework::{Attr, Context, Diagnostics, Path, Progress, StringSet};

pub(super) async fn create(
    aws: &Configured,
    context: &Context,
    (config, planned): (&OidcProviderModel, OidcProviderModel),
    progress: &mut Progress<OidcProviderModel>,
    diagnostics: &mut Diagnostics,
) {
    let Some((aim, iam)) = enter(aws, context, (config, &planned), diagnostics).await else {
        return;
    };
    if aws.refuses_issuer(&aim.issuer, diagnostics).await {
        return;
    }
    let mut memory = Memory::default();
    if !tagging::fit(aws, &iam, (&aim, &memory, &planned), diagnostics).await {
        return;
    }
    let mut kept = None;
    let joined = aim.join(aws, &iam, &memory, true, &mut kept, diagnostics).await;
    let mut state = stated(planned, &aim);
    progress.identity = Some(identity(&state));
    let Some(membership) = joined else {
        // Audiences that were added are worth a state, so that a destroy takes them away again.
        progress.state = kept.as_ref().map(|kept| OidcProviderModel {
            accepted_audiences: StringSet::of(kept.added.clone()),
            ..untagged(&state)
        });
        memory.membership = kept;
        if let Some(state) = &mut progress.state {
            recovery::show(state, &memory);
        }
        memory.keep_in(&mut progress.private);
        return;
    };
    memory.membership = Some(membership);
    recovery::settle(&mut state, &memory);
    let ours = tagging::owns(aim.ownership, memory.membership.as_ref());
    tagging::settle(aws, &iam, (&aim, ours, config), &mut state, diagnostics).await;
    if !ours {
        memory.keep_in(&mut progress.private);
        progress.state = Some(state);
        return;
    }
    memory.tag_keys = tagging::asserted(aws, config, &state);
    memory.keep_in(&mut progress.private);
    progress.state = Some(untagged(&state));
    let (arn, wanted) = (aim.arn.to_string(), tags::known(&state.tags_all));
    let fresh = aws.sharing.was_made(&arn);
    let again = |error: &AwsError| fresh && error.is_not_found();
    match wait_for(iam.limits(), again, || iam.tag_provider(&arn, &wanted)).await {
        Ok(()) => progress.state = Some(state),
        Err(error) => diagnosis::error(
            "Could not tag the provider",
            Path::of("tags"),
            &error,
            diagnostics,
        ),
    }
}

/// The object before any tag is written.
fn untagged(state: &OidcProviderModel) -> OidcProviderModel {
    OidcProviderModel {
        tags_all: Attr::Known(Default::default()),
        tags: state.tags.clone().map(|_| Default::default()),
        ..state.clone()
    }
}

pub(super) async fn update(
    aws: &Configured,
    context: &Context,
    (config, planned): (&OidcProviderModel, OidcProviderModel),
    progress: &mut Progress<OidcProviderModel>,
    diagnostics: &mut Diagnostics,
) {
    let Some(prior) = progress.state.clone() else {
        return;
    };
    let Some((aim, iam)) = enter(aws, context, (config, &planned), diagnostics).await else {
        return;
    };
    let mut memory = Memory::of(&progress.private);
    if let Err(error) = recovery::recover(&iam, (&prior, &aim.arn), &mut memory).await {
        return diagnosis::error(
            "Could not read the provider",
            Path::of("issuer"),
            &error,
            diagnostics,
        );
    }
    if !tagging::fit(aws, &iam, (&aim, &memory, &planned), diagnostics).await {
        return;
    }
    if let Err(error) = own_thumbprints(&iam, &aim, &memory).await {
        return diagnosis::error(
            "Could not change the thumbprints",
            Path::of("thumbprints"),
            &error,
            diagnostics,
        );
    }
    let mut kept = None;
    let joined = aim.join(aws, &iam, &memory, true, &mut kept, diagnostics).await;
    let Some(membership) = joined else {
        memory.membership = kept.or(memory.membership);
        memory.keep_in(&mut progress.private);
        let mut state = OidcProviderModel {
            thumbprints: planned.thumbprints,
            ..prior
        };
        recovery::show(&mut state, &memory);
        progress.state = Some(state);
        return;
    };
    memory.membership = Some(membership);
    memory.shows_audiences &= config.audiences.is_null();
    memory.shows_thumbprints &= config.thumbprints.is_null();
    memory.shows_ownership &= config.ownership.is_null();
    memory.shows_tags &= config.tags.is_null() || config.tags != planned.tags;
    memory.keep_in(&mut progress.private);
    let ours = tagging::owns(aim.ownership, memory.membership.as_ref());
    let mut planned = stated(planned, &aim);
    tagging::settle(aws, &iam, (&aim, ours, config), &mut planned, diagnostics).await;
    let released = release_dropped(aws, &iam, &aim, &mut memory, diagnostics).await;
    recovery::settle(&mut planned, &memory);
    let mut state = OidcProviderModel {
        tags: prior.tags.clone(),
        tags_all: prior.tags_all.clone(),
        ..planned.clone()
    };
    if !released {
        state.accepted_audiences = prior.accepted_audiences;
        progress.state = Some(state);
        return;
    }
    progress.state = Some(state);
    let keys = if ours {
        tagging::asserted(aws, config, &planned)
    } else {
        Default::default()
    };
    let before = memory.tag_keys.clone();
    memory.tag_keys.extend(keys.iter().cloned());
    memory.keep_in(&mut progress.private);
    if ours && let Err(error) = retag(&iam, &aim, (&before, &prior), &planned).await {
        return diagnosis::error("Could not change the tags", Path::of("tags"), &error, diagnostics);
    }
    memory.tag_keys = keys;
    memory.keep_in(&mut progress.private);
    progress.identity = Some(identity(&planned));
    progress.state = Some(planned);
}

pub(super) async fn delete(
    aws: &Configured,
    context: &Context,
    progress: &mut Progress<OidcProviderModel>,
    diagnostics: &mut Diagnostics,
) {
    let Some(state) = progress.state.clone() else {
        return;
    };
    let mut memory = Memory::of(&progress.private);
    let external = state.ownership.text() == Some("external");
    let arn = state.arn.text().and_then(|text| ProviderArn::parse(text).ok());
    let (Some(arn), false) = (arn, external) else {
        progress.state = None;
        return;
    };
    let iam = match aws.iam(context, account_of(&state).as_ref()).await {
        Ok(iam) => iam,
        Err(error) => {
            return diagnosis::error("Could not enter the account", Path::root(), &error, diagnostics);
        }
    };
    let recovered = recovery::recover(&iam, (&state, &arn), &mut memory).await;
    if let Err(error) = recovered {
        return diagnosis::error("Could not read the provider", Path::root(), &error, diagnostics);
    }
    let Some(membership) = memory.membership else {
        progress.state = None;
        return;
    };
    match aws
        .sharing
        .leave(&iam, &arn, &membership, Holder::Alone, &nothing_kept())
        .await
    {
        Ok(left) => {
            unchecked(&left, &arn, diagnostics);
            progress.state = None;
        }
        Err(error) => diagnosis::error(
            "Could not release the OIDC provider",
            Path::root(),
            &error,
            diagnostics,
        ),
    }
}

async fn enter(
    aws: &Configured,
    context: &Context,
    (config, planned): (&OidcProviderModel, &OidcProviderModel),
    diagnostics: &mut Diagnostics,
) -> Option<(Aim, Iam)> {
    let home = match home(aws, &planned.account_id, &planned.arn).await {
        Ok(home) => home,
        Err(error) => {
            diagnosis::error(
                "Could not find out the AWS account",
                Path::root(),
                &error,
                diagnostics,
            );
            return None;
        }
    };
    let aim = match Aim::of(
        config,
        &planned.audiences,
        home,
        aws.allow_loopback_issuers,
        diagnostics,
    ) {
        Aimed::Known(aim) => *aim,
        Aimed::Refused => return None,
        Aimed::Unknown => {
            let detail = "expected every argument to be known at apply, found an unknown one";
            diagnostics.error(Path::root(), "Configuration is not known", detail);
            return None;
        }
    };
    match aws.iam(context, Some(aim.arn.account())).await {
        Ok(iam) => Some((aim, iam)),
        Err(error) => {
            diagnosis::error(
                "Could not enter the account",
                Path::of("account_id"),
                &error,
                diagnostics,
            );
            None
        }
    }
}

/// The planned object with everything in place that was not known at plan, but `tags_all`.
fn stated(mut planned: OidcProviderModel, aim: &Aim) -> OidcProviderModel {
    let settle = |planned: &mut Attr<String>, decided: String| {
        if planned.is_unknown() {
            *planned = Attr::Known(decided);
        }
    };
    settle(&mut planned.account_id, aim.arn.account().to_string());
    settle(&mut planned.arn, aim.arn.to_string());
    settle(&mut planned.id, aim.arn.to_string());
    if planned.accepted_audiences.is_unknown() {
        planned.accepted_audiences = aim.accepted();
    }
    planned
}

/// A provider that this resource made gets the thumbprints it wants, shared or not; sharing refuses it for others'.
async fn own_thumbprints(iam: &Iam, aim: &Aim, memory: &Memory) -> Result<(), AwsError> {
    let (Some(wanted), Ownership::Shared) = (&aim.thumbprints, aim.ownership) else {
        return Ok(());
    };
    if !memory
        .membership
        .as_ref()
        .is_some_and(|membership| membership.made)
    {
        return Ok(());
    }
    let arn = aim.arn.to_string();
    let found = iam.get_provider(&arn).await?;
    let same = found.thumbprints.len() == wanted.len()
        && found
            .thumbprints
            .iter()
            .all(|one| wanted.contains(&one.to_ascii_lowercase()));
    if same {
        return Ok(());
    }
    iam.update_thumbprints(&arn, &wanted.iter().cloned().collect::<Vec<_>>())
        .await
}

/// Takes away audiences that this resource added and wants no more, as far as nobody needs them. False after an error.
async fn release_dropped(
    aws: &Configured,
    iam: &Iam,
    aim: &Aim,
    memory: &mut Memory,
    diagnostics: &mut Diagnostics,
) -> bool {
    let Some(membership) = &mut memory.membership else {
        return true;
    };
    if aim.ownership != Ownership::Shared || !dropped(membership, &aim.audiences) {
        return true;
    }
    let keeps = aim.audiences.iter().map(ToString::to_string).collect();
    match aws
        .sharing
        .leave(iam, &aim.arn, membership, Holder::Alone, &keeps)
        .await
    {
        Ok(left) => {
            unchecked(&left, &aim.arn, diagnostics);
            match left {
                Left::Stays { removed } => membership.added.retain(|id| !removed.contains(id)),
                // what somebody still needs stays remembered as ours: a later change, or the destroy, looks again
                Left::Unchecked(_) => {}
                Left::Deleted => membership.added.clear(),
            }
            true
        }
        Err(error) => {
            diagnosis::error(
                "Could not remove audiences",
                Path::of("audiences"),
                &error,
                diagnostics,
            );
            false
        }
    }
}

/// Only keys that were written before are taken away: the others that the state shows are somebody's.
async fn retag(
    iam: &Iam,
    aim: &Aim,
    (keys, prior): (&BTreeSet<String>, &OidcProviderModel),
    planned: &OidcProviderModel,
) -> Result<(), AwsError> {
    let found = tags::known(&prior.tags_all);
    let written = found.iter().filter(|(key, _)| keys.contains(*key));
    let (set, remove) = tags::changes(
        TaggedObject::OidcProvider,
        &written.map(|(key, value)| (key.clone(), value.clone())).collect(),
        &found,
        &tags::known(&planned.tags_all),
    );
    let arn = aim.arn.to_string();
    let exchanges = !set.is_empty() && !remove.is_empty();
    let object = TaggedObject::OidcProvider;
    if exchanges && tags::untags_first(object, &iam.get_provider(&arn).await?.tags, &set) {
        iam.untag_provider(&arn, &remove).await?;
        return iam.tag_provider(&arn, &set).await;
    }
    iam.tag_provider(&arn, &set).await?;
    iam.untag_provider(&arn, &remove).await
}

fn unchecked(left: &Left, arn: &ProviderArn, diagnostics: &mut Diagnostics) {
    if let Left::Unchecked(reason) = left {
        diagnostics.warning(
            Path::root(),
            "The OIDC provider stays as it is",
            format!(
                "whether roles trust `{arn}` could not be looked up, so it counts as in use: {reason}\n\nWhat to do: allow \
                 `iam:ListRoles`, or delete the provider by hand when nobody needs it"
            ),
        );
    }
}
