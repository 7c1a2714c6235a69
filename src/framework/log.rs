//! Log records, for the host's log. Where they go is the program's business.
//!
//! SECURITY: a record holds names, counts and durations; never a value of a configuration, plan, state or answer.

use std::sync::OnceLock;

/// How important a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// Takes records from `threshold` up.
pub struct Sink {
    /// `None`: nothing is wanted.
    pub threshold: Option<Level>,
    pub write: fn(Level, &str, &[(&str, &str)]),
}

static SINK: OnceLock<Sink> = OnceLock::new();

/// Where records go; the first call of the process decides.
pub fn install(sink: Sink) {
    let _ = SINK.set(sink);
}

/// Whether a record of this level goes anywhere.
pub fn enabled(level: Level) -> bool {
    SINK.get()
        .and_then(|sink| sink.threshold)
        .is_some_and(|threshold| level >= threshold)
}

/// One record: a fixed message, and fields.
pub fn record(level: Level, message: &str, fields: &[(&str, &str)]) {
    if let (true, Some(sink)) = (enabled(level), SINK.get()) {
        (sink.write)(level, message, fields);
    }
}

pub fn trace(message: &str, fields: &[(&str, &str)]) {
    record(Level::Trace, message, fields);
}

pub fn debug(message: &str, fields: &[(&str, &str)]) {
    record(Level::Debug, message, fields);
}

pub fn info(message: &str, fields: &[(&str, &str)]) {
    record(Level::Info, message, fields);
}

pub fn warn(message: &str, fields: &[(&str, &str)]) {
    record(Level::Warn, message, fields);
}
