//! A request, read: what it names, its query, its body.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{ApiError, Service};

/// The longest request body, in bytes.
const BODY: usize = 1024 * 1024;
/// What every call may carry (system parameters of Google's APIs).
const SYSTEM: [&str; 8] = [
    "alt",
    "$alt",
    "prettyPrint",
    "fields",
    "key",
    "quotaUser",
    "$.xgafv",
    "uploadType",
];

/// What was asked.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    /// As sent, without the query.
    pub path: String,
    pub raw_query: String,
    /// Parts of the path, the verb taken off the last one.
    pub segments: Vec<String>,
    /// What stands after the colon.
    pub verb: Option<String>,
    pub query: BTreeMap<String, String>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Request {
    /// # Errors
    /// A body that is too long, or a path that is no text.
    pub async fn read(service: Service, request: http::Request<Body>) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, BODY)
            .await
            .map_err(|_| ApiError::new(413, "INVALID_ARGUMENT", "Request payload size exceeds the limit."))?
            .to_vec();
        let path = parts.uri.path().to_owned();
        let (named, verb) = match path.rsplit_once('/') {
            Some((head, last)) if service.has_verbs() => match last.rsplit_once(':') {
                Some((last, verb)) => (format!("{head}/{last}"), Some(verb.to_owned())),
                None => (path.clone(), None),
            },
            _ => (path.clone(), None),
        };
        let decoded = |text: &str| {
            let decoded = percent_decode_str(text).decode_utf8();
            decoded
                .map(|text| text.into_owned())
                .map_err(|_| ApiError::invalid("The path is no text of UTF-8."))
        };
        let segments = named.split('/').filter(|part| !part.is_empty()).map(decoded);
        let raw_query = parts.uri.query().unwrap_or_default().to_owned();
        Ok(Self {
            method: parts.method,
            segments: segments.collect::<Result<_, _>>()?,
            verb,
            query: url::form_urlencoded::parse(raw_query.as_bytes())
                .into_owned()
                .collect(),
            raw_query,
            path,
            headers: parts.headers,
            body,
        })
    }

    /// A parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// # Errors
    /// A parameter that the call does not have.
    pub fn check_parameters(&self, known: &[&str]) -> Result<(), ApiError> {
        let foreign = self
            .query
            .keys()
            .find(|name| !known.contains(&name.as_str()) && !SYSTEM.contains(&name.as_str()));
        match foreign {
            Some(name) => Err(ApiError::invalid(format!(
                "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' \
                 could not be found in request message."
            ))),
            None => Ok(()),
        }
    }

    /// The body; nothing is `{}`.
    ///
    /// # Errors
    /// No JSON, or a member twice.
    pub fn json(&self) -> Result<Value, ApiError> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(json!({}));
        }
        let text = std::str::from_utf8(&self.body)
            .map_err(|_| ApiError::invalid("Invalid JSON payload received. It is no text of UTF-8."))?;
        crate::trust::document::parse(text)
            .map_err(|error| ApiError::invalid(format!("Invalid JSON payload received. {error}")))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
