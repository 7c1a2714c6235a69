//! Workload identity pools and their providers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::wire::{Members, timestamp};

/// Days for which something deleted can be brought back.
pub const DAYS_KEPT: i64 = 30;

/// A pool.
#[derive(Clone, Debug)]
pub struct Pool {
    /// With the number of the project; also the key of its policy.
    pub name: String,
    /// What can be set, as it was set.
    pub fields: Members,
    /// When it is gone for good; of one that is not deleted, nothing.
    pub purged_at: Option<i64>,
    /// By id.
    pub providers: BTreeMap<String, Provider>,
}

/// A provider of a pool.
#[derive(Clone, Debug)]
pub struct Provider {
    pub name: String,
    pub fields: Members,
    pub purged_at: Option<i64>,
}

impl Pool {
    pub fn is_active(&self) -> bool {
        self.purged_at.is_none()
    }

    pub fn is_disabled(&self) -> bool {
        is_disabled(&self.fields)
    }

    /// Whether it has providers: a pool of another mode is a trust domain.
    pub fn federates(&self) -> bool {
        matches!(
            self.fields.get("mode").and_then(Value::as_str),
            None | Some("FEDERATION_ONLY")
        )
    }

    pub fn shown(&self) -> Value {
        shown(&self.name, &self.fields, self.purged_at)
    }

    /// Brings it back, and every provider in it with it.
    pub fn revive(&mut self) {
        self.purged_at = None;
        for provider in self.providers.values_mut() {
            provider.purged_at = None;
        }
    }

    /// Deletes it, and every provider in it with it.
    pub fn delete(&mut self, purged_at: i64) {
        self.purged_at = Some(purged_at);
        for provider in self.providers.values_mut() {
            provider.purged_at.get_or_insert(purged_at);
        }
    }
}

impl Provider {
    pub fn is_active(&self) -> bool {
        self.purged_at.is_none()
    }

    pub fn is_disabled(&self) -> bool {
        is_disabled(&self.fields)
    }

    pub fn shown(&self) -> Value {
        shown(&self.name, &self.fields, self.purged_at)
    }
}

fn is_disabled(fields: &Members) -> bool {
    fields.get("disabled").and_then(Value::as_bool) == Some(true)
}

fn shown(name: &str, fields: &Members, purged_at: Option<i64>) -> Value {
    let mut members = fields.clone();
    members.insert("name".to_owned(), json!(name));
    let state = if purged_at.is_some() { "DELETED" } else { "ACTIVE" };
    members.insert("state".to_owned(), json!(state));
    if let Some(at) = purged_at {
        members.insert("expireTime".to_owned(), json!(timestamp::rfc3339(at)));
    }
    Value::Object(members)
}
