//! Access tokens, and whom they speak for.

use std::collections::BTreeSet;

use crate::clouds::gcp::dialect::{Mapped, MappedValue, ProviderName};

/// A token that was given out. The text itself is the key under which it is kept.
#[derive(Clone, Debug)]
pub struct Token {
    pub identity: Identity,
    pub scopes: BTreeSet<String>,
    /// Seconds since 1970.
    pub expires: i64,
}

/// Who calls.
#[derive(Clone, Debug)]
pub enum Identity {
    Account { email: String, unique_id: String },
    Federated(Box<Federated>),
    Nobody,
}

/// An identity of a pool, as a provider mapped it.
#[derive(Clone, Debug)]
pub struct Federated {
    pub provider: ProviderName,
    pub mapped: Mapped,
}

impl Identity {
    /// As members of policies and audit logs name it.
    pub fn principal(&self) -> String {
        match self {
            Self::Account { email, .. } => format!("serviceAccount:{email}"),
            Self::Federated(federated) => {
                let subject = match &federated.mapped.subject {
                    Some(MappedValue::Known(subject)) => subject.as_str(),
                    _ => "",
                };
                let pool = federated.provider.pool();
                format!("principal://iam.googleapis.com/{pool}/subject/{subject}")
            }
            Self::Nobody => String::new(),
        }
    }
}
