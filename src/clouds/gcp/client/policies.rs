//! IAM policies: read, changed and written back whole, with the etag, so that nobody's change is lost.
//!
//! Always version 3: at version 1 Google hides conditions, and writing back what was read would take them away ("Troubleshoot
//! withcond in policies and role bindings").

use std::collections::BTreeSet;
use std::fmt;

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Api, Effect, GcpError, Google, Request};

/// What has a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Target {
    /// By e-mail address.
    ServiceAccount(String),
    /// By id or number.
    Project(String),
    /// By number.
    Folder(String),
    /// By number.
    Organization(String),
}

/// When a binding holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PolicyCondition {
    pub title: String,
    pub expression: String,
    pub description: String,
}

/// One member with one role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    pub role: String,
    pub member: String,
    pub condition: Option<PolicyCondition>,
}

/// A policy as it was read; members that are not known here are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy(Map<String, Value>);

/// Attempts of a read-modify-write that others keep overtaking.
const ATTEMPTS: u32 = 12;

impl Policy {
    /// Who has which role.
    pub fn grants(&self) -> BTreeSet<Grant> {
        let mut grants = BTreeSet::new();
        for binding in self.bindings() {
            for member in members(binding) {
                grants.insert(Grant {
                    role: role(binding).to_owned(),
                    member: member.to_owned(),
                    condition: condition(binding),
                });
            }
        }
        grants
    }

    /// True when something was changed. A binding is the same when role and condition are.
    pub fn change(&mut self, add: &BTreeSet<Grant>, remove: &BTreeSet<Grant>) -> bool {
        let had = self.grants();
        let remove: BTreeSet<&Grant> = remove
            .iter()
            .filter(|one| had.contains(one) && !add.contains(one))
            .collect();
        let add: Vec<&Grant> = add.iter().filter(|one| !had.contains(one)).collect();
        let mut bindings: Vec<Value> = self.bindings().cloned().collect();
        for grant in &remove {
            for binding in bindings.iter_mut().filter(|binding| is_of(binding, grant)) {
                if let Some(members) = binding.get_mut("members").and_then(Value::as_array_mut) {
                    members.retain(|member| member.as_str() != Some(&grant.member));
                }
            }
        }
        for grant in &add {
            let place = bindings
                .iter_mut()
                .find(|binding| is_of(binding, grant))
                .and_then(|binding| binding.get_mut("members").and_then(Value::as_array_mut));
            match place {
                Some(members) => members.push(grant.member.clone().into()),
                None => bindings.push(binding_of(grant)),
            }
        }
        bindings.retain(|binding| members(binding).next().is_some());
        self.0.insert("bindings".to_owned(), Value::Array(bindings));
        self.0.insert("version".to_owned(), 3.into());
        !add.is_empty() || !remove.is_empty()
    }

    fn bindings(&self) -> impl Iterator<Item = &Value> {
        self.0
            .get("bindings")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    }
}

fn role(binding: &Value) -> &str {
    binding.get("role").and_then(Value::as_str).unwrap_or_default()
}

fn members(binding: &Value) -> impl Iterator<Item = &str> {
    let members = binding.get("members").and_then(Value::as_array);
    members.into_iter().flatten().filter_map(Value::as_str)
}

fn condition(binding: &Value) -> Option<PolicyCondition> {
    let condition = binding.get("condition")?;
    let text = |name: &str| {
        condition
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    Some(PolicyCondition {
        title: text("title"),
        expression: text("expression"),
        description: text("description"),
    })
}

fn is_of(binding: &Value, grant: &Grant) -> bool {
    role(binding) == grant.role && condition(binding) == grant.condition
}

fn binding_of(grant: &Grant) -> Value {
    let mut binding = json!({ "role": grant.role, "members": [grant.member] });
    if let (Some(condition), Some(binding)) = (&grant.condition, binding.as_object_mut()) {
        let mut written = json!({ "title": condition.title, "expression": condition.expression });
        if let (false, Some(written)) = (condition.description.is_empty(), written.as_object_mut()) {
            written.insert("description".to_owned(), condition.description.clone().into());
        }
        binding.insert("condition".to_owned(), written);
    }
    binding
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServiceAccount(email) => write!(f, "service account {email}"),
            Self::Project(project) => write!(f, "project {project}"),
            Self::Folder(number) => write!(f, "folder {number}"),
            Self::Organization(number) => write!(f, "organization {number}"),
        }
    }
}

impl Target {
    fn api(&self) -> Api {
        match self {
            Self::ServiceAccount(_) => Api::Iam,
            Self::Project(_) | Self::Folder(_) | Self::Organization(_) => Api::ResourceManager,
        }
    }

    fn path(&self, verb: &str) -> String {
        match self {
            Self::ServiceAccount(email) => {
                let project = project_of(email).unwrap_or_else(|| "-".to_owned());
                format!("v1/projects/{project}/serviceAccounts/{email}:{verb}")
            }
            Self::Project(project) => format!("v3/projects/{project}:{verb}"),
            Self::Folder(number) => format!("v3/folders/{number}:{verb}"),
            Self::Organization(number) => format!("v3/organizations/{number}:{verb}"),
        }
    }
}

/// The project in the address of an account that a user made. In place of it `-` would do, but then Google says of an account
/// that is gone that one may not see it.
fn project_of(email: &str) -> Option<String> {
    let (_, host) = email.split_once('@')?;
    let project = host.strip_suffix(".iam.gserviceaccount.com")?;
    Some(match project.split_once('.') {
        // a project below a domain: `NAME.example.com` is `example.com:NAME`
        Some((name, domain)) => format!("{domain}:{name}"),
        None => project.to_owned(),
    })
}

impl Google {
    /// The policy of something.
    ///
    /// # Errors
    /// As Google answers.
    pub async fn get_policy(&self, of: &Target) -> Result<Policy, GcpError> {
        let (query, body) = match of {
            Target::ServiceAccount(_) => (vec![("options.requestedPolicyVersion", "3".to_owned())], None),
            _ => (
                Vec::new(),
                Some(json!({ "options": { "requestedPolicyVersion": 3 } })),
            ),
        };
        let answer = self
            .call(Request {
                api: of.api(),
                operation: "getIamPolicy",
                method: Method::POST,
                path: of.path("getIamPolicy"),
                query,
                body: Some(body.unwrap_or_else(|| json!({}))),
                effect: Effect::Read,
            })
            .await?;
        match answer {
            Value::Object(members) => Ok(Policy(members)),
            _ => Err(GcpError::configuration(format!(
                "getIamPolicy of {of}: expected an object in the answer"
            ))),
        }
    }

    /// Adds and removes grants in one write. When somebody else was faster, everything is read again and done again. `unseen`
    /// tells an answer that passes: a member of whom Google does not know yet.
    ///
    /// True when something was written.
    ///
    /// # Errors
    /// As Google answers; others that keep overtaking.
    pub async fn change_policy(
        &self,
        of: &Target,
        (add, remove): (&BTreeSet<Grant>, &BTreeSet<Grant>),
        unseen: &(dyn Fn(&GcpError) -> bool + Send + Sync),
    ) -> Result<bool, GcpError> {
        let mut attempt = 0;
        let mut overtaken = 0;
        loop {
            match self.change_once(of, (add, remove)).await {
                Err(error) if error.is_aborted() && overtaken < ATTEMPTS => {
                    overtaken += 1;
                    // the one who was faster is done: no need to wait the first time
                    if overtaken > 1 {
                        self.pause(overtaken).await?;
                    }
                }
                Err(error) if unseen(&error) => {
                    self.pause(attempt).await.map_err(|_| error)?;
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn change_once(
        &self,
        of: &Target,
        (add, remove): (&BTreeSet<Grant>, &BTreeSet<Grant>),
    ) -> Result<bool, GcpError> {
        let mut policy = self.get_policy(of).await?;
        if !policy.change(add, remove) {
            return Ok(false);
        }
        self.call(Request {
            api: of.api(),
            operation: "setIamPolicy",
            method: Method::POST,
            path: of.path("setIamPolicy"),
            query: Vec::new(),
            body: Some(json!({ "policy": policy.0 })),
            // the etag lets it happen once only
            effect: Effect::Idempotent,
        })
        .await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(json: Value) -> Policy {
        match json {
            Value::Object(members) => Policy(members),
            other => panic!("{other}"),
        }
    }

    fn grant(role: &str, member: &str) -> Grant {
        Grant {
            role: role.to_owned(),
            member: member.to_owned(),
            condition: None,
        }
    }

    #[test]
    fn what_others_wrote_stays() {
        let mut found = policy(json!({
            "version": 1, "etag": "abc", "auditConfigs": [{ "service": "x" }],
            "bindings": [
                { "role": "r/a", "members": ["user:x", "user:y"] },
                { "role": "r/a", "members": ["user:x"], "condition": { "title": "t", "expression": "true" } },
            ],
        }));
        let add = BTreeSet::from([grant("r/a", "user:z"), grant("r/b", "user:z")]);
        let remove = BTreeSet::from([grant("r/a", "user:x"), grant("r/c", "user:x")]);
        assert!(found.change(&add, &remove));
        assert_eq!(
            Value::Object(found.0.clone()),
            json!({
                "version": 3, "etag": "abc", "auditConfigs": [{ "service": "x" }],
                "bindings": [
                    { "role": "r/a", "members": ["user:y", "user:z"] },
                    { "role": "r/a", "members": ["user:x"], "condition": { "title": "t", "expression": "true" } },
                    { "role": "r/b", "members": ["user:z"] },
                ],
            })
        );
        assert!(
            !found.change(&add, &remove),
            "a second time there is nothing to do"
        );
    }

    #[test]
    fn a_binding_that_is_empty_goes() {
        let mut found =
            policy(json!({ "etag": "abc", "bindings": [{ "role": "r/a", "members": ["user:x"] }] }));
        assert!(found.change(&BTreeSet::new(), &BTreeSet::from([grant("r/a", "user:x")])));
        assert_eq!(found.0.get("bindings"), Some(&json!([])));
    }

    #[test]
    fn accounts_are_asked_for_in_their_project() {
        let path = |email: &str| Target::ServiceAccount(email.to_owned()).path("getIamPolicy");
        for (email, project) in [
            ("ci@acme.iam.gserviceaccount.com", "acme"),
            ("ci@acme.example.com.iam.gserviceaccount.com", "example.com:acme"),
            ("1-compute@developer.gserviceaccount.com", "-"),
        ] {
            assert_eq!(
                path(email),
                format!("v1/projects/{project}/serviceAccounts/{email}:getIamPolicy")
            );
        }
    }

    #[test]
    fn conditions_tell_bindings_apart() {
        let condition = PolicyCondition {
            title: "t".to_owned(),
            expression: "false".to_owned(),
            description: String::new(),
        };
        let conditional = Grant {
            condition: Some(condition),
            ..grant("r/a", "user:x")
        };
        let mut found = policy(json!({ "bindings": [{ "role": "r/a", "members": ["user:x"] }] }));
        assert!(found.change(&BTreeSet::from([conditional.clone()]), &BTreeSet::new()));
        assert_eq!(
            found.grants(),
            BTreeSet::from([grant("r/a", "user:x"), conditional.clone()])
        );
        assert!(found.change(&BTreeSet::new(), &BTreeSet::from([conditional])));
        assert_eq!(found.grants(), BTreeSet::from([grant("r/a", "user:x")]));
    }
}
