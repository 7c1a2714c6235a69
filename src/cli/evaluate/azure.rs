//! Azure: the federated identity credentials of an identity, or one of them.

use crate::clouds::azure::dialect::{Credential, evaluate_azure};

use super::super::exit::Failure;
use super::{Asked, Judge, Judged};

pub(super) const JUDGE: Judge = Judge {
    cloud: "azure",
    recognises: Credential::recognises,
    own_option: |_| None,
    judge,
};

fn judge(asked: &Asked<'_>) -> Result<Judged, Failure> {
    let credentials = Credential::all_from_value(asked.document)
        .map_err(|e| Failure::new(format!("{}: {e}", asked.named)))?;
    Ok(Judged {
        decision: evaluate_azure(&credentials, asked.claims),
        notes: Vec::new(),
    })
}
