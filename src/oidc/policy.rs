//! What a verifier demands of a token.

use std::time::Duration;

use crate::trust::{Audience, IssuerUrl};

use super::algorithm::Algorithm;
use super::json::Duplicates;

const MAX_LEEWAY: Duration = Duration::from_secs(300);

/// Whose tokens are accepted, for whom, and how far clocks may differ.
///
/// [`Policy::new`] is strict; every change is spelled out.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(super) issuer: IssuerUrl,
    pub(super) audiences: Vec<Audience>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) leeway: Duration,
    pub(super) max_lifetime: Option<Duration>,
    pub(super) max_token_chars: usize,
    pub(super) profile: Profile,
}

impl Policy {
    /// One issuer, compared byte for byte, and the audiences of which the token must name one. An empty list accepts
    /// nothing. Algorithms: all of [`Algorithm`]; leeway 60 s; lifetime (`exp - iat`) at most 24 h; at most 20,000
    /// characters; [`Profile::STRICT`].
    pub fn new(issuer: IssuerUrl, audiences: Vec<Audience>) -> Self {
        Self {
            issuer,
            audiences,
            algorithms: Algorithm::ALL.to_vec(),
            leeway: Duration::from_secs(60),
            max_lifetime: Some(Duration::from_secs(24 * 60 * 60)),
            max_token_chars: 20_000,
            profile: Profile::STRICT,
        }
    }

    /// How far clocks may differ, 0 to 300 s; more is taken as 300 s.
    #[must_use]
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway.min(MAX_LEEWAY);
        self
    }

    /// The longest accepted `exp - iat`; nothing for no limit.
    #[must_use]
    pub fn with_max_lifetime(mut self, limit: Option<Duration>) -> Self {
        self.max_lifetime = limit;
        self
    }

    /// The longest accepted token, in characters.
    #[must_use]
    pub fn with_max_token_chars(mut self, limit: usize) -> Self {
        self.max_token_chars = limit;
        self
    }

    /// A shorter list of algorithms.
    #[must_use]
    pub fn with_algorithms(mut self, algorithms: Vec<Algorithm>) -> Self {
        self.algorithms = algorithms;
        self
    }

    /// The reading of tokens and key sets where standards leave room, or a service takes it.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }
}

/// Where a service reads tokens or key sets differently from a strict verifier. A cloud's own values live with that
/// cloud; only an emulation has a reason to use anything but [`Profile::STRICT`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Two members of one name in the token's header or payload.
    pub duplicate_members: Duplicates,
    /// Two usable keys of one `kid`.
    pub duplicate_kids: Duplicates,
    /// A key with `alg` verifies that algorithm only.
    pub key_algorithm_binds: bool,
    /// A key with `key_ops` may be used (when it lists `verify`).
    pub key_ops_allowed: bool,
    /// A key without `kid` is not used.
    pub kid_required: bool,
    /// RSA keys, and EC keys, that a set may hold; one more and that type is not used.
    pub max_keys_of_a_type: Option<usize>,
    /// A number in `sub` becomes its text.
    pub numeric_subject: bool,
    /// `sub` may be empty.
    pub empty_subject: bool,
    /// How `exp`, `iat` and `nbf` are written.
    pub times: TimeFormat,
    /// When `azp` is present it is the audience; with several audiences it must be present.
    pub authorized_party_is_audience: bool,
}

impl Profile {
    /// The rules of a verifier that owes nothing to anybody.
    pub const STRICT: Self = Self {
        duplicate_members: Duplicates::Refuse,
        duplicate_kids: Duplicates::Refuse,
        key_algorithm_binds: true,
        key_ops_allowed: true,
        kid_required: false,
        max_keys_of_a_type: None,
        numeric_subject: false,
        empty_subject: false,
        times: TimeFormat::NumericDate,
        authorized_party_is_audience: false,
    };
}

/// How times may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// A JSON number, fractions allowed (RFC 7519, section 2).
    NumericDate,
    /// A JSON integer, or a string that holds one.
    IntegerOrText,
}
