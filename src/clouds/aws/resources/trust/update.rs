//! Changing in place: the new provider is made ready, rights that go are taken, the trust is rewritten, rights that come
//! are given, the old provider is released.

use std::sync::Arc;

use super::bounds;
use super::create::{make, refused};
use super::memory::Memory;
use super::model::TrustModel;
use super::permissions::{Permissions, complete, grant, withdraw};
use super::places;
use super::read::identity;
use super::recovery::added;
use super::schema::DEFAULT_SESSION_DURATION;
use super::shown::Shown;
use super::unmade::is_unmade;
use super::unsaid;
use super::work::{Work, enter, show_permissions};
use crate::clouds::aws::client::{AwsError, Iam, Kind, Limits, Role, Tags, wait_for};
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::limits::TaggedObject;
use crate::clouds::aws::tags;
use crate::framework::{Attr, Context, Diagnostics, Path, Progress};

pub async fn update(
    aws: &Arc<Configured>,
    context: &Context,
    (config, planned): (&TrustModel, &TrustModel),
    progress: &mut Progress<TrustModel>,
    diagnostics: &mut Diagnostics,
) {
    let Some(mut prior) = progress.state.clone() else {
        return;
    };
    let mut memory = Memory::of(&progress.private);
    unsaid::hide(&mut prior, &memory);
    if is_unmade(&prior, &memory) {
        return make(aws, context, (config, planned), memory, progress, diagnostics).await;
    }
    let limits = Limits::from(context);
    let Some((iam, home, meaning)) =
        enter(aws, context, (config, planned), &memory.implied, diagnostics).await
    else {
        return;
    };
    if refused(&meaning, Some((&prior, &home, &memory.implied)), aws, diagnostics).await {
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
    let role = prior.role_name.text().unwrap_or_default().to_owned();
    let Some(there) = same_role(&iam, &role, &prior, diagnostics).await else {
        return;
    };
    let stated = work.stated();
    let others = bounds::other_tags_of(&there, (&prior, &stated), &memory);
    bounds::check(config, &stated, others, diagnostics);
    if diagnostics.has_errors() {
        return;
    }
    if places::places_change(&prior, planned, &home, &meaning, &memory) {
        places::take(
            &work,
            places::holder(&prior, None),
            &super::names::made_for(planned),
            &mut memory,
            diagnostics,
        )
        .await;
        memory.keep_in(&mut progress.private);
        if diagnostics.has_errors() {
            progress.state = Some(TrustModel {
                added_audiences: added(&memory),
                ..prior
            });
            return;
        }
    }
    memory.shown.listen(config);
    let mut change = Change {
        work: &work,
        role: &role,
        there: &there.tags,
        prior: &prior,
        state: prior.clone(),
        shown: &mut memory.shown,
    };
    let outcome = change.run().await;
    let mut state = change.state;
    memory.keep_in(&mut progress.private);
    state.added_audiences = added(&memory);
    if let Err((path, summary, error)) = outcome {
        diagnosis::error(summary, path, &error, diagnostics);
        progress.state = Some(state);
        return;
    }
    // The role trusts what it should: everything but the release of old places is done.
    memory.incomplete = false;
    memory.implied = meaning.implied.clone();
    memory.imported = false;
    memory.judge(&work.stated());
    let released = places::give_back(&work, &prior, &mut memory, diagnostics).await;
    memory.keep_in(&mut progress.private);
    let held = memory
        .memberships
        .values()
        .filter(|membership| !membership.left)
        .count();
    if released || held == meaning.providers.len() {
        state = work.stated();
    }
    // what the plan promised stays
    state.added_audiences = match &planned.added_audiences {
        Attr::Unknown => added(&memory),
        promised => promised.clone(),
    };
    progress.identity = Some(identity(&state));
    progress.state = Some(state);
}

/// The role of this name, if it is still the one that was read: a name is somebody else's as soon as its role is deleted.
async fn same_role(iam: &Iam, role: &str, prior: &TrustModel, diagnostics: &mut Diagnostics) -> Option<Role> {
    let id = prior.role_unique_id.text().unwrap_or_default();
    let found = match iam.get_role(role).await {
        Ok(found) if found.unique_id == id => return Some(found),
        Ok(found) => format!(
            "one of the unique id `{}`, which somebody else made",
            found.unique_id
        ),
        Err(error) if error.is_not_found() => "none: it was deleted meanwhile".to_owned(),
        Err(error) => {
            diagnosis::error(
                "Could not read the role",
                Path::of("role_name"),
                &error,
                diagnostics,
            );
            return None;
        }
    };
    diagnostics.error(
        Path::of("role_name"),
        "The role is another one than planned for",
        format!(
            "expected the role `{role}` of the unique id `{id}`, found {found}. Nothing was changed. Plan again: the refresh \
             takes the role for deleted, and says what can be done."
        ),
    );
    None
}

type Failed = (Path, &'static str, AwsError);

struct Change<'a> {
    work: &'a Work<'a>,
    role: &'a str,
    /// All tags of the role, whoever wrote them.
    there: &'a Tags,
    prior: &'a TrustModel,
    /// What is true of the role right now.
    state: TrustModel,
    shown: &'a mut Shown,
}

impl Change<'_> {
    async fn run(&mut self) -> Result<(), Failed> {
        let wanted = self.work.permissions();
        let had = Permissions::of(self.prior, self.work.home.partition);
        let found = complete(self.work.iam, self.role, had, &wanted).await;
        let mut had = found.map_err(|e| {
            (
                Path::of("managed_policy_arns"),
                "Could not read the permissions",
                e,
            )
        })?;
        let withdrawn = withdraw(self.work.iam, self.role, &mut had, &wanted).await;
        show_permissions(&mut self.state, &had, self.work.home);
        withdrawn.map_err(|e| {
            (
                Path::of("managed_policy_arns"),
                "Could not take permissions away",
                e,
            )
        })?;
        // What the configuration does not name is gone: the rest is its own.
        let config = self.work.config;
        self.shown
            .managed_policies
            .decide(!config.managed_policy_arns.is_null());
        self.shown
            .inline_policies
            .decide(!config.inline_policies.is_null());
        self.set_boundary().await?;
        self.rewrite_trust().await?;
        self.describe().await?;
        self.tag().await?;
        let granted = grant(
            self.work.iam,
            self.work.limits,
            self.role,
            &mut had,
            &wanted,
            false,
        )
        .await;
        show_permissions(&mut self.state, &had, self.work.home);
        granted.map_err(|e| {
            (
                Path::of("managed_policy_arns"),
                "Could not give the role its permissions",
                e,
            )
        })?;
        self.lift_boundary().await
    }

    /// A new bound comes before anything widens.
    async fn set_boundary(&mut self) -> Result<(), Failed> {
        let wanted = &self.work.planned.permissions_boundary;
        if let (Some(arn), true) = (wanted.text(), *wanted != self.prior.permissions_boundary) {
            let put = self.work.iam.put_boundary(self.role, arn).await;
            put.map_err(|e| {
                (
                    Path::of("permissions_boundary"),
                    "Could not set the permissions boundary",
                    e,
                )
            })?;
            self.state.permissions_boundary = wanted.clone();
        }
        Ok(())
    }

    async fn lift_boundary(&mut self) -> Result<(), Failed> {
        if self.work.planned.permissions_boundary.is_null() && !self.prior.permissions_boundary.is_null() {
            let lifted = super::permissions::gone(self.work.iam.delete_boundary(self.role).await);
            lifted.map_err(|e| {
                (
                    Path::of("permissions_boundary"),
                    "Could not remove the permissions boundary",
                    e,
                )
            })?;
            self.state.permissions_boundary = Attr::Null;
        }
        Ok(())
    }

    async fn rewrite_trust(&mut self) -> Result<(), Failed> {
        let json = &self.work.meaning.json;
        if self.work.planned.trust_policy != self.prior.trust_policy {
            let fresh = self.work.names_the_fresh(Some(self.prior));
            let again = |error: &AwsError| match error.kind {
                Kind::InvalidPrincipal => fresh,
                kind => kind == Kind::ConcurrentModification,
            };
            let rewrite = || self.work.iam.update_trust_policy(self.role, json);
            let written = wait_for(self.work.limits, again, rewrite).await;
            written.map_err(|e| (Path::of("subjects"), "Could not rewrite the trust policy", e))?;
        }
        let (state, planned) = (&mut self.state, self.work.planned);
        state.issuer = planned.issuer.clone();
        state.platform = planned.platform.clone();
        state.audiences = planned.audiences.clone();
        state.subjects = planned.subjects.clone();
        state.subject_patterns = planned.subject_patterns.clone();
        state.claims = planned.claims.clone();
        state.claim_patterns = planned.claim_patterns.clone();
        state.also = planned.also.clone();
        state.accepted_risks = planned.accepted_risks.clone();
        state.session_tag_keys = planned.session_tag_keys.clone();
        state.source_identity = planned.source_identity.clone();
        state.require_authorized_role = planned.require_authorized_role.clone();
        state.additional_statements = planned.additional_statements.clone();
        let decided = self.work.stated();
        state.trust_policy = decided.trust_policy;
        state.findings = decided.findings;
        state.audience = decided.audience;
        state.accepted_audiences = decided.accepted_audiences;
        state.effective_platform = decided.effective_platform;
        state.oidc_provider_arn = decided.oidc_provider_arn;
        Ok(())
    }

    /// Description and duration are one call: IAM resets the one that is left out.
    async fn describe(&mut self) -> Result<(), Failed> {
        let planned = self.work.planned;
        if planned.description == self.prior.description
            && planned.max_session_duration == self.prior.max_session_duration
        {
            return Ok(());
        }
        let seconds = planned
            .max_session_duration
            .known()
            .copied()
            .unwrap_or(DEFAULT_SESSION_DURATION);
        let seconds = i32::try_from(seconds).unwrap_or(i32::MAX);
        let text = planned.description.text().unwrap_or_default();
        let updated = self.work.iam.update_role(self.role, text, seconds).await;
        updated.map_err(|e| (Path::of("description"), "Could not change the role", e))?;
        self.state.description = planned.description.clone();
        self.state.max_session_duration = planned.max_session_duration.clone();
        Ok(())
    }

    async fn tag(&mut self) -> Result<(), Failed> {
        let failed = |e| (Path::of("tags"), "Could not change the tags", e);
        let found = tags::known(&self.prior.tags_all);
        let wanted = self.work.tags();
        let before = self.shown.own_tags(&self.prior.tags_all);
        let (set, remove) = tags::changes(TaggedObject::Role, &before, &found, &wanted);
        let iam = self.work.iam;
        let untags_first = tags::untags_first(TaggedObject::Role, self.there, &set);
        if untags_first {
            iam.untag_role(self.role, &remove).await.map_err(failed)?;
        }
        iam.tag_role(self.role, &set).await.map_err(failed)?;
        if !untags_first {
            iam.untag_role(self.role, &remove).await.map_err(failed)?;
        }
        self.shown.tags_written(self.work.config, &wanted);
        self.state.tags = self.work.planned.tags.clone();
        self.state.tags_all = self.work.stated().tags_all;
        Ok(())
    }
}
