//! Whether a text is a token of the platform that was named.

use std::slice;

use super::MAX_TOKEN;
use super::miss::Miss;
use crate::oidc::excerpt::excerpt;
use crate::oidc::json::Duplicates;
use crate::oidc::unverified::Unverified;
use crate::platforms::{Platform, infer_with};
use crate::trust::{Claims, IssuerUrl};

/// How long after its end a token still counts: clocks differ, and the receiver decides.
const CLOCK_SKEW: i64 = 60;

/// Whether a text has the form of a signed token.
pub(super) fn is_token(text: &str) -> bool {
    Unverified::decode(text, MAX_TOKEN, Duplicates::Refuse).is_ok()
}

/// The claims of a token that is of the platform and not over.
///
/// This is no verification: it tells a workload which of several tokens is meant, and a person what is wrong before a cloud
/// says no.
pub(super) fn of_platform(token: &str, platform: &Platform, now: i64) -> Result<Claims, Miss> {
    let decoded = Unverified::decode(token, MAX_TOKEN, Duplicates::Refuse).map_err(|_| {
        Miss::NoToken("a text that is none (three parts of base64url with a dot between them)")
    })?;
    let claims = decoded.unverified();
    let iss = claims.text("iss").unwrap_or_default();
    let issuer = IssuerUrl::parse(iss).map_err(|_| Miss::NoIssuer(excerpt(iss)))?;
    whose(&issuer, claims.text("sub"), platform)?;
    if let Some(exp) = claims.get("exp").and_then(serde_json::Value::as_i64)
        && exp.saturating_add(CLOCK_SKEW) < now
    {
        return Err(Miss::Expired(now.saturating_sub(exp)));
    }
    Ok(claims.clone())
}

/// An issuer is the platform's when the catalogue says so by its host. Platforms that run anywhere fit any host: there the
/// issuer must have their form, and where its host is known to be somebody else's, the subject must read as theirs.
fn whose(issuer: &IssuerUrl, subject: Option<&str>, platform: &Platform) -> Result<(), Miss> {
    let known = infer_with(issuer, slice::from_ref(platform));
    if known.platforms.iter().any(|known| known.id == platform.id) {
        return Ok(());
    }
    let mut forms = platform.issuers.iter();
    let has_form = forms.any(|form| form.template.matches(issuer.as_str(), &platform.variables));
    let reads = || subject.is_some_and(|subject| !platform.parse_subject(subject).is_empty());
    if has_form && (known.platforms.is_empty() || reads()) {
        return Ok(());
    }
    let whose = if known.platforms.is_empty() {
        String::new()
    } else {
        format!(", which is that of `{}`", known.id())
    };
    Err(Miss::OtherIssuer {
        issuer: excerpt(issuer.as_str()),
        whose,
    })
}
