//! An emulator behind listeners, one for each API, and a client of a few lines that is not this project's own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value, json};

use super::issuer::TestIssuer;
use crate::clouds::gcp::emulator::{Emulator, Faults, ProjectSettings, Service, Settings};
use crate::oidc::{Clock, KeySet, KeySource, KeySourceError, ManualClock};
use crate::trust::IssuerUrl;

pub const PROJECT: &str = "acme-deploy";
pub const NUMBER: &str = "123456789";
pub const OTHER_PROJECT: &str = "acme-other";
pub const OTHER_NUMBER: &str = "987654321";
/// 2026-09-21T14:13:20Z
pub const NOW: i64 = 1_790_000_000;
pub const ISSUER: &str = "https://issuer.example/team/";
pub const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Key sets that a test puts there.
#[derive(Default)]
pub struct Keys(Mutex<BTreeMap<String, Arc<KeySet>>>);

impl Keys {
    pub fn publish(&self, issuer: &str, document: &str) {
        let set = KeySet::parse(document.as_bytes()).unwrap();
        self.0.lock().unwrap().insert(issuer.to_owned(), Arc::new(set));
    }
}

#[async_trait]
impl KeySource for Keys {
    async fn key_set(&self, issuer: &IssuerUrl) -> Result<Arc<KeySet>, KeySourceError> {
        let found = self.0.lock().unwrap().get(issuer.as_str()).cloned();
        found.ok_or_else(|| KeySourceError::Unreachable {
            issuer: issuer.to_string(),
            reason: "nobody published keys".to_owned(),
        })
    }
}

pub struct Laboratory {
    pub emulator: Arc<Emulator>,
    pub keys: Arc<Keys>,
    pub clock: Arc<ManualClock>,
    pub issuer: TestIssuer,
    urls: BTreeMap<Service, String>,
    http: reqwest::Client,
}

/// An answer: its status and its body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// The body of an answer that is no error.
    #[track_caller]
    pub fn good(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// The status, canonical name and text of an error in Google's form.
    #[track_caller]
    pub fn error(&self) -> (u16, String, String) {
        let error = &self.json()["error"];
        assert_eq!(error["code"], self.status, "{}", self.text);
        let text = |name: &str| error[name].as_str().unwrap().to_owned();
        (self.status, text("status"), text("message"))
    }

    /// Status and canonical name of an error.
    #[track_caller]
    pub fn code(&self) -> (u16, String) {
        let (status, name, _) = self.error();
        (status, name)
    }

    /// `error` and `error_description` of an error in the form of OAuth.
    #[track_caller]
    pub fn oauth(&self) -> (u16, String, String) {
        let body = self.json();
        let text = |name: &str| {
            body[name]
                .as_str()
                .unwrap_or_else(|| panic!("{}", self.text))
                .to_owned()
        };
        (self.status, text("error"), text("error_description"))
    }
}

impl Laboratory {
    pub async fn open() -> Self {
        Self::with_delay(0).await
    }

    pub async fn with_delay(consistency_delay: i64) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut listeners = Vec::new();
        let mut urls = BTreeMap::new();
        for service in Service::ALL {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            urls.insert(service, format!("http://{}", listener.local_addr().unwrap()));
            listeners.push((service, listener));
        }
        let keys = Arc::new(Keys::default());
        let clock = Arc::new(ManualClock::at(NOW));
        let project = |id: &str, number: &str| ProjectSettings {
            id: id.to_owned(),
            number: number.to_owned(),
        };
        let emulator = Emulator::new(Settings {
            projects: vec![project(PROJECT, NUMBER), project(OTHER_PROJECT, OTHER_NUMBER)],
            keys: keys.clone(),
            clock: clock.clone(),
            allow_loopback_issuers: true,
            oauth2_url: urls[&Service::OAuth2].clone(),
            consistency_delay,
            run_secret: Some("open sesame".to_owned().into()),
        })
        .unwrap();
        for (service, listener) in listeners {
            let router = emulator.clone().router(service);
            tokio::spawn(async move { axum::serve(listener, router).await });
        }
        let issuer = TestIssuer::new("k1");
        keys.publish(ISSUER, &issuer.key_set());
        Self {
            emulator,
            keys,
            clock,
            issuer,
            urls,
            http: reqwest::Client::new(),
        }
    }

    pub fn url(&self, service: Service) -> &str {
        &self.urls[&service]
    }

    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// One request; an empty token is none, a null body is none.
    pub async fn ask_as(
        &self,
        token: &str,
        service: Service,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Answer {
        self.try_ask_as(token, service, method, path, body).await.unwrap()
    }

    pub async fn try_ask_as(
        &self,
        token: &str,
        service: Service,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<Answer, reqwest::Error> {
        let method: Method = method.parse().unwrap();
        let mut request = self.http.request(method, format!("{}/{path}", self.url(service)));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if !body.is_null() {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        Ok(Answer { status, text })
    }

    pub fn deployer(&self) -> String {
        self.emulator.deployer_token().expose().clone()
    }

    /// Of IAM, as the deployer.
    pub async fn iam(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask_as(&self.deployer(), Service::Iam, method, path, body)
            .await
    }

    /// Of Resource Manager, as the deployer.
    pub async fn manager(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask_as(&self.deployer(), Service::ResourceManager, method, path, body)
            .await
    }

    pub async fn form(&self, service: Service, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self
            .http
            .post(format!("{}/{path}", self.url(service)))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        Answer { status, text }
    }

    pub async fn with_header(&self, service: Service, path: &str, name: &str, value: &str) -> Answer {
        let request = self
            .http
            .get(format!("{}/{path}", self.url(service)))
            .header(name, value);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        Answer { status, text }
    }

    pub fn set_faults(&self, faults: Value) {
        let faults: Faults = serde_json::from_value(faults).unwrap();
        self.emulator.set_faults(faults);
    }

    /// A pool with a provider of the test's issuer, both ready.
    pub async fn pool(&self) -> &Self {
        self.iam(
            "POST",
            &format!("{}?workloadIdentityPoolId=pool", pools()),
            &json!({}),
        )
        .await
        .good();
        let path = format!("{}/pool/providers?workloadIdentityPoolProviderId=prov", pools());
        self.iam("POST", &path, &provider()).await.good();
        self
    }

    /// A service account; gives its email.
    pub async fn account(&self, id: &str) -> String {
        let path = format!("v1/projects/{PROJECT}/serviceAccounts");
        let made = self.iam("POST", &path, &json!({"accountId": id})).await.good();
        made["email"].as_str().unwrap().to_owned()
    }

    /// Gives a role on a service account.
    pub async fn bind_account(&self, email: &str, role: &str, member: &str) -> Answer {
        let path = format!("v1/projects/{PROJECT}/serviceAccounts/{email}:setIamPolicy");
        let policy = json!({"policy": {"bindings": [{"role": role, "members": [member]}]}});
        self.iam("POST", &path, &policy).await
    }

    /// Gives a role on the project, and takes away all others.
    pub async fn bind_project(&self, role: &str, member: &str) {
        let policy = json!({"policy": {"bindings": [{"role": role, "members": [member]}]}});
        let path = format!("v1/projects/{PROJECT}:setIamPolicy");
        self.manager("POST", &path, &policy).await.good();
    }

    pub fn token(&self, changes: &Value) -> String {
        let mut claims = json!({
            "iss": ISSUER, "aud": format!("https://iam.googleapis.com/{PROVIDER}"), "sub": "job:one", "repository": "acme/api",
            "groups": ["ops", "dev"], "iat": self.now() - 10, "exp": self.now() + 600,
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        self.issuer.sign(&claims)
    }

    pub async fn exchange(&self, token: &str) -> Answer {
        self.exchange_at(PROVIDER, token).await
    }

    pub async fn exchange_at(&self, provider: &str, token: &str) -> Answer {
        let audience = format!("//iam.googleapis.com/{provider}");
        self.form(Service::Sts, "v1/token", &exchange_form(&audience, token))
            .await
    }

    /// The access token for a token that is good.
    pub async fn exchanged(&self, changes: &Value) -> String {
        let answer = self.exchange(&self.token(changes)).await.good();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn impersonate(&self, token: &str, email: &str) -> Answer {
        let path = format!("v1/projects/-/serviceAccounts/{email}:generateAccessToken");
        let body = json!({"scope": [CLOUD_PLATFORM], "lifetime": "3600s", "delegates": null});
        self.ask_as(token, Service::IamCredentials, "POST", &path, &body)
            .await
    }

    pub async fn read_object(&self, token: &str) -> Answer {
        let path = format!("storage/v1/b/{PROJECT}-data/o/hello.txt?alt=media");
        self.ask_as(token, Service::Storage, "GET", &path, &Value::Null)
            .await
    }
}

pub const POOL: &str = "projects/123456789/locations/global/workloadIdentityPools/pool";
pub const PROVIDER: &str = "projects/123456789/locations/global/workloadIdentityPools/pool/providers/prov";

pub fn pools() -> String {
    format!("v1/projects/{PROJECT}/locations/global/workloadIdentityPools")
}

pub fn provider() -> Value {
    json!({
        "attributeMapping": {
            "google.subject": "assertion.sub",
            "google.groups": "assertion.groups",
            "attribute.repository": "assertion.repository",
        },
        "attributeCondition": "assertion.repository.startsWith('acme/')",
        "oidc": {"issuerUri": ISSUER},
    })
}

pub fn exchange_form<'a>(audience: &'a str, token: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("audience", audience),
        ("scope", CLOUD_PLATFORM),
        (
            "requested_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
        ("subject_token", token),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
    ]
}

pub fn principal(rest: &str) -> String {
    let kind = if rest.starts_with("subject/") {
        "principal"
    } else {
        "principalSet"
    };
    format!("{kind}://iam.googleapis.com/{POOL}/{rest}")
}
