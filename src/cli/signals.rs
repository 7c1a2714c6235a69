//! The wish of the person, or of the system, that a command end.

use std::io;

/// Completes at Ctrl-C and at a request to terminate. Listens from the moment this returns, so that no early signal is
/// lost.
///
/// # Errors
/// The system refuses to tell about signals.
pub fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    let terminated = terminated()?;
    Ok(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = terminated => {}
        }
    })
}

#[cfg(unix)]
fn terminated() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn terminated() -> io::Result<impl Future<Output = ()>> {
    Ok(std::future::pending())
}
