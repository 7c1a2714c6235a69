//! AWS in the story: a role, and `AssumeRoleWithWebIdentity`.

use quick_xml::Reader;
use quick_xml::events::Event as Xml;
use tokio::sync::broadcast;

use crate::clouds::aws::dialect::AccountId;
use crate::clouds::aws::emulator::Event;
use crate::sandbox::Sandbox;
use crate::trust::{Secret, Step};

use super::error::DemoError;
use super::tale::{Later, Notes, Outcome, Tale, Used};
use super::visitor::{Visitor, no_answer};

const ROLE: &str = "deploy";
const EXCHANGE: &str = "sts:AssumeRoleWithWebIdentity";

pub struct Aws;

impl Tale for Aws {
    fn cloud(&self) -> &'static str {
        "aws"
    }

    fn name(&self) -> &'static str {
        "AWS"
    }

    fn url<'a>(&self, sandbox: &'a Sandbox) -> &'a str {
        sandbox.aws_url()
    }

    fn configuration(&self) -> &'static str {
        include_str!("main.tf")
    }

    fn setting(&self) -> &'static str {
        include_str!("setting.tf")
    }

    fn makes(&self, sandbox: &Sandbox) -> Notes {
        vec![("role", role(sandbox))]
    }

    fn audience(&self, _: &Sandbox) -> String {
        "sts.amazonaws.com".to_owned()
    }

    fn uses<'a>(&'a self, visitor: &'a Visitor<'a>, token: &'a Secret<String>) -> Later<'a, Used> {
        Box::pin(exchanged(visitor, token))
    }

    fn inventory(&self, sandbox: &Sandbox) -> Option<Vec<String>> {
        let account = AccountId::parse(account(sandbox)).ok()?;
        sandbox.aws().inventory(&account)
    }

    fn nothing(&self) -> &'static str {
        "no role, no OIDC provider"
    }
}

/// The account in which the trust is made.
fn account(sandbox: &Sandbox) -> &str {
    sandbox.accounts().first().map_or("", |first| first.id.as_str())
}

fn role(sandbox: &Sandbox) -> String {
    format!("arn:aws:iam::{}:role/{ROLE}", account(sandbox))
}

async fn exchanged(visitor: &Visitor<'_>, token: &Secret<String>) -> Result<Used, DemoError> {
    let mut events = visitor.sandbox().aws().subscribe();
    let url = visitor.sandbox().aws_url();
    let role = role(visitor.sandbox());
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("Action", "AssumeRoleWithWebIdentity")
        .append_pair("Version", "2011-06-15")
        .append_pair("RoleArn", &role)
        .append_pair("RoleSessionName", "demo")
        .append_pair("WebIdentityToken", token.expose())
        .finish();
    let request = visitor.post(url).body(form);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let (_, xml) = visitor.text(request, url).await?;
    let outcome = match (text_of(&xml, "Arn"), text_of(&xml, "Code")) {
        (Some(session), None) => Outcome::Accepted(vec![("session", session)]),
        (_, Some(code)) => Outcome::Refused {
            by: "STS says",
            code,
            message: text_of(&xml, "Message").unwrap_or_default(),
        },
        (None, None) => return Err(no_answer(url, "neither a session nor an error")),
    };
    Ok(Used {
        outcome,
        because: refusal(&mut events),
    })
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
