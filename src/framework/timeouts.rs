//! The `timeouts` attribute: how long each operation may take.

use std::time::Duration;

use super::{Attr, Attribute, Nesting};
use crate::model;

model! {
    /// Durations as written, for example `10m`.
    pub struct TimeoutsModel {
        pub create: Attr<String>,
        pub read: Attr<String>,
        pub update: Attr<String>,
        pub delete: Attr<String>,
    }
}

/// How long an operation may take when nothing is written.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    pub create: Duration,
    pub read: Duration,
    pub update: Duration,
    pub delete: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let (write, read) = (Duration::from_secs(600), Duration::from_secs(120));
        Self {
            create: write,
            read,
            update: write,
            delete: write,
        }
    }
}

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a duration above zero such as `30s`, `10m` or `1h30m`, found `{0}`")]
pub struct DurationError(pub String);

/// Reads a duration: numbers with the units `ms`, `s`, `m`, `h`, added up; above zero, at most a day.
///
/// # Errors
/// Anything else.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let wrong = || DurationError(text.to_owned());
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, after) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(wrong()),
        };
        let part = number.checked_mul(millis).ok_or_else(wrong)?;
        total = total.checked_add(Duration::from_millis(part)).ok_or_else(wrong)?;
        rest = after;
    }
    if total.is_zero() || total > Duration::from_secs(86_400) {
        return Err(wrong());
    }
    Ok(total)
}

impl Timeouts {
    /// The `timeouts` attribute of a resource.
    pub fn attribute() -> Attribute {
        let member = |name: &str, default: &str| {
            Attribute::string(name)
                .optional()
                .describe(format!("How long {name} may take; default `{default}`."))
                .validate_text("Invalid timeout", |text| parse_duration(text).map(drop))
        };
        let members = vec![
            member("create", "10m"),
            member("read", "2m"),
            member("update", "10m"),
            member("delete", "10m"),
        ];
        Attribute::nested("timeouts", Nesting::Single, members)
            .optional()
            .describe("How long each operation may take, as durations such as `10m`.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in [("30s", 30), ("10m", 600), ("1h30m", 5400), ("1m0s", 60)] {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in [
            "",
            "10",
            "m",
            "0s",
            "-1m",
            "1.5m",
            "10d",
            "25h",
            "99999999999999999999h",
            "1 m",
        ] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }
}
