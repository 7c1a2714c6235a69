//! How tools log in: with a key file, as a person, on a virtual machine.

use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

use super::laboratory::{CLOUD_PLATFORM, Laboratory, NUMBER, PROJECT, pools};
use crate::clouds::gcp::emulator::Service;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// As a library does it: the key is read from the file, and signs.
fn sign(file: &Value, header: &Value, claims: &Value) -> String {
    let key = PrivatePkcs8KeyDer::from_pem_slice(file["private_key"].as_str().unwrap().as_bytes()).unwrap();
    let pair = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let input = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        input.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{input}.{}", BASE64URL_NOPAD.encode(&signature))
}

#[tokio::test]
async fn a_key_file_logs_in() {
    let lab = Laboratory::open().await;
    let file: Value = serde_json::from_str(lab.emulator.deployer_key_file().await.unwrap().expose()).unwrap();
    assert_eq!(
        (&file["type"], &file["project_id"]),
        (&json!("service_account"), &json!(PROJECT))
    );
    assert_eq!(file["token_uri"], format!("{}/token", lab.url(Service::OAuth2)));
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": file["private_key_id"]});
    let claims = |changes: Value| {
        let mut claims = json!({"iss": file["client_email"], "aud": file["token_uri"], "scope": CLOUD_PLATFORM,
            "iat": lab.now(), "exp": lab.now() + 3_600});
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    };
    let login = |assertion: String| {
        let lab = &lab;
        async move {
            lab.form(
                Service::OAuth2,
                "token",
                &[("grant_type", GRANT), ("assertion", &assertion)],
            )
            .await
        }
    };
    for audience in [
        file["token_uri"].clone(),
        json!("https://oauth2.googleapis.com/token"),
    ] {
        let answer = login(sign(&file, &header, &claims(json!({ "aud": audience }))))
            .await
            .good();
        let token = answer["access_token"].as_str().unwrap();
        lab.ask_as(token, Service::Iam, "GET", &pools(), &Value::Null)
            .await
            .good();
    }
    let good = sign(&file, &header, &claims(json!({})));
    let (input, _) = good.rsplit_once('.').unwrap();
    for bad in [
        sign(
            &file,
            &header,
            &claims(json!({"iss": "other@acme-deploy.iam.gserviceaccount.com"})),
        ),
        sign(&file, &header, &claims(json!({"sub": "admin@acme.example"}))),
        sign(&file, &header, &claims(json!({"aud": "https://other.example"}))),
        sign(&file, &header, &claims(json!({"exp": lab.now()}))),
        sign(&file, &header, &claims(json!({"iat": lab.now() + 1}))),
        sign(&file, &header, &claims(json!({"exp": lab.now() + 3_601}))),
        sign(&file, &json!({"alg": "none"}), &claims(json!({}))),
        sign(
            &file,
            &json!({"alg": "RS256", "kid": "other"}),
            &claims(json!({})),
        ),
        format!("{input}.{}", BASE64URL_NOPAD.encode(&[0; 256])),
        "no token".to_owned(),
    ] {
        assert_eq!(login(bad).await.oauth().1, "invalid_grant");
    }
    let nothing = sign(&file, &header, &claims(json!({"scope": ""})));
    assert_eq!(login(nothing).await.oauth().1, "invalid_scope");
    assert_eq!(
        lab.form(Service::OAuth2, "token", &[("grant_type", "password")])
            .await
            .oauth()
            .1,
        "unsupported_grant_type"
    );
}

#[tokio::test]
async fn a_person_who_signed_in_refreshes() {
    let lab = Laboratory::open().await;
    let file: Value = serde_json::from_str(lab.emulator.authorized_user_file().expose()).unwrap();
    let text = |name: &str| file[name].as_str().unwrap().to_owned();
    let (id, secret, token) = (text("client_id"), text("client_secret"), text("refresh_token"));
    let refresh = |secret: String, token: String| {
        let (lab, id) = (&lab, &id);
        async move {
            let form = [
                ("grant_type", "refresh_token"),
                ("client_id", id.as_str()),
                ("client_secret", &secret),
                ("refresh_token", &token),
            ];
            lab.form(Service::OAuth2, "token", &form).await
        }
    };
    let answer = refresh(secret.clone(), token.clone()).await.good();
    let access = answer["access_token"].as_str().unwrap();
    lab.ask_as(access, Service::Iam, "GET", &pools(), &Value::Null)
        .await
        .good();
    lab.clock.advance(3_600);
    assert_eq!(
        lab.ask_as(access, Service::Iam, "GET", &pools(), &Value::Null)
            .await
            .status,
        401
    );
    assert_eq!(
        refresh(secret, "1//other".to_owned()).await.oauth().1,
        "invalid_grant"
    );
    assert_eq!(refresh(String::new(), token).await.oauth().1, "invalid_grant");
}

#[tokio::test]
async fn the_metadata_server_takes_its_header() {
    let lab = Laboratory::open().await;
    let get = |path: &'static str| {
        let lab = &lab;
        async move {
            let path = format!("computeMetadata/v1/{path}");
            lab.with_header(Service::OAuth2, &path, "metadata-flavor", "Google")
                .await
        }
    };
    let answer = get("instance/service-accounts/default/token").await.good();
    let token = answer["access_token"].as_str().unwrap();
    lab.ask_as(token, Service::Iam, "GET", &pools(), &Value::Null)
        .await
        .good();
    assert_eq!(
        get("instance/service-accounts/default/email").await.text,
        lab.emulator.deployer_email()
    );
    assert_eq!(get("project/project-id").await.text, PROJECT);
    assert_eq!(get("project/numeric-project-id").await.text, NUMBER);
    assert_eq!(get("instance/service-accounts/other/token").await.status, 404);
    let path = "computeMetadata/v1/instance/service-accounts/default/token";
    assert_eq!(
        lab.with_header(Service::OAuth2, path, "x-other", "Google")
            .await
            .status,
        403
    );
    assert_eq!(
        lab.with_header(Service::OAuth2, path, "metadata-flavor", "other")
            .await
            .status,
        403
    );
}
