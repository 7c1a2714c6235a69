//! A workload of the sandbox: gets a token from its issuer and exchanges it at STS, over TLS, as any program would.

use std::fs;
use std::time::Duration;

use quick_xml::Reader;
use quick_xml::events::Event as Xml;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::clouds::aws::emulator::Event;
use crate::sandbox::{SECRET_HEADER, Sandbox};
use crate::trust::{Secret, Step};

use super::error::DemoError;

const LIMIT: Duration = Duration::from_secs(20);
const EXCHANGE: &str = "sts:AssumeRoleWithWebIdentity";

pub struct Workload<'a> {
    sandbox: &'a Sandbox,
    role: &'a str,
    client: Client,
}

/// What STS answered to one token, and why.
pub struct Answer {
    pub issuer: String,
    pub subject: String,
    pub audience: String,
    pub outcome: Outcome,
    /// The step that refused; only the sandbox tells, STS does not.
    pub because: Option<Step>,
}

pub enum Outcome {
    /// ARN of the session.
    Accepted(String),
    Refused {
        code: String,
        message: String,
    },
}

impl<'a> Workload<'a> {
    /// # Errors
    /// A bundle of certificates that cannot be read.
    pub fn new(sandbox: &'a Sandbox, role: &'a str) -> Result<Self, DemoError> {
        let bundle = sandbox.bundle();
        let wrong = |reason: String| DemoError::Answer {
            url: bundle.display().to_string(),
            reason,
        };
        let pem = fs::read(&bundle).map_err(|error| wrong(error.to_string()))?;
        let roots = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| wrong(error.to_string()))?;
        let client = Client::builder()
            .tls_certs_only(roots)
            .no_proxy()
            .timeout(LIMIT)
            .build();
        Ok(Self {
            sandbox,
            role,
            client: client.map_err(|error| wrong(error.to_string()))?,
        })
    }

    /// Gets a token of `issuer` and exchanges it for credentials of the role.
    ///
    /// # Errors
    /// No answer; a refusal is an answer.
    pub async fn exchange(&self, issuer: &str, subject: &str, audience: &str) -> Result<Answer, DemoError> {
        let token = self
            .token(issuer, json!({ "sub": subject, "aud": audience }))
            .await?;
        let mut events = self.sandbox.aws().subscribe();
        let url = self.sandbox.aws_url();
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", "AssumeRoleWithWebIdentity")
            .append_pair("Version", "2011-06-15")
            .append_pair("RoleArn", self.role)
            .append_pair("RoleSessionName", "demo")
            .append_pair("WebIdentityToken", token.expose())
            .finish();
        let xml = self
            .post(url, ("content-type", "application/x-www-form-urlencoded"), body)
            .await?;
        let outcome = match (text_of(&xml, "Arn"), text_of(&xml, "Code")) {
            (Some(session), None) => Outcome::Accepted(session),
            (_, Some(code)) => Outcome::Refused {
                code,
                message: text_of(&xml, "Message").unwrap_or_default(),
            },
            (None, None) => return Err(no_answer(url, "neither a session nor an error")),
        };
        Ok(Answer {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            audience: audience.to_owned(),
            outcome,
            because: refusal(&mut events),
        })
    }

    async fn token(&self, issuer: &str, claims: Value) -> Result<Secret<String>, DemoError> {
        let url = format!("{issuer}/token");
        let body = json!({ "claims": claims }).to_string();
        let text = self
            .post(&url, ("content-type", "application/json"), body)
            .await?;
        let answer: Value =
            serde_json::from_str(&text).map_err(|error| no_answer(&url, &error.to_string()))?;
        match answer.get("token").and_then(Value::as_str) {
            Some(token) => Ok(Secret::new(token.to_owned())),
            None => Err(no_answer(&url, "no token in it")),
        }
    }

    /// SECURITY: the secret of the run goes to the sandbox alone, whose certificate no other authority can sign.
    async fn post(
        &self,
        url: &str,
        (header, value): (&str, &str),
        body: String,
    ) -> Result<String, DemoError> {
        let wrong = |error: reqwest::Error| no_answer(url, &error.without_url().to_string());
        let request = self
            .client
            .post(url)
            .header(header, value)
            .header(SECRET_HEADER, self.sandbox.secret().expose());
        let answer = request.body(body).send().await.map_err(wrong)?;
        answer.text().await.map_err(wrong)
    }
}

fn no_answer(url: &str, reason: &str) -> DemoError {
    DemoError::Answer {
        url: url.to_owned(),
        reason: reason.to_owned(),
    }
}

/// The step that refused the exchange that was just answered.
fn refusal(events: &mut broadcast::Receiver<Event>) -> Option<Step> {
    std::iter::from_fn(|| events.try_recv().ok())
        .filter(|event| event.action == EXCHANGE)
        .last()
        .and_then(|event| event.decision?.refused_by().cloned())
}

/// The text of the first element of a name.
fn text_of(xml: &str, name: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().ok()? {
            Xml::Start(element) if element.local_name().as_ref() == name.as_bytes() => {
                let text = reader.read_text(element.name()).ok()?;
                let text = text.decode().ok()?;
                return quick_xml::escape::unescape(&text)
                    .ok()
                    .map(|text| text.into_owned());
            }
            Xml::Eof => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_element_of_a_name() {
        let xml = "<R><Error><Code>AccessDenied</Code><Message>not &quot;you&quot;</Message></Error></R>";
        assert_eq!(text_of(xml, "Code").as_deref(), Some("AccessDenied"));
        assert_eq!(text_of(xml, "Message").as_deref(), Some("not \"you\""));
        assert_eq!(text_of(xml, "Arn"), None);
        assert_eq!(text_of("<R><Code>", "Code"), None);
    }
}
