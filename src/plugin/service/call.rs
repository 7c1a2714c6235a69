//! Runs one call: on a task of its own, with its beginning, end and duration in the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::sync::watch;
use tonic::{Response, Status};

use crate::framework::log;

/// The calls that are running.
#[derive(Clone)]
pub struct Calls(Arc<Counters>);

struct Counters {
    begun: AtomicU64,
    running: watch::Sender<u64>,
}

impl Calls {
    pub fn new() -> Self {
        Self(Arc::new(Counters {
            begun: AtomicU64::new(0),
            running: watch::Sender::new(0),
        }))
    }

    /// Resolves when no call runs.
    pub async fn idle(&self) {
        // the sender lives as long as we do
        let _ = self.0.running.subscribe().wait_for(|running| *running == 0).await;
    }

    /// Runs `work` and answers with what it returns. `subject` is the type that the call is about.
    ///
    /// When the host gives the call up, the work goes on to its own end: cutting it in the middle of a change would
    /// lose what was done.
    pub async fn run<A: Send + 'static>(
        &self,
        rpc: &'static str,
        subject: &str,
        work: impl Future<Output = A> + Send + 'static,
    ) -> Result<Response<A>, Status> {
        let id = (self.0.begun.fetch_add(1, Ordering::Relaxed) + 1).to_string();
        let fields = [
            ("tf_rpc", rpc),
            ("tf_resource_type", subject),
            ("tf_req_id", id.as_str()),
        ];
        log::trace("received a request", &fields);
        let start = Instant::now();
        let running = Running::new(self.clone());
        let outcome = tokio::spawn(async move {
            let _running = running;
            work.await
        })
        .await;
        let took = start.elapsed().as_millis().to_string();
        let [rpc_field, subject_field, id_field] = fields;
        log::debug(
            "answered a request",
            &[rpc_field, subject_field, id_field, ("tf_req_duration_ms", &took)],
        );
        // the message of a panic may hold data; the log says where it was
        outcome.map(Response::new).map_err(|_| {
            Status::internal(format!(
                "{rpc} failed unexpectedly; this is a bug of the provider"
            ))
        })
    }
}

/// Counts a call while it runs, however it ends.
struct Running(Calls);

impl Running {
    fn new(calls: Calls) -> Self {
        calls.0.running.send_modify(|running| *running += 1);
        Self(calls)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.running.send_modify(|running| *running -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_fails_unexpectedly_says_nothing_of_its_data() {
        let calls = Calls::new();
        let answer: Result<Response<()>, Status> = calls
            .run("ReadResource", "thing", async { panic!("the secret") })
            .await;
        let status = answer.unwrap_err();
        assert_eq!(status.code(), tonic::Code::Internal);
        assert!(status.message().contains("ReadResource") && !status.message().contains("secret"));
        calls.idle().await;
    }

    #[tokio::test]
    async fn a_call_that_was_given_up_goes_on() {
        let calls = Calls::new();
        let (finish, finished) = tokio::sync::oneshot::channel::<()>();
        let call = tokio::spawn({
            let calls = calls.clone();
            async move { calls.run("ApplyResourceChange", "thing", finished).await }
        });
        while *calls.0.running.borrow() == 0 {
            tokio::task::yield_now().await;
        }
        call.abort();
        assert!(call.await.is_err());
        assert_eq!(*calls.0.running.borrow(), 1);
        finish.send(()).unwrap();
        calls.idle().await;
    }
}
