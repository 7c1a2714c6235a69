//! What goes back: the XML envelope of a result or of an error.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::xml::escaped;
use super::{ApiError, Xml};

/// One of the two services behind the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Iam,
    Sts,
}

impl Service {
    /// The service that speaks this API version.
    pub fn by_version(version: &str) -> Option<Self> {
        [Self::Iam, Self::Sts]
            .into_iter()
            .find(|service| service.version() == version)
    }

    /// The name in credential scopes and action names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Sts => "sts",
        }
    }

    pub fn version(self) -> &'static str {
        match self {
            Self::Iam => "2010-05-08",
            Self::Sts => "2011-06-15",
        }
    }

    fn namespace(self) -> &'static str {
        match self {
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
        }
    }
}

/// A successful answer: the content of `<ActionResult>`, or nothing for an operation without output.
#[derive(Clone, Debug)]
pub struct Reply(Option<Xml>);

impl Reply {
    /// An operation that has no output at all.
    pub fn none() -> Self {
        Self(None)
    }

    /// What `write` puts into the result element.
    pub fn result(write: impl FnOnce(&mut Xml)) -> Self {
        let mut xml = Xml::new();
        write(&mut xml);
        Self(Some(xml))
    }

    /// The HTTP response. `action` is the name of a known operation, never a text of the caller.
    pub fn into_response(self, service: Service, action: &str, request_id: &str) -> Response {
        let mut xml = format!("<{action}Response xmlns=\"{}\">", service.namespace());
        if let Some(result) = self.0 {
            let name = format!("{action}Result");
            xml.push_str(&format!("<{name}>{}</{name}>", result.as_str()));
        }
        xml.push_str(&format!(
            "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>\n"
        ));
        response(StatusCode::OK, request_id, xml)
    }
}

impl ApiError {
    /// The HTTP response.
    pub fn into_response(self, service: Service, request_id: &str) -> Response {
        let xml = format!(
            "<ErrorResponse xmlns=\"{}\"><Error><Type>{}</Type><Code>{}</Code><Message>{}</Message></Error>\
             <RequestId>{request_id}</RequestId></ErrorResponse>\n",
            service.namespace(),
            self.fault(),
            escaped(&self.code),
            escaped(&self.message),
        );
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response(status, request_id, xml)
    }
}

fn response(status: StatusCode, request_id: &str, xml: String) -> Response {
    let mut response = (status, xml).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
