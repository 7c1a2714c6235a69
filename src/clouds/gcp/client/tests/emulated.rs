//! The client against a Google Cloud that really decides: every kind of credentials that it gives tokens for.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;
use http::Method;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use super::super::{
    Api, Effect, Endpoint, Endpoints, Google, Kind, Request, ServiceAccount, Settings, Source,
    WorkloadIdentity,
};
use super::server::{external_account, file};
use crate::clouds::Environment;
use crate::clouds::gcp::dialect::ProviderName;
use crate::clouds::gcp::emulator::{Emulator, ProjectSettings, Service, Settings as EmulatorSettings};
use crate::oidc::{KeySet, KeySource, KeySourceError, SystemClock, WorkloadToken};
use crate::trust::IssuerUrl;

const POOL: &str = "projects/123456789012/locations/global/workloadIdentityPools/ci-pool";
const ISSUER: &str = "https://issuer.example";

/// Providers here bring their keys.
struct NoKeys;

#[async_trait]
impl KeySource for NoKeys {
    async fn key_set(&self, issuer: &IssuerUrl) -> Result<Arc<KeySet>, KeySourceError> {
        Err(KeySourceError::Unreachable {
            issuer: issuer.to_string(),
            reason: "no issuer is running".to_owned(),
        })
    }
}

struct Lab {
    emulator: Arc<Emulator>,
    urls: BTreeMap<Service, String>,
    key: EcdsaKeyPair,
}

impl Lab {
    async fn open() -> Self {
        let mut urls = BTreeMap::new();
        let mut listeners = Vec::new();
        for service in Service::ALL {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            urls.insert(service, format!("http://{}", listener.local_addr().unwrap()));
            listeners.push((service, listener));
        }
        let emulator = Emulator::new(EmulatorSettings {
            projects: vec![ProjectSettings {
                id: "my-project".to_owned(),
                number: "123456789012".to_owned(),
            }],
            keys: Arc::new(NoKeys),
            clock: Arc::new(SystemClock),
            allow_loopback_issuers: false,
            oauth2_url: urls[&Service::OAuth2].clone(),
            consistency_delay: 0,
            run_secret: None,
        })
        .unwrap();
        for (service, listener) in listeners {
            let router = Arc::clone(&emulator).router(service);
            tokio::spawn(async move { axum::serve(listener, router).await });
        }
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
        Self { emulator, urls, key }
    }

    fn settings(&self, source: Option<Source>) -> Settings {
        let at = |service| Some(Endpoint::parse(&self.urls[&service]).unwrap());
        Settings {
            credentials: source,
            endpoints: Endpoints {
                iam: at(Service::Iam),
                sts: at(Service::Sts),
                iam_credentials: at(Service::IamCredentials),
                resource_manager: at(Service::ResourceManager),
            },
            ..Settings::default()
        }
    }

    fn google(&self, source: Option<Source>) -> Google {
        Google::impatient(self.settings(source))
    }

    fn deployer(&self) -> Google {
        self.google(Some(Source::AccessToken(self.emulator.deployer_token())))
    }

    fn account(&self) -> ServiceAccount {
        ServiceAccount::parse(&self.emulator.deployer_email()).unwrap()
    }

    fn token(&self, subject: &str) -> String {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let claims = json!({
            "iss": ISSUER, "sub": subject, "aud": format!("https://iam.googleapis.com/{}", provider()),
            "iat": now - 10, "exp": now + 600,
        });
        let input = format!(
            "{}.{}",
            part(&json!({"alg": "ES256", "kid": "k", "typ": "JWT"})),
            part(&claims)
        );
        let signature = self.key.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
        format!("{input}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    /// A pool, and a provider that admits one subject, made with the deployer's token.
    async fn trust(&self) {
        let google = self.deployer();
        let point = self.key.public_key().as_ref();
        let encode = |part: &[u8]| BASE64URL_NOPAD.encode(part);
        let keys = json!({"keys": [{
            "kty": "EC", "crv": "P-256", "kid": "k", "use": "sig", "x": encode(&point[1..33]), "y": encode(&point[33..65]),
        }]});
        let pools = "v1/projects/my-project/locations/global/workloadIdentityPools";
        let pool = with_id(pools, ("workloadIdentityPoolId", "ci-pool"), json!({}));
        let body = json!({
            "attributeMapping": {"google.subject": "assertion.sub"},
            "attributeCondition": "assertion.sub == 'deploy'",
            "oidc": {"issuerUri": ISSUER, "jwksJson": keys.to_string()},
        });
        let providers = format!("v1/{POOL}/providers");
        let provider = with_id(
            &providers,
            ("workloadIdentityPoolProviderId", "ci-provider"),
            body,
        );
        for request in [pool, provider] {
            let started = google.call(request).await.unwrap();
            let name = started["name"].as_str().unwrap();
            for attempt in 0.. {
                let operation = google.call(read(Api::Iam, &format!("v1/{name}"))).await.unwrap();
                if operation["done"] == true {
                    assert!(operation.get("error").is_none(), "{operation}");
                    break;
                }
                assert!(attempt < 20, "{operation}");
                google.pause(attempt).await.unwrap();
            }
        }
    }

    /// Lets the admitted subject have a role on a thing, `v1/projects/my-project` for instance.
    async fn grant(&self, api: Api, path: &str, role: &str) {
        let google = self.deployer();
        let effect = Effect::Idempotent;
        let post = |verb: &str, body| Request {
            method: Method::POST,
            body: Some(body),
            effect,
            ..read(api, &format!("{path}:{verb}"))
        };
        let mut policy = google.call(post("getIamPolicy", json!({}))).await.unwrap();
        let member = format!("principal://iam.googleapis.com/{POOL}/subject/deploy");
        let mut bindings = policy["bindings"].as_array().cloned().unwrap_or_default();
        bindings.push(json!({"role": role, "members": [member]}));
        policy["bindings"] = bindings.into();
        google
            .call(post("setIamPolicy", json!({"policy": policy})))
            .await
            .unwrap();
    }
}

fn provider() -> String {
    format!("{POOL}/providers/ci-provider")
}

fn read(api: Api, path: &str) -> Request {
    Request {
        api,
        operation: "test.call",
        method: Method::GET,
        path: path.to_owned(),
        query: Vec::new(),
        body: None,
        effect: Effect::Read,
    }
}

fn with_id(path: &str, (name, id): (&'static str, &str), body: Value) -> Request {
    Request {
        method: Method::POST,
        query: vec![(name, id.to_owned())],
        body: Some(body),
        effect: Effect::Create,
        ..read(Api::Iam, path)
    }
}

fn project() -> Request {
    read(Api::ResourceManager, "v1/projects/my-project")
}

async fn works(google: &Google, what: &str) {
    let answer = google.call(project()).await;
    let answer = answer.unwrap_or_else(|e| panic!("{what}: {e}"));
    assert_eq!(answer["projectNumber"], "123456789012", "{what}");
}

#[tokio::test]
async fn a_token_a_login_a_machine_and_whom_they_impersonate() {
    let lab = Lab::open().await;
    let login = Some(Source::Credentials(lab.emulator.authorized_user_file()));
    let machine = lab.urls[&Service::OAuth2]
        .trim_start_matches("http://")
        .to_owned();
    let of_machine = Settings {
        environment: Environment::of([("GCE_METADATA_HOST", machine.as_str())]),
        ..lab.settings(None)
    };
    works(&lab.deployer(), "token").await;
    works(&lab.google(login.clone()), "login").await;
    works(&Google::impatient(of_machine), "machine").await;
    let through = |account: &str| {
        Google::impatient(Settings {
            impersonate: Some(ServiceAccount::parse(account).unwrap()),
            ..lab.settings(login.clone())
        })
    };
    works(&through(lab.account().as_str()), "impersonated").await;
    let missing = "nobody@my-project.iam.gserviceaccount.com";
    let error = through(missing).call(project()).await.unwrap_err();
    assert!(
        error.kind == Kind::Credentials && !error.is_not_found(),
        "{error:?}"
    );
    assert_eq!(error.subject, missing);
    let unknown = lab.google(Some(Source::AccessToken("ya29.nobody".to_owned().into())));
    let error = unknown.call(project()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unauthenticated, "{error}");
}

#[tokio::test]
async fn a_workload_with_its_own_token() {
    let lab = Lab::open().await;
    lab.trust().await;
    let identity = |subject: &str, service_account| {
        lab.google(Some(Source::WorkloadIdentity(WorkloadIdentity {
            provider_name: ProviderName::parse(&provider()).unwrap(),
            service_account,
            token: WorkloadToken::Given(lab.token(subject).into()),
        })))
    };
    let error = identity("other", None).call(project()).await.unwrap_err();
    assert_eq!(error.status.as_deref(), Some("unauthorized_client"), "{error}");
    assert!(error.to_string().contains("subject `other`"), "{error}");
    let error = identity("deploy", None).call(project()).await.unwrap_err();
    assert!(error.is_permission_denied(), "{error}");
    assert_eq!(error.missing_permission(), Some("resourcemanager.projects.get"));
    lab.grant(Api::ResourceManager, "v1/projects/my-project", "roles/browser")
        .await;
    works(&identity("deploy", None), "direct").await;

    let error = identity("deploy", Some(lab.account()))
        .call(project())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.http),
        (Kind::Credentials, Some(403)),
        "{error}"
    );
    let account = format!("v1/projects/my-project/serviceAccounts/{}", lab.account());
    lab.grant(Api::Iam, &account, "roles/iam.workloadIdentityUser")
        .await;
    works(&identity("deploy", Some(lab.account())), "through the account").await;

    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), lab.token("deploy")).unwrap();
    let mut json = external_account(&json!({"file": token.path()}));
    json["audience"] = json!(format!("//iam.googleapis.com/{}", provider()));
    works(&lab.google(file(&json)), "file").await;
    json["service_account_impersonation_url"] = json!(format!(
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{}:generateAccessToken",
        lab.account()
    ));
    works(&lab.google(file(&json)), "file, through the account").await;
}
