//! `--accept`: findings that somebody answers for.

use std::collections::BTreeMap;

use super::report::Report;
use crate::cli::exit::Failure;
use crate::files::rules;

/// `RULE` or `RULE@VALUE`, and the reason.
pub(super) struct Accepted(pub BTreeMap<String, String>);

impl Accepted {
    /// # Errors
    /// No reason, or a rule that does not exist.
    pub fn parse(written: &[String]) -> Result<Self, Failure> {
        let mut all = BTreeMap::new();
        for text in written {
            let wrong = |found: &str| {
                Failure::usage(format!(
                    "--accept: expected `RULE=REASON` or `RULE@VALUE=REASON`, found {found}"
                ))
            };
            let (key, reason) = split(text).ok_or_else(|| wrong(&format!("`{text}`")))?;
            let rule = key.split_once('@').map_or(key, |(rule, _)| rule);
            if !rules().iter().any(|known| known.id == rule) {
                return Err(wrong(&format!("the rule `{rule}`, which does not exist")));
            }
            if reason.trim().is_empty() {
                return Err(wrong("no reason"));
            }
            all.insert(key.to_owned(), reason.trim().to_owned());
        }
        Ok(Self(all))
    }

    /// Keys that accepted nothing.
    pub fn unused<'a>(&'a self, report: &'a Report) -> impl Iterator<Item = &'a str> {
        let used = |key: &str| {
            report.findings().any(|finding| {
                let exact = finding
                    .value
                    .as_ref()
                    .map(|value| format!("{}@{value}", finding.rule));
                let named = key == finding.rule || exact.as_deref() == Some(key);
                named && finding.accepted.is_some()
            })
        };
        self.0.keys().map(String::as_str).filter(move |key| !used(key))
    }
}

/// A value may hold `=`, as in a subject; a reason hardly ever begins with what follows one.
fn split(text: &str) -> Option<(&str, &str)> {
    match text.split_once("= ") {
        Some(parts) => Some(parts),
        None => text.split_once('='),
    }
}
