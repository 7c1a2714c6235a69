//! Deleting: grants first, then the provider and the pool are switched off, and then they go. Both stay restorable for thirty
//! days, and whoever brings them back by mistake revives nobody.

use serde_json::{Map, Value, json};

use super::mark;
use super::meaning::ownership;
use super::memory::Memory;
use super::model::TrustModel;
use super::ownership::Ownership;
use super::permissions::{self, Grants, all, grouped};
use super::pool::at_pool;
use super::provider::at_provider;
use super::read::name;
use super::together::Together;
use super::work::Failure;
use crate::clouds::gcp::client::{GcpError, Google, Life, Operation, Pool, PoolProvider, Target};
use crate::clouds::gcp::configuration::Configured;
use crate::clouds::gcp::diagnosis;
use crate::clouds::gcp::dialect::ProviderName;
use crate::framework::{Attr, Context, Diagnostics, Path, Progress};

pub async fn delete(
    (gcp, together): (&Configured, &Together),
    context: &Context,
    progress: &mut Progress<TrustModel>,
    diagnostics: &mut Diagnostics,
) {
    let Some(state) = progress.state.clone() else {
        return;
    };
    let google = match gcp.google(context) {
        Ok(google) => google,
        Err(error) => {
            return diagnosis::error(
                "Google Cloud is not configured",
                Path::root(),
                &error,
                diagnostics,
            );
        }
    };
    let name = match name(&google, together, &state).await {
        Ok(Some(name)) => name,
        Ok(None) => return progress.state = None,
        Err(error) => {
            return diagnosis::error(
                "Could not look the project up",
                Path::of("project"),
                &error,
                diagnostics,
            );
        }
    };
    let memory = Memory::of(&progress.private);
    let mut leaving = Leaving {
        google: &google,
        together,
        name: &name,
        memory: &memory,
        state,
    };
    match leaving.run(diagnostics).await {
        Ok(()) => progress.state = None,
        Err(failure) => {
            progress.state = Some(leaving.state);
            failure.say(diagnostics);
        }
    }
}

struct Leaving<'a> {
    google: &'a Google,
    together: &'a Together,
    name: &'a ProviderName,
    memory: &'a Memory,
    /// What is left.
    state: TrustModel,
}

impl Leaving<'_> {
    async fn run(&mut self, diagnostics: &mut Diagnostics) -> Result<(), Failure> {
        self.take_grants().await?;
        let turn = self.together.turn(&self.name.pool().to_string()).await;
        self.switch_off_provider().await?;
        let owned = ownership(&self.state).unwrap_or_default();
        let mut goes = owned == Ownership::Exclusive && !self.state.pool_name.is_null();
        if goes && let Some(reason) = self.against_deleting_the_pool().await? {
            goes = false;
            diagnostics.warning(
                at_pool(),
                "The pool stays",
                format!(
                    "the trust is gone, the pool `{}` is left as it is: {reason}. Delete it by hand when nobody needs it.",
                    self.name.pool()
                ),
            );
        }
        if goes {
            self.switch_off_pool().await?;
        }
        self.delete_account().await?;
        if goes {
            self.delete_pool().await?;
        } else {
            let held = !self.state.provider_name.is_null();
            if held {
                self.delete_provider().await?;
            }
            if owned == Ownership::Shared && self.memory.pool_made {
                self.delete_empty_pool(held).await?;
            }
        }
        drop(turn);
        Ok(())
    }

    /// SECURITY: a pool takes every provider in it along, and what somebody else built on it. One that holds another's provider
    /// stays, and so does one that was only imported and does not carry our mark: nobody said so far that it is this trust's.
    async fn against_deleting_the_pool(&self) -> Result<Option<String>, Failure> {
        let failed = || Failure::google(at_pool(), "Could not look at the pool");
        let held = !self.state.provider_name.is_null();
        let listed = self.google.list_pool_providers(self.name.pool(), false).await;
        let others: Vec<String> = listed
            .map_err(failed())?
            .unwrap_or_default()
            .into_iter()
            .filter(|provider| provider.life == Life::Active && !(held && provider.name == *self.name))
            .map(|provider| format!("`{}`", provider.name.id()))
            .collect();
        if others.is_empty() && !self.memory.imported {
            return Ok(None);
        }
        let pool = self.google.get_pool(self.name.pool()).await.map_err(failed())?;
        let Some(pool) = pool.filter(|pool| pool.life == Life::Active) else {
            return Ok(None);
        };
        if !others.is_empty() {
            return Ok(Some(format!(
                "other providers are in it ({}), which would go with it",
                others.join(", ")
            )));
        }
        let foreign = self.memory.imported && !mark::is_marked(&pool.description);
        Ok(foreign.then(|| {
            "it was imported, not made here, and no apply wrote it since (`ownership = \"exclusive\"`, applied, makes it this trust's)"
                .to_owned()
        }))
    }

    /// The policy of an account that goes goes with it.
    async fn take_grants(&mut self) -> Result<(), Failure> {
        let made = self.state.service_account_id.text();
        let made = made.and(self.state.service_account_email.text());
        let goes =
            |target: &Target| matches!(target, Target::ServiceAccount(email) if Some(email.as_str()) == made);
        let mut grants: Grants = all(&self.state);
        for (target, begun) in grouped(&self.memory.begun) {
            grants.entry(target).or_default().extend(begun);
        }
        grants.retain(|target, _| !goes(target));
        for (target, grants) in &grants {
            let _turn = self.together.turn(&format!("policy of {target}")).await;
            let nothing = std::collections::BTreeSet::new();
            let changed = self
                .google
                .change_policy(target, (&nothing, grants), &|_| false)
                .await;
            match changed {
                Ok(_) => {}
                // what is gone grants nothing
                Err(error) if error.is_not_found() => {}
                Err(error) => {
                    return Err(Failure::google(
                        Path::of("grants"),
                        "Could not take the grants away",
                    )(error));
                }
            }
        }
        self.state.grants = Attr::Null;
        Ok(())
    }

    async fn switch_off_provider(&mut self) -> Result<(), Failure> {
        if self.state.provider_name.is_null() {
            return Ok(());
        }
        let wanted = self.state.pool_provider.known().cloned().unwrap_or_default();
        let text = wanted.description.text().unwrap_or_default();
        let patched = self.google.patch_pool_provider(self.name, &off(text)).await;
        self.finish(patched).await.map_err(Failure::google(
            at_provider(),
            "Could not switch the provider off",
        ))
    }

    async fn switch_off_pool(&mut self) -> Result<(), Failure> {
        if self.state.pool_name.is_null() {
            return Ok(());
        }
        let wanted = self.state.pool.known().cloned().unwrap_or_default();
        let text = wanted.description.text().unwrap_or_default();
        let patched = self.google.patch_pool(self.name.pool(), &off(text)).await;
        self.finish(patched)
            .await
            .map_err(Failure::google(at_pool(), "Could not switch the pool off"))
    }

    async fn delete_account(&mut self) -> Result<(), Failure> {
        for (project, id) in &self.memory.leaving {
            permissions::delete_account(self.google, project, id).await?;
        }
        let (Some(account), Some(id)) = (
            self.state.service_account.known(),
            self.state.service_account_id.text(),
        ) else {
            return Ok(());
        };
        let project = account.project.text().unwrap_or(self.name.pool().project());
        permissions::delete_account(self.google, project, id).await?;
        self.state.service_account_id = Attr::Null;
        self.state.service_account_email = Attr::Null;
        Ok(())
    }

    async fn delete_provider(&mut self) -> Result<(), Failure> {
        let deleted = self.google.delete_pool_provider(self.name).await;
        let done = self.finish(deleted).await;
        done.map_err(Failure::google(at_provider(), "Could not delete the provider"))?;
        self.state.provider_name = Attr::Null;
        Ok(())
    }

    async fn delete_pool(&mut self) -> Result<(), Failure> {
        let deleted = self.google.delete_pool(self.name.pool()).await;
        let done = self.finish(deleted).await;
        done.map_err(Failure::google(at_pool(), "Could not delete the pool"))?;
        self.state.provider_name = Attr::Null;
        self.state.pool_name = Attr::Null;
        Ok(())
    }

    /// A pool that trusts of ours made goes with the last of them, when nobody else has a provider in it.
    async fn delete_empty_pool(&mut self, held: bool) -> Result<(), Failure> {
        let failed = || Failure::google(at_pool(), "Could not delete the pool");
        let pool = self.google.get_pool(self.name.pool()).await.map_err(failed())?;
        let ours = |pool: &Pool| pool.life == Life::Active && mark::is_marked(&pool.description);
        if !pool.as_ref().is_some_and(ours) {
            return Ok(());
        }
        let providers = self
            .google
            .list_pool_providers(self.name.pool(), false)
            .await
            .map_err(failed())?;
        // the list may lag and still show the one that just went
        let gone = |provider: &PoolProvider| held && provider.name == *self.name;
        let stays = |provider: &PoolProvider| provider.life == Life::Active && !gone(provider);
        if providers.unwrap_or_default().iter().any(stays) {
            return Ok(());
        }
        let text = pool
            .map(|pool| mark::shown(&pool.description).to_owned())
            .unwrap_or_default();
        let patched = self.google.patch_pool(self.name.pool(), &off(&text)).await;
        self.finish(patched).await.map_err(failed())?;
        self.delete_pool().await
    }

    /// What is gone already is as good as deleted.
    async fn finish(&self, begun: Result<Operation, GcpError>) -> Result<(), GcpError> {
        let ended = match begun {
            Ok(operation) => self.google.finish(operation).await.map(drop),
            Err(error) => Err(error),
        };
        match ended {
            Err(error) if error.is_not_found() || error.is_failed_precondition() => {
                self.unless_there(error).await
            }
            ended => ended,
        }
    }

    /// Google refuses to change what is deleted in more than one way: whether it is, the object itself says.
    async fn unless_there(&self, error: GcpError) -> Result<(), GcpError> {
        let pool = self.google.get_pool(self.name.pool()).await?;
        if pool.is_none_or(|pool| pool.life == Life::Deleted) {
            return Ok(());
        }
        let provider = self.google.get_pool_provider(self.name).await?;
        if provider.is_none_or(|provider| provider.life == Life::Deleted) {
            return Ok(());
        }
        Err(error)
    }
}

/// Switched off, and marked, so that the next create knows it again.
fn off(description: &str) -> Map<String, Value> {
    Map::from_iter([
        ("description".to_owned(), json!(mark::marked(description))),
        ("disabled".to_owned(), json!(true)),
    ])
}
