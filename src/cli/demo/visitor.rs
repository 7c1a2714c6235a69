//! A program on this machine as the sandbox sees it: gets tokens of the issuer, calls the emulated clouds over TLS.

use std::fs;
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::sandbox::{SECRET_HEADER, Sandbox};
use crate::trust::Secret;

use super::error::DemoError;

const LIMIT: Duration = Duration::from_secs(20);

pub struct Visitor<'a> {
    sandbox: &'a Sandbox,
    client: Client,
}

impl<'a> Visitor<'a> {
    /// # Errors
    /// A bundle of certificates that cannot be read.
    pub fn new(sandbox: &'a Sandbox) -> Result<Self, DemoError> {
        let bundle = sandbox.bundle();
        let wrong = |reason: String| no_answer(&bundle.display().to_string(), &reason);
        let pem = fs::read(&bundle).map_err(|error| wrong(error.to_string()))?;
        let roots = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| wrong(error.to_string()))?;
        let client = Client::builder()
            .tls_certs_only(roots)
            .no_proxy()
            .timeout(LIMIT)
            .build();
        Ok(Self {
            sandbox,
            client: client.map_err(|error| wrong(error.to_string()))?,
        })
    }

    pub fn sandbox(&self) -> &'a Sandbox {
        self.sandbox
    }

    /// A token of an issuer of the sandbox.
    ///
    /// SECURITY: the secret of the run goes to the sandbox's issuer alone, whose certificate no other authority can sign.
    ///
    /// # Errors
    /// No answer, or one without a token.
    pub async fn token(
        &self,
        issuer: &str,
        subject: &str,
        audience: &str,
    ) -> Result<Secret<String>, DemoError> {
        let url = format!("{issuer}/token");
        let request = self
            .post(&url)
            .header(SECRET_HEADER, self.sandbox.secret().expose())
            .json(&json!({ "claims": { "sub": subject, "aud": audience } }));
        let (_, answer) = self.json(request, &url).await?;
        match answer.get("token").and_then(Value::as_str) {
            Some(token) => Ok(Secret::new(token.to_owned())),
            None => Err(no_answer(&url, "no token in it")),
        }
    }

    pub fn get(&self, url: &str) -> RequestBuilder {
        self.client.get(url)
    }

    pub fn post(&self, url: &str) -> RequestBuilder {
        self.client.post(url)
    }

    /// The status and the text of what `url` answers.
    ///
    /// # Errors
    /// No answer; one that refuses is an answer.
    pub async fn text(&self, request: RequestBuilder, url: &str) -> Result<(u16, String), DemoError> {
        let wrong = |error: reqwest::Error| no_answer(url, &error.without_url().to_string());
        let answer = request.send().await.map_err(wrong)?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await.map_err(wrong)?))
    }

    /// The same, of what answers in JSON.
    ///
    /// # Errors
    /// No answer, or none in JSON.
    pub async fn json(&self, request: RequestBuilder, url: &str) -> Result<(u16, Value), DemoError> {
        let (status, text) = self.text(request, url).await?;
        let answer = serde_json::from_str(&text).map_err(|error| no_answer(url, &error.to_string()))?;
        Ok((status, answer))
    }
}

/// An answer that is none.
pub fn no_answer(url: &str, reason: &str) -> DemoError {
    DemoError::Answer {
        url: url.to_owned(),
        reason: reason.to_owned(),
    }
}
