//! Access keys, and who is behind them.

use std::collections::{BTreeMap, BTreeSet};

use super::Document;
use crate::clouds::aws::dialect::AccountId;
use crate::trust::Secret;

/// An access key with its secret, as a client of the emulated accounts needs it.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: Secret<String>,
    pub session_token: Option<Secret<String>>,
}

/// What the emulator knows about an access key.
#[derive(Clone)]
pub struct AccessKey {
    pub credentials: Credentials,
    pub principal: Principal,
}

/// Who makes a call.
#[derive(Clone, Debug)]
pub enum Principal {
    /// The administrator that every account has from the start.
    User(User),
    Session(Box<Session>),
}

/// An IAM user.
#[derive(Clone, Debug)]
pub struct User {
    pub account: AccountId,
    pub name: String,
    pub id: String,
    pub arn: String,
    /// Seconds since 1970.
    pub created: i64,
}

/// A session of a role, the outcome of an exchange.
#[derive(Clone, Debug)]
pub struct Session {
    pub account: AccountId,
    pub role_name: String,
    pub role_id: String,
    pub role_arn: String,
    pub name: String,
    pub arn: String,
    /// Seconds since 1970.
    pub issued: i64,
    /// Seconds since 1970.
    pub expires: i64,
    /// Policies that narrow the session; all of them count.
    pub policies: Vec<Document>,
    /// Managed policies that narrow the session.
    pub policy_arns: Vec<String>,
    /// Tags of the session.
    pub tags: BTreeMap<String, String>,
    /// Keys of the tags that pass on to the next role of a chain.
    pub transitive_tag_keys: BTreeSet<String>,
    pub source_identity: Option<String>,
    /// ARN of the OIDC provider that vouched for the session.
    pub provider: Option<String>,
    /// Condition keys of the token that stay with the session (`<issuer>:sub`, `:aud`, `:amr`).
    pub claims: BTreeMap<String, Vec<String>>,
}

impl Principal {
    pub fn account(&self) -> &AccountId {
        match self {
            Self::User(user) => &user.account,
            Self::Session(session) => &session.account,
        }
    }

    pub fn arn(&self) -> &str {
        match self {
            Self::User(user) => &user.arn,
            Self::Session(session) => &session.arn,
        }
    }

    /// What `aws:userid` holds and `GetCallerIdentity` answers as `UserId`.
    pub fn user_id(&self) -> String {
        match self {
            Self::User(user) => user.id.clone(),
            Self::Session(session) => format!("{}:{}", session.role_id, session.name),
        }
    }
}
