//! What every call gets: when to stop, and until when it may run.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The host's request to end running work soon. Back-off ends at once; no new remote call is begun.
#[derive(Clone, Debug, Default)]
pub struct Stop(CancellationToken);

impl Stop {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn request(&self) {
        self.0.cancel();
    }

    pub fn is_requested(&self) -> bool {
        self.0.is_cancelled()
    }

    /// A request of its own that this one implies.
    #[must_use]
    pub fn child(&self) -> Self {
        Self(self.0.child_token())
    }

    /// Resolves when the host asks to stop.
    pub async fn requested(&self) {
        self.0.cancelled().await;
    }
}

/// The context of one call.
#[derive(Clone, Debug)]
pub struct Context {
    pub stop: Stop,
    /// From the `timeouts` attribute, or the default of the operation.
    pub deadline: Instant,
}

impl Context {
    pub fn new(stop: Stop, timeout: Duration) -> Self {
        Self {
            stop,
            deadline: Instant::now() + timeout,
        }
    }

    /// Sleeps, unless the host asks to stop or the deadline comes first: then false, at once.
    pub async fn sleep(&self, duration: Duration) -> bool {
        let until = (Instant::now() + duration).min(self.deadline);
        tokio::select! {
            () = tokio::time::sleep_until(until) => Instant::now() < self.deadline,
            () = self.stop.requested() => false,
        }
    }

    /// True when work may go on: not stopped, not out of time.
    pub fn may_go_on(&self) -> bool {
        !self.stop.is_requested() && Instant::now() < self.deadline
    }
}
