//! Google Cloud in the story: a pool with a provider, the exchange of a token, a service account, and an object of a bucket
//! that only this account may read.

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::clouds::gcp::emulator::Event;
use crate::sandbox::Sandbox;
use crate::trust::{Secret, Step};

use super::error::DemoError;
use super::tale::{Kept, Later, Notes, Outcome, Tale, Used};
use super::visitor::{Visitor, no_answer};

const POOL: &str = "deploy";
const PROVIDER: &str = "repositories";
const ACCOUNT: &str = "deploy";
const OBJECT: &str = "hello.txt";
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

pub struct Gcp;

impl Tale for Gcp {
    fn cloud(&self) -> &'static str {
        "gcp"
    }

    fn name(&self) -> &'static str {
        "Google Cloud"
    }

    fn url<'a>(&self, sandbox: &'a Sandbox) -> &'a str {
        &sandbox.gcp().endpoints.iam
    }

    fn configuration(&self) -> &'static str {
        include_str!("main.tf")
    }

    fn setting(&self) -> &'static str {
        include_str!("setting.tf")
    }

    fn makes(&self, sandbox: &Sandbox) -> Notes {
        vec![("provider", provider(sandbox)), ("account", account(sandbox))]
    }

    fn audience(&self, sandbox: &Sandbox) -> String {
        format!("https://iam.googleapis.com/{}", provider(sandbox))
    }

    fn uses<'a>(&'a self, visitor: &'a Visitor<'a>, token: &'a Secret<String>) -> Later<'a, Used> {
        Box::pin(used(visitor, token))
    }

    fn inventory(&self, sandbox: &Sandbox) -> Option<Vec<String>> {
        sandbox.gcp_emulator().inventory(&project(sandbox).0)
    }

    fn nothing(&self) -> &'static str {
        "no pool, no account, no grant"
    }

    fn keeps<'a>(&'a self, visitor: &'a Visitor<'a>) -> Later<'a, Option<Kept>> {
        Box::pin(kept(visitor))
    }
}

/// Id and number of the project in which the trust is made.
fn project(sandbox: &Sandbox) -> (String, String) {
    let first = sandbox.gcp().projects.first();
    first.map_or_else(Default::default, |first| (first.id.clone(), first.number.clone()))
}

fn pool(sandbox: &Sandbox) -> String {
    let (_, number) = project(sandbox);
    format!("projects/{number}/locations/global/workloadIdentityPools/{POOL}")
}

fn provider(sandbox: &Sandbox) -> String {
    format!("{}/providers/{PROVIDER}", pool(sandbox))
}

fn account(sandbox: &Sandbox) -> String {
    format!("{ACCOUNT}@{}.iam.gserviceaccount.com", project(sandbox).0)
}

/// From the workload's token to the object: the exchange, the service account, the bucket.
async fn used(visitor: &Visitor<'_>, token: &Secret<String>) -> Result<Used, DemoError> {
    let sandbox = visitor.sandbox();
    let mut events = sandbox.gcp_emulator().subscribe();
    let outcome = steps(visitor, token, &mut events).await?;
    Ok(match outcome {
        Ok(notes) => Used {
            outcome: Outcome::Accepted(notes),
            because: None,
        },
        Err(refused) => Used {
            outcome: refused,
            because: last(&mut events).and_then(|event| refusal(&event)),
        },
    })
}

/// The notes of a token that opens everything, or the first refusal.
async fn steps(
    visitor: &Visitor<'_>,
    token: &Secret<String>,
    events: &mut broadcast::Receiver<Event>,
) -> Result<Result<Notes, Outcome>, DemoError> {
    let sandbox = visitor.sandbox();
    let endpoints = &sandbox.gcp().endpoints;
    let url = format!("{}/v1/token", endpoints.sts);
    let asked = visitor.post(&url).json(&json!({
        "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
        "audience": format!("//iam.googleapis.com/{}", provider(sandbox)),
        "scope": SCOPE,
        "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
        "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt",
        "subjectToken": token.expose(),
    }));
    let exchanged = match answered(visitor, asked, &url, "STS says").await? {
        Ok(answer) => secret(&answer, "access_token", &url)?,
        Err(refused) => return Ok(Err(refused)),
    };
    let identity = last(events).and_then(|event| event.caller).unwrap_or_default();

    let email = account(sandbox);
    let url = format!(
        "{}/v1/projects/-/serviceAccounts/{email}:generateAccessToken",
        endpoints.iam_credentials
    );
    let asked = visitor.post(&url).json(&json!({ "scope": [SCOPE] }));
    let asked = asked.bearer_auth(exchanged.expose());
    let acting = match answered(visitor, asked, &url, "IAM says").await? {
        Ok(answer) => secret(&answer, "accessToken", &url)?,
        Err(refused) => return Ok(Err(refused)),
    };

    let bucket = format!("{}-data", project(sandbox).0);
    let url = format!("{}/storage/v1/b/{bucket}/o/{OBJECT}?alt=media", endpoints.storage);
    let asked = visitor.get(&url).bearer_auth(acting.expose());
    let (status, text) = visitor.text(asked, &url).await?;
    if status != 200 {
        let error = serde_json::from_str(&text).unwrap_or_default();
        return Ok(Err(refused(&error, "Storage says")));
    }
    Ok(Ok(vec![
        ("identity", identity),
        ("acts as", email),
        ("reads", format!("gs://{bucket}/{OBJECT}: {}", text.trim())),
    ]))
}

async fn answered(
    visitor: &Visitor<'_>,
    request: RequestBuilder,
    url: &str,
    by: &'static str,
) -> Result<Result<Value, Outcome>, DemoError> {
    let (status, answer) = visitor.json(request, url).await?;
    Ok(match status {
        200 => Ok(answer),
        _ => Err(refused(&answer, by)),
    })
}

/// What the token service says in the form of OAuth, and the other services in Google's own.
fn refused(answer: &Value, by: &'static str) -> Outcome {
    let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str);
    Outcome::Refused {
        by,
        code: text("/error/status")
            .or(text("/error"))
            .unwrap_or_default()
            .to_owned(),
        message: text("/error/message")
            .or(text("/error_description"))
            .unwrap_or_default()
            .to_owned(),
    }
}

fn secret(answer: &Value, name: &str, url: &str) -> Result<Secret<String>, DemoError> {
    match answer.get(name).and_then(Value::as_str) {
        Some(token) => Ok(Secret::new(token.to_owned())),
        None => Err(no_answer(url, "no token in it")),
    }
}

/// What was told last of a call that was just answered.
fn last(events: &mut broadcast::Receiver<Event>) -> Option<Event> {
    std::iter::from_fn(|| events.try_recv().ok()).last()
}

fn refusal(event: &Event) -> Option<Step> {
    event.decision.as_ref()?.refused_by().cloned()
}

/// The pool, which Google keeps for thirty days.
async fn kept(visitor: &Visitor<'_>) -> Result<Option<Kept>, DemoError> {
    let sandbox = visitor.sandbox();
    let name = pool(sandbox);
    let url = format!("{}/v1/{name}", sandbox.gcp().endpoints.iam);
    let token = sandbox.gcp_emulator().deployer_token();
    let asked = visitor.get(&url).bearer_auth(token.expose());
    let (_, pool) = visitor.json(asked, &url).await?;
    let text = |member: &str| pool.get(member).and_then(Value::as_str);
    let state = text("state").unwrap_or("unknown");
    let disabled = pool.get("disabled") == Some(&Value::Bool(true));
    Ok(Some(Kept {
        what: "what Google keeps of the pool is switched off",
        harmless: state == "DELETED" && disabled,
        notes: vec![
            ("pool", name),
            ("state", format!("{state}, disabled: {disabled}")),
            ("until", text("expireTime").unwrap_or("unknown").to_owned()),
        ],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_refusal() {
        for (answer, code, message) in [
            (
                json!({ "error": "invalid_grant", "error_description": "stale" }),
                "invalid_grant",
                "stale",
            ),
            (
                json!({ "error": { "code": 403, "status": "PERMISSION_DENIED", "message": "no" } }),
                "PERMISSION_DENIED",
                "no",
            ),
        ] {
            let Outcome::Refused {
                code: found,
                message: said,
                ..
            } = refused(&answer, "STS says")
            else {
                panic!("{answer} is a refusal");
            };
            assert_eq!((found.as_str(), said.as_str()), (code, message));
        }
    }
}
