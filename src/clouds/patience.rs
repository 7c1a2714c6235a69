//! How often a call is repeated, and how long is waited between its attempts.
//!
//! Owns the exponential wait, its jitter, and the budget that all calls of a cloud share. Must not know which failures
//! pass: each cloud says that of its own errors.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// What a call does; decides whether it may be repeated blindly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Read,
    /// A write that may happen twice: replace, attach, delete.
    Idempotent,
    /// A write that must not: after a lost answer the caller reads back.
    Create,
}

/// How often and how long.
#[derive(Debug)]
pub(in crate::clouds) struct Patience {
    /// Attempts for a throttled call.
    pub throttled_attempts: u32,
    /// The unit of the exponential wait.
    pub unit: Duration,
    /// No wait is longer, whatever the service asks for.
    longest: Duration,
    quota: AtomicU32,
}

/// Retry quota: when many calls fail, repetition stops adding to the load.
const QUOTA: u32 = 500;
/// What one repetition takes from it.
pub(in crate::clouds) const COST: u32 = 5;

impl Patience {
    pub fn new(throttled_attempts: u32, longest: Duration) -> Self {
        Self {
            throttled_attempts,
            unit: Duration::from_millis(500),
            longest,
            quota: AtomicU32::new(QUOTA),
        }
    }

    #[cfg(test)]
    pub fn with_unit(mut self, unit: Duration) -> Self {
        self.unit = unit;
        self
    }

    /// Takes one repetition from the budget; false when there is none left.
    pub fn pay(&self) -> bool {
        self.quota
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(COST)
            })
            .is_ok()
    }

    pub fn refund(&self, amount: u32) {
        let more = |left: u32| Some(left.saturating_add(amount).min(QUOTA));
        let _ = self
            .quota
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// Full jitter: anything up to the exponential ceiling, or what the service asked for.
    pub fn wait(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        let ceiling = self.unit.saturating_mul(1 << attempt.min(10)).min(self.longest);
        asked.map_or_else(|| ceiling.mul_f64(fraction()), |asked| asked.min(self.longest))
    }
}

/// A random number in `0.0..1.0`; 0.5 when the system has no randomness to give.
pub(in crate::clouds) fn fraction() -> f64 {
    let random = ring::rand::SystemRandom::new();
    ring::rand::generate::<[u8; 4]>(&random).map_or(0.5, |bytes| {
        f64::from(u32::from_le_bytes(bytes.expose())) / (f64::from(u32::MAX) + 1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(20);

    #[test]
    fn waits_grow_and_stay_bounded() {
        let patience = Patience::new(10, LONGEST);
        for attempt in 1..40 {
            assert!(patience.wait(attempt, None) <= LONGEST);
        }
        assert_eq!(
            patience.wait(1, Some(Duration::from_secs(3))),
            Duration::from_secs(3)
        );
        assert_eq!(patience.wait(1, Some(Duration::from_secs(3_000))), LONGEST);
    }

    #[test]
    fn the_quota_runs_dry_and_refills() {
        let patience = Patience::new(10, LONGEST);
        let paid = (0..1_000).filter(|_| patience.pay()).count();
        assert_eq!(paid, 100);
        patience.refund(COST);
        assert!(patience.pay());
        assert!(!patience.pay());
    }
}
