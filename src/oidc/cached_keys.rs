//! Key sets over the network, asked for as rarely as is safe.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::trust::IssuerUrl;

use super::clock::Clock;
use super::discovery::{DiscoveryError, discover, fetch_key_set};
use super::fetch::Fetcher;
use super::key_set::KeySet;
use super::key_source::{KeySource, KeySourceError};

/// Seconds for which a key set is served without asking.
const FRESH: i64 = 300;
/// Seconds for which the last key set is served while the issuer does not answer; then the door is closed.
const STALE: i64 = 3600;
/// Seconds for which a failure is the answer.
const FAILED: i64 = 30;
/// Seconds between two fetches because of a `kid` that is not known.
const REFETCH: i64 = 60;

/// A key source over a [`Fetcher`]: one fetch at a time per issuer, failures remembered, rotation noticed.
pub struct CachedKeys {
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
    issuers: Mutex<HashMap<IssuerUrl, Arc<Mutex<Entry>>>>,
}

/// What is known of one issuer. Its lock is held while fetching, so that callers wait for one answer.
#[derive(Default)]
struct Entry {
    keys: Option<(Arc<KeySet>, i64)>,
    failure: Option<(KeySourceError, i64)>,
    asked: Option<i64>,
}

impl CachedKeys {
    pub fn new(fetcher: Fetcher, clock: Arc<dyn Clock>) -> Self {
        Self {
            fetcher,
            clock,
            issuers: Mutex::default(),
        }
    }

    async fn entry(&self, issuer: &IssuerUrl) -> Arc<Mutex<Entry>> {
        let mut issuers = self.issuers.lock().await;
        Arc::clone(issuers.entry(issuer.clone()).or_default())
    }

    async fn fetch(&self, issuer: &IssuerUrl, entry: &mut Entry) -> Result<Arc<KeySet>, KeySourceError> {
        let now = self.clock.now();
        entry.asked = Some(now);
        let error = match self.fetched(issuer).await {
            Ok(keys) => {
                let keys = Arc::new(keys);
                entry.keys = Some((Arc::clone(&keys), now));
                entry.failure = None;
                return Ok(keys);
            }
            Err(error) => key_source_error(issuer, &error),
        };
        // SECURITY: a set that breaks a rule ends the life of the one before it; only silence may be bridged
        if matches!(error, KeySourceError::Unusable { .. }) {
            entry.keys = None;
        }
        entry.failure = Some((error.clone(), now));
        entry.bridging(now).ok_or(error)
    }

    async fn fetched(&self, issuer: &IssuerUrl) -> Result<KeySet, DiscoveryError> {
        let (metadata, _) = discover(&self.fetcher, issuer).await?;
        Ok(fetch_key_set(&self.fetcher, &metadata).await?.0)
    }
}

#[async_trait]
impl KeySource for CachedKeys {
    async fn key_set(&self, issuer: &IssuerUrl) -> Result<Arc<KeySet>, KeySourceError> {
        let entry = self.entry(issuer).await;
        let mut entry = entry.lock().await;
        match entry.remembered(self.clock.now()) {
            Some(answer) => answer,
            None => self.fetch(issuer, &mut entry).await,
        }
    }

    async fn refreshed_key_set(&self, issuer: &IssuerUrl) -> Result<Arc<KeySet>, KeySourceError> {
        let entry = self.entry(issuer).await;
        let mut entry = entry.lock().await;
        let now = self.clock.now();
        let asked_lately = entry.asked.is_some_and(|asked| within(asked, now, REFETCH));
        match entry.remembered(now).filter(|_| asked_lately) {
            Some(answer) => answer,
            None => self.fetch(issuer, &mut entry).await,
        }
    }
}

impl Entry {
    fn remembered(&self, now: i64) -> Option<Result<Arc<KeySet>, KeySourceError>> {
        if let Some((error, at)) = &self.failure
            && within(*at, now, FAILED)
        {
            return Some(self.bridging(now).ok_or_else(|| error.clone()));
        }
        let (keys, at) = self.keys.as_ref()?;
        within(*at, now, FRESH).then(|| Ok(Arc::clone(keys)))
    }

    fn bridging(&self, now: i64) -> Option<Arc<KeySet>> {
        let (keys, at) = self.keys.as_ref()?;
        within(*at, now, STALE).then(|| Arc::clone(keys))
    }
}

/// A clock that was set back makes everything old, never young.
fn within(at: i64, now: i64, seconds: i64) -> bool {
    (0..seconds).contains(&now.saturating_sub(at))
}

fn key_source_error(issuer: &IssuerUrl, error: &DiscoveryError) -> KeySourceError {
    let (issuer, reason) = (issuer.to_string(), error.to_string());
    match error.is_temporary() {
        true => KeySourceError::Unreachable { issuer, reason },
        false => KeySourceError::Unusable { issuer, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::clock::ManualClock;
    use crate::oidc::scripted::{Script, discovery_document};
    use serde_json::json;

    const ISSUER: &str = "https://issuer.example";

    struct Lab {
        script: Arc<Script>,
        clock: Arc<ManualClock>,
        keys: CachedKeys,
        issuer: IssuerUrl,
    }

    fn lab() -> Lab {
        let script = Arc::new(Script::default());
        script.answer(
            &format!("{ISSUER}/.well-known/openid-configuration"),
            &discovery_document(ISSUER),
        );
        script.answer(&format!("{ISSUER}/keys"), &json!({ "keys": [] }));
        let clock = Arc::new(ManualClock::at(1_000_000));
        let keys = CachedKeys::new(Fetcher::over(script.clone(), false), clock.clone());
        Lab {
            script,
            clock,
            keys,
            issuer: IssuerUrl::parse(ISSUER).unwrap(),
        }
    }

    #[tokio::test]
    async fn a_flood_of_unknown_kids_is_one_fetch_a_minute() {
        let lab = lab();
        for _ in 0..100 {
            lab.keys.key_set(&lab.issuer).await.unwrap();
            lab.keys.refreshed_key_set(&lab.issuer).await.unwrap();
        }
        assert_eq!(lab.script.requests(), 2, "discovery and keys, once");
        lab.clock.advance(60);
        for _ in 0..100 {
            lab.keys.refreshed_key_set(&lab.issuer).await.unwrap();
        }
        assert_eq!(lab.script.requests(), 4);
    }

    #[tokio::test]
    async fn silence_is_bridged_for_an_hour_and_then_the_door_is_closed() {
        let lab = lab();
        lab.keys.key_set(&lab.issuer).await.unwrap();
        lab.script.fail_with(503);
        lab.clock.advance(FRESH);
        lab.keys.key_set(&lab.issuer).await.unwrap();
        let asked = lab.script.requests();
        lab.keys.key_set(&lab.issuer).await.unwrap();
        assert_eq!(lab.script.requests(), asked, "the failure is remembered");
        lab.clock.advance(STALE);
        let error = lab.keys.key_set(&lab.issuer).await.unwrap_err();
        assert!(matches!(error, KeySourceError::Unreachable { .. }), "{error}");
        lab.script.fail_with(200);
        lab.clock.advance(FAILED);
        lab.keys.key_set(&lab.issuer).await.unwrap();
    }

    #[tokio::test]
    async fn an_answer_that_breaks_a_rule_closes_the_door_at_once() {
        let lab = lab();
        lab.keys.key_set(&lab.issuer).await.unwrap();
        lab.script.answer(&format!("{ISSUER}/keys"), &json!([]));
        lab.clock.advance(FRESH);
        let error = lab.keys.key_set(&lab.issuer).await.unwrap_err();
        assert!(matches!(error, KeySourceError::Unusable { .. }), "{error}");
        assert_eq!(lab.keys.key_set(&lab.issuer).await.unwrap_err(), error);
    }

    #[tokio::test]
    async fn callers_at_once_share_one_fetch() {
        let lab = Arc::new(lab());
        let ask = |lab: Arc<Lab>| async move { lab.keys.key_set(&lab.issuer).await.map(|_| ()) };
        let all: Vec<_> = (0..20).map(|_| tokio::spawn(ask(lab.clone()))).collect();
        for one in all {
            one.await.unwrap().unwrap();
        }
        assert_eq!(lab.script.requests(), 2);
    }
}
