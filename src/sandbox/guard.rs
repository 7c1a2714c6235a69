//! The door in front of every port: requests of this machine's own programs pass, those that a foreign web page
//! causes do not.
//!
//! SECURITY: without it, any page open in a browser on this machine could mint tokens and drive the emulated clouds:
//! by a host name that is made to resolve to loopback (DNS rebinding, seen in `Host`), or by a plain form post (seen in
//! `Origin` and `Sec-Fetch-Site`).

use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::json;

const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Lets requests pass that name this machine and this port.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    port: u16,
}

/// Why a request does not pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardRefusal {
    #[error("expected the host `localhost`, `127.0.0.1` or `[::1]` with the port of this listener")]
    Host,
    #[error("expected a request of a program on this machine, found one from a foreign origin")]
    Origin,
    #[error("expected a request of a program on this machine, found one that another site caused")]
    FetchSite,
}

impl Guard {
    /// A guard for the listener on `port`.
    pub fn new(port: u16) -> Self {
        Self { port }
    }

    /// Puts the guard in front of everything that `router` answers, the missing pages included.
    pub fn protect(self, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(self, pass))
    }

    fn check(self, uri: &Uri, headers: &HeaderMap) -> Result<(), GuardRefusal> {
        self.check_host(uri, headers)?;
        for origin in headers.get_all(ORIGIN) {
            let own = origin
                .to_str()
                .ok()
                .and_then(|origin| origin.strip_prefix("https://"));
            if !own.is_some_and(|authority| self.is_own(authority)) {
                return Err(GuardRefusal::Origin);
            }
        }
        for site in headers.get_all("sec-fetch-site") {
            if !matches!(site.as_bytes(), b"same-origin" | b"none") {
                return Err(GuardRefusal::FetchSite);
            }
        }
        Ok(())
    }

    /// HTTP/1.1 has a `Host` header, HTTP/2 an authority in the URI, a proxy's request both: all there is must fit.
    fn check_host(self, uri: &Uri, headers: &HeaderMap) -> Result<(), GuardRefusal> {
        let in_headers = headers
            .get_all(HOST)
            .iter()
            .map(|host| host.to_str().unwrap_or_default());
        let named: Vec<_> = in_headers
            .chain(uri.authority().map(|authority| authority.as_str()))
            .collect();
        if named.is_empty() || !named.iter().all(|authority| self.is_own(authority)) {
            return Err(GuardRefusal::Host);
        }
        Ok(())
    }

    fn is_own(self, authority: &str) -> bool {
        let Some((host, port)) = authority.rsplit_once(':') else {
            return false;
        };
        NAMES.iter().any(|name| host.eq_ignore_ascii_case(name)) && port == self.port.to_string()
    }
}

async fn pass(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => {
            let status = match refusal {
                GuardRefusal::Host => StatusCode::MISDIRECTED_REQUEST,
                GuardRefusal::Origin | GuardRefusal::FetchSite => StatusCode::FORBIDDEN,
            };
            (status, Json(json!({ "error": refusal.to_string() }))).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(uri: &str, headers: &[(&str, &str)]) -> Result<(), GuardRefusal> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        Guard::new(8443).check(&uri.parse().unwrap(), &map)
    }

    #[test]
    fn this_machine_passes_under_its_three_names() {
        for host in ["localhost:8443", "LocalHost:8443", "127.0.0.1:8443", "[::1]:8443"] {
            assert_eq!(check("/x", &[("host", host)]), Ok(()), "{host}");
            assert_eq!(
                check(&format!("https://{host}/x"), &[]),
                Ok(()),
                "{host} as authority"
            );
        }
    }

    #[test]
    fn other_hosts_do_not_pass() {
        assert_eq!(check("/x", &[]), Err(GuardRefusal::Host), "no host at all");
        for host in [
            "evil.example:8443",
            "localhost",
            "localhost:8444",
            "localhost:08443",
            "localhost.:8443",
            "a.localhost:8443",
            "127.0.0.2:8443",
            "::1:8443",
            "[::ffff:127.0.0.1]:8443",
            "user@localhost:8443",
            "",
            "localhost:8443:8443",
        ] {
            assert_eq!(check("/x", &[("host", host)]), Err(GuardRefusal::Host), "{host}");
        }
        let two = [("host", "localhost:8443"), ("host", "evil.example:8443")];
        assert_eq!(
            check("/x", &two),
            Err(GuardRefusal::Host),
            "one good host does not excuse another"
        );
        let absolute = check("https://evil.example:8443/x", &[("host", "localhost:8443")]);
        assert_eq!(absolute, Err(GuardRefusal::Host));
    }

    #[test]
    fn foreign_pages_do_not_pass() {
        let with = |name, value| check("/x", &[("host", "localhost:8443"), (name, value)]);
        for origin in [
            "https://evil.example",
            "null",
            "http://localhost:8443",
            "https://localhost:8444",
            "https://localhost",
        ] {
            assert_eq!(with("origin", origin), Err(GuardRefusal::Origin), "{origin}");
        }
        assert_eq!(with("origin", "https://127.0.0.1:8443"), Ok(()));
        for site in ["cross-site", "same-site", "SAME-ORIGIN", ""] {
            assert_eq!(
                with("sec-fetch-site", site),
                Err(GuardRefusal::FetchSite),
                "{site}"
            );
        }
        assert_eq!(with("sec-fetch-site", "same-origin"), Ok(()));
        assert_eq!(with("sec-fetch-site", "none"), Ok(()));
    }
}
