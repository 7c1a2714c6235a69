//! Nothing that a part does may end the process or keep a call for ever.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;

use crate::framework::{Context, Diagnostics, Path};

/// How long a part may overrun its deadline, so that it can come back by itself with what it has reached.
const OVERRUN: Duration = Duration::from_secs(60);

/// Why work did not come to its own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Panicked,
    Overdue,
}

/// Runs the work of a part; what it had reached is wherever the work put it.
pub async fn guarded<T>(context: &Context, work: impl Future<Output = T>) -> Result<T, Cut> {
    // the work is dropped after a panic, and what it wrote to is only read
    let work = AssertUnwindSafe(work).catch_unwind();
    match tokio::time::timeout_at(context.deadline + OVERRUN, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err(Cut::Panicked),
        Err(_) => Err(Cut::Overdue),
    }
}

/// Like [`guarded`], for a check that does not wait.
pub fn guarded_check<T>(check: impl FnOnce() -> T) -> Result<T, Cut> {
    std::panic::catch_unwind(AssertUnwindSafe(check)).map_err(|_| Cut::Panicked)
}

/// Says what happened to the work.
pub fn report<T>(outcome: Result<T, Cut>, diagnostics: &mut Diagnostics) -> Option<T> {
    let (summary, detail) = match outcome {
        Ok(done) => return Some(done),
        Err(Cut::Panicked) => (
            "The provider failed unexpectedly",
            "This is a bug of the provider; please report it, with the log of a run with TF_LOG=error. What had \
             been done by then is kept in the state.",
        ),
        Err(Cut::Overdue) => (
            "The operation took too long",
            "It did not end within its timeout and was cut off. What had been done by then is kept in the state; \
             run the plan again, and raise `timeouts` if it needs more time.",
        ),
    };
    diagnostics.error(Path::root(), summary, detail);
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::Stop;

    #[tokio::test(start_paused = true)]
    async fn work_is_cut_and_what_it_reached_is_kept() {
        let context = Context::new(Stop::new(), Duration::from_secs(1));
        let mut reached = 0;
        let work = async {
            reached = 1;
            std::future::pending::<()>().await;
        };
        assert_eq!(guarded(&context, work).await, Err(Cut::Overdue));
        assert_eq!(reached, 1);
    }

    #[tokio::test]
    async fn a_panic_becomes_a_diagnostic() {
        let context = Context::new(Stop::new(), Duration::from_secs(1));
        let outcome = guarded(&context, async { panic!("secret") }).await;
        let mut diagnostics = Diagnostics::new();
        assert!(report::<()>(outcome, &mut diagnostics).is_none());
        assert!(diagnostics.has_errors());
        assert!(!format!("{diagnostics:?}").contains("secret"));
    }
}
