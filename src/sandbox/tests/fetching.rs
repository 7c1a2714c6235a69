//! Fetching over a real network: TLS, redirects, compression, proxies.

use super::*;

#[tokio::test]
async fn loopback_is_not_fetched_without_being_asked_for() {
    let lab = Lab::start().await;
    let url = lab.sandbox.issuer().discovery_url();
    let error = lab.fetcher(false).get(&url).await.unwrap_err();
    assert!(matches!(error, FetchError::LoopbackNotAllowed(_)), "{error}");
}

#[tokio::test]
async fn an_authority_that_is_not_believed_is_not_talked_to() {
    let lab = Lab::start().await;
    let fetcher = Fetcher::new(FetchSettings {
        allow_loopback: true,
        ..FetchSettings::default()
    });
    let error = fetcher
        .get(&lab.sandbox.issuer().discovery_url())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, FetchError::Connection { reason, .. } if reason.contains("certificate")),
        "{error}"
    );
}

/// A server of this machine with pages of its own.
struct Pages {
    url: String,
    fetcher: Fetcher,
    _server: server::Server,
}

impl Pages {
    fn serve(router: axum::Router) -> Self {
        let authority = authority::Authority::new().unwrap();
        let port = server::Port::bind(0).unwrap();
        let url = format!("https://localhost:{}", port.number());
        let pem = crate::oidc::certificate_pem(authority.certificate());
        let extra_roots = Some(ExtraRoots::from_pem(pem.as_bytes()).unwrap());
        let settings = FetchSettings {
            allow_loopback: true,
            extra_roots,
            ..FetchSettings::default()
        };
        let server = port.serve(router, authority.server_config()).unwrap();
        Self {
            url,
            fetcher: Fetcher::new(settings),
            _server: server,
        }
    }

    async fn get(&self, path: &str) -> Result<crate::oidc::Document, FetchError> {
        self.fetcher.get(&format!("{}{path}", self.url)).await
    }
}

fn redirect(to: &'static str) -> axum::routing::MethodRouter {
    axum::routing::get(move || async move { (http::StatusCode::FOUND, [("location", to)]) })
}

#[tokio::test]
async fn redirects_are_followed_three_times_on_one_origin() {
    let pages = Pages::serve(
        axum::Router::new()
            .route("/0", axum::routing::get(async || "{}"))
            .route("/1", redirect("/0"))
            .route("/2", redirect("1"))
            .route("/3", redirect("/2"))
            .route("/4", redirect("/3"))
            .route("/away", redirect("https://localhost:1/0"))
            .route("/plain", redirect("http://localhost/0"))
            .route("/nowhere", redirect("https://[")),
    );
    let document = pages.get("/3").await.unwrap();
    assert_eq!(
        (document.url.path(), document.body.as_slice()),
        ("/0", b"{}".as_slice())
    );
    assert!(matches!(
        pages.get("/4").await,
        Err(FetchError::TooManyRedirects { .. })
    ));
    assert!(matches!(
        pages.get("/away").await,
        Err(FetchError::CrossOriginRedirect { .. })
    ));
    assert!(matches!(
        pages.get("/plain").await,
        Err(FetchError::CrossOriginRedirect { .. })
    ));
    assert!(matches!(
        pages.get("/nowhere").await,
        Err(FetchError::InvalidUrl { .. })
    ));
    assert!(matches!(
        pages.get("/none").await,
        Err(FetchError::Status { status: 404, .. })
    ));
}

/// A gzip stream of some 4 KB that is 680 KB long when unpacked (RFC 1951, fixed codes: one blank, then copies of it).
fn small_stream_of_many_blanks() -> Vec<u8> {
    let mut bits: Vec<bool> = vec![true, true, false];
    let mut code = |value: u32, length: u32| bits.extend((0..length).rev().map(|bit| value >> bit & 1 == 1));
    code(0x30 + 0x20, 8);
    for _ in 0..2640 {
        code(0b1100_0101, 8);
        code(0, 5);
    }
    code(0, 7);
    let mut stream = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let octet = |bits: &[bool]| {
        bits.iter()
            .rev()
            .fold(0, |octet, bit| octet << 1 | u8::from(*bit))
    };
    stream.extend(bits.chunks(8).map(octet));
    stream
}

#[tokio::test]
async fn the_limit_counts_what_is_unpacked() {
    let packed = small_stream_of_many_blanks();
    assert!(packed.len() < 5000, "{}", packed.len());
    let gzip = [("content-encoding", "gzip")];
    let pages = Pages::serve(
        axum::Router::new()
            .route("/packed", axum::routing::get(async move || (gzip, packed)))
            .route("/long", axum::routing::get(async || " ".repeat(256 * 1024 + 1)))
            .route("/full", axum::routing::get(async || " ".repeat(256 * 1024))),
    );
    for path in ["/packed", "/long"] {
        let answer = pages.get(path).await;
        assert!(
            matches!(answer, Err(FetchError::TooLarge { .. })),
            "{path}: {answer:?}"
        );
    }
    assert_eq!(pages.get("/full").await.unwrap().body.len(), 256 * 1024);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_end_is_not_waited_for() {
    let never = axum::routing::get(async || {
        std::future::pending::<()>().await;
    });
    let pages = Pages::serve(axum::Router::new().route("/never", never));
    let answer = pages.get("/never").await;
    assert!(
        matches!(answer, Err(FetchError::TimedOut { seconds: 10, .. })),
        "{answer:?}"
    );
}

/// A proxy that notes what it is asked for and refuses.
async fn proxy() -> (SocketAddr, tokio::task::JoinHandle<String>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = vec![0; 4096];
        let length = stream.read(&mut head).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
            .await
            .unwrap();
        String::from_utf8_lossy(&head[..length]).into_owned()
    });
    (address, asked)
}

#[tokio::test]
async fn a_proxy_is_asked_for_public_hosts_and_only_for_those() {
    let lab = Lab::start().await;
    let (address, asked) = proxy().await;
    let extra_roots = Some(ExtraRoots::from_pem(&lab.bundle()).unwrap());
    let settings = FetchSettings {
        allow_loopback: true,
        extra_roots,
        ..FetchSettings::default()
    };
    let fetcher = Fetcher::through_proxy(settings, &format!("http://user:hunter2@{address}"));
    assert!(
        fetcher.get(&lab.sandbox.issuer().discovery_url()).await.is_ok(),
        "loopback goes past the proxy"
    );
    let internal = fetcher.get("https://metadata.google.internal/").await;
    assert!(
        matches!(internal, Err(FetchError::AddressRefused { .. })),
        "the rules on names hold for proxies"
    );
    let error = fetcher.get("https://issuer.example/").await.unwrap_err();
    assert!(
        error.is_temporary() && !error.to_string().contains("hunter2"),
        "{error}"
    );
    let asked = asked.await.unwrap().to_lowercase();
    assert!(asked.starts_with("connect issuer.example:443 "), "{asked}");
    assert!(
        asked.contains("proxy-authorization: basic dxnlcjpodw50zxiy"),
        "{asked}"
    );
}
