//! A token that an endpoint of the platform answers with, on the network or behind a Unix socket.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response};
use serde_json::{Map, Value};
use url::{Host, Url};
use zeroize::Zeroizing;

use super::filled::Filling;
use super::miss::Miss;
use super::surroundings::Surroundings;
use super::{MAX_ANSWER, answer};
use crate::oidc::fetch::{ExtraRoots, RootsError, client_config, root_store};
use crate::platforms::{HttpMethod, RequestBody, TokenRequest, TokenResponse};
use crate::trust::Secret;

/// For one attempt, from the first byte sent to the last received.
const DEADLINE: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Such endpoints are known to fail for a moment.
const ATTEMPTS: u32 = 3;

/// Asks for a token as the catalogue says.
pub(super) async fn ask(request: &TokenRequest, filling: &Filling<'_>) -> Result<Secret<String>, Miss> {
    if request.response == TokenResponse::Unknown {
        return Err(Miss::Undocumented);
    }
    let surroundings = filling.surroundings;
    let socket = socket(request, surroundings)?;
    let url = url(request, filling, socket.is_some())?;
    let client = client(&url, socket.as_deref(), surroundings)?;
    let prepared = prepared(request, filling, &client, &url)?;
    let host = url.host_str().unwrap_or_default();
    let mut pause = surroundings.pause();
    let mut attempt = 1;
    loop {
        let again = prepared.try_clone();
        let again = again.ok_or(Miss::NoToken("a request that cannot be repeated"))?;
        let late = |_| Miss::TimedOut {
            seconds: DEADLINE.as_secs(),
        };
        let asked = tokio::time::timeout(DEADLINE, answer_of(again, host)).await;
        match asked.map_err(late).flatten() {
            Ok(body) => return answer::of_answer(&body, &request.response),
            Err(miss) if attempt < ATTEMPTS && miss.may_pass() => {
                tokio::time::sleep(pause).await;
                pause *= 2;
                attempt += 1;
            }
            Err(miss) => return Err(miss),
        }
    }
}

/// The socket that the request goes through: the one that the environment names, else that of the catalogue.
fn socket(request: &TokenRequest, surroundings: &Surroundings) -> Result<Option<PathBuf>, Miss> {
    let named = request.socket_env.as_ref();
    let named = named
        .and_then(|name| surroundings.variable(name))
        .map(PathBuf::from);
    let usual = request.socket.as_ref().map(|path| surroundings.path(path));
    match named.or(usual) {
        Some(path) if !path.exists() => Err(Miss::NoSocket(path.display().to_string())),
        Some(path) => Ok(Some(path)),
        None => Ok(surroundings.detour().map(Path::to_owned)),
    }
}

fn url(request: &TokenRequest, filling: &Filling<'_>, by_socket: bool) -> Result<Url, Miss> {
    let no_url = || Miss::NoUrl(request.url.clone());
    let mut url = Url::parse(&filling.fill(&request.url)?).map_err(|_| no_url())?;
    let host = url.host_str().ok_or_else(no_url)?.to_owned();
    if !url.username().is_empty() || url.password().is_some() {
        return Err(no_url());
    }
    // the catalogue's own `http` has a host that means this machine or a link-local service
    let is_of_catalogue = !request.url.starts_with('$');
    if url.scheme() != "https" && !(url.scheme() == "http" && (by_socket || is_of_catalogue || is_near(&url)))
    {
        return Err(Miss::NotProtected(host));
    }
    for (name, value) in &request.query {
        url.query_pairs_mut().append_pair(name, &filling.fill(value)?);
    }
    Ok(url)
}

/// Whether the host is this machine, or an address that no router passes on.
fn is_near(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_localhost(name),
        Some(Host::Ipv4(address)) => is_near_address(address.into()),
        Some(Host::Ipv6(address)) => is_near_address(address.into()),
        None => false,
    }
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

fn is_near_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unicast_link_local(),
    }
}

fn client(url: &Url, socket: Option<&Path>, surroundings: &Surroundings) -> Result<Client, Miss> {
    let roots = |error: RootsError| Miss::Roots(error.to_string());
    let mut builder = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(concat!("oidcfed/", env!("CARGO_PKG_VERSION")));
    let mut authorities = None;
    if url.scheme() == "https" {
        let extra = surroundings.ca_bundle().map(ExtraRoots::from_pem);
        let extra = extra.transpose().map_err(roots)?;
        authorities = Some(root_store(extra.as_ref()).map_err(roots)?);
    } else {
        builder = builder.no_proxy().dns_resolver(Arc::new(NearResolver));
    }
    builder = builder.tls_backend_preconfigured(client_config(authorities).map_err(roots)?);
    if let Some(path) = socket {
        builder = through(builder, path)?;
    }
    builder
        .build()
        .map_err(|error| connection(url.host_str().unwrap_or_default(), &error))
}

#[cfg(unix)]
fn through(builder: ClientBuilder, socket: &Path) -> Result<ClientBuilder, Miss> {
    Ok(builder.unix_socket(socket))
}

#[cfg(not(unix))]
fn through(_: ClientBuilder, socket: &Path) -> Result<ClientBuilder, Miss> {
    Err(Miss::NoSocket(socket.display().to_string()))
}

fn prepared(
    request: &TokenRequest,
    filling: &Filling<'_>,
    client: &Client,
    url: &Url,
) -> Result<RequestBuilder, Miss> {
    let mut asked = match request.method {
        HttpMethod::Get => client.get(url.clone()),
        HttpMethod::Post => client.post(url.clone()),
    };
    asked = asked.header("accept", "application/json, text/plain;q=0.9, */*;q=0.1");
    for (name, value) in &request.headers {
        let value = filling.fill(value)?;
        let mut header = reqwest::header::HeaderValue::from_str(&value)
            .map_err(|_| Miss::NoToken("a secret for the request that no header can carry"))?;
        header.set_sensitive(true);
        asked = asked.header(name, header);
    }
    match &request.body {
        None if request.method == HttpMethod::Post => Ok(asked.header("content-length", "0")),
        None => Ok(asked),
        Some(RequestBody::Json(members)) => {
            let mut filled = Map::new();
            for (name, value) in members {
                let value = match value {
                    Value::String(text) => Value::String(filling.fill(text)?.to_string()),
                    other => other.clone(),
                };
                filled.insert(name.clone(), value);
            }
            Ok(asked.json(&filled))
        }
        Some(RequestBody::Form(members)) => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in members {
                form.append_pair(name, &filling.fill(value)?);
            }
            let asked = asked.header("content-type", "application/x-www-form-urlencoded");
            Ok(asked.body(form.finish()))
        }
    }
}

async fn answer_of(request: RequestBuilder, host: &str) -> Result<Zeroizing<Vec<u8>>, Miss> {
    let mut response: Response = request.send().await.map_err(|e| connection(host, &e))?;
    let status = response.status();
    let host = host.to_owned();
    if status.is_redirection() {
        return Err(Miss::Redirected { host });
    }
    if !status.is_success() {
        let status = status.as_u16();
        return Err(Miss::Status { host, status });
    }
    let mut body = Zeroizing::new(Vec::new());
    while let Some(piece) = response.chunk().await.map_err(|e| connection(&host, &e))? {
        if body.len() + piece.len() > MAX_ANSWER {
            return Err(Miss::TooLarge {
                limit: MAX_ANSWER,
                unit: "bytes of answer",
            });
        }
        body.extend(piece);
    }
    Ok(body)
}

// SECURITY: only the innermost cause, which knows neither the URL nor a header.
fn connection(host: &str, error: &reqwest::Error) -> Miss {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let reason = match cause.downcast_ref::<reqwest::Error>() {
        Some(_) => "the request cannot be sent".to_owned(),
        None => cause.to_string(),
    };
    Miss::Connection {
        host: host.to_owned(),
        reason,
    }
}

/// Resolves the names of requests without TLS: to this machine and to link-local addresses, or not at all.
struct NearResolver;

impl Resolve for NearResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let near = near_addresses(name.as_str()).await?;
            Ok(Box::new(near.into_iter()) as Addrs)
        })
    }
}

async fn near_addresses(host: &str) -> std::io::Result<Vec<SocketAddr>> {
    if is_localhost(host) {
        // RFC 6761, section 6.3: not a question for any resolver
        let addresses: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        return Ok(addresses.map(|address| (address, 0).into()).to_vec());
    }
    let found: Vec<_> = tokio::net::lookup_host((host, 0)).await?.collect();
    if found.is_empty() || !found.iter().all(|address| is_near_address(address.ip())) {
        return Err(std::io::Error::other(
            "expected a link-local address of the platform's own service",
        ));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_overheard_is_asked() {
        let near = |url: &str| is_near(&Url::parse(url).unwrap());
        for url in [
            "http://localhost:1/x",
            "http://127.0.0.9",
            "http://[::1]/",
            "http://169.254.169.254/x",
            "http://[fe80::1]/",
        ] {
            assert!(near(url), "{url}");
        }
        for url in [
            "http://10.0.0.1",
            "http://localhost.example",
            "http://8.8.8.8",
            "http://runner:3000",
            "http://[fd00::1]/",
        ] {
            assert!(!near(url), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_without_tls_must_be_of_this_machine() {
        let addresses = near_addresses("a.localhost").await.unwrap();
        assert!(addresses.iter().all(|address| address.ip().is_loopback()) && !addresses.is_empty());
        // an address that is routed is no answer to a name, whoever gave it
        assert!(near_addresses("192.0.2.1").await.is_err());
        assert_eq!(near_addresses("169.254.169.254").await.unwrap().len(), 1);
    }
}
