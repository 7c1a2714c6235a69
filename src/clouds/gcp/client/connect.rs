//! The one HTTP client of a configuration, the roots it trusts, and one exchange of bytes over it.

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use zeroize::Zeroizing;

use super::error::{GcpError, Kind};
use crate::clouds::redact::clean;
use crate::oidc::{ExtraRoots, client_config, root_store};

/// To find an address, connect and finish TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The same on this machine or its own link: who is not there does not answer at all.
const NEAR_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// A page of a list with uploaded key sets is a hundredth of that.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// Built by the first call.
#[derive(Debug)]
pub(super) struct Connection {
    ca_bundle: Option<Arc<[u8]>>,
    request_timeout: Duration,
    client: OnceLock<Result<Client, GcpError>>,
    direct: OnceLock<Result<Client, GcpError>>,
}

/// What came back. May hold a token, so that it has no `Debug`.
pub(super) struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Zeroizing<Vec<u8>>,
}

impl Connection {
    pub fn new(ca_bundle: Option<Arc<[u8]>>, request_timeout: Duration) -> Self {
        Self {
            ca_bundle,
            request_timeout,
            client: OnceLock::new(),
            direct: OnceLock::new(),
        }
    }

    /// Proxies come from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`.
    ///
    /// # Errors
    /// A bundle that holds no usable certificate, or no root at all.
    pub fn client(&self) -> Result<Client, GcpError> {
        self.client.get_or_init(|| self.build(false)).clone()
    }

    /// Without proxies, for addresses that only mean something on this machine.
    ///
    /// # Errors
    /// As of [`Connection::client`].
    pub fn direct(&self) -> Result<Client, GcpError> {
        self.direct.get_or_init(|| self.build(true)).clone()
    }

    fn build(&self, direct: bool) -> Result<Client, GcpError> {
        let extra = self.ca_bundle.as_deref().map(ExtraRoots::from_pem).transpose();
        let extra = extra.map_err(GcpError::configuration)?;
        let roots = root_store(extra.as_ref()).map_err(GcpError::configuration)?;
        let mut tls = client_config(Some(roots)).map_err(GcpError::configuration)?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // SECURITY: a redirect would carry the token, or what it protects, to another place
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .tcp_nodelay(true)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(self.request_timeout)
            .user_agent(concat!("oidcfed/", env!("CARGO_PKG_VERSION")));
        if direct {
            builder = builder.no_proxy().connect_timeout(NEAR_CONNECT_TIMEOUT);
        }
        builder.build().map_err(|e| GcpError::configuration(chain(&e)))
    }
}

/// Sends once and reads the answer, whatever its status.
///
/// # Errors
/// No answer, one that breaks off, or one that is too long.
pub(super) async fn send(operation: &'static str, request: RequestBuilder) -> Result<Answer, GcpError> {
    let mut response = request.send().await.map_err(|e| no_answer(operation, &e))?;
    let mut body = Zeroizing::new(Vec::new());
    loop {
        let piece = response.chunk().await.map_err(|e| no_answer(operation, &e))?;
        let Some(piece) = piece else { break };
        if body.len() + piece.len() > LARGEST_ANSWER {
            let message = format!("expected an answer of at most {LARGEST_ANSWER} bytes, found a longer one");
            return Err(GcpError::unreadable(operation, message));
        }
        body.extend_from_slice(&piece);
    }
    Ok(Answer {
        status: response.status().as_u16(),
        headers: std::mem::take(response.headers_mut()),
        body,
    })
}

impl Answer {
    /// `Retry-After` in seconds.
    pub fn asked_wait(&self) -> Option<Duration> {
        let text = self.headers.get(http::header::RETRY_AFTER)?.to_str().ok()?;
        text.trim().parse().ok().map(Duration::from_secs)
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

fn no_answer(operation: &'static str, error: &reqwest::Error) -> GcpError {
    let kind = Kind::Transport {
        may_have_been_sent: !error.is_connect() && !error.is_builder(),
    };
    if error.is_timeout() {
        return GcpError::new(kind, operation, "no answer in time")
            .with_hint("check the network and `HTTPS_PROXY`, or raise `request_timeout` of the provider");
    }
    GcpError::new(kind, operation, chain(error)).with_hint(
        "check the network, `endpoints`, `HTTPS_PROXY`, `NO_PROXY` and, for a private certificate authority, \
         `ca_bundle_file`",
    )
}

/// The texts of an error's causes, each once; its own names the whole URL, which may hold a secret.
fn chain(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(current) = next {
        let text = clean(&current.to_string());
        if !text.is_empty() && !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        next = current.source();
    }
    if parts.is_empty() {
        parts.push("the request could not be sent".to_owned());
    }
    parts.join(": ")
}
