//! From a text to claims that are true: the only way to a [`Verified`] payload.

use serde_json::Value;

use crate::trust::Claims;

use super::excerpt::excerpt;
use super::jws::Jws;
use super::key_set::KeySet;
use super::policy::{Policy, Profile, TimeFormat};
use super::refusal::Refusal;
use super::signature::{self, Signed};
use super::unverified::payload_claims;

/// A value that the configured issuer signed, for a configured audience, valid at the time it was checked.
///
/// INVARIANT: made by [`verify`] and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    pub fn get(&self) -> &T {
        &self.0
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Verifies a token (RFC 7519, section 7.2; RFC 8725): form, algorithm, key, signature, issuer, audience, times.
///
/// `now` is in seconds since 1970. Replay is not looked at: a signature is no identity (ECDSA has two for each text),
/// whoever accepts a token once only keeps its `jti` until `exp`.
///
/// # Errors
/// The first rule that the token breaks.
pub fn verify(token: &str, keys: &KeySet, policy: &Policy, now: i64) -> Result<Verified<Claims>, Refusal> {
    let profile = &policy.profile;
    let jws = Jws::parse(token, policy.max_token_chars, profile.duplicate_members)?;
    let Signed { payload } = signature::check(jws, keys, &policy.algorithms, profile)?;
    let mut claims = payload_claims(&payload, profile.duplicate_members)?;
    check_issuer(&claims, policy)?;
    check_audience(&claims, policy)?;
    check_subject(&mut claims, profile)?;
    Times::read(&claims, profile)?.check(policy, now)?;
    Ok(Verified(claims))
}

fn check_issuer(claims: &Claims, policy: &Policy) -> Result<(), Refusal> {
    let found = required(claims, "iss")?.as_str().ok_or(Refusal::MalformedClaim {
        claim: "iss",
        expected: "a text",
    })?;
    let expected = policy.issuer.as_str();
    if found != expected {
        return Err(Refusal::IssuerMismatch {
            expected: expected.to_owned(),
            found: excerpt(found),
        });
    }
    Ok(())
}

fn check_audience(claims: &Claims, policy: &Policy) -> Result<(), Refusal> {
    // SECURITY: nothing configured means nobody, never everybody
    if policy.audiences.is_empty() {
        return Err(Refusal::NoAudienceConfigured);
    }
    let mut found = audiences(required(claims, "aud")?)?;
    if policy.profile.authorized_party_is_audience {
        match claims.get("azp") {
            Some(Value::String(party)) => found = vec![party],
            Some(_) => {
                return Err(Refusal::MalformedClaim {
                    claim: "azp",
                    expected: "a text",
                });
            }
            None if found.len() > 1 => return Err(Refusal::MissingAuthorizedParty),
            None => {}
        }
    }
    let accepted = |audience: &&str| policy.audiences.iter().any(|one| one.as_str() == *audience);
    if !found.iter().any(accepted) {
        let expected: Vec<_> = policy.audiences.iter().map(|one| one.as_str()).collect();
        return Err(Refusal::AudienceMismatch {
            expected: expected.join("`, `"),
            found: excerpt(&found.join("`, `")),
        });
    }
    Ok(())
}

fn audiences(value: &Value) -> Result<Vec<&str>, Refusal> {
    let malformed = || Refusal::MalformedClaim {
        claim: "aud",
        expected: "a text, or a list of texts",
    };
    match value {
        Value::String(one) => Ok(vec![one]),
        Value::Array(all) if all.is_empty() => Err(malformed()),
        Value::Array(all) => all.iter().map(|one| one.as_str().ok_or_else(malformed)).collect(),
        _ => Err(malformed()),
    }
}

fn check_subject(claims: &mut Claims, profile: &Profile) -> Result<(), Refusal> {
    let malformed = || Refusal::MalformedClaim {
        claim: "sub",
        expected: "a text that is not empty and has no control characters",
    };
    match required(claims, "sub")? {
        Value::String(subject) if subject.is_empty() && !profile.empty_subject => Err(malformed()),
        Value::String(subject) if subject.chars().any(char::is_control) => Err(malformed()),
        Value::String(_) => Ok(()),
        Value::Number(number) if profile.numeric_subject => {
            let text = number.to_string();
            claims.insert("sub", Value::String(text));
            Ok(())
        }
        _ => Err(malformed()),
    }
}

/// The times of a token, in whole seconds since 1970 (fractions are dropped).
struct Times {
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
}

impl Times {
    fn read(claims: &Claims, profile: &Profile) -> Result<Self, Refusal> {
        let time = |claim| seconds(claim, required(claims, claim)?, profile.times);
        Ok(Self {
            exp: time("exp")?,
            iat: time("iat")?,
            nbf: match claims.get("nbf") {
                Some(value) => Some(seconds("nbf", value, profile.times)?),
                None => None,
            },
        })
    }

    fn check(&self, policy: &Policy, now: i64) -> Result<(), Refusal> {
        let &Self { exp, iat, nbf } = self;
        let leeway = i64::try_from(policy.leeway.as_secs()).unwrap_or(0);
        if now >= exp.saturating_add(leeway) {
            return Err(Refusal::Expired { exp, now });
        }
        if let Some(nbf) = nbf.filter(|nbf| nbf.saturating_sub(leeway) > now) {
            return Err(Refusal::NotYetValid { nbf, now });
        }
        if iat.saturating_sub(leeway) > now {
            return Err(Refusal::IssuedInFuture { iat, now });
        }
        if exp < iat || nbf.is_some_and(|nbf| exp < nbf) {
            return Err(Refusal::InvalidTimes);
        }
        let lifetime = exp.saturating_sub(iat);
        if let Some(limit) = policy.max_lifetime.map(|limit| limit.as_secs())
            && u64::try_from(lifetime).unwrap_or(0) > limit
        {
            return Err(Refusal::LifetimeTooLong {
                limit,
                found: lifetime,
            });
        }
        Ok(())
    }
}

/// SECURITY: a time of the wrong type is an error. Read as "absent" it would never expire (CVE-2026-25537).
fn seconds(claim: &'static str, value: &Value, format: TimeFormat) -> Result<i64, Refusal> {
    let found = match (value, format) {
        (Value::Number(number), TimeFormat::NumericDate) => numeric_date(&number.to_string()),
        (Value::Number(number), TimeFormat::IntegerOrText) => number.to_string().parse().ok(),
        (Value::String(text), TimeFormat::IntegerOrText) => text.parse().ok(),
        _ => None,
    };
    found.ok_or(Refusal::MalformedClaim {
        claim,
        expected: "a time in seconds since 1970",
    })
}

fn numeric_date(text: &str) -> Option<i64> {
    if let Ok(whole) = text.parse() {
        return Some(whole);
    }
    // the largest number below which every second has its own binary64
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let fraction: f64 = text.parse().ok()?;
    let in_range = fraction.is_finite() && fraction.abs() < EXACT;
    in_range.then(|| fraction.floor() as i64)
}

/// `null` is no value.
fn required<'a>(claims: &'a Claims, name: &'static str) -> Result<&'a Value, Refusal> {
    claims
        .get(name)
        .filter(|value| !value.is_null())
        .ok_or(Refusal::MissingClaim(name))
}
