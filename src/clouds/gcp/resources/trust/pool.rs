//! The pool: making it, or joining one of several trusts.

use tokio::time::{Duration, Instant};

use super::mark;
use super::memory::Memory;
use super::model::TrustModel;
use super::ownership::Ownership;
use super::work::{Failure, WantedPool, Work};
use crate::clouds::gcp::client::{Life, Pool};
use crate::framework::{Attr, Path};

/// How long something that this run made may not be seen everywhere ("Access change propagation").
pub const PROPAGATION: Duration = Duration::from_secs(120);

/// What this run did to the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// It was made or brought back just now: not everybody may see it yet.
    pub fresh: bool,
    /// Our provider came back with it.
    pub came_back: bool,
    /// It is switched off, and has to be switched on when its provider is right.
    pub switch_on: bool,
}

const POOL: &str = "Could not make the pool";

impl Work<'_> {
    /// The pool, there and ours to use. `state` says what this trust holds at every moment: a pool that was there before is held
    /// only with a provider in it, so that a create that ends here leaves nothing to destroy.
    pub async fn take_pool(&self, memory: &mut Memory, state: &mut TrustModel) -> Result<Taken, Failure> {
        let wanted = WantedPool::of(self.planned);
        let name = self.meaning.name.pool();
        let failed = || Failure::google(at_pool(), POOL);
        if wanted.ownership == Ownership::Exclusive {
            return self.make_pool(&wanted, memory, state).await;
        }
        let found = self.google.get_pool(name).await.map_err(failed())?;
        match (found, wanted.ownership) {
            (Some(pool), Ownership::External) if pool.life == Life::Active => Ok(Taken::default()),
            (_, Ownership::External) => Err(Failure::Refused(
                at_pool().attribute("id"),
                "There is no such pool",
                format!(
                    "expected the pool `{name}`, which `ownership = \"external\"` says exists, found none that is not deleted"
                ),
            )),
            (Some(pool), _) if pool.life == Life::Active => self.join(&wanted, &pool, memory),
            (Some(pool), _) => self.restore_pool(&wanted, &pool, memory, state).await,
            (None, _) => self.make_pool(&wanted, memory, state).await,
        }
    }

    fn join(&self, wanted: &WantedPool, pool: &Pool, memory: &mut Memory) -> Result<Taken, Failure> {
        let differs = [
            (
                "display_name",
                wanted.writes_display_name,
                &wanted.display_name,
                pool.display_name.as_str(),
            ),
            (
                "description",
                wanted.writes_description,
                &wanted.description,
                mark::shown(&pool.description),
            ),
        ];
        for (name, written, ours, theirs) in differs {
            if written && ours != theirs {
                return Err(Failure::Refused(
                    at_pool().attribute(name),
                    "The pool says something else",
                    format!(
                        "expected `{theirs}`, as the pool `{}` has it, found `{ours}`; several trusts that write different texts to one \
                         pool would never come to rest. Leave `{name}` out, or write the same in all.",
                        pool.name
                    ),
                ));
            }
        }
        memory.pool_made = mark::is_marked(&pool.description);
        Ok(Taken::default())
    }

    async fn make_pool(
        &self,
        wanted: &WantedPool,
        memory: &mut Memory,
        state: &mut TrustModel,
    ) -> Result<Taken, Failure> {
        let name = self.meaning.name.pool();
        let failed = || Failure::google(at_pool(), POOL);
        let fresh = Taken {
            fresh: true,
            ..Taken::default()
        };
        match self.google.create_pool(name, &wanted.body()).await {
            Ok(operation) => {
                // from here on there may be a pool, whatever becomes of the operation
                memory.pool_made = true;
                state.pool_name = Attr::from_text(name.to_string());
                self.google.finish(operation).await.map_err(failed())?;
                // whether it is seen, the provider's own creation tells
                Ok(fresh)
            }
            Err(error) if error.is_already_exists() || error.is_lost() => {
                let lost = error.is_lost();
                match self.google.get_pool(name).await.map_err(failed())? {
                    None => Err(failed()(error)),
                    Some(pool) if pool.life == Life::Deleted => {
                        self.restore_pool(wanted, &pool, memory, state).await
                    }
                    // the answer was lost, the pool is what we asked for
                    Some(pool) if lost && wanted.changes(&pool, true).is_empty() => {
                        memory.pool_made = true;
                        state.pool_name = Attr::from_text(name.to_string());
                        Ok(fresh)
                    }
                    // somebody of ours was faster
                    Some(pool) if wanted.ownership == Ownership::Shared => self.join(wanted, &pool, memory),
                    Some(pool) => Err(self.foreign_pool(&pool)),
                }
            }
            Err(error) => Err(failed()(error)),
        }
    }

    fn foreign_pool(&self, pool: &Pool) -> Failure {
        let whose = match mark::is_marked(&pool.description) {
            true => {
                "carries our mark, so that another configuration made it, or a create that was cut off before it was written down"
            }
            false => "was not made by this provider",
        };
        Failure::Refused(
            at_pool().attribute("id"),
            "The pool exists already",
            format!(
                "expected no pool `{}`, since `ownership` is `exclusive`, found one; it {whose}. Import the trust \
                 (`terraform import ADDRESS {}`), take another id, or share the pool (`ownership = \"shared\"`).",
                pool.name, self.meaning.name
            ),
        )
    }

    /// Waits until the pool that this run brought back is seen.
    pub async fn see_pool(&self) -> Result<Pool, Failure> {
        let started = Instant::now();
        let mut attempt = 0;
        loop {
            let found = self.google.get_pool(self.meaning.name.pool()).await;
            match found.map_err(Failure::google(at_pool(), POOL))? {
                Some(pool) if pool.life == Life::Active => return Ok(pool),
                _ if started.elapsed() < PROPAGATION => {
                    self.google
                        .pause(attempt)
                        .await
                        .map_err(Failure::google(at_pool(), POOL))?;
                    attempt += 1;
                }
                _ => {
                    return Err(Failure::Refused(
                        at_pool(),
                        POOL,
                        format!(
                            "expected the pool `{}`, which was just brought back, found none for two minutes",
                            self.meaning.name.pool()
                        ),
                    ));
                }
            }
        }
    }
}

/// The argument about the pool.
pub fn at_pool() -> Path {
    Path::of("pool")
}
