//! Answers that are no error.

use axum::Json;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use serde_json::{Value, json};

/// What goes back.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Json(Value),
    /// The content of an object.
    Media(Vec<u8>),
    /// One value of the metadata server.
    Metadata(String),
    /// Some values of the metadata server.
    MetadataJson(Value),
}

impl Reply {
    /// `{}`
    pub fn empty() -> Self {
        Self::Json(json!({}))
    }

    pub fn into_response(self) -> Response {
        let flavour = matches!(self, Self::Metadata(_) | Self::MetadataJson(_));
        let mut response = match self {
            Self::Json(value) | Self::MetadataJson(value) => Json(value).into_response(),
            Self::Media(content) => content.into_response(),
            Self::Metadata(text) => text.into_response(),
        };
        let headers = response.headers_mut();
        if flavour {
            headers.insert("metadata-flavor", HeaderValue::from_static("Google"));
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        response
    }
}

/// An answer that breaks off before its first byte: the caller does not learn what became of its request.
pub fn broken() -> Response {
    let fault = futures_util::stream::once(async {
        Err::<Vec<u8>, _>(std::io::Error::other("the connection is cut on request"))
    });
    Response::new(Body::from_stream(fault))
}
