//! The emulated AWS as the sandbox offers it: several accounts, and a way from the first into the others.

use std::sync::Arc;

use serde::Serialize;

use crate::clouds::aws::emulator::{Emulator, EmulatorError, Settings};
use crate::oidc::{Clock, KeySource};
use crate::trust::Secret;

/// Signed into requests and nothing else: IAM is global.
pub const REGION: &str = "us-east-1";

const PARTITION: &str = "aws";

/// One emulated account, with the keys of its administrator.
#[derive(Clone, Debug, Serialize)]
pub struct AwsAccount {
    pub id: String,
    pub access_key_id: String,
    /// Opens this emulated account until the sandbox ends, and nothing else.
    pub secret_access_key: String,
    /// A role that the first account may assume; the first account has none.
    pub deployer_role_arn: Option<String>,
}

/// Makes the accounts. The first one may assume the role `deployer` in each other.
///
/// # Errors
/// An id that is none, or no randomness.
pub fn accounts(
    ids: &[String],
    keys: Arc<dyn KeySource>,
    clock: Arc<dyn Clock>,
    secret: &Secret<String>,
) -> Result<(Arc<Emulator>, Vec<AwsAccount>), EmulatorError> {
    let emulator = Emulator::new(Settings {
        accounts: ids.to_vec(),
        partition: PARTITION.to_owned(),
        keys,
        clock,
        allow_loopback_issuers: true,
        run_secret: Some(secret.clone()),
    })?;
    let mut accounts = Vec::new();
    for id in ids {
        let credentials = emulator
            .root_credentials(id)
            .ok_or_else(|| EmulatorError::Account(id.clone()))?;
        let deployer_role_arn = match ids.first() {
            Some(first) if first != id => emulator.add_deployer(id, first),
            _ => None,
        };
        accounts.push(AwsAccount {
            id: id.clone(),
            access_key_id: credentials.access_key_id,
            secret_access_key: credentials.secret_access_key.expose().clone(),
            deployer_role_arn,
        });
    }
    Ok((emulator, accounts))
}
