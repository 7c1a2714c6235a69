//! How STS reads tokens and key sets where it differs from a strict verifier.
//!
//! Observed of the real service, see the facts on differences useful for an emulator: being stricter here would make
//! tests pass that fail in the cloud, being more lenient the other way round.

use std::time::Duration;

use crate::oidc::{Duplicates, Policy, Profile, TimeFormat};
use crate::trust::{Audience, IssuerUrl};

/// The longest token, in characters.
pub const TOKEN: usize = 20_000;

/// Tolerance on `exp`, `nbf` and `iat`.
const LEEWAY: Duration = Duration::from_secs(5 * 60);

const PROFILE: Profile = Profile {
    duplicate_members: Duplicates::LastWins,
    duplicate_kids: Duplicates::LastWins,
    key_algorithm_binds: false,
    key_ops_allowed: false,
    kid_required: true,
    max_keys_of_a_type: Some(100),
    numeric_subject: true,
    empty_subject: true,
    times: TimeFormat::IntegerOrText,
    authorized_party_is_audience: true,
};

/// What a token for a provider with these client ids has to fulfil. A client id that no token can name (white space
/// around it) admits nobody.
pub fn policy(issuer: IssuerUrl, client_ids: &[String]) -> Policy {
    let audiences = client_ids
        .iter()
        .filter_map(|id| Audience::parse(id).ok())
        .collect();
    Policy::new(issuer, audiences)
        .with_leeway(LEEWAY)
        .with_max_lifetime(None)
        .with_max_token_chars(TOKEN)
        .with_profile(PROFILE)
}
