//! What is wrong with a trust, with a proof where there is one.

use serde::Serialize;

/// How bad a finding is. Order: `Info < … < Critical`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    /// Any outsider can obtain credentials.
    Critical,
}

impl Severity {
    /// The lower-case word used in configuration and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// One rule that fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Rule id, for example `missing-subject`.
    pub rule: &'static str,
    pub severity: Severity,
    pub message: String,
    pub fix: String,
    /// Claims (JSON object) of a concrete foreign token that would be accepted.
    pub witness: Option<String>,
    /// What `accepted_risks` has to name after the `@` to accept exactly this finding.
    pub value: Option<String>,
    /// The written reason, when the configuration accepts this finding.
    pub accepted: Option<String>,
}
