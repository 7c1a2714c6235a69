//! Projects: pools, principals and audiences carry the number, people write the id.

use http::Method;
use serde_json::Value;

use super::{Api, Effect, GcpError, Google, Request};

/// A project by both its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub id: String,
    pub number: String,
}

impl Google {
    /// Looks a project up, by id or number.
    ///
    /// # Errors
    /// As Resource Manager answers: a project that does not exist is a 403 to whom may not know.
    pub async fn get_project(&self, id_or_number: &str) -> Result<Project, GcpError> {
        let operation = "resourcemanager.projects.get";
        let answer = self
            .call(Request {
                api: Api::ResourceManager,
                operation,
                method: Method::GET,
                path: format!("v3/projects/{id_or_number}"),
                query: Vec::new(),
                body: None,
                effect: Effect::Read,
            })
            .await?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        let number = text("name").and_then(|name| name.strip_prefix("projects/"));
        match (text("projectId"), number) {
            (Some(id), Some(number)) => Ok(Project {
                id: id.to_owned(),
                number: number.to_owned(),
            }),
            _ => Err(GcpError::configuration(format!(
                "{operation}: expected `name` and `projectId` in the answer about the project `{id_or_number}`"
            ))),
        }
    }
}

/// Whether a project is named by its number: ids begin with a letter.
pub fn is_project_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
