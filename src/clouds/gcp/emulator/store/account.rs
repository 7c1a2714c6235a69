//! Service accounts.

use serde_json::{Value, json};

use super::super::wire::Members;

/// A service account.
#[derive(Clone, Debug)]
pub struct Account {
    /// The id of its project.
    pub project_id: String,
    /// The number of its project.
    pub project_number: String,
    pub email: String,
    /// 21 digits; an account made anew under the same name has others.
    pub unique_id: String,
    pub display_name: String,
    pub description: String,
    pub disabled: bool,
    /// Seconds since 1970.
    pub created: i64,
    /// When it is gone for good; of one that is not deleted, nothing.
    pub purged_at: Option<i64>,
    /// How many more calls do not see it, and the status that they get.
    pub unseen_uses: u32,
    pub unseen_status: u16,
    /// How many more policies that name it are refused.
    pub unseen_members: u32,
}

impl Account {
    pub fn is_live(&self) -> bool {
        self.purged_at.is_none()
    }

    /// The key of its policy.
    pub fn key(&self) -> String {
        format!("serviceAccounts/{}", self.unique_id)
    }

    /// As answers and errors name it.
    pub fn name(&self) -> String {
        format!("projects/{}/serviceAccounts/{}", self.project_id, self.email)
    }

    pub fn is_called(&self, email_or_id: &str) -> bool {
        self.email == email_or_id || self.unique_id == email_or_id
    }

    pub fn shown(&self) -> Value {
        let mut members = Members::new();
        let texts = [
            ("name", self.name()),
            ("projectId", self.project_id.clone()),
            ("uniqueId", self.unique_id.clone()),
            ("email", self.email.clone()),
            ("displayName", self.display_name.clone()),
            ("description", self.description.clone()),
            ("oauth2ClientId", self.unique_id.clone()),
            ("etag", "MDEwMjE5MjA=".to_owned()),
        ];
        for (name, text) in texts {
            if !text.is_empty() {
                members.insert(name.to_owned(), json!(text));
            }
        }
        if self.disabled {
            members.insert("disabled".to_owned(), json!(true));
        }
        Value::Object(members)
    }
}
