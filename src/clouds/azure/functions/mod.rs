//! Functions about federated identity credentials: pure, without configuration, network or credentials.

mod evaluate;
mod lint;

use crate::framework::Parts;

/// All of them.
pub fn functions() -> Parts {
    Parts::default()
        .function(evaluate::EvaluateAzure)
        .function(lint::LintAzure)
}
