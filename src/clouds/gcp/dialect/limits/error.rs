//! What Google would refuse.

/// What has the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    PoolId,
    ProviderId,
    DisplayName,
    Description,
    Issuer,
    Audience,
    AudienceCount,
    MappingKey,
    MappingExpression,
    MappingCount,
    Subject,
    Condition,
    ConditionOfSharedIssuer,
    Jwks,
    JwksCount,
    DiscoveryUri,
    AccountId,
    AccountText,
    Role,
}

/// A value that Google does not take.
pub type LimitError = crate::trust::LimitError<Limit>;
