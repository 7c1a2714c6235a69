//! One request on the wire, redirects not followed: the checked addresses, the TLS, the proxies of the environment.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::client::WebPkiServerVerifier;
use url::Url;

use super::address::{self, Reach};
use super::chain::{Chain, RecordingVerifier};
use super::error::FetchError;
use super::roots::{self, ExtraRoots, RootsError};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What carries one request; tests put something else here.
#[async_trait]
pub(in crate::oidc) trait Transport: Send + Sync {
    async fn get(&self, url: &Url) -> Result<Answer, FetchError>;
}

/// Status, the headers that matter, and a body that is read piece by piece.
pub(in crate::oidc) struct Answer {
    pub(in crate::oidc) status: u16,
    pub(in crate::oidc) location: Option<String>,
    pub(in crate::oidc) content_type: Option<String>,
    pub(in crate::oidc) body: Box<dyn Body>,
    /// What the server presented; empty without TLS.
    pub(in crate::oidc) chain: Chain,
}

/// A body after decompression.
#[async_trait]
pub(in crate::oidc) trait Body: Send {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, FetchError>;
}

/// The network. Nothing is read or connected before the first request; then one client per route is kept.
pub(super) struct Network {
    extra_roots: Option<ExtraRoots>,
    proxies: Matcher,
    tls: OnceLock<Result<Tls, RootsError>>,
    clients: Mutex<HashMap<Route, reqwest::Client>>,
}

#[derive(Clone)]
struct Tls {
    config: rustls::ClientConfig,
    recorder: Arc<RecordingVerifier>,
}

/// Straight to the server, or through one proxy.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Route {
    Direct,
    Proxy(String),
}

impl Network {
    pub(super) fn new(extra_roots: Option<ExtraRoots>, proxies: Matcher) -> Self {
        Self {
            extra_roots,
            proxies,
            tls: OnceLock::new(),
            clients: Mutex::default(),
        }
    }

    fn client(&self, url: &Url) -> Result<reqwest::Client, FetchError> {
        let intercept = self.intercept(url);
        let route = match &intercept {
            Some(proxy) => Route::Proxy(proxy.uri().to_string()),
            None => Route::Direct,
        };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&route) {
            return Ok(client.clone());
        }
        let client = self
            .build(intercept.as_ref())
            .map_err(|e| connection(url, &e))??;
        clients.insert(route, client.clone());
        Ok(client)
    }

    /// A proxy knows no loopback of ours.
    fn intercept(&self, url: &Url) -> Option<Intercept> {
        if Reach::of(url) == Reach::Loopback {
            return None;
        }
        self.proxies.intercept(&url.as_str().parse().ok()?)
    }

    fn build(&self, proxy: Option<&Intercept>) -> reqwest::Result<Result<reqwest::Client, FetchError>> {
        let tls = match self.tls() {
            Ok(tls) => tls,
            Err(error) => return Ok(Err(error.into())),
        };
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.config)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("oidcfed/", env!("CARGO_PKG_VERSION")));
        builder = match proxy {
            // SECURITY: through a proxy the only name resolved here is the proxy's, which the operator chose
            Some(proxy) => {
                let mut all = reqwest::Proxy::all(proxy.uri().to_string())?;
                if let Some(credentials) = proxy.basic_auth() {
                    all = all.custom_http_auth(credentials.clone());
                }
                builder.proxy(all)
            }
            None => builder.dns_resolver(Arc::new(CheckedResolver)),
        };
        Ok(Ok(builder.build()?))
    }

    fn tls(&self) -> Result<Tls, RootsError> {
        self.tls
            .get_or_init(|| Tls::new(self.extra_roots.as_ref()))
            .clone()
    }
}

impl Tls {
    fn new(extra_roots: Option<&ExtraRoots>) -> Result<Self, RootsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let bad = |e: &dyn std::fmt::Display| RootsError::BadCertificate(e.to_string());
        let store = Arc::new(roots::root_store(extra_roots)?);
        let verifier = WebPkiServerVerifier::builder_with_provider(store, provider.clone());
        let recorder = Arc::new(RecordingVerifier::new(verifier.build().map_err(|e| bad(&e))?));
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| bad(&e))?
            .dangerous()
            .with_custom_certificate_verifier(recorder.clone())
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { config, recorder })
    }
}

#[async_trait]
impl Transport for Network {
    async fn get(&self, url: &Url) -> Result<Answer, FetchError> {
        let request = self.client(url)?.get(url.clone()).header(
            "accept",
            "application/json, application/jwk-set+json;q=0.9, */*;q=0.1",
        );
        let response = request.send().await.map_err(|e| connection(url, &e))?;
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let recorder = self.tls()?.recorder;
        Ok(Answer {
            status: response.status().as_u16(),
            location: header("location"),
            content_type: header("content-type"),
            chain: (url.scheme() == "https")
                .then(|| recorder.chain_of(bare_host(url)))
                .flatten()
                .unwrap_or_default(),
            body: Box::new(Pieces {
                url: url.clone(),
                response,
            }),
        })
    }
}

struct Pieces {
    url: Url,
    response: reqwest::Response,
}

#[async_trait]
impl Body for Pieces {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, FetchError> {
        let piece = self.response.chunk().await;
        let piece = piece.map_err(|e| connection(&self.url, &e))?;
        Ok(piece.map(|bytes| bytes.to_vec()))
    }
}

/// Resolves a name and gives out its addresses only when each of them may be asked: the connection can go nowhere
/// else.
struct CheckedResolver;

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = checked_addresses(name.as_str()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

async fn checked_addresses(host: &str) -> Result<Vec<SocketAddr>, FetchError> {
    let loopback = host == "localhost" || host.ends_with(".localhost");
    if loopback {
        // RFC 6761, section 6.3: not a question for any resolver
        let addresses: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        return Ok(addresses.map(|address| (address, 0).into()).to_vec());
    }
    let not_resolved = |reason: String| FetchError::NotResolved {
        host: host.to_owned(),
        reason,
    };
    let found = tokio::net::lookup_host((host, 0)).await;
    let found: Vec<_> = found.map_err(|e| not_resolved(e.to_string()))?.collect();
    if found.is_empty() {
        return Err(not_resolved("it has no address".to_owned()));
    }
    for address in &found {
        if let Some(reason) = address::not_public(address.ip()) {
            let reason = format!("it resolves to {}, {reason}", address.ip());
            return Err(FetchError::AddressRefused {
                host: host.to_owned(),
                reason,
            });
        }
    }
    Ok(found)
}

/// The host as a certificate names it.
fn bare_host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Our own error when it is inside, else the innermost cause, which says most.
fn connection(url: &Url, error: &reqwest::Error) -> FetchError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        if let Some(own) = inner.downcast_ref::<FetchError>() {
            return own.clone();
        }
        cause = inner;
    }
    FetchError::Connection {
        url: url.to_string(),
        reason: cause.to_string(),
    }
}
