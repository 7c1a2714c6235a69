//! One call with its attempts: what is repeated, when it ends.
//!
//! The SDK's own repetition is switched off for these calls, because it would repeat a create whose answer was lost,
//! and sleep on when the host asks to stop.

use std::error::Error;
use std::future::Future;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::error::{AwsError, Kind};
use crate::clouds::limits::{Ended, Limits};
use crate::clouds::patience::{COST, Effect, Patience};

/// Attempts for other passing failures (standard retry mode of the AWS SDKs).
const TRANSIENT_ATTEMPTS: u32 = 3;
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// The patience of calls to AWS.
pub(super) fn patience(throttled_attempts: u32) -> Patience {
    Patience::new(throttled_attempts, LONGEST_WAIT)
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
        check(limits, operation)?;
        let answer = limits.bound(effect, Box::pin(send())).await;
        let (error, asked) = match answer.map_err(|ended| ended_call(operation, ended))? {
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
        if limits.sleep(patience.wait(attempt, asked)).await.is_err() {
            return Err(error);
        }
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

/// # Errors
/// `Stopped` or `Deadline`.
pub(super) fn check(limits: &Limits, operation: &'static str) -> Result<(), AwsError> {
    limits.check().map_err(|ended| ended_call(operation, ended))
}

fn ended_call(operation: &'static str, ended: Ended) -> AwsError {
    let kind = match ended {
        Ended::Stopped => Kind::Stopped,
        Ended::Late => Kind::Deadline,
    };
    let error = AwsError::new(kind, operation, ended.message());
    match ended.hint() {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}
