//! Log records on standard error, in the JSON lines that the host understands.
//!
//! Nothing else of the process is logged: libraries below us would print requests and configuration.

use std::io::Write;
use std::panic;
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::calendar::timestamp;
use crate::framework::log::{Level, Sink, install};

/// Sends records to the host, from the level that the environment names for this provider, for providers or for all;
/// errors always.
pub fn start(name: &str, variable: &dyn Fn(&str) -> Option<String>) {
    install(Sink {
        threshold: Some(threshold(name, variable)),
        write,
    });
}

/// A panic becomes one record that says where, and nothing of its message: that may hold data.
pub fn report_panics() {
    panic::set_hook(Box::new(|panicked| {
        let place = panicked
            .location()
            .map(|at| format!("{}:{}", at.file(), at.line()));
        write(
            Level::Error,
            "a part of the provider failed",
            &[("place", place.as_deref().unwrap_or("unknown"))],
        );
    }));
}

fn threshold(name: &str, variable: &dyn Fn(&str) -> Option<String>) -> Level {
    let own = format!("TF_LOG_PROVIDER_{}", name.to_uppercase());
    let wanted = [own.as_str(), "TF_LOG_PROVIDER", "TF_LOG"]
        .into_iter()
        .find_map(|name| variable(name).filter(|level| !level.is_empty()));
    match wanted.map(|level| level.to_uppercase()).as_deref() {
        None | Some("OFF" | "ERROR") => Level::Error,
        Some("WARN") => Level::Warn,
        Some("INFO") => Level::Info,
        Some("DEBUG") => Level::Debug,
        // the host takes any other word, and `JSON`, for everything
        Some(_) => Level::Trace,
    }
}

fn write(level: Level, message: &str, fields: &[(&str, &str)]) {
    let mut line = record(level, message, fields, SystemTime::now());
    line.push('\n');
    // a host that no longer reads is no reason to fail
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

fn record(level: Level, message: &str, fields: &[(&str, &str)], time: SystemTime) -> String {
    let level = match level {
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    let mut record: Map<String, Value> = fields.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect();
    record.insert("@message".to_owned(), json!(message));
    record.insert("@level".to_owned(), json!(level));
    record.insert("@timestamp".to_owned(), json!(timestamp(time)));
    record.insert("@module".to_owned(), json!("provider"));
    Value::Object(record).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_particular_variable_decides() {
        let level = |pairs: &[(&str, &str)]| {
            let find = |name: &str| {
                pairs
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, v)| (*v).to_owned())
            };
            threshold("thing", &find)
        };
        assert_eq!(level(&[]), Level::Error);
        assert_eq!(level(&[("TF_LOG", "trace")]), Level::Trace);
        assert_eq!(
            level(&[("TF_LOG", "JSON"), ("TF_LOG_PROVIDER", "warn")]),
            Level::Warn
        );
        assert_eq!(
            level(&[("TF_LOG_PROVIDER", "TRACE"), ("TF_LOG_PROVIDER_THING", "OFF")]),
            Level::Error
        );
    }

    #[test]
    fn a_record_is_one_line_of_json() {
        let line = record(
            Level::Info,
            "two\nlines",
            &[("tf_rpc", "Read")],
            SystemTime::UNIX_EPOCH,
        );
        assert!(!line.contains('\n'));
        let record: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(record["@timestamp"], "1970-01-01T00:00:00.000000Z");
        assert_eq!(record["@level"], "info");
        assert_eq!(record["tf_rpc"], "Read");
    }
}
