//! What was decided about a token, and by which steps.

use serde::Serialize;

/// The three answers to "would this token be accepted".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Allow,
    Deny,
    /// Something needed for the answer is not known. Never to be shown or treated as `Allow`.
    Unknown,
}

/// One thing that was checked, in the order in which the cloud checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What was looked at, in the cloud's own words (`audience`, `condition StringEquals …:sub`).
    pub name: String,
    pub expected: String,
    pub found: String,
    pub verdict: Verdict,
}

/// The answer with its trace; the last step that is not `Allow` is the one that refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    pub verdict: Verdict,
    pub steps: Vec<Step>,
}

impl Decision {
    /// The step that refused, or that could not be decided.
    pub fn refused_by(&self) -> Option<&Step> {
        if self.verdict == Verdict::Allow {
            return None;
        }
        self.steps
            .iter()
            .rev()
            .find(|step| step.verdict != Verdict::Allow)
    }
}
