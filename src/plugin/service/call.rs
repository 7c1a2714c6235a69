//! Runs one call: on a task of its own, with its beginning, end and duration in the log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tonic::{Response, Status};

use crate::framework::log;

static CALLS: AtomicU64 = AtomicU64::new(1);

/// Runs `work` and answers with what it returns. `subject` is the type that the call is about.
///
/// When the host gives the call up, the work goes on to its own end: cutting it in the middle of a change would lose
/// what was done.
pub async fn run<A: Send + 'static>(
    rpc: &'static str,
    subject: &str,
    work: impl Future<Output = A> + Send + 'static,
) -> Result<Response<A>, Status> {
    let id = CALLS.fetch_add(1, Ordering::Relaxed).to_string();
    let fields = [
        ("tf_rpc", rpc),
        ("tf_resource_type", subject),
        ("tf_req_id", id.as_str()),
        ("tf_proto_version", "6.11"),
    ];
    log::trace("received a request", &fields);
    let start = Instant::now();
    let outcome = tokio::spawn(work).await;
    let took = start.elapsed().as_millis().to_string();
    let [rpc_field, subject_field, id_field, _] = fields;
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
