//! One call with its attempts: what is repeated, how long is waited, when it ends.
//!
//! The SDK's own repetition is switched off for these calls, because it would repeat a create whose answer was lost,
//! and sleep on when the host asks to stop.

use std::error::Error;
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::time::Instant;

use super::error::{AwsError, Kind};
use crate::framework::{Context, Stop};

/// When a caller wants to have an answer, whatever it is.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// After this: no new call, waits end at once, reads are dropped, a write that is under way is waited for.
    pub stop: Stop,
    /// `None`: attempts and their time-out are the only limit.
    pub deadline: Option<Instant>,
}

/// What a call does; decides whether it may be repeated blindly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Read,
    /// A write that may happen twice: replace, attach, delete.
    Idempotent,
    /// A write that must not: after a lost answer the caller reads back.
    Create,
}

/// How often and how long.
#[derive(Debug)]
pub(super) struct Patience {
    /// Attempts for a throttled call.
    pub throttled_attempts: u32,
    /// The unit of the exponential wait.
    pub unit: Duration,
    quota: AtomicU32,
}

/// Attempts for other passing failures (standard retry mode of the AWS SDKs).
const TRANSIENT_ATTEMPTS: u32 = 3;
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Retry quota of the standard mode: when many calls fail, repetition stops adding to the load.
const QUOTA: u32 = 500;
const COST: u32 = 5;

impl Patience {
    pub fn new(throttled_attempts: u32) -> Self {
        Self {
            throttled_attempts,
            unit: Duration::from_millis(500),
            quota: AtomicU32::new(QUOTA),
        }
    }

    #[cfg(test)]
    pub fn with_unit(mut self, unit: Duration) -> Self {
        self.unit = unit;
        self
    }

    fn pay(&self) -> bool {
        self.quota
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(COST)
            })
            .is_ok()
    }

    fn refund(&self, amount: u32) {
        let more = |left: u32| Some(left.saturating_add(amount).min(QUOTA));
        let _ = self
            .quota
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// Full jitter: anything up to the exponential ceiling, or what the service asked for.
    fn wait(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        let ceiling = self.unit.saturating_mul(1 << attempt.min(10)).min(LONGEST_WAIT);
        asked.map_or_else(|| ceiling.mul_f64(fraction()), |asked| asked.min(LONGEST_WAIT))
    }
}

/// A random number in `0.0..1.0`; 0.5 when the system has no randomness to give.
pub(super) fn fraction() -> f64 {
    let random = ring::rand::SystemRandom::new();
    ring::rand::generate::<[u8; 4]>(&random).map_or(0.5, |bytes| {
        f64::from(u32::from_le_bytes(bytes.expose())) / (f64::from(u32::MAX) + 1.0)
    })
}

/// Makes a call until it is answered for good.
///
/// # Errors
/// The last answer; `Stopped` or `Deadline` when there was no time for one.
pub(super) async fn call<T, E, F>(
    (operation, effect): (&'static str, Effect),
    patience: &Patience,
    limits: &Limits,
    send: impl Fn() -> F,
) -> Result<T, AwsError>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    let mut attempt = 0;
    loop {
        limits.check(operation)?;
        let answer = limits.bound(operation, effect, Box::pin(send())).await?;
        let (error, asked) = match answer {
            Ok(value) => {
                patience.refund(if attempt > 0 { COST } else { 1 });
                return Ok(value);
            }
            Err(error) => (AwsError::of_sdk(operation, &error), asked_wait(&error)),
        };
        attempt += 1;
        if attempt >= allowed_attempts(&error, effect, patience) || !patience.pay() {
            return Err(error);
        }
        limits.sleep(patience.wait(attempt, asked), error).await?;
    }
}

fn allowed_attempts(error: &AwsError, effect: Effect, patience: &Patience) -> u32 {
    match error.kind {
        Kind::Throttled => patience.throttled_attempts,
        Kind::ConcurrentModification => patience.throttled_attempts.max(TRANSIENT_ATTEMPTS),
        Kind::Service | Kind::Transport { .. } if effect == Effect::Create && error.outcome_unknown() => 1,
        Kind::Transport { .. } if error.message.contains("TLS handshake failed") => 1,
        Kind::Service | Kind::Transport { .. } => TRANSIENT_ATTEMPTS.min(patience.throttled_attempts),
        // The SDK has learnt the offset of the clock from the answer; one more attempt signs with it.
        Kind::Signature => 2,
        _ => 1,
    }
}

/// `Retry-After` in seconds, or the header of AWS in milliseconds.
fn asked_wait<E>(error: &SdkError<E, HttpResponse>) -> Option<Duration> {
    let headers = error.raw_response()?.headers();
    let number = |name: &str| headers.get(name).and_then(|text| text.parse::<u64>().ok());
    number("x-amz-retry-after")
        .map(Duration::from_millis)
        .or_else(|| number("retry-after").map(Duration::from_secs))
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
    /// `Stopped` or `Deadline`.
    pub(super) fn check(&self, operation: &'static str) -> Result<(), AwsError> {
        if self.stop.is_requested() {
            return Err(stopped(operation));
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(late(operation));
        }
        Ok(())
    }

    /// A read ends with the limits; a write that was begun is waited for, because half of one helps nobody.
    async fn bound<T>(
        &self,
        operation: &'static str,
        effect: Effect,
        call: impl Future<Output = T>,
    ) -> Result<T, AwsError> {
        if effect != Effect::Read {
            return Ok(call.await);
        }
        tokio::select! {
            biased;
            () = self.stop.requested() => Err(stopped(operation)),
            () = self.over() => Err(late(operation)),
            answer = call => Ok(answer),
        }
    }

    /// Waits; gives the error back when there is no time to wait.
    async fn sleep(&self, wait: Duration, error: AwsError) -> Result<(), AwsError> {
        if self
            .deadline
            .is_some_and(|deadline| Instant::now() + wait >= deadline)
        {
            return Err(error);
        }
        tokio::select! {
            biased;
            () = self.stop.requested() => Err(error),
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

fn stopped(operation: &'static str) -> AwsError {
    AwsError::new(
        Kind::Stopped,
        operation,
        "not called, because the run was interrupted",
    )
}

fn late(operation: &'static str) -> AwsError {
    AwsError::new(Kind::Deadline, operation, "no time left for the call")
        .with_hint("raise `timeouts` of the resource")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        let patience = Patience::new(10);
        for attempt in 1..40 {
            assert!(patience.wait(attempt, None) <= LONGEST_WAIT);
        }
        assert_eq!(
            patience.wait(1, Some(Duration::from_secs(3))),
            Duration::from_secs(3)
        );
        assert_eq!(patience.wait(1, Some(Duration::from_secs(3_000))), LONGEST_WAIT);
    }

    #[test]
    fn the_quota_runs_dry_and_refills() {
        let patience = Patience::new(10);
        let paid = (0..1_000).filter(|_| patience.pay()).count();
        assert_eq!(paid, 100);
        patience.refund(COST);
        assert!(patience.pay());
        assert!(!patience.pay());
    }
}
