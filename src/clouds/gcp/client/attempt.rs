//! One call with its attempts: what is repeated, when it ends (Google's "Retry strategy" for IAM).

use std::future::Future;
use std::time::Duration;

use super::error::{GcpError, Kind};
use crate::clouds::limits::{Ended, Limits};
use crate::clouds::patience::{COST, Effect, Patience, fraction};

/// The quota of writes is counted by the minute; with their waits, these attempts outlast one.
const THROTTLED_ATTEMPTS: u32 = 12;
/// Attempts for other passing failures.
const TRANSIENT_ATTEMPTS: u32 = 5;
const LONGEST_WAIT: Duration = Duration::from_secs(32);

/// A pause between polls begins with this part of the unit of waiting, and ends with that many of them.
const FIRST_PAUSE: f64 = 0.4;
const LONGEST_PAUSE: f64 = 10.0;

/// The patience of calls to Google.
pub(super) fn patience() -> Patience {
    Patience::new(THROTTLED_ATTEMPTS, LONGEST_WAIT)
}

/// Makes a call until it is answered for good.
///
/// # Errors
/// The last answer; `Stopped` or `Deadline` when there was no time for one.
pub(super) async fn call<T, F>(
    (operation, effect): (&'static str, Effect),
    patience: &Patience,
    limits: &Limits,
    send: impl Fn() -> F,
) -> Result<T, GcpError>
where
    F: Future<Output = Result<T, GcpError>>,
{
    let ended_call = |ended| ended_call(operation, ended);
    let mut attempt = 0;
    loop {
        limits.check().map_err(ended_call)?;
        let answer = limits.bound(effect, send()).await.map_err(ended_call)?;
        let error = match answer {
            Ok(value) => {
                patience.refund(if attempt > 0 { COST } else { 1 });
                return Ok(value);
            }
            Err(error) => error.after(effect),
        };
        attempt += 1;
        if attempt >= allowed_attempts(&error, effect) || !patience.pay() {
            return Err(error);
        }
        let wait = patience.wait(attempt, error.retry_after);
        if limits.sleep(wait).await.is_err() {
            return Err(error);
        }
    }
}

fn allowed_attempts(error: &GcpError, effect: Effect) -> u32 {
    match error.kind {
        Kind::Throttled => THROTTLED_ATTEMPTS,
        Kind::Service | Kind::Transport { .. } if effect == Effect::Create && error.outcome_unknown() => 1,
        Kind::Transport { .. } if error.message.contains("certificate") => 1,
        Kind::Service | Kind::Transport { .. } => TRANSIENT_ATTEMPTS,
        _ => 1,
    }
}

/// Waits before the next look at something that takes its time; `attempt` counts from 0.
///
/// # Errors
/// `Stopped` or `Deadline`, at once: when there is no time for the wait and another look.
pub(super) async fn pause(
    operation: &'static str,
    attempt: u32,
    patience: &Patience,
    limits: &Limits,
) -> Result<(), GcpError> {
    let grown = FIRST_PAUSE * f64::from(1_u32 << attempt.min(10));
    let wait = patience
        .unit
        .mul_f64(grown.min(LONGEST_PAUSE) * (0.75 + fraction() / 2.0));
    limits
        .sleep(wait)
        .await
        .map_err(|ended| ended_call(operation, ended))
}

/// The error of a call for which there was no time.
pub(super) fn ended_call(operation: &'static str, ended: Ended) -> GcpError {
    let kind = match ended {
        Ended::Stopped => Kind::Stopped,
        Ended::Late => Kind::Deadline,
    };
    let error = GcpError::new(kind, operation, ended.message());
    match ended.hint() {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}
