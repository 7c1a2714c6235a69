//! What IAM refuses to store as the trust policy of a role.

use crate::clouds::aws::emulator::store::{Document, World};
use crate::clouds::aws::emulator::wire::ApiError;

/// The longest trust policy, in characters without white space (quota L-C07B4B0D).
const SIZE: usize = 2048;

/// # Errors
/// `MalformedPolicyDocument`, `LimitExceeded`.
pub fn checked(_world: &World, text: &str) -> Result<Document, ApiError> {
    let document = Document::parse(text).map_err(ApiError::malformed_policy)?;
    if document.size() > SIZE {
        return Err(ApiError::limit_exceeded(format!(
            "Cannot exceed quota for ACLSizePerRole: {SIZE}"
        )));
    }
    Ok(document)
}
