//! A credentials file, read: which kind it is, and its members.

use serde_json::Value;

use super::exchange::Exchange;
use super::external::ExternalAccount;
use super::impersonation::Impersonation;
use super::origin::Origin;
use super::service_account::ServiceAccountKey;
use super::unusable;
use super::user::AuthorizedUser;
use crate::clouds::gcp::client::error::GcpError;
use crate::clouds::redact::clean;
use crate::trust::Secret;

/// One file: its members, and what it is called in errors. No value of it is repeated in one, but for addresses.
#[derive(Clone, Copy)]
pub(super) struct Document<'a> {
    members: &'a Value,
    called: &'a str,
}

/// Reads a file of any kind that Google's tools write.
///
/// # Errors
/// No JSON, a kind that is not offered, a member that is missing or wrong.
pub(super) fn read(bytes: &[u8], called: &str, exchange: &Exchange<'_>) -> Result<Origin, GcpError> {
    let members: Value = serde_json::from_slice(bytes).map_err(|e| {
        // the text of the error may quote the file
        let (line, column) = (e.line(), e.column());
        unusable(format!(
            "{called}: expected the JSON of a credentials file, found something else at line {line}, column {column}"
        ))
    })?;
    let document = Document {
        members: &members,
        called,
    };
    document.origin(exchange)
}

impl<'a> Document<'a> {
    fn origin(self, exchange: &Exchange<'_>) -> Result<Origin, GcpError> {
        let universe = self.optional("universe_domain")?;
        if let Some(other) = universe.filter(|domain| *domain != "googleapis.com") {
            let other = clean(other);
            return Err(self.wrong(&format!(
                "expected credentials of `googleapis.com`, found some of the universe `{other}`, which is not offered"
            )));
        }
        match self.text("type")? {
            "service_account" => Ok(Origin::ServiceAccount(ServiceAccountKey::read(self, exchange)?)),
            "authorized_user" => Ok(Origin::User(AuthorizedUser::read(self, exchange)?)),
            "external_account" => Ok(Origin::External(Box::new(ExternalAccount::read(self, exchange)?))),
            "impersonated_service_account" => {
                let source = self.object("source_credentials")?;
                if source.members.get("type").and_then(Value::as_str) == Some("impersonated_service_account")
                {
                    return Err(
                        self.wrong("expected `source_credentials` that are not impersonated themselves")
                    );
                }
                let impersonation = Impersonation::read(self, exchange)?;
                Ok(Origin::Impersonated(
                    Box::new(source.origin(exchange)?),
                    Box::new(impersonation),
                ))
            }
            other => Err(self.wrong(&format!(
                "expected `type` to be `service_account`, `authorized_user`, `external_account` or \
                 `impersonated_service_account`, found `{}`",
                clean(other)
            ))),
        }
    }

    pub fn wrong(self, what: &str) -> GcpError {
        unusable(format!("{}: {what}", self.called))
    }

    pub fn has(self, name: &str) -> bool {
        self.members.get(name).is_some_and(|member| !member.is_null())
    }

    /// A text that is not empty.
    pub fn text(self, name: &str) -> Result<&'a str, GcpError> {
        self.optional(name)?
            .ok_or_else(|| self.wrong(&format!("expected `{name}`, found none")))
    }

    /// The same when it may be left out.
    pub fn optional(self, name: &str) -> Result<Option<&'a str>, GcpError> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.wrong(&format!("expected a text as `{name}`, found something else"))),
        }
    }

    pub fn secret(self, name: &str) -> Result<Secret<String>, GcpError> {
        self.text(name).map(|text| text.to_owned().into())
    }

    pub fn object(self, name: &str) -> Result<Self, GcpError> {
        self.optional_object(name)?
            .ok_or_else(|| self.wrong(&format!("expected `{name}`, found none")))
    }

    pub fn optional_object(self, name: &str) -> Result<Option<Self>, GcpError> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(members @ Value::Object(_)) => Ok(Some(Self { members, ..self })),
            Some(_) => Err(self.wrong(&format!("expected an object as `{name}`, found something else"))),
        }
    }

    /// A list of texts; empty when it is left out.
    pub fn texts(self, name: &str) -> Result<Vec<String>, GcpError> {
        let wrong = || {
            self.wrong(&format!(
                "expected a list of texts as `{name}`, found something else"
            ))
        };
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong))
                .collect(),
            Some(_) => Err(wrong()),
        }
    }

    /// Names with texts; empty when it is left out.
    pub fn pairs(self, name: &str) -> Result<Vec<(String, Secret<String>)>, GcpError> {
        let wrong = || {
            self.wrong(&format!(
                "expected texts by name as `{name}`, found something else"
            ))
        };
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Object(members)) => members
                .iter()
                .map(|(name, value)| {
                    let value = value.as_str().ok_or_else(wrong)?;
                    Ok((name.clone(), value.to_owned().into()))
                })
                .collect(),
            Some(_) => Err(wrong()),
        }
    }

    /// A whole number, which may be written as text, within bounds.
    pub fn number(self, name: &str, bounds: (u64, u64)) -> Result<Option<u64>, GcpError> {
        let Some(found) = self.members.get(name).filter(|member| !member.is_null()) else {
            return Ok(None);
        };
        let number = found.as_u64().or_else(|| found.as_str()?.parse().ok());
        let (low, high) = bounds;
        match number.filter(|number| (low..=high).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(self.wrong(&format!(
                "expected `{name}` to be a whole number from {low} to {high}"
            ))),
        }
    }

    /// The project that calls are counted against: the variable of Google's libraries before the file's own.
    pub fn quota_project(self, exchange: &Exchange<'_>) -> Result<Option<String>, GcpError> {
        let variable = exchange.environment.get("GOOGLE_CLOUD_QUOTA_PROJECT");
        let project = match variable {
            Some(project) => Some(project),
            None => self.optional("quota_project_id")?.map(str::to_owned),
        };
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':');
        if project.as_ref().is_some_and(|project| !project.bytes().all(fits)) {
            return Err(self.wrong("expected a quota project's id, found other characters"));
        }
        Ok(project)
    }
}
