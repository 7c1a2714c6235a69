//! Bringing back what was deleted and still holds its id.
//!
//! SECURITY: an undelete brings every provider of a pool back as it was. It is done only where everything that comes back
//! carries our mark, and is switched off or admits exactly what this trust admits; everything else is refused. What came back is
//! looked at again, before the pool is switched on: Google does not say whether it shows all that is in a deleted pool.

use std::collections::BTreeSet;

use serde_json::{Map, json};

use super::mark;
use super::memory::Memory;
use super::model::TrustModel;
use super::ownership::{SoftDeleted, another_id};
use super::pool::{Taken, at_pool};
use super::provider::at_provider;
use super::work::{Failure, WantedPool, WantedProvider, Work, decides_as};
use crate::clouds::gcp::client::{GcpError, Life, Pool, PoolProvider};
use crate::framework::{Attr, Path};

impl Work<'_> {
    pub async fn restore_pool(
        &self,
        wanted: &WantedPool,
        pool: &Pool,
        memory: &mut Memory,
        state: &mut TrustModel,
    ) -> Result<Taken, Failure> {
        const RESTORE: &str = "Could not bring the pool back";
        let failed = || Failure::google(at_pool(), RESTORE);
        let providers = self
            .google
            .list_pool_providers(&pool.name, true)
            .await
            .map_err(failed())?
            .unwrap_or_default();
        let ours = memory.pool_made && self.was_in_state(state);
        let refused = |reason: String| {
            self.taken_by_the_dead(at_pool().attribute("id"), "pool", pool.name.id(), &reason)
        };
        if let Some(reason) = self.against_pool(pool, &providers, ours) {
            return Err(refused(reason));
        }
        // What is switched off admits nobody, whatever comes back. Else all of it has to be seen before, and Google may hide what is
        // in a deleted pool: our own provider has to be among what is seen.
        if !pool.disabled && !providers.iter().any(|one| one.name == self.meaning.name) {
            return Err(refused(
                "the pool would come back switched on, and what comes back in it cannot be seen".to_owned(),
            ));
        }
        let operation = self.google.undelete_pool(&pool.name).await.map_err(failed())?;
        memory.pool_made = true;
        state.pool_name = Attr::from_text(pool.name.to_string());
        self.google.finish(operation).await.map_err(failed())?;
        let back = self.see_pool().await?;
        // what could not be seen before can now
        let listed = self.google.list_pool_providers(&pool.name, true).await;
        let providers = listed.map_err(failed())?.unwrap_or_default();
        if let Some(reason) = self.against_pool(pool, &providers, ours) {
            return Err(self.hidden_in_the_pool(&back, &reason).await?);
        }
        let mut changes = wanted.changes(&back, true);
        if wanted.disabled && !back.disabled {
            changes.insert("disabled".to_owned(), json!(true));
        }
        if !changes.is_empty() {
            let operation = self
                .google
                .patch_pool(&pool.name, &changes)
                .await
                .map_err(failed())?;
            self.google.finish(operation).await.map_err(failed())?;
        }
        // what came back besides is nobody's: all of it is ours, and switched off
        for other in providers
            .iter()
            .filter(|one| one.name != self.meaning.name && one.life == Life::Active)
        {
            self.delete_provider(other).await.map_err(failed())?;
        }
        Ok(Taken {
            fresh: true,
            came_back: providers
                .iter()
                .any(|one| one.name == self.meaning.name && one.life == Life::Active),
            switch_on: back.disabled && !wanted.disabled,
        })
    }

    /// A pool in which more came back than could be seen before stays switched off, and is not deleted again: somebody may have
    /// put a provider into it meanwhile.
    async fn hidden_in_the_pool(&self, pool: &Pool, reason: &str) -> Result<Failure, Failure> {
        if !pool.disabled {
            let failed = || Failure::google(at_pool(), "Could not switch the pool off");
            let off = Map::from_iter([("disabled".to_owned(), json!(true))]);
            let operation = self.google.patch_pool(&pool.name, &off).await.map_err(failed())?;
            self.google.finish(operation).await.map_err(failed())?;
        }
        Ok(Failure::Refused(
            at_pool().attribute("id"),
            "The pool came back with more than was seen before",
            format!(
                "expected only what this provider made and switched off in the pool `{}`, found more after bringing it back: {reason}. \
                 The pool is switched off, so that nobody gets in. Look at its providers and delete it, or take another id.",
                pool.name
            ),
        ))
    }

    async fn delete_provider(&self, provider: &PoolProvider) -> Result<(), GcpError> {
        match self.google.delete_pool_provider(&provider.name).await {
            Ok(operation) => self.google.finish(operation).await.map(drop),
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether this trust held the pool before, as its state says.
    pub fn was_in_state(&self, state: &TrustModel) -> bool {
        !state.id.is_null() && !state.id.is_unknown()
    }

    /// What speaks against bringing a pool back.
    fn against_pool(&self, pool: &Pool, providers: &[PoolProvider], ours: bool) -> Option<String> {
        if let Some(reason) = self.against_restoring(&pool.description, ours, "the pool") {
            return Some(reason);
        }
        for provider in providers {
            if let Some(reason) = self.against_provider(provider, ours) {
                return Some(reason);
            }
        }
        None
    }

    fn against_provider(&self, provider: &PoolProvider, ours: bool) -> Option<String> {
        let what = format!("its provider `{}`", provider.name.id());
        let ours = ours && provider.name == self.meaning.name;
        if let Some(reason) = self.against_restoring(&provider.description, ours, &what) {
            return Some(reason);
        }
        if provider.oidc.is_none() {
            return Some(format!(
                "{what} is of another kind than OIDC, which is never made here"
            ));
        }
        let harmless = provider.disabled || self.is_wanted(provider);
        (!harmless).then(|| {
            format!("{what} would come back switched on, and admits other tokens than this trust (condition `{}`)", provider.attribute_condition)
        })
    }

    fn is_wanted(&self, provider: &PoolProvider) -> bool {
        provider.name == self.meaning.name && decides_as(provider, self.meaning)
    }

    fn against_restoring(&self, description: &str, ours: bool, what: &str) -> Option<String> {
        let chosen = self
            .planned
            .on_soft_deleted
            .text()
            .and_then(|text| SoftDeleted::parse(text).ok());
        if chosen == Some(SoftDeleted::Error) {
            return Some("`on_soft_deleted` is `error`".to_owned());
        }
        (!ours && !mark::is_marked(description))
            .then(|| format!("{what} was not made by this provider (its description has no mark)"))
    }

    fn taken_by_the_dead(&self, path: Path, what: &str, id: &str, reason: &str) -> Failure {
        let other = another_id(id, &BTreeSet::new());
        let argument = if what == "pool" {
            "pool.id"
        } else {
            "pool_provider.id"
        };
        Failure::Refused(
            path,
            "The id is that of something deleted",
            format!(
                "expected an id that is free, found `{id}`, a {what} that was deleted within the last thirty days and keeps its id. It \
                 is not brought back: {reason}; bringing it back would revive what it trusted. Take another id \
                 (`{argument} = \"{other}\"`), or bring it back by hand, look at it, and import it."
            ),
        )
    }

    pub async fn restore_provider(
        &self,
        wanted: &WantedProvider,
        found: &PoolProvider,
        ours: bool,
        state: &mut TrustModel,
    ) -> Result<(), Failure> {
        let failed = || Failure::google(at_provider(), "Could not bring the provider back");
        if let Some(reason) = self.against_provider(found, ours) {
            return Err(self.taken_by_the_dead(
                at_provider().attribute("id"),
                "provider",
                found.name.id(),
                &reason,
            ));
        }
        let operation = self
            .google
            .undelete_pool_provider(&found.name)
            .await
            .map_err(failed())?;
        self.hold(state);
        self.google.finish(operation).await.map_err(failed())?;
        let back = self.see_provider().await?;
        self.set(wanted, &back, true).await
    }
}
