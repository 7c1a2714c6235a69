//! What was asked and what was answered, for whoever watches.

use serde::Serialize;

use crate::trust::Decision;

/// One call and its outcome. SECURITY: holds no token, secret or whole request.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// Seconds since 1970.
    pub at: i64,
    pub request_id: String,
    /// Host and method, `iam.googleapis.com:CreateWorkloadIdentityPool`.
    pub action: String,
    /// Whom the caller's token speaks for; of an exchange, the identity that was made.
    pub caller: Option<String>,
    /// The name of what was asked about.
    pub resource: Option<String>,
    pub outcome: Outcome,
    /// The steps behind the outcome, also where the caller is told less.
    pub decision: Option<Decision>,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Outcome {
    Done,
    Refused {
        code: String,
        /// What the caller was told.
        message: String,
    },
}
