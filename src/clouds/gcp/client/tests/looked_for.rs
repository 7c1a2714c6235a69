//! Where credentials are looked for, in which order, and when.

use std::path::Path;

use serde_json::json;

use super::super::fake::{Fake, Reply};
use super::super::{Google, Kind, Settings, Source};
use super::server::*;
use crate::clouds::Environment;
use crate::clouds::gcp::client::GcpError;

fn put(path: &Path, fake: &Fake, client: &str) -> String {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut json = authorized_user(fake);
    json["client_id"] = json!(client);
    std::fs::write(path, json.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The client id of the log-in that was used, or the token that was given.
async fn used<const N: usize>(fake: &Fake, source: Option<Source>, variables: [(&str, &str); N]) -> String {
    let before = fake.calls().len();
    let token = bearer(fake, &google(fake, source, variables)).await;
    let calls = fake.calls().split_off(before);
    match calls.iter().find(|call| call.line.contains("/token ")) {
        Some(call) => call.get("client_id").to_owned(),
        None => token,
    }
}

#[tokio::test]
async fn what_is_closer_counts_first() {
    let fake = Fake::start(fine).await;
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name);
    let known = put(
        &at(".config/gcloud/application_default_credentials.json"),
        &fake,
        "known",
    );
    let sdk = put(&at("sdk/application_default_credentials.json"), &fake, "sdk");
    let adc = put(&at("adc.json"), &fake, "adc");
    let other = put(&at("other.json"), &fake, "other");
    let directory = Path::new(&sdk).parent().unwrap().to_str().unwrap();
    let host = fake.url.trim_start_matches("http://").to_owned();
    let home = home.path().to_str().unwrap();
    let json = std::fs::read_to_string(&other).unwrap();
    let all = [
        ("GOOGLE_OAUTH_ACCESS_TOKEN", "ya29.canary-variable"),
        ("GOOGLE_CREDENTIALS", other.as_str()),
        ("GOOGLE_APPLICATION_CREDENTIALS", adc.as_str()),
        ("CLOUDSDK_CONFIG", directory),
        ("HOME", home),
        ("GCE_METADATA_HOST", host.as_str()),
    ];
    let block = |text: &str| Some(Source::Credentials(text.to_owned().into()));
    assert_eq!(used(&fake, block(&known), all).await, "known");
    assert_eq!(used(&fake, block(&json), all).await, "other");
    assert_eq!(used(&fake, block("~/adc.json"), all).await, "adc");
    let given = Some(Source::AccessToken("ya29.canary-block".to_owned().into()));
    assert_eq!(used(&fake, given, all).await, "block");
    let [token, credentials, application, config, home, metadata] = all;
    assert_eq!(used(&fake, None, all).await, "variable");
    let rest = [credentials, application, config, home, metadata];
    assert_eq!(used(&fake, None, rest).await, "other");
    for name in [
        "GOOGLE_CREDENTIALS",
        "GOOGLE_CLOUD_KEYFILE_JSON",
        "GCLOUD_KEYFILE_JSON",
    ] {
        let rest = [(name, json.as_str()), application, config, home, metadata];
        assert_eq!(used(&fake, None, rest).await, "other", "{name}");
    }
    assert_eq!(
        used(&fake, None, [application, config, home, metadata]).await,
        "adc"
    );
    assert_eq!(used(&fake, None, [config, home, metadata]).await, "sdk");
    assert_eq!(used(&fake, None, [home, metadata]).await, "known");
    assert_eq!(used(&fake, None, [metadata]).await, "machine-0");
    // an empty variable is none
    assert_eq!(used(&fake, None, [(token.0, ""), application]).await, "adc");
}

#[tokio::test]
async fn what_is_named_is_not_passed_over() {
    let fake = Fake::start(fine).await;
    let host = fake.url.trim_start_matches("http://").to_owned();
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large");
    std::fs::write(&large, vec![b' '; 300 * 1024]).unwrap();
    for path in [
        "/does/not/exist",
        folder.path().to_str().unwrap(),
        large.to_str().unwrap(),
    ] {
        for name in ["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CREDENTIALS"] {
            let variables = [(name, path), ("GCE_METADATA_HOST", host.as_str())];
            let error = refused(&google(&fake, None, variables)).await;
            let said = error.to_string();
            assert!(
                said.contains(path) && said.contains(&format!("`{name}`")),
                "{said}"
            );
        }
    }
    let cut = "canary\n-----END PRIVATE KEY-----\"}";
    let error = refused(&google(
        &fake,
        Some(Source::Credentials(cut.to_owned().into())),
        [],
    ))
    .await;
    assert!(error.to_string().contains("found neither"), "{error}");
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn nothing_is_looked_for_before_a_call_needs_it() {
    let fake = Fake::start(fine).await;
    let path = tempfile::tempdir().unwrap().path().join("later.json");
    let name = path.to_str().unwrap().to_owned();
    let google = google(&fake, None, [("GOOGLE_APPLICATION_CREDENTIALS", name.as_str())]);
    put(&path, &fake, "later");
    assert_eq!(bearer(&fake, &google).await, "user-0");
    std::fs::remove_file(&path).unwrap();
}

async fn of_metadata(answer: Reply) -> (GcpError, usize) {
    let fake = Fake::start(move |_, _| answer.clone()).await;
    let host = fake.url.trim_start_matches("http://").to_owned();
    let error = refused(&google(&fake, None, [("GCE_METADATA_HOST", host.as_str())])).await;
    (error, fake.calls().len())
}

#[tokio::test]
async fn a_machine_of_google_has_a_token() {
    let fake = Fake::start(fine).await;
    let host = fake.url.trim_start_matches("http://").to_owned();
    let google = google(&fake, None, [("GCE_METADATA_HOST", host.as_str())]);
    assert_eq!(bearer(&fake, &google).await, "machine-0");
    let call = &fake.calls()[0];
    assert_eq!(call.header("metadata-flavor"), "Google");
    assert_eq!(
        call.line,
        "GET /computeMetadata/v1/instance/service-accounts/default/token\
         ?scopes=https://www.googleapis.com/auth/cloud-platform HTTP/1.1"
    );
    let token = json!({"access_token": "ya29.canary", "expires_in": 3600}).to_string();
    let (error, _) = of_metadata(Reply::Body(200, token)).await;
    assert!(
        error
            .to_string()
            .contains("expected a metadata server of Google's"),
        "{error}"
    );
    let (error, _) = of_metadata(Reply::Body(404, "canary".to_owned())).await;
    assert!(error.to_string().contains("attach one"), "{error}");
    let (error, calls) = of_metadata(Reply::Body(503, "canary".to_owned())).await;
    assert_eq!((error.kind, calls), (Kind::Credentials, 5));
}

#[tokio::test]
async fn a_metadata_host_is_a_host() {
    let fake = Fake::start(fine).await;
    for wrong in ["user:canary@127.0.0.1", "127.0.0.1/x?", "127.0.0.1#", "a b"] {
        let error = refused(&google(&fake, None, [("GCE_METADATA_HOST", wrong)])).await;
        assert!(
            error.to_string().contains("`GCE_METADATA_HOST`"),
            "{wrong}: {error}"
        );
    }
}

#[tokio::test]
async fn without_credentials_it_says_where_it_looked_and_what_to_do() {
    let fake = Fake::start(fine).await;
    let home = tempfile::tempdir().unwrap();
    let variables = [("HOME", home.path().to_str().unwrap()), ("NO_GCE_CHECK", "true")];
    let google = Google::impatient(Settings {
        credentials: None,
        environment: Environment::of(variables),
        ..fake.settings()
    });
    let error = refused(&google).await;
    assert_eq!(error.kind, Kind::Credentials);
    for word in [
        "`GOOGLE_CREDENTIALS`",
        "`GOOGLE_APPLICATION_CREDENTIALS`",
        "metadata server",
        "`gcloud auth application-default login`",
        "`workload_identity`",
    ] {
        assert!(error.to_string().contains(word), "{word}: {error}");
    }
    // looked for once: a log-in that appears later is for the next run
    put(
        &home
            .path()
            .join(".config/gcloud/application_default_credentials.json"),
        &fake,
        "late",
    );
    assert_eq!(refused(&google).await.to_string(), error.to_string());
    assert!(fake.calls().is_empty());
}
