//! What must be impossible, by number of the list.

use super::*;

/// 1: listening anywhere but on loopback.
#[tokio::test]
async fn nothing_listens_on_another_address_of_this_machine() {
    let lab = Lab::start().await;
    // the address this machine would use to reach another one; no packet is sent
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let outward = socket
        .connect("198.51.100.1:9")
        .and_then(|()| socket.local_addr());
    let other = match outward {
        Ok(address) if !address.ip().is_loopback() => address.ip(),
        // on Linux all of 127.0.0.0/8 is this machine
        _ => "127.0.0.2".parse().unwrap(),
    };
    for port in lab.ports() {
        let answer = TcpStream::connect(SocketAddr::new(other, port)).await;
        assert!(answer.is_err(), "{other}:{port} is open");
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok());
    }
}

/// 2: an answer to foreign hosts, origins and sites, on every port and every path.
#[tokio::test]
async fn no_port_answers_a_foreign_page() {
    let lab = Lab::start().await;
    for port in lab.ports() {
        let own = format!("host: localhost:{port}\r\n");
        for path in [
            "/",
            "/.well-known/openid-configuration",
            "/_oidcfed/calls",
            "/v1/projects/sandbox-one",
            "/computeMetadata/v1/instance/service-accounts/default/token",
            "/no/such/page",
        ] {
            for foreign in [
                "host: evil.example\r\n".to_owned(),
                format!("host: evil.example:{port}\r\n"),
                "host: localhost\r\n".to_owned(),
            ] {
                assert_eq!(
                    lab.get(port, path, &foreign).await.status,
                    421,
                    "{port} {path} {foreign}"
                );
            }
            for foreign in [
                "origin: https://evil.example",
                "origin: null",
                "sec-fetch-site: cross-site",
                "sec-fetch-site: same-site",
            ] {
                let headers = format!("{own}{foreign}\r\n");
                assert_eq!(
                    lab.get(port, path, &headers).await.status,
                    403,
                    "{port} {path} {foreign}"
                );
            }
            let status = lab.get(port, path, &own).await.status;
            assert!(status != 421, "{port} {path} {status}");
        }
        let form = format!(
            "POST / HTTP/1.1\r\n{own}sec-fetch-site: cross-site\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: 46\r\nconnection: close\r\n\r\nAction=GetCallerIdentity&Version=2011-06-15&a="
        );
        assert_eq!(lab.raw(port, &form).await.status, 403);
        let exchange = form.replace("POST / ", "POST /v1/token ");
        assert_eq!(lab.raw(port, &exchange).await.status, 403);
    }
}

/// 3: minting and rotating without the secret of this run.
#[tokio::test]
async fn without_the_secret_nothing_is_minted_or_rotated() {
    let (lab, other) = (Lab::start().await, Lab::start().await);
    assert_ne!(lab.sandbox.secret().expose(), other.sandbox.secret().expose());
    let before = lab.published().await.keys().len();
    for path in ["/token", "/acme/token", "/api/rotate", "/api/withdraw"] {
        for secret in [
            None,
            Some(""),
            Some("x"),
            Some(other.sandbox.secret().expose().as_str()),
        ] {
            let answer = lab.post(path, secret, &json!({ "alg": "ES256" })).await;
            assert_eq!(answer.status, 401, "{path} {answer:?}");
            assert!(!answer.body.contains(lab.sandbox.secret().expose()));
        }
    }
    assert_eq!(lab.published().await.keys().len(), before);
}

/// 3: nor are faults set in an emulated cloud.
#[tokio::test]
async fn without_the_secret_no_cloud_is_broken() {
    let lab = Lab::start().await;
    let body = r#"{"throttle_every": 1}"#;
    for port in lab.ports().into_iter().skip(1) {
        for (secret, expected) in [
            (String::new(), 403),
            ("x-oidcfed-secret: x\r\n".to_owned(), 403),
            (
                format!("x-oidcfed-secret: {}\r\n", lab.sandbox.secret().expose()),
                204,
            ),
        ] {
            let request = format!(
                "PUT /_oidcfed/faults HTTP/1.1\r\nhost: localhost:{port}\r\n{secret}content-type: application/json\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            assert_eq!(lab.raw(port, &request).await.status, expected, "{port} {secret}");
        }
    }
}

/// 4: see also the tests of the authority and of the bundle.
#[tokio::test]
async fn when_it_ends_nothing_is_left() {
    let lab = Lab::start().await;
    let ports = lab.ports();
    let Lab {
        sandbox,
        _directory: directory,
    } = lab;
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    sandbox.stop().await;
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    assert_eq!(ports.len(), 8);
    for port in ports {
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err());
    }
}

/// 4: the one key that is written opens the emulated Google Cloud, for the owner alone.
#[cfg(unix)]
#[tokio::test]
async fn what_is_written_is_for_the_owner() {
    use std::os::unix::fs::PermissionsExt;
    let lab = Lab::start().await;
    let directory = lab.sandbox.bundle().parent().unwrap().to_owned();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        if !path.ends_with("bundle.pem") {
            assert_eq!(mode(&path), 0o600, "{path:?}");
        }
    }
    names.sort();
    assert_eq!(
        names,
        ["bundle.pem", "gcp-deployer-key.json", "gcp-deployer-token"]
    );
}

/// 6: somebody else's `iss`.
#[tokio::test]
async fn a_foreign_issuer_is_imitated_only_when_it_was_named() {
    let github = "https://token.actions.githubusercontent.com";
    let ask = json!({ "claims": { "iss": github, "sub": "a", "aud": "sts.amazonaws.com" }, "alg": "ES256" });
    let lab = Lab::start().await;
    assert_eq!(lab.mint("/token", &ask).await.status, 403);
    let imitated = vec![IssuerUrl::parse(github).unwrap()];
    let lab = Lab::start_with(Options {
        imitated,
        ..Options::default()
    })
    .await;
    assert_eq!(
        lab.mint("/acme/token", &ask).await.status,
        403,
        "a team stays itself"
    );
    let minted = lab.mint("/token", &ask).await.json();
    assert!(minted["kid"].as_str().unwrap().starts_with("oidcfed-sandbox-"));
    let token = minted["token"].as_str().unwrap();
    assert!(verify(token, &lab.published().await, &policy(github), now()).is_ok());
    let mut other = ask.clone();
    other["claims"]["iss"] = json!("https://gitlab.com");
    assert_eq!(lab.mint("/token", &other).await.status, 403);
}
