//! When the calls of an operation end: at its deadline, or when the host asks to stop.
//!
//! Owns what is dropped then and what is waited for. Must not know which cloud is called.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::patience::Effect;
use crate::framework::{Context, Stop};

/// When a caller wants to have an answer, whatever it is.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// After this: no new call, waits end at once, reads are dropped, a write that is under way is waited for.
    pub stop: Stop,
    /// `None`: attempts and their time-out are the only limit.
    pub deadline: Option<Instant>,
}

/// Why there is no time for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::clouds) enum Ended {
    /// The host asked to stop.
    Stopped,
    /// The time for the whole operation is over.
    Late,
}

impl Ended {
    /// What happened to the call.
    pub fn message(self) -> &'static str {
        match self {
            Self::Stopped => "not called, because the run was interrupted",
            Self::Late => "no time left for the call",
        }
    }

    /// What to do about it.
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Stopped => None,
            Self::Late => Some("raise `timeouts` of the resource"),
        }
    }
}

impl From<&Context> for Limits {
    fn from(context: &Context) -> Self {
        Self {
            stop: context.stop.clone(),
            deadline: Some(context.deadline),
        }
    }
}

impl Limits {
    /// # Errors
    /// There is no time for a call.
    pub(in crate::clouds) fn check(&self) -> Result<(), Ended> {
        if self.stop.is_requested() {
            return Err(Ended::Stopped);
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(Ended::Late);
        }
        Ok(())
    }

    /// A read ends with the limits; a write that was begun is waited for, because half of one helps nobody.
    pub(in crate::clouds) async fn bound<T>(
        &self,
        effect: Effect,
        call: impl Future<Output = T>,
    ) -> Result<T, Ended> {
        if effect != Effect::Read {
            return Ok(call.await);
        }
        tokio::select! {
            biased;
            () = self.stop.requested() => Err(Ended::Stopped),
            () = self.over() => Err(Ended::Late),
            answer = call => Ok(answer),
        }
    }

    /// Waits. A wait that would outlast the deadline is not begun, since no call could follow it.
    pub(in crate::clouds) async fn sleep(&self, wait: Duration) -> Result<(), Ended> {
        if self
            .deadline
            .is_some_and(|deadline| Instant::now() + wait >= deadline)
        {
            return Err(Ended::Late);
        }
        tokio::select! {
            biased;
            () = self.stop.requested() => Err(Ended::Stopped),
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }

    async fn over(&self) {
        match self.deadline {
            Some(deadline) => tokio::time::sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_wait_is_not_begun_when_it_would_outlast_the_deadline() {
        let start = Instant::now();
        let limits = Limits {
            deadline: Some(start + Duration::from_secs(10)),
            ..Limits::default()
        };
        assert_eq!(limits.sleep(Duration::from_secs(10)).await, Err(Ended::Late));
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert_eq!(limits.sleep(Duration::from_secs(9)).await, Ok(()));
        assert_eq!(start.elapsed(), Duration::from_secs(9));
    }

    #[tokio::test(start_paused = true)]
    async fn stop_drops_a_read_and_waits_for_a_write() {
        let limits = Limits::default();
        limits.stop.request();
        let work = || tokio::time::sleep(Duration::from_secs(1));
        assert_eq!(limits.bound(Effect::Read, work()).await, Err(Ended::Stopped));
        assert_eq!(limits.bound(Effect::Create, work()).await, Ok(()));
        assert_eq!(limits.bound(Effect::Idempotent, work()).await, Ok(()));
        assert_eq!(limits.check(), Err(Ended::Stopped));
        assert_eq!(limits.sleep(Duration::from_secs(1)).await, Err(Ended::Stopped));
    }
}
