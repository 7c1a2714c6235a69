//! One access token.

use std::time::{Duration, SystemTime};

use http::HeaderValue;

use crate::clouds::gcp::client::error::{GcpError, Kind};
use crate::trust::Secret;

/// Tokens are renewed this long before they end, so that a call under way does not meet their end. The metadata server
/// gives a token out until some four minutes before its end.
const RENEW_BEFORE: Duration = Duration::from_secs(225);

/// An access token.
#[derive(Clone, Debug)]
pub(in crate::clouds::gcp::client) struct Token {
    pub value: Secret<String>,
    /// `None`: not known; used as it is.
    life: Option<Life>,
    /// The project that calls are counted against.
    pub quota_project: Option<String>,
}

/// From when to when a token is good.
#[derive(Clone, Copy, Debug)]
pub(in crate::clouds::gcp::client) struct Life {
    begin: SystemTime,
    end: SystemTime,
}

impl Token {
    /// One whose end is not known.
    pub fn lasting(value: Secret<String>) -> Self {
        Self {
            value,
            life: None,
            quota_project: None,
        }
    }

    /// One that is good for so many seconds from `begin`; for how long nobody knows when they are not given.
    pub fn living(value: String, begin: SystemTime, seconds: Option<u64>) -> Self {
        let end = seconds.and_then(|seconds| begin.checked_add(Duration::from_secs(seconds)));
        Self {
            life: end.map(|end| Life { begin, end }),
            ..Self::lasting(value.into())
        }
    }

    #[must_use]
    pub fn counted_against(mut self, quota_project: Option<&str>) -> Self {
        self.quota_project = quota_project.map(str::to_owned);
        self
    }

    /// Whether it is the same text.
    pub fn is_same(&self, other: &Self) -> bool {
        self.value.expose() == other.value.expose()
    }

    /// # Errors
    /// A token that cannot stand in a header.
    pub fn header(&self, operation: &'static str) -> Result<HeaderValue, GcpError> {
        let text = zeroize::Zeroizing::new(format!("Bearer {}", self.value.expose()));
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            GcpError::new(
                Kind::Credentials,
                operation,
                "expected an access token of visible characters, found others",
            )
        })?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Good for now. A token that lives for minutes only is renewed in the last quarter of its life.
    pub fn is_fresh(&self, now: SystemTime) -> bool {
        let Some(Life { begin, end }) = self.life else {
            return true;
        };
        let whole = end.duration_since(begin).unwrap_or_default();
        let needed = RENEW_BEFORE.min(whole / 4);
        end.duration_since(now).is_ok_and(|left| left > needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn living(seconds: u64) -> (Token, SystemTime) {
        let begin = SystemTime::now();
        let token = Token::living("ya29.canary".to_owned(), begin, Some(seconds));
        (token, begin)
    }

    #[test]
    fn tokens_are_renewed_before_they_end() {
        for (life, fresh, stale) in [(3_600, 3_374, 3_376), (300, 224, 226), (0, 0, 0)] {
            let (token, begin) = living(life);
            let after = |seconds| token.is_fresh(begin + Duration::from_secs(seconds));
            assert_eq!(after(fresh), life > 0, "{life}");
            assert!(!after(stale) && !after(life + 1), "{life}");
        }
        assert!(Token::lasting("x".to_owned().into()).is_fresh(SystemTime::now()));
    }

    #[test]
    fn a_token_is_not_shown() {
        let (token, _) = living(1);
        let header = token.header("gcp").unwrap();
        assert_eq!(header, "Bearer ya29.canary");
        assert!(!format!("{token:?} {header:?}").contains("canary"));
        let broken = Token::lasting("can\nary".to_owned().into());
        let error = broken.header("gcp").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("ary"), "{error}");
    }
}
