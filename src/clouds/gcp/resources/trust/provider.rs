//! The provider in the pool: making it, and setting it to what the trust means.

use serde_json::{Map, json};
use tokio::time::Instant;

use super::model::TrustModel;
use super::pool::{PROPAGATION, Taken, at_pool};
use super::work::{Failure, WantedPool, WantedProvider, Work, decides_as};
use crate::clouds::gcp::client::{Life, PoolProvider};
use crate::framework::{Attr, Path};

const PROVIDER: &str = "Could not make the provider";

impl Work<'_> {
    /// The provider, there and set to what the trust means.
    pub async fn take_provider(&self, taken: Taken, state: &mut TrustModel) -> Result<(), Failure> {
        let name = &self.meaning.name;
        let wanted = WantedProvider::of(self.planned);
        let failed = || Failure::google(at_provider(), PROVIDER);
        let started = Instant::now();
        let mut attempt = 0;
        let begun = loop {
            match self
                .google
                .create_pool_provider(name, &wanted.body(self.meaning))
                .await
            {
                // the pool of a moment ago may not be seen everywhere
                Err(error) if taken.fresh && error.is_not_found() && started.elapsed() < PROPAGATION => {
                    self.google.pause(attempt).await.map_err(|_| failed()(error))?;
                    attempt += 1;
                }
                outcome => break outcome,
            }
        };
        match begun {
            Ok(operation) => {
                self.hold(state);
                self.google.finish(operation).await.map_err(failed())?;
                self.see_provider().await?;
            }
            Err(error) if error.is_already_exists() || error.is_lost() => {
                let found = self.google.get_pool_provider(name).await.map_err(failed())?;
                let ours = self.was_in_state(state);
                match found {
                    None => return Err(failed()(error)),
                    Some(found) if found.life == Life::Deleted => {
                        self.restore_provider(&wanted, &found, ours, state).await?
                    }
                    // came back with the pool, or our answer was lost
                    Some(found)
                        if taken.came_back
                            || (error.is_lost() && wanted.changes(&found, self.meaning, true).is_empty()) =>
                    {
                        self.hold(state);
                        self.set(&wanted, &found, true).await?;
                    }
                    Some(_) => {
                        return Err(Failure::Refused(
                            at_provider().attribute("id"),
                            "The provider exists already",
                            format!(
                                "expected no provider `{name}`, found one. Import the trust (`terraform import ADDRESS {name}`), or take \
                                 another id."
                            ),
                        ));
                    }
                }
            }
            Err(error) => return Err(failed()(error)),
        }
        self.switch_on(taken).await
    }

    /// From here on there may be a provider of this trust, whatever becomes of the operation.
    pub fn hold(&self, state: &mut TrustModel) {
        state.pool_name = Attr::from_text(self.meaning.name.pool().to_string());
        state.provider_name = Attr::from_text(self.meaning.name.to_string());
    }

    /// Switches a pool on that was brought back switched off: its provider is right now.
    async fn switch_on(&self, taken: Taken) -> Result<(), Failure> {
        if !taken.switch_on {
            return Ok(());
        }
        let wanted = WantedPool::of(self.planned);
        let changes = Map::from_iter([("disabled".to_owned(), json!(wanted.disabled))]);
        let failed = || Failure::google(at_pool(), "Could not switch the pool on");
        let operation = self
            .google
            .patch_pool(self.meaning.name.pool(), &changes)
            .await
            .map_err(failed())?;
        self.google.finish(operation).await.map_err(failed())?;
        Ok(())
    }

    /// Waits until the provider that this run made is seen.
    pub async fn see_provider(&self) -> Result<PoolProvider, Failure> {
        let started = Instant::now();
        let mut attempt = 0;
        loop {
            let found = self.google.get_pool_provider(&self.meaning.name).await;
            match found.map_err(Failure::google(at_provider(), PROVIDER))? {
                Some(provider) if provider.life == Life::Active => return Ok(provider),
                _ if started.elapsed() < PROPAGATION => {
                    self.google
                        .pause(attempt)
                        .await
                        .map_err(Failure::google(at_provider(), PROVIDER))?;
                    attempt += 1;
                }
                _ => {
                    return Err(Failure::Refused(
                        at_provider(),
                        PROVIDER,
                        format!(
                            "expected the provider `{}`, which was just made, found none for two minutes",
                            self.meaning.name
                        ),
                    ));
                }
            }
        }
    }

    /// Looks whether the provider admits what this trust admits, and nothing else.
    async fn confirm(&self, when: &str) -> Result<(), Failure> {
        let now = self.see_provider().await?;
        if decides_as(&now, self.meaning) {
            return Ok(());
        }
        Err(Failure::Refused(
            at_provider(),
            "The provider is not what it was set to",
            format!(
                "expected `{}` to admit what this trust admits {when}, found something else; plan again to see what it admits",
                now.name
            ),
        ))
    }

    /// Changes the provider to what is meant. One that is off is set first, looked at again, and switched on last.
    pub async fn set(
        &self,
        wanted: &WantedProvider,
        found: &PoolProvider,
        marks: bool,
    ) -> Result<(), Failure> {
        let failed = || Failure::google(at_provider(), "Could not change the provider");
        if found.oidc.is_none() {
            return Err(Failure::Refused(
                at_provider().attribute("id"),
                "A provider of another kind",
                format!(
                    "expected an OIDC provider, found `{}` of another kind, which Google never changes; take another id",
                    found.name
                ),
            ));
        }
        let mut changes = wanted.changes(found, self.meaning, marks);
        let switch_on = found.disabled && !wanted.disabled;
        if switch_on {
            changes.remove("disabled");
        }
        if !changes.is_empty() {
            let operation = self
                .google
                .patch_pool_provider(&found.name, &changes)
                .await
                .map_err(failed())?;
            if !self.google.finish(operation).await.map_err(failed())? {
                // the operation may have failed, and the old condition still hold
                self.confirm("after it was changed").await?;
            }
        }
        if switch_on {
            self.confirm("before it is switched on").await?;
            let changes = Map::from_iter([("disabled".to_owned(), json!(false))]);
            let operation = self
                .google
                .patch_pool_provider(&found.name, &changes)
                .await
                .map_err(failed())?;
            self.google.finish(operation).await.map_err(failed())?;
        }
        Ok(())
    }
}

/// The argument about the provider.
pub fn at_provider() -> Path {
    Path::of("pool_provider")
}
