//! What one trust remembers of the provider it uses, in its private state.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The right to take something away again when the trust leaves.
///
/// INVARIANT: written down before the trust relies on it, and never derived from the provider's tags alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// ARN of the provider.
    pub arn: String,
    /// The provider's mark when this trust made or joined it; without one the provider is foreign and stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// Whether this trust made the provider itself.
    #[serde(default)]
    pub made: bool,
    /// Held exclusively.
    #[serde(default)]
    pub exclusive: bool,
    /// The audiences this trust accepts.
    #[serde(default)]
    pub audiences: BTreeSet<String>,
    /// Of these, the ones that it added to the provider.
    #[serde(default)]
    pub added: BTreeSet<String>,
    /// The trust needs the provider no longer, and is remembered for what it added and somebody still needs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
}

/// The mark of a provider made for a trust: recognises the leftover of a crash, and nothing else.
pub fn mark_of_trust(arn: &str, role: &str) -> String {
    format!("trust:{}", fingerprint(&[arn, role]))
}

/// Sixteen bytes in hexadecimal, the start of a SHA-256.
pub fn fingerprint(parts: &[&str]) -> String {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for part in parts {
        // the length keeps ("a","bc") apart from ("ab","c")
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let digest = context.finish();
    data_encoding::HEXLOWER.encode(digest.as_ref().get(..16).unwrap_or(digest.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_depends_on_provider_and_role() {
        assert_eq!(mark_of_trust("a", "r"), mark_of_trust("a", "r"));
        assert_ne!(mark_of_trust("a", "r"), mark_of_trust("a", "s"));
        assert_ne!(fingerprint(&["a", "bc"]), fingerprint(&["ab", "c"]));
    }

    #[test]
    fn an_older_record_still_reads() {
        let read: Membership = serde_json::from_str(r#"{"arn":"x"}"#).unwrap();
        assert_eq!(
            read,
            Membership {
                arn: "x".to_owned(),
                ..Membership::default()
            }
        );
    }
}
