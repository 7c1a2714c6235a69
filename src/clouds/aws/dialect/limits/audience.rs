//! Client ids of a provider.

use std::collections::BTreeSet;

use super::error::{Limit, LimitError};
use crate::trust::{Audience, quoted};

const MOST: usize = 100;
const LONGEST: usize = 255;

/// Checks the client ids that a provider would have: at most 100, of 1 to 255 characters.
///
/// # Errors
/// The first one that IAM would refuse.
pub fn client_ids(audiences: &BTreeSet<Audience>) -> Result<(), LimitError> {
    if audiences.len() > MOST {
        let expected = format!("at most {MOST} audiences for one issuer and account");
        return Err(LimitError::new(
            Limit::ClientIdCount,
            expected,
            audiences.len().to_string(),
        ));
    }
    match audiences.iter().find(|a| a.as_str().chars().count() > LONGEST) {
        Some(audience) => {
            let expected = format!("an audience of at most {LONGEST} characters");
            Err(LimitError::new(
                Limit::ClientId,
                expected,
                quoted(audience.as_str()),
            ))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_and_length() {
        let some = |n: usize| {
            (0..n)
                .map(|i| Audience::parse(&format!("a{i}")).unwrap())
                .collect()
        };
        assert!(client_ids(&some(100)).is_ok());
        assert_eq!(
            client_ids(&some(101)).unwrap_err().to_string(),
            "expected at most 100 audiences for one issuer and account, found 101"
        );
        let long = |n| BTreeSet::from([Audience::parse(&"a".repeat(n)).unwrap()]);
        assert!(client_ids(&long(255)).is_ok());
        assert_eq!(client_ids(&long(256)).unwrap_err().limit, Limit::ClientId);
    }
}
