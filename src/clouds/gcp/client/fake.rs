//! The words of Google's APIs on top of the server of canned answers.

use serde_json::{Value, json};

use super::{Endpoint, Endpoints, Google, Settings, Source};
pub(in crate::clouds::gcp) use crate::clouds::fake::{Call, Fake, Reply};

impl Call {
    /// The body read as JSON; `null` when there is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Reply {
    pub fn json(body: &Value) -> Self {
        Self::Body(200, body.to_string())
    }

    /// The error object of Google's APIs.
    pub fn google_error(http: u16, status: &str, message: &str, details: Value) -> Self {
        let error =
            json!({"error": {"code": http, "status": status, "message": message, "details": details}});
        Self::Body(http, error.to_string())
    }
}

impl Fake {
    /// Settings with every API here, and a token that does not end.
    pub fn settings(&self) -> Settings {
        let here = || Some(Endpoint::parse(&self.url).unwrap());
        Settings {
            project: Some("my-project".to_owned()),
            credentials: Some(Source::AccessToken("ya29.fixed-canary".to_owned().into())),
            endpoints: Endpoints {
                iam: here(),
                sts: here(),
                iam_credentials: here(),
                resource_manager: here(),
            },
            ..Settings::default()
        }
    }

    /// The client for it, which waits milliseconds only.
    pub fn google(&self) -> Google {
        Google::impatient(self.settings())
    }

    /// Method and path of every call, in order.
    pub fn lines(&self) -> Vec<String> {
        let line = |call: &Call| call.line.trim_end_matches(" HTTP/1.1").to_owned();
        self.calls().iter().map(line).collect()
    }
}
