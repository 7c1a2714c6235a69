//! What was asked and what was answered, for whoever watches.

use serde::Serialize;

use crate::trust::Decision;

/// One call and its outcome. SECURITY: holds no token, secret or whole request.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// Seconds since 1970.
    pub at: i64,
    pub request_id: String,
    /// `iam:GetRole`, `sts:AssumeRoleWithWebIdentity`.
    pub action: String,
    /// The account in which the call took effect, when that is known.
    pub account: Option<String>,
    /// ARN of the caller; of an exchange, the issuer and subject of a verified token.
    pub caller: Option<String>,
    /// ARN of the object.
    pub resource: Option<String>,
    pub outcome: Outcome,
    /// The steps behind the outcome, also where the caller is only told "access denied".
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
