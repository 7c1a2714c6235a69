//! Reading, writing and testing allow policies, the same on everything that has one.

mod members;
mod written;

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::access::Call;
use super::operation::Answer;
use super::permission;
use super::store::{Condition, Member, Policy, World};
use super::wire::{ApiError, Field, Mask, Members, Reply, Shape, object, random, read};
use crate::trust::Verdict;

static CONDITION: [Field; 4] = [
    Field::new("title", Shape::Text),
    Field::new("expression", Shape::Text),
    Field::new("description", Shape::Text),
    Field::new("location", Shape::Text),
];
static BINDING: [Field; 3] = [
    Field::new("role", Shape::Text),
    Field::new("members", Shape::Texts),
    Field::new("condition", Shape::Object(&CONDITION)),
];
static POLICY: [Field; 4] = [
    Field::new("version", Shape::Number),
    Field::new("bindings", Shape::Objects(&BINDING)),
    Field::new("etag", Shape::Text),
    Field::new("auditConfigs", Shape::Any),
];
static SET: [Field; 2] = [
    Field::new("policy", Shape::Object(&POLICY)),
    Field::new("updateMask", Shape::Text),
];
static OPTIONS: [Field; 1] = [Field::new("requestedPolicyVersion", Shape::Number)];
static GET: [Field; 1] = [Field::new("options", Shape::Object(&OPTIONS))];
static TEST: [Field; 1] = [Field::new("permissions", Shape::Texts)];

/// The version that a body asks for.
///
/// # Errors
/// Another member, or no number.
pub fn version_in_body(call: &Call<'_>) -> Result<i64, ApiError> {
    let body = read(&GET, &call.request.json()?)?;
    Ok(version(&object(&body, "options"), "requestedPolicyVersion"))
}

fn version(members: &Members, name: &str) -> i64 {
    members
        .get(name)
        .map_or(0, |number| number.as_i64().unwrap_or(-1))
}

/// The policy of what has this key, as a version of policies shows it.
///
/// # Errors
/// A version that there is not.
pub fn get(call: &Call<'_>, key: &str, requested: i64) -> Answer {
    if !matches!(requested, 0 | 1 | 3) {
        return Err(ApiError::invalid(
            "options.requested_policy_version: expected 0, 1 or 3.",
        ));
    }
    let policy = call
        .world
        .policies
        .get(key)
        .map(|store| store.current())
        .unwrap_or_default();
    Ok(Reply::Json(shown(call.world, &policy, requested)))
}

/// Writes the policy of what has this key.
///
/// # Errors
/// What the service refuses of a policy; a policy that somebody else wrote meanwhile.
pub fn set(call: &mut Call<'_>, key: &str) -> Answer {
    let body = read(&SET, &call.request.json()?)?;
    let given = object(&body, "policy");
    let mask = match body.get("updateMask").and_then(Value::as_str) {
        Some(mask) => Mask::parse(Some(mask), &POLICY)?,
        None => Mask::parse(Some("bindings,etag"), &POLICY)?,
    };
    let (now, delay) = (call.now, call.rules.delay);
    if call.faults.next_writer() {
        let store = call.world.policies.entry(key.to_owned()).or_default();
        let etag = random::etag()?;
        let meanwhile = Policy {
            etag,
            ..store.current()
        };
        store.write(now, delay, meanwhile);
    }
    let current = call
        .world
        .policies
        .get(key)
        .map(|store| store.current())
        .unwrap_or_default();
    let etag = given.get("etag").and_then(Value::as_str);
    if etag.is_some_and(|etag| octets(etag) != octets(&current.etag)) {
        return Err(ApiError::aborted());
    }
    let version = version(&given, "version");
    if !matches!(version, 0 | 1 | 3) {
        return Err(ApiError::invalid("policy.version: expected 0, 1 or 3."));
    }
    let bindings = match mask.names("bindings") {
        true => written::bindings(call, key, &given)?,
        false => current.bindings.clone(),
    };
    let mut written = Policy {
        bindings,
        audit_configs: current.audit_configs.clone(),
        etag: random::etag()?,
    };
    if mask.names("auditConfigs") {
        written.audit_configs = given.get("auditConfigs").cloned();
    }
    // without an etag a policy is overwritten blindly, conditions and all
    let touches = written.has_conditions() || (etag.is_some() && current.has_conditions());
    if touches && version != 3 {
        return Err(ApiError::invalid(
            "policy.version: a policy with conditional role bindings takes version 3, see the troubleshooting of withcond.",
        ));
    }
    if written.has_conditions() && etag.is_none() {
        return Err(ApiError::invalid(
            "policy.etag: a policy with conditional role bindings takes the etag.",
        ));
    }
    let answer = shown(call.world, &written, 3);
    let store = call.world.policies.entry(key.to_owned()).or_default();
    store.write(now, delay, written);
    Ok(Reply::Json(answer))
}

/// An etag is octets: clients write them in either alphabet of base64 (RFC 4648, sections 4 and 5), padded or not.
fn octets(etag: &str) -> String {
    let same = etag.replace('-', "+").replace('_', "/");
    same.trim_end_matches('=').to_owned()
}

/// Which of some permissions the caller has.
///
/// # Errors
/// A wildcard.
pub fn test(call: &mut Call<'_>, key: &str) -> Answer {
    let body = read(&TEST, &call.request.json()?)?;
    let asked = body
        .get("permissions")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let asked: Vec<&str> = asked.iter().filter_map(Value::as_str).collect();
    if asked.iter().any(|permission| permission.contains('*')) {
        return Err(ApiError::invalid("permissions: wildcards are not allowed."));
    }
    let has = |permission: &&str| {
        let decision = permission::decide(
            call.world,
            call.identity,
            permission,
            key,
            call.now,
            call.rules.delay,
        );
        decision.verdict == Verdict::Allow
    };
    let held: Vec<&str> = asked.into_iter().filter(has).collect();
    Ok(Reply::Json(match held.is_empty() {
        true => json!({}),
        false => json!({ "permissions": held }),
    }))
}

fn shown(world: &World, policy: &Policy, requested: i64) -> Value {
    let hides = requested < 3;
    let mut bindings: BTreeMap<(String, Option<&Condition>), Vec<String>> = BTreeMap::new();
    for binding in policy.bindings() {
        let key = match binding.condition {
            Some(condition) if hides => (format!("{}_withcond_{}", binding.role, mark(condition)), None),
            condition => (binding.role.to_owned(), condition),
        };
        let members = binding.members.iter().map(|member| named(world, member));
        bindings.entry(key).or_default().extend(members);
    }
    let mut answer = json!({ "etag": policy.etag });
    let Some(members) = answer.as_object_mut() else {
        return answer;
    };
    if !bindings.is_empty() {
        let version = if policy.has_conditions() && !hides { 3 } else { 1 };
        members.insert("version".to_owned(), json!(version));
        let entries = bindings.into_iter().map(|((role, condition), members)| {
            let mut entry = json!({ "role": role, "members": members });
            if let (Some(condition), Some(entry)) = (condition, entry.as_object_mut()) {
                entry.insert("condition".to_owned(), shown_condition(condition));
            }
            entry
        });
        members.insert("bindings".to_owned(), entries.collect());
    }
    if let Some(configs) = &policy.audit_configs {
        members.insert("auditConfigs".to_owned(), configs.clone());
    }
    answer
}

fn shown_condition(condition: &Condition) -> Value {
    let mut shown = Members::new();
    for (name, text) in [
        ("title", &condition.title),
        ("expression", &condition.expression),
        ("description", &condition.description),
    ] {
        if !text.is_empty() {
            shown.insert(name.to_owned(), json!(text));
        }
    }
    Value::Object(shown)
}

/// What stands for a condition in the name of a role where conditions are not shown.
fn mark(condition: &Condition) -> String {
    let text = [&condition.title, &condition.expression, &condition.description].map(String::as_str);
    let digest = ring::digest::digest(&ring::digest::SHA256, text.join("\n").as_bytes());
    HEXLOWER.encode(digest.as_ref().get(..10).unwrap_or_default())
}

/// A member as it is shown now: an account that is deleted, or made anew since, is another one.
fn named(world: &World, member: &Member) -> String {
    match member {
        Member::Text(text) => text.clone(),
        Member::Account { email, unique_id } => match world.live_account(unique_id) {
            Some(_) => format!("serviceAccount:{email}"),
            None => format!("deleted:serviceAccount:{email}?uid={unique_id}"),
        },
    }
}
