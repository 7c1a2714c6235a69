//! Where tools that log in get their access tokens: the token endpoint, and the metadata server of a virtual machine.

mod assertion;
mod login;
mod metadata;

pub use assertion::self_signed;

use super::operation::Operation;

/// The method that a request means.
pub fn operation(method: &str, segments: &[&str]) -> Option<Operation> {
    Some(match (method, segments) {
        ("POST", ["token"]) => Operation::open("Token", &[], login::token),
        ("GET", [".well-known", "openid-configuration"]) => {
            Operation::open("Discovery", &[], login::discovery)
        }
        ("GET", ["oauth2", "v3", "certs"]) => Operation::open("Keys", &[], login::keys),
        ("GET", ["computeMetadata", "v1", ..]) | ("GET", []) => {
            Operation::open("Metadata", &[], metadata::get)
        }
        _ => return None,
    })
}
