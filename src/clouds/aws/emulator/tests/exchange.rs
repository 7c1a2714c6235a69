//! A provider, a role that trusts one of its subjects, and tokens for it.

use serde_json::{Value, json};

use super::issuer::TestIssuer;
use super::laboratory::{ACCOUNT, Laboratory, code};
use crate::clouds::aws::emulator::Credentials;
use crate::oidc::{Clock, SystemClock};

pub const ISSUER: &str = "https://issuer.example/team/";
pub const SUBJECT: &str = "project:one";

pub struct Exchange {
    pub lab: Laboratory,
    pub issuer: TestIssuer,
    /// ARN of the role that trusts the issuer.
    pub role: String,
}

pub fn now() -> i64 {
    SystemClock.now()
}

pub fn trust(extra: &Value) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/issuer.example/team/")},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {
            "issuer.example/team/:aud": "sts.amazonaws.com",
            "issuer.example/team/:sub": SUBJECT,
        }},
    });
    for (key, value) in extra.as_object().unwrap() {
        statement[key] = value.clone();
    }
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

impl Exchange {
    pub async fn prepared() -> Self {
        Self::with_trust(&json!({})).await
    }

    pub async fn with_trust(extra: &Value) -> Self {
        let lab = Laboratory::open().await;
        let issuer = TestIssuer::new("k1");
        lab.keys.publish(ISSUER, &issuer.key_set());
        let iam = lab.iam();
        iam.create_open_id_connect_provider()
            .url(ISSUER)
            .client_id_list("sts.amazonaws.com")
            .send()
            .await
            .unwrap();
        let made = iam
            .create_role()
            .role_name("deploy")
            .path("/ci/")
            .assume_role_policy_document(trust(extra).to_string())
            .max_session_duration(7200)
            .send()
            .await
            .unwrap();
        let role = made.role().unwrap().arn().to_owned();
        Self { lab, issuer, role }
    }

    pub fn claims() -> Value {
        json!({"iss": ISSUER, "aud": "sts.amazonaws.com", "sub": SUBJECT, "iat": now(), "exp": now() + 300})
    }

    pub fn good_token(&self) -> String {
        self.issuer.sign(&Self::claims())
    }

    pub fn token_with(&self, name: &str, value: Value) -> String {
        let mut claims = Self::claims();
        claims[name] = value;
        self.issuer.sign(&claims)
    }

    pub fn ask(
        &self,
        token: String,
    ) -> aws_sdk_sts::operation::assume_role_with_web_identity::builders::AssumeRoleWithWebIdentityFluentBuilder
    {
        // The call is unsigned: whatever credentials there are do not matter.
        self.lab
            .sts_as(&Credentials {
                access_key_id: "AKIAUNKNOWN000000000".to_owned(),
                secret_access_key: "none".to_owned().into(),
                session_token: None,
            })
            .assume_role_with_web_identity()
            .role_arn(&self.role)
            .role_session_name("run-1")
            .web_identity_token(token)
    }

    pub async fn code(&self, token: String) -> String {
        code(self.ask(token).send().await)
    }
}

pub fn keys_of(credentials: &aws_sdk_sts::types::Credentials) -> Credentials {
    Credentials {
        access_key_id: credentials.access_key_id().to_owned(),
        secret_access_key: credentials.secret_access_key().to_owned().into(),
        session_token: Some(credentials.session_token().to_owned().into()),
    }
}
