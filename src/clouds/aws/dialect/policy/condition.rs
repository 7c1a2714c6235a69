//! One condition: an operator, a key, and the values it may have.

use std::fmt;

use super::Operator;

/// The name of a condition key. Letter case does not matter for comparing, and is kept for writing.
#[derive(Clone, Debug)]
pub struct ConditionKey(String);

/// Values are or-ed (nor-ed for negated operators).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    pub operator: Operator,
    pub key: ConditionKey,
    pub values: Vec<String>,
}

impl ConditionKey {
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The key of a claim: the issuer without scheme, a colon, the claim.
    pub fn of_claim(provider_url: &str, claim: &str) -> Self {
        Self(format!("{provider_url}:{claim}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The claim, when this is a key of that provider.
    pub fn claim_of(&self, provider_url: &str) -> Option<&str> {
        let (prefix, rest) = self.0.split_at_checked(provider_url.len())?;
        let claim = rest.strip_prefix(':')?;
        prefix.eq_ignore_ascii_case(provider_url).then_some(claim)
    }

    /// Whether it is this key, letter case aside.
    pub fn is(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }
}

impl PartialEq for ConditionKey {
    fn eq(&self, other: &Self) -> bool {
        self.is(&other.0)
    }
}

impl Eq for ConditionKey {}

impl fmt::Display for ConditionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let key = ConditionKey::new("TOKEN.example/Acme:Sub");
        assert_eq!(key.claim_of("token.example/acme"), Some("Sub"));
        assert_eq!(key.claim_of("token.example"), None);
        assert_eq!(key.claim_of("token.example/acme/"), None);
        assert_eq!(key, ConditionKey::of_claim("token.example/acme", "sub"));
        let twice = ConditionKey::new("oidc.circleci.com/org/x:oidc.circleci.com/project-id");
        assert_eq!(
            twice.claim_of("oidc.circleci.com/org/x"),
            Some("oidc.circleci.com/project-id")
        );
    }
}
