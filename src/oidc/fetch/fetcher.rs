//! The fetcher: the rules that hold for every request, whatever carries it.

use std::sync::Arc;
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use super::address::Reach;
use super::error::FetchError;
use super::roots::ExtraRoots;
use super::transport::{Answer, Network, Transport};

/// After decompression. The largest real key sets have some 30 KiB.
const MAX_BYTES: usize = 256 * 1024;
const MAX_REDIRECTS: usize = 3;

/// How to fetch.
#[derive(Clone, Debug)]
pub struct FetchSettings {
    /// Accept `http`, and loopback hosts, where both come together: for development.
    pub allow_loopback: bool,
    /// Certificate authorities believed beside the system's.
    pub extra_roots: Option<ExtraRoots>,
    /// For one document, redirects included.
    pub deadline: Duration,
}

impl Default for FetchSettings {
    /// Public hosts only, the system's roots, ten seconds.
    fn default() -> Self {
        Self {
            allow_loopback: false,
            extra_roots: None,
            deadline: Duration::from_secs(10),
        }
    }
}

/// Fetches small documents. Cheap to make: roots are read, and clients built, at the first request.
#[derive(Clone)]
pub struct Fetcher {
    allow_loopback: bool,
    deadline: Duration,
    transport: Arc<dyn Transport>,
}

/// A document with what is known of its origin.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where it came from after redirects.
    pub url: Url,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
    /// The certificates that the server presented, its own first, in DER; empty without TLS.
    pub chain: Vec<Vec<u8>>,
}

impl Fetcher {
    /// A fetcher on the network, with the proxies of the environment (`HTTPS_PROXY`, `NO_PROXY` …).
    pub fn new(settings: FetchSettings) -> Self {
        Self::with_proxies(settings, Matcher::from_system())
    }

    fn with_proxies(settings: FetchSettings, proxies: Matcher) -> Self {
        let network = Network::new(settings.extra_roots, proxies);
        Self {
            allow_loopback: settings.allow_loopback,
            deadline: settings.deadline,
            transport: Arc::new(network),
        }
    }

    /// Whether loopback hosts may be asked.
    pub fn allows_loopback(&self) -> bool {
        self.allow_loopback
    }

    /// Fetches one document: status 200, at most 256 KiB, at most three redirects on the same origin, before the
    /// deadline. Cookies and credentials are never sent.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn get(&self, url: &str) -> Result<Document, FetchError> {
        let late = || FetchError::TimedOut {
            url: url.to_owned(),
            seconds: self.deadline.as_secs(),
        };
        tokio::time::timeout(self.deadline, self.follow(url))
            .await
            .map_err(|_| late())?
    }

    async fn follow(&self, url: &str) -> Result<Document, FetchError> {
        let mut url = parsed(url)?;
        for _ in 0..=MAX_REDIRECTS {
            self.check(&url)?;
            let answer = self.transport.get(&url).await?;
            match (answer.status, &answer.location) {
                (200, _) => return document(url, answer).await,
                (301 | 302 | 303 | 307 | 308, Some(location)) => url = redirected(&url, location)?,
                (status, _) => {
                    return Err(FetchError::Status {
                        url: url.to_string(),
                        status,
                    });
                }
            }
        }
        Err(FetchError::TooManyRedirects {
            url: url.to_string(),
            limit: MAX_REDIRECTS,
        })
    }

    /// SECURITY: checked for every hop, before any name is resolved.
    fn check(&self, url: &Url) -> Result<(), FetchError> {
        let host = || url.host_str().unwrap_or_default().to_owned();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::UserInfo(host()));
        }
        let reach = Reach::of(url);
        if url.scheme() != "https" && (url.scheme() != "http" || reach != Reach::Loopback) {
            return Err(FetchError::NotHttps(url.to_string()));
        }
        match reach {
            Reach::Public => Ok(()),
            Reach::Loopback if self.allow_loopback => Ok(()),
            Reach::Loopback => Err(FetchError::LoopbackNotAllowed(host())),
            Reach::Refused(reason) => Err(FetchError::AddressRefused {
                host: host(),
                reason: reason.to_owned(),
            }),
        }
    }
}

async fn document(url: Url, mut answer: Answer) -> Result<Document, FetchError> {
    let mut body = Vec::new();
    while let Some(piece) = answer.body.piece().await? {
        if body.len() + piece.len() > MAX_BYTES {
            return Err(FetchError::TooLarge {
                url: url.to_string(),
                limit: MAX_BYTES,
            });
        }
        body.extend(piece);
    }
    Ok(Document {
        url,
        content_type: answer.content_type,
        body,
        chain: answer.chain,
    })
}

fn parsed(url: &str) -> Result<Url, FetchError> {
    Url::parse(url).map_err(|e| FetchError::InvalidUrl {
        url: url.to_owned(),
        reason: e.to_string(),
    })
}

fn redirected(from: &Url, location: &str) -> Result<Url, FetchError> {
    let to = from.join(location).map_err(|e| FetchError::InvalidUrl {
        url: location.to_owned(),
        reason: e.to_string(),
    })?;
    if to.origin() != from.origin() {
        return Err(FetchError::CrossOriginRedirect {
            url: from.to_string(),
            location: to.origin().ascii_serialization(),
        });
    }
    Ok(to)
}

#[cfg(test)]
impl Fetcher {
    /// A fetcher on the network, with this proxy instead of those of the environment.
    pub(crate) fn through_proxy(settings: FetchSettings, proxy: &str) -> Self {
        Self::with_proxies(settings, Matcher::builder().all(proxy).build())
    }

    /// A fetcher whose requests go to `transport`.
    pub(in crate::oidc) fn over(transport: Arc<dyn Transport>, allow_loopback: bool) -> Self {
        Self {
            allow_loopback,
            deadline: Duration::from_secs(10),
            transport,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::scripted::Script;
    use serde_json::json;

    async fn get(url: &str, allow_loopback: bool) -> Result<Document, FetchError> {
        let script = Arc::new(Script::default());
        script.answer(url, &json!({}));
        Fetcher::over(script, allow_loopback).get(url).await
    }

    #[tokio::test]
    async fn http_is_for_loopback_hosts_where_that_is_allowed() {
        assert!(get("http://localhost:1/x", true).await.is_ok());
        assert!(get("https://127.0.0.1:1/x", true).await.is_ok());
        assert!(get("https://issuer.example/x", false).await.is_ok());
        for allow_loopback in [true, false] {
            let plain = get("http://issuer.example/x", allow_loopback).await;
            assert!(matches!(plain, Err(FetchError::NotHttps(_))), "{plain:?}");
            let other = get("ftp://localhost/x", allow_loopback).await;
            assert!(matches!(other, Err(FetchError::NotHttps(_))), "{other:?}");
            let internal = get("https://10.0.0.1/x", allow_loopback).await;
            assert!(
                matches!(internal, Err(FetchError::AddressRefused { .. })),
                "{internal:?}"
            );
        }
        let local = get("http://localhost:1/x", false).await;
        assert!(
            matches!(local, Err(FetchError::LoopbackNotAllowed(_))),
            "{local:?}"
        );
        let named = get("https://user:hunter2@issuer.example/x", false)
            .await
            .unwrap_err();
        assert!(!named.to_string().contains("hunter2"), "{named}");
    }
}
