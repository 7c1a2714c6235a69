//! Waiting until what this run created is visible everywhere in IAM.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::error::AwsError;
use crate::clouds::limits::Limits;
use crate::clouds::patience::fraction;

/// The longest wait for a change to become visible (IAM documents eventual consistency, no bound; clients wait this long).
pub const PROPAGATION: Duration = Duration::from_secs(120);

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(5);

/// Repeats `operation` while `again` says that its error may be one of propagation, for at most [`PROPAGATION`] and
/// within `limits`. Whether waiting is right at all (only for what this run created) is the caller's knowledge.
///
/// # Errors
/// The last error of the operation.
pub async fn wait_for<T, F>(
    limits: &Limits,
    again: impl Fn(&AwsError) -> bool,
    operation: impl Fn() -> F,
) -> Result<T, AwsError>
where
    F: Future<Output = Result<T, AwsError>>,
{
    let bound = Instant::now() + PROPAGATION;
    let end = limits.deadline.map_or(bound, |deadline| deadline.min(bound));
    let mut pause = FIRST;
    loop {
        let error = match operation().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let wait = pause.mul_f64(0.75 + fraction() / 2.0);
        if !again(&error) || Instant::now() + wait >= end {
            return Err(error);
        }
        tokio::select! {
            biased;
            () = limits.stop.requested() => return Err(error),
            () = tokio::time::sleep(wait) => {}
        }
        pause = (pause * 2).min(LONGEST);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::super::error::Kind;
    use super::*;

    fn missing() -> AwsError {
        AwsError::new(Kind::NotFound, "iam:GetRole", "not yet")
    }

    #[tokio::test(start_paused = true)]
    async fn it_waits_until_the_thing_is_there() {
        let calls = AtomicU32::new(0);
        let limits = Limits::default();
        let found = wait_for(&limits, AwsError::is_not_found, || async {
            if calls.fetch_add(1, Ordering::Relaxed) < 5 {
                Err(missing())
            } else {
                Ok(7)
            }
        });
        assert_eq!(found.await.unwrap(), 7);
        assert_eq!(calls.load(Ordering::Relaxed), 6);
    }

    #[tokio::test(start_paused = true)]
    async fn two_minutes_and_no_more() {
        let start = Instant::now();
        let limits = Limits::default();
        let never = wait_for::<(), _>(&limits, AwsError::is_not_found, || async { Err(missing()) });
        assert!(never.await.is_err());
        let waited = start.elapsed();
        assert!(
            waited <= PROPAGATION && waited > PROPAGATION - 2 * LONGEST,
            "{waited:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn another_error_ends_it_at_once() {
        let start = Instant::now();
        let denied = || async { Err::<(), _>(AwsError::new(Kind::AccessDenied, "iam:GetRole", "no")) };
        let error = wait_for(&Limits::default(), AwsError::is_not_found, denied)
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, start.elapsed()),
            (Kind::AccessDenied, Duration::ZERO)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn stop_ends_it_at_once() {
        let limits = Limits::default();
        let stop = limits.stop.clone();
        let start = Instant::now();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(10)).await;
            stop.request();
        });
        let stopped = wait_for::<(), _>(&limits, AwsError::is_not_found, || async { Err(missing()) }).await;
        assert!(stopped.is_err());
        assert_eq!(start.elapsed(), Duration::from_secs(10));
    }
}
