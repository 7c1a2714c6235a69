//! The development issuer: tokens, keys, teams.

use super::*;

#[tokio::test]
async fn tokens_of_each_issuer_verify_against_the_published_keys() {
    let lab = Lab::start().await;
    let global = lab.sandbox.issuer().to_string();
    let team = format!("{global}/acme");
    let ask = json!({ "claims": { "sub": "a", "aud": "sts.amazonaws.com" } });
    for (path, issuer, alg) in [("/token", &global, "RS256"), ("/acme/token", &team, "ES256")] {
        let mut ask = ask.clone();
        ask["alg"] = json!(alg);
        let minted = lab.mint(path, &ask).await;
        assert_eq!(minted.status, 200, "{minted:?}");
        let token = minted.json()["token"].as_str().unwrap().to_owned();
        let keys = lab.published().await;
        assert!(is_sandbox_key_set(&keys));
        assert!(verify(&token, &keys, &policy(issuer), now()).is_ok());
        let other = if issuer == &global { &team } else { &global };
        assert!(
            verify(&token, &keys, &policy(other), now()).is_err(),
            "a team is an issuer of its own"
        );
    }
}

#[tokio::test]
async fn rotation_publishes_before_it_withdraws() {
    let lab = Lab::start().await;
    let ask = json!({ "claims": { "sub": "a", "aud": "sts.amazonaws.com" }, "alg": "ES256" });
    let old = lab.mint("/token", &ask).await.json();
    let new = lab.mint("/api/rotate", &json!({ "alg": "ES256" })).await.json();
    assert_ne!(old["kid"], new["kid"]);
    let issuer = lab.sandbox.issuer().to_string();
    let token = old["token"].as_str().unwrap();
    assert!(verify(token, &lab.published().await, &policy(&issuer), now()).is_ok());
    assert_eq!(lab.mint("/token", &ask).await.json()["kid"], new["kid"]);
    assert_eq!(
        lab.mint("/api/withdraw", &json!({ "kid": new["kid"] }))
            .await
            .status,
        409
    );
    assert_eq!(
        lab.mint("/api/withdraw", &json!({ "kid": old["kid"] }))
            .await
            .status,
        204
    );
    let refusal = verify(token, &lab.published().await, &policy(&issuer), now()).unwrap_err();
    assert_eq!(refusal.reason(), "unknown-key");
}

#[tokio::test]
async fn the_issuer_can_be_inspected() {
    let lab = Lab::start().await;
    let report = inspect(&lab.fetcher(true), lab.sandbox.issuer()).await.unwrap();
    let bundle = lab.bundle();
    let authority = CertificateDer::pem_slice_iter(&bundle).last().unwrap().unwrap();
    assert_eq!(report.certificate_chain().len(), 2, "the leaf and the authority");
    assert_eq!(report.thumbprint(), thumbprint(&[authority]).as_deref());
    assert_eq!(report.hosts.len(), 1);
    let algorithms: Vec<_> = report.keys.iter().filter_map(|key| key.alg.as_deref()).collect();
    assert_eq!(algorithms, ["ES256", "RS256"]);
    let critical = report
        .findings
        .iter()
        .find(|finding| finding.severity == Severity::Critical);
    assert_eq!(critical.map(|finding| finding.rule), Some("sandbox-issuer"));
    let team = IssuerUrl::parse(&format!("{}/acme", lab.sandbox.issuer())).unwrap();
    assert!(inspect(&lab.fetcher(true), &team).await.is_ok());
}

#[tokio::test]
async fn mistakes_are_answered_and_not_minted() {
    let lab = Lab::start().await;
    for (path, body, status) in [
        ("/token", json!({ "unknown": 1 }), 422),
        ("/token", json!("text"), 422),
        ("/token", json!({ "alg": "none" }), 400),
        ("/token", json!({ "alg": "HS256" }), 400),
        ("/token", json!({ "alg": "ES512" }), 400),
        ("/token", json!({ "kid": "../x" }), 404),
        ("/Acme/token", json!({}), 404),
        ("/api/rotate", json!({ "alg": "PS256" }), 400),
        ("/token", json!({ "claims": { "pad": "x".repeat(70_000) } }), 413),
    ] {
        let answer = lab.mint(path, &body).await;
        assert_eq!(answer.status, status, "{path} {}", answer.body);
        assert!(answer.json()["error"].is_string());
    }
}

#[tokio::test]
async fn a_team_is_no_way_around_the_paths_of_the_issuer() {
    let lab = Lab::start().await;
    let port = lab.ports()[0];
    let own = format!("host: localhost:{port}\r\n");
    for path in [
        "/api/.well-known/openid-configuration",
        "/A/.well-known/openid-configuration",
        "/%2e%2e/.well-known/openid-configuration",
    ] {
        assert_eq!(lab.get(port, path, &own).await.status, 404, "{path}");
    }
}
