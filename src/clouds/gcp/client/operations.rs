//! The operations that change pools and providers. Every change answers with one; what it did is not in it: whoever wants to know
//! reads the object again.

use http::Method;
use serde_json::{Map, Value, json};

use super::{Api, Effect, GcpError, Google, Request};

/// A change that Google works on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Operation {
    name: String,
    /// What was asked for, for errors.
    asked: &'static str,
}

/// How often an operation may be unknown at first.
const UNSEEN_OPERATION: u32 = 8;

/// `oidc.issuerUri` as a member of a member.
fn with_path(mut body: Map<String, Value>, (path, value): (&String, &Value)) -> Map<String, Value> {
    match path.split_once('.') {
        None => drop(body.insert(path.clone(), value.clone())),
        Some((outer, inner)) => {
            let of_outer = body.entry(outer).or_insert_with(|| json!({}));
            if let Some(members) = of_outer.as_object_mut() {
                members.insert(inner.to_owned(), value.clone());
            }
        }
    }
    body
}

fn operation_of(asked: &'static str, answer: &Value) -> Result<Operation, GcpError> {
    match answer.get("name").and_then(Value::as_str) {
        Some(name) => Ok(Operation {
            name: name.to_owned(),
            asked,
        }),
        None => Err(GcpError::configuration(format!(
            "{asked}: expected the name of an operation in the answer, found none"
        ))),
    }
}

impl Google {
    /// Waits for the end of an operation, looking at once and then ever more seldom.
    ///
    /// False: whoever may not look at operations (`iam.operations.get`) learns nothing here, and has to read the object.
    ///
    /// # Errors
    /// Why the operation failed; the limits of the call.
    pub async fn finish(&self, operation: Operation) -> Result<bool, GcpError> {
        let mut attempt = 0;
        loop {
            let answer = self
                .read_iam("iam.operations.get", format!("v1/{}", operation.name), Vec::new())
                .await;
            match answer {
                Ok(answer) if answer.get("done") == Some(&Value::Bool(true)) => {
                    return match answer.get("error") {
                        Some(error) => Err(GcpError::of_operation(operation.asked, error)),
                        None => Ok(true),
                    };
                }
                Ok(_) => {}
                Err(error) if error.is_permission_denied() => return Ok(false),
                // a new operation may not be seen everywhere yet
                Err(error) if error.is_not_found() && attempt < UNSEEN_OPERATION => {}
                Err(error) => return Err(error),
            }
            self.pause(attempt).await?;
            attempt += 1;
        }
    }

    pub(super) async fn patch(
        &self,
        operation: &'static str,
        path: String,
        changes: &Map<String, Value>,
    ) -> Result<Operation, GcpError> {
        let mask: Vec<&str> = changes.keys().map(String::as_str).collect();
        let query = vec![("updateMask", mask.join(","))];
        let body = Value::Object(changes.iter().fold(Map::new(), with_path));
        self.begin(operation, (Method::PATCH, Effect::Idempotent), path, query, body)
            .await
    }

    pub(super) async fn remove(&self, operation: &'static str, path: String) -> Result<Operation, GcpError> {
        let answer = self
            .call(Request {
                api: Api::Iam,
                operation,
                method: Method::DELETE,
                path,
                query: Vec::new(),
                body: None,
                effect: Effect::Idempotent,
            })
            .await?;
        operation_of(operation, &answer)
    }

    pub(super) async fn revive(&self, operation: &'static str, path: String) -> Result<Operation, GcpError> {
        let method = (Method::POST, Effect::Idempotent);
        self.begin(operation, method, path, Vec::new(), json!({})).await
    }

    pub(super) async fn begin(
        &self,
        operation: &'static str,
        (method, effect): (Method, Effect),
        path: String,
        query: Vec<(&'static str, String)>,
        body: Value,
    ) -> Result<Operation, GcpError> {
        let answer = self
            .call(Request {
                api: Api::Iam,
                operation,
                method,
                path,
                query,
                body: Some(body),
                effect,
            })
            .await?;
        operation_of(operation, &answer)
    }

    pub(super) async fn read_iam(
        &self,
        operation: &'static str,
        path: String,
        query: Vec<(&'static str, String)>,
    ) -> Result<Value, GcpError> {
        let request = Request {
            api: Api::Iam,
            operation,
            method: Method::GET,
            path,
            query,
            body: None,
            effect: Effect::Read,
        };
        self.call(request).await
    }
}
