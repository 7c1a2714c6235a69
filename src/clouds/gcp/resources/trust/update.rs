//! Updating: whatever is missing is made, whatever differs is changed. What narrows comes before what widens: the provider is
//! set before anybody is granted anything new.

use super::create::{complete, hold};
use super::memory::Memory;
use super::model::TrustModel;
use super::permissions::all;
use super::plan::same_account;
use super::pool::{Taken, at_pool};
use super::provider::at_provider;
use super::read::identity;
use super::together::Together;
use super::work::{Failure, WantedPool, WantedProvider, Work, enter, text};
use crate::clouds::gcp::client::Life;
use crate::clouds::gcp::configuration::Configured;
use crate::framework::{Attr, Context, Diagnostics, Path, Progress};

pub async fn update(
    (gcp, together): (&Configured, &Together),
    context: &Context,
    (config, planned): (&TrustModel, &TrustModel),
    progress: &mut Progress<TrustModel>,
    diagnostics: &mut Diagnostics,
) {
    let Some(prior) = progress.state.clone() else {
        return;
    };
    let mut memory = Memory::of(&progress.private);
    let entered = enter((gcp, together), context, (config, planned), &memory, diagnostics).await;
    let Some((google, meaning)) = entered else {
        return;
    };
    // whatever says where the keys come from
    let asks = prior.issuer != planned.issuer
        || prior.jwks_json != planned.jwks_json
        || prior.discovery_uri != planned.discovery_uri;
    if asks && gcp.refuses_issuer(meaning.trusted(), diagnostics).await {
        return;
    }
    let work = Work {
        gcp,
        google: &google,
        together,
        meaning: &meaning,
        config,
        planned,
    };
    memory.implied = meaning.implied.clone();
    memory.imported = false;
    let stated = work.stated();
    let mut change = Change {
        work: &work,
        prior: &prior,
        state: prior.clone(),
        stated: &stated,
    };
    let done = change.run(&mut memory).await;
    let mut state = change.state;
    complete(&work, &mut state);
    memory.judge(&state);
    memory.keep_in(&mut progress.private);
    progress.identity = Some(identity(&state));
    progress.state = Some(state);
    if let Err(failure) = done {
        failure.say(diagnostics);
    }
}

struct Change<'a> {
    work: &'a Work<'a>,
    prior: &'a TrustModel,
    /// What is true at Google right now.
    state: TrustModel,
    /// What shall be.
    stated: &'a TrustModel,
}

impl Change<'_> {
    async fn run(&mut self, memory: &mut Memory) -> Result<(), Failure> {
        let taken = self.pool_and_provider(memory).await?;
        let had = all(self.prior);
        let new_account = self.account(memory).await?;
        let mut wanted = self.stated.clone();
        wanted.service_account_email = self.state.service_account_email.clone();
        wanted.service_account_id = self.state.service_account_id.clone();
        let changed = self
            .work
            .change_grants((&had, &all(&wanted)), memory, (taken, new_account))
            .await;
        if changed.is_ok() {
            self.state.principals = wanted.principals.clone();
            self.state.grants = wanted.grants.clone();
            self.state.bind = wanted.bind.clone();
        }
        changed?;
        self.work.leave_accounts(memory).await?;
        let (email, id) = (
            self.state.service_account_email.clone(),
            self.state.service_account_id.clone(),
        );
        self.state = TrustModel {
            service_account_email: email,
            service_account_id: id,
            id: self.state.id.clone(),
            ..wanted
        };
        Ok(())
    }

    async fn pool_and_provider(&mut self, memory: &mut Memory) -> Result<Taken, Failure> {
        let work = self.work;
        if self.prior.provider_name.is_null() {
            // one of both is gone: what is missing is made, what is there is looked at
            if self.prior.pool_name.is_null() {
                let taken = hold(work, memory, &mut self.state).await?;
                self.state.id = Attr::from_text(work.meaning.name.to_string());
                return Ok(taken);
            }
            self.pool(memory).await?;
            let _turn = work.together.turn(&work.meaning.name.pool().to_string()).await;
            work.take_provider(Taken::default(), &mut self.state).await?;
            self.state.id = Attr::from_text(work.meaning.name.to_string());
            return Ok(Taken::default());
        }
        let wanted = WantedPool::of(work.planned);
        let before = WantedPool::of(self.prior);
        // A pool that is to be switched on waits for its provider; one that is to be switched off does not.
        let widens = before.disabled && !wanted.disabled;
        if wanted != before && !widens {
            self.pool(memory).await?;
        }
        self.provider().await?;
        if widens {
            self.pool(memory).await?;
        }
        Ok(Taken::default())
    }

    async fn pool(&mut self, memory: &mut Memory) -> Result<(), Failure> {
        let wanted = WantedPool::of(self.work.planned);
        if wanted.ownership == super::ownership::Ownership::External {
            self.state.pool = self.stated.pool.clone();
            return Ok(());
        }
        let failed = || Failure::google(at_pool(), "Could not change the pool");
        let google = self.work.google;
        let found = google
            .get_pool(self.work.meaning.name.pool())
            .await
            .map_err(failed())?;
        let Some(found) = found.filter(|pool| pool.life == Life::Active) else {
            return Err(Failure::Refused(
                at_pool(),
                "The pool is gone",
                format!(
                    "expected the pool `{}`, found none; plan again to have it made",
                    self.work.meaning.name.pool()
                ),
            ));
        };
        let marks = super::mark::is_marked(&found.description);
        let mut changes = wanted.changes(&found, marks);
        if found.disabled != wanted.disabled {
            changes.insert("disabled".to_owned(), serde_json::json!(wanted.disabled));
        }
        if !changes.is_empty() {
            let operation = google.patch_pool(&found.name, &changes).await.map_err(failed())?;
            google.finish(operation).await.map_err(failed())?;
        }
        memory.pool_made |= marks;
        self.state.pool = self.stated.pool.clone();
        Ok(())
    }

    async fn provider(&mut self) -> Result<(), Failure> {
        let work = self.work;
        let failed = || Failure::google(at_provider(), "Could not change the provider");
        if !self.provider_changes() {
            return Ok(());
        }
        let _turn = work.together.turn(&work.meaning.name.pool().to_string()).await;
        let found = work
            .google
            .get_pool_provider(&work.meaning.name)
            .await
            .map_err(failed())?;
        let Some(found) = found.filter(|provider| provider.life == Life::Active) else {
            return Err(Failure::Refused(
                at_provider(),
                "The provider is gone",
                format!(
                    "expected the provider `{}`, found none; plan again to have it made",
                    work.meaning.name
                ),
            ));
        };
        let marks = super::mark::is_marked(&found.description);
        work.set(&WantedProvider::of(work.planned), &found, marks).await?;
        let (state, stated) = (&mut self.state, self.stated);
        state.pool_provider = stated.pool_provider.clone();
        state.issuer = stated.issuer.clone();
        state.accepted_audiences = stated.accepted_audiences.clone();
        state.effective_attribute_mapping = stated.effective_attribute_mapping.clone();
        state.effective_attribute_condition = stated.effective_attribute_condition.clone();
        state.jwks_json = stated.jwks_json.clone();
        state.discovery_uri = stated.discovery_uri.clone();
        Ok(())
    }

    fn provider_changes(&self) -> bool {
        let (prior, stated) = (self.prior, self.stated);
        prior.pool_provider != stated.pool_provider
            || prior.issuer != stated.issuer
            || prior.accepted_audiences != stated.accepted_audiences
            || prior.effective_attribute_mapping != stated.effective_attribute_mapping
            || prior.effective_attribute_condition != stated.effective_attribute_condition
            || prior.jwks_json != stated.jwks_json
            || prior.discovery_uri != stated.discovery_uri
    }

    /// The account that identities act as from now on. True when it was made just now.
    async fn account(&mut self, memory: &mut Memory) -> Result<bool, Failure> {
        let (prior, planned) = (self.prior, self.work.planned);
        if !planned.makes_account() {
            self.leave(memory);
            self.state.service_account_email = planned.service_account_email.clone();
            self.state.service_account_id = Attr::Null;
            self.state.service_account = planned.service_account.clone();
            return Ok(false);
        }
        let kept = same_account(prior, planned) && !prior.service_account_id.is_null();
        if !kept {
            // until the new one is there, the state is about the one before
            self.work.leave_accounts(memory).await?;
            let mut with_new = self.state.clone();
            self.work.make_account(&mut with_new).await?;
            self.leave(memory);
            with_new.service_account = planned.service_account.clone();
            self.state = with_new;
            return Ok(true);
        }
        let account = planned.service_account.known().cloned().unwrap_or_default();
        let before = prior.service_account.known().cloned().unwrap_or_default();
        let texts = |account: &super::model::ServiceAccountModel| {
            (text(&account.display_name), text(&account.description))
        };
        let (now, then) = (texts(&account), texts(&before));
        if now != then {
            let project = account.project.text().unwrap_or(self.work.project());
            let email = prior.service_account_email.text().unwrap_or_default();
            let patched = self
                .work
                .google
                .patch_service_account(project, email, (&now.0, &now.1))
                .await;
            patched.map_err(Failure::google(
                Path::of("service_account"),
                "Could not change the service account",
            ))?;
            self.state.service_account = planned.service_account.clone();
        }
        Ok(false)
    }

    /// The account that was made before is not meant any more: it is deleted when nothing depends on it, and if that fails, later.
    fn leave(&self, memory: &mut Memory) {
        let (Some(id), Some(account)) = (
            self.prior.service_account_id.text(),
            self.prior.service_account.known(),
        ) else {
            return;
        };
        if !self.becomes_given() {
            let project = account.project.text().unwrap_or(self.work.project());
            memory.leaving.push((project.to_owned(), id.to_owned()));
        }
    }

    /// The account that was made goes on as one that is only named: it stays.
    fn becomes_given(&self) -> bool {
        let email = &self.prior.service_account_email;
        !email.is_null() && *email == self.work.planned.service_account_email
    }
}
