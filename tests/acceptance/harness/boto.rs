//! boto3, call by call: what an administrator, or somebody behind our back, does to the cloud.

use super::process::Service;
use super::python::Python;
use serde_json::{Value, json};
use std::fmt;
use std::sync::Mutex;

pub struct Boto(Mutex<Service>);

/// An error answer of the API.
#[derive(Debug)]
pub struct ApiError {
    pub code: String,
    pub message: String,
    pub status: u64,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.status, self.message)
    }
}

impl Boto {
    pub fn start(environment: &[(String, String)]) -> Self {
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/acceptance/python/call_boto3.py"
        );
        Self(Mutex::new(Service::start(
            Python::ready().command("python", environment).arg(script),
        )))
    }

    /// `boto3.client(service).method(**arguments)` with the credentials of the environment.
    pub fn try_call(&self, service: &str, method: &str, arguments: Value) -> Result<Value, ApiError> {
        self.send(json!({ "service": service, "method": method, "arguments": arguments }))
    }

    /// The same, with the `Credentials` that an STS call returned.
    pub fn try_call_as(
        &self,
        session: &Value,
        service: &str,
        method: &str,
        arguments: Value,
    ) -> Result<Value, ApiError> {
        let given = [
            &session["AccessKeyId"],
            &session["SecretAccessKey"],
            &session["SessionToken"],
        ];
        self.send(
            json!({ "service": service, "method": method, "arguments": arguments, "credentials": given }),
        )
    }

    /// An IAM call that must succeed.
    pub fn iam(&self, method: &str, arguments: Value) -> Value {
        self.try_call("iam", method, arguments)
            .unwrap_or_else(|error| panic!("iam {method}: {error}"))
    }

    /// A request to the sandbox that is no AWS call: method, URL, one header more, JSON in and out.
    pub fn request(&self, method: &str, url: &str, (header, value): (&str, &str), body: Value) -> Value {
        self.try_request(method, url, (header, value), body)
            .unwrap_or_else(|error| panic!("{method} {url}: {error}"))
    }

    /// The same, with the error that may come.
    pub fn try_request(
        &self,
        method: &str,
        url: &str,
        (header, value): (&str, &str),
        body: Value,
    ) -> Result<Value, ApiError> {
        let headers = json!({ header: value, "Content-Type": "application/json" });
        self.send(json!({ "http": method, "url": url, "headers": headers, "body": body }))
    }

    fn send(&self, call: Value) -> Result<Value, ApiError> {
        let mut service = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let answer: Value = serde_json::from_str(&service.ask(&call.to_string())).expect("a line of JSON");
        match answer.get("error") {
            None => Ok(answer["result"].clone()),
            Some(error) => Err(ApiError {
                code: error["code"].as_str().unwrap_or_default().to_owned(),
                message: error["message"].as_str().unwrap_or_default().to_owned(),
                status: error["status"].as_u64().unwrap_or_default(),
            }),
        }
    }
}
