//! Answers from a script instead of a network, for tests.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::{Value, json};
use url::Url;

use super::fetch::{Answer, Body, FetchError, Fetcher, Transport};

/// Bodies by URL; everything else is 404.
#[derive(Default)]
pub(super) struct Script {
    bodies: Mutex<HashMap<String, Vec<u8>>>,
    chains: Mutex<HashMap<String, Vec<Vec<u8>>>>,
    status: AtomicU16,
    requests: AtomicUsize,
}

impl Script {
    pub(super) fn answer(&self, url: &str, document: &Value) {
        let body = document.to_string().into_bytes();
        self.bodies.lock().unwrap().insert(url.to_owned(), body);
    }

    pub(super) fn present(&self, host: &str, chain: Vec<Vec<u8>>) {
        self.chains.lock().unwrap().insert(host.to_owned(), chain);
    }

    /// Every answer has this status from now on; 200 ends it.
    pub(super) fn fail_with(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Fetcher {
    /// A fetcher that finds these documents by their URLs, and nothing else.
    pub(crate) fn answering(documents: &[(&str, Value)]) -> Self {
        let script = Script::default();
        for (url, document) in documents {
            script.answer(url, document);
        }
        Self::over(Arc::new(script), false)
    }
}

#[async_trait]
impl Transport for Script {
    async fn get(&self, url: &Url) -> Result<Answer, FetchError> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let body = self.bodies.lock().unwrap().get(url.as_str()).cloned();
        let host = url.host_str().unwrap_or_default();
        let forced = self.status.load(Ordering::SeqCst);
        let found = if body.is_some() { 200 } else { 404 };
        Ok(Answer {
            status: if forced > 200 { forced } else { found },
            location: None,
            content_type: Some("application/json".to_owned()),
            body: Box::new(Once(body)),
            chain: self.chains.lock().unwrap().get(host).cloned().unwrap_or_default(),
        })
    }
}

/// A body in one piece.
pub(super) struct Once(pub(super) Option<Vec<u8>>);

#[async_trait]
impl Body for Once {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, FetchError> {
        Ok(self.0.take())
    }
}

/// A document that is usable, with the key set at `/keys`.
pub(super) fn discovery_document(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}
