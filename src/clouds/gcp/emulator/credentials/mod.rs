//! The IAM Credentials API, v1: tokens that speak for a service account.

mod generate;
mod key;

pub use key::RsaKey;

use super::operation::Operation;

/// The method that a request means. `allowedLocations` is none: some clients ask for it, and live with a 404.
pub fn operation(method: &str, segments: &[&str], verb: Option<&str>) -> Option<Operation> {
    Some(match (method, segments, verb) {
        ("POST", ["v1", "projects", _, "serviceAccounts", _], Some("generateAccessToken")) => {
            Operation::new("GenerateAccessToken", &[], generate::access_token)
        }
        ("POST", ["v1", "projects", _, "serviceAccounts", _], Some("generateIdToken")) => {
            Operation::keyed("GenerateIdToken", &[], generate::id_token)
        }
        _ => return None,
    })
}
