//! Service accounts.

use http::Method;
use serde_json::{Value, json};

use super::pool_answers::found;
use super::{Api, Effect, GcpError, Google, Request};

/// A service account as Google has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IamAccount {
    pub email: String,
    /// Another account of the same name has another one.
    pub unique_id: String,
    pub display_name: String,
    pub description: String,
    pub disabled: bool,
}

impl Google {
    /// Makes a service account.
    ///
    /// # Errors
    /// As Google answers; an id that is taken is `is_already_exists`.
    pub async fn create_service_account(
        &self,
        project: &str,
        account_id: &str,
        (display_name, description): (&str, &str),
    ) -> Result<IamAccount, GcpError> {
        let mut account = serde_json::Map::new();
        for (name, text) in [("displayName", display_name), ("description", description)] {
            if !text.is_empty() {
                account.insert(name.to_owned(), text.into());
            }
        }
        let body = json!({ "accountId": account_id, "serviceAccount": account });
        let path = format!("v1/projects/{project}/serviceAccounts");
        let answer = self
            .account(
                "iam.serviceAccounts.create",
                (Method::POST, Effect::Create),
                path,
                Some(body),
            )
            .await?;
        Ok(read(&answer))
    }

    /// A service account; `None` when there is none.
    ///
    /// # Errors
    /// As Google answers; without the project's permission a missing one is a 403.
    pub async fn get_service_account(
        &self,
        project: &str,
        email: &str,
    ) -> Result<Option<IamAccount>, GcpError> {
        let path = format!("v1/projects/{project}/serviceAccounts/{email}");
        let answer = self
            .account("iam.serviceAccounts.get", (Method::GET, Effect::Read), path, None)
            .await;
        Ok(found(answer)?.map(|json| read(&json)))
    }

    /// Changes the texts of a service account.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn patch_service_account(
        &self,
        project: &str,
        email: &str,
        (display_name, description): (&str, &str),
    ) -> Result<(), GcpError> {
        let body = json!({
            "serviceAccount": { "displayName": display_name, "description": description },
            "updateMask": "displayName,description",
        });
        let path = format!("v1/projects/{project}/serviceAccounts/{email}");
        self.account(
            "iam.serviceAccounts.update",
            (Method::PATCH, Effect::Idempotent),
            path,
            Some(body),
        )
        .await?;
        Ok(())
    }

    /// Deletes a service account, named by its unique id so that a namesake made since is left alone.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn delete_service_account(&self, project: &str, unique_id: &str) -> Result<(), GcpError> {
        let path = format!("v1/projects/{project}/serviceAccounts/{unique_id}");
        self.account(
            "iam.serviceAccounts.delete",
            (Method::DELETE, Effect::Idempotent),
            path,
            None,
        )
        .await?;
        Ok(())
    }

    async fn account(
        &self,
        operation: &'static str,
        (method, effect): (Method, Effect),
        path: String,
        body: Option<Value>,
    ) -> Result<Value, GcpError> {
        let request = Request {
            api: Api::Iam,
            operation,
            method,
            path,
            query: Vec::new(),
            body,
            effect,
        };
        self.call(request).await
    }
}

fn read(json: &Value) -> IamAccount {
    let text = |name: &str| {
        json.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    IamAccount {
        email: text("email"),
        unique_id: text("uniqueId"),
        display_name: text("displayName"),
        description: text("description"),
        disabled: json.get("disabled").and_then(Value::as_bool).unwrap_or_default(),
    }
}
