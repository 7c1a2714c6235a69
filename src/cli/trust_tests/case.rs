//! One case of a test file, read strictly: a field that nobody knows would be an expectation that nobody checks.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::files::{CLOUDS, Cloud, rules};
use crate::trust::document::{child, describe};
use crate::trust::{Claims, Verdict};

/// A case, before its files are read.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub id: String,
    /// In the test file.
    pub pointer: String,
    /// `None`: that of the resource of the plan.
    pub cloud: Option<&'static Cloud>,
    pub trust: Trust,
    /// Seconds since 1970; `None`: by the clock.
    pub now: Option<i64>,
    pub claims: Option<Claims>,
    pub expect: Option<Verdict>,
    pub expect_findings: Option<BTreeSet<String>>,
    pub expect_findings_include: BTreeSet<String>,
    pub platform: Option<Written>,
    /// What a cloud has to know besides: providers, role, binding.
    pub besides: Map<String, Value>,
}

/// Where the trust is.
#[derive(Clone, Debug)]
pub(super) enum Trust {
    Document(Written),
    Resource { plan: String, address: String },
}

/// A value, or the file that it is in.
#[derive(Clone, Debug)]
pub(super) enum Written {
    Here(Value),
    File(String),
}

/// What is wrong with a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub pointer: String,
    pub message: String,
}

const COMMON: [&str; 10] = [
    "id",
    "cloud",
    "now",
    "claims",
    "expect",
    "expect_findings",
    "expect_findings_include",
    "platform",
    "plan",
    "resource",
];

/// The cases of a file.
pub(super) fn cases(tree: &Value) -> Result<Vec<Result<Case, Wrong>>, Wrong> {
    let members = object(tree, "", "a test file (an object with `cases`)")?;
    if let Some(name) = members.keys().find(|name| *name != "cases") {
        return Err(wrong(
            &child("", name),
            "no member but `cases`",
            &format!("`{name}`"),
        ));
    }
    let items = match members.get("cases") {
        Some(Value::Array(items)) if !items.is_empty() => items,
        other => return Err(unexpected("/cases", "a list of cases, which is not empty", other)),
    };
    let mut seen = BTreeSet::new();
    let numbered = items.iter().enumerate();
    let read = numbered.map(|(at, item)| {
        let pointer = child("/cases", &at.to_string());
        let case = case(item, &pointer)?;
        match seen.insert(case.id.clone()) {
            true => Ok(case),
            false => Err(wrong(
                &child(&pointer, "id"),
                "an id of its own",
                &format!("`{}` again", case.id),
            )),
        }
    });
    Ok(read.collect())
}

fn case(item: &Value, at: &str) -> Result<Case, Wrong> {
    let members = object(item, at, "a case (an object)")?;
    let here = |name: &str| child(at, name);
    let id = text(members, at, "id")?
        .ok_or_else(|| unexpected(&here("id"), "a name of the case (a text)", None))?;
    let cloud = cloud(members, at)?;
    only(members, at, cloud)?;
    let claims = match members.get("claims") {
        None => None,
        Some(Value::Object(claims)) => Some(Claims::new(claims.clone())),
        other => {
            return Err(unexpected(
                &here("claims"),
                "the claims of a token (an object)",
                other,
            ));
        }
    };
    let case = Case {
        id,
        pointer: at.to_owned(),
        cloud,
        trust: trust(members, at, cloud)?,
        now: match members.get("now") {
            None => None,
            Some(value) => Some(
                value
                    .as_i64()
                    .ok_or_else(|| unexpected(&here("now"), "Unix seconds (a whole number)", Some(value)))?,
            ),
        },
        claims,
        expect: expect(members, at)?,
        expect_findings: rule_ids(members, at, "expect_findings")?,
        expect_findings_include: rule_ids(members, at, "expect_findings_include")?.unwrap_or_default(),
        platform: written(
            members,
            at,
            "platform",
            "a catalogue id, or `{ \"file\": PATH }`",
            Value::is_string,
        )?,
        besides: members
            .iter()
            .filter(|(name, _)| !COMMON.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    };
    let asks =
        case.expect.is_some() || case.expect_findings.is_some() || !case.expect_findings_include.is_empty();
    match (&case.expect, &case.claims) {
        _ if !asks => Err(wrong(
            at,
            "`expect`, `expect_findings` or `expect_findings_include`",
            "none of them",
        )),
        (Some(_), None) => Err(unexpected(
            &here("claims"),
            "the claims of the token that `expect` is about",
            None,
        )),
        (None, Some(_)) => Err(unexpected(
            &here("expect"),
            "`allow`, `deny` or `unknown` for the claims",
            None,
        )),
        _ => Ok(case),
    }
}

fn cloud(members: &Map<String, Value>, at: &str) -> Result<Option<&'static Cloud>, Wrong> {
    let ids = CLOUDS.map(|cloud| format!("`{}`", cloud.id)).join(", ");
    let known = |value: &Value| CLOUDS.into_iter().find(|cloud| Some(cloud.id) == value.as_str());
    match members.get("cloud") {
        None if members.contains_key("plan") => Ok(None),
        None => Err(unexpected(&child(at, "cloud"), &format!("one of {ids}"), None)),
        Some(value) => match known(value) {
            Some(cloud) => Ok(Some(cloud)),
            None => Err(unexpected(
                &child(at, "cloud"),
                &format!("one of {ids}"),
                Some(value),
            )),
        },
    }
}

/// Members that mean something for the cloud; without one, for any.
fn only(members: &Map<String, Value>, at: &str, cloud: Option<&'static Cloud>) -> Result<(), Wrong> {
    let of = |cloud: &'static Cloud| cloud.besides.iter().chain([&cloud.member]);
    let mut known: Vec<&str> = COMMON.to_vec();
    match cloud {
        Some(cloud) => known.extend(of(cloud)),
        None => known.extend(CLOUDS.into_iter().flat_map(of)),
    }
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(wrong(
            &child(at, name),
            &format!("one of the members `{}`", known.join("`, `")),
            &format!("`{name}`"),
        )),
    }
}

fn trust(members: &Map<String, Value>, at: &str, cloud: Option<&'static Cloud>) -> Result<Trust, Wrong> {
    let (plan, resource) = (text(members, at, "plan")?, text(members, at, "resource")?);
    let own = cloud.map(|cloud| cloud.member);
    let given = CLOUDS
        .iter()
        .map(|cloud| cloud.member)
        .find(|name| members.contains_key(*name));
    match (plan, resource, given) {
        (Some(plan), Some(address), None) => Ok(Trust::Resource { plan, address }),
        (Some(_), _, Some(name)) => Err(wrong(
            &child(at, name),
            "either the trust or `plan` and `resource`",
            "both",
        )),
        (Some(_), None, None) => Err(unexpected(
            &child(at, "resource"),
            "the full address of a resource of the plan",
            None,
        )),
        (None, Some(_), _) => Err(unexpected(
            &child(at, "plan"),
            "the file of the plan that has the resource",
            None,
        )),
        (None, None, _) => {
            let name = own.unwrap_or_default();
            let found = written(
                members,
                at,
                name,
                "a document, or `{ \"file\": PATH }`",
                |value| value.is_object() || value.is_array(),
            )?;
            found
                .map(Trust::Document)
                .ok_or_else(|| unexpected(&child(at, name), "the trust, or `plan` and `resource`", None))
        }
    }
}

fn expect(members: &Map<String, Value>, at: &str) -> Result<Option<Verdict>, Wrong> {
    match members.get("expect") {
        None => Ok(None),
        Some(Value::String(word)) if word == "allow" => Ok(Some(Verdict::Allow)),
        Some(Value::String(word)) if word == "deny" => Ok(Some(Verdict::Deny)),
        Some(Value::String(word)) if word == "unknown" => Ok(Some(Verdict::Unknown)),
        other => Err(unexpected(
            &child(at, "expect"),
            "`allow`, `deny` or `unknown`",
            other,
        )),
    }
}

fn rule_ids(members: &Map<String, Value>, at: &str, name: &str) -> Result<Option<BTreeSet<String>>, Wrong> {
    let pointer = child(at, name);
    let items = match members.get(name) {
        None => return Ok(None),
        Some(Value::Array(items)) => items,
        other => return Err(unexpected(&pointer, "a list of rule ids", other)),
    };
    let known = rules();
    let each = items.iter().enumerate().map(|(index, item)| {
        let id = item.as_str().filter(|id| known.iter().any(|rule| rule.id == *id));
        id.map(str::to_owned).ok_or_else(|| {
            unexpected(
                &child(&pointer, &index.to_string()),
                "the id of a rule",
                Some(item),
            )
        })
    });
    each.collect::<Result<_, _>>().map(Some)
}

/// A value, or `{ "file": PATH }`.
fn written(
    members: &Map<String, Value>,
    at: &str,
    name: &str,
    expected: &str,
    fits: fn(&Value) -> bool,
) -> Result<Option<Written>, Wrong> {
    let Some(value) = members.get(name) else {
        return Ok(None);
    };
    if let Some(inner) = value.as_object().filter(|inner| inner.len() == 1)
        && let Some(path) = inner.get("file")
    {
        let path = path
            .as_str()
            .ok_or_else(|| unexpected(&child(&child(at, name), "file"), "a path (a text)", Some(path)))?;
        return Ok(Some(Written::File(path.to_owned())));
    }
    match fits(value) {
        true => Ok(Some(Written::Here(value.clone()))),
        false => Err(unexpected(&child(at, name), expected, Some(value))),
    }
}

fn text(members: &Map<String, Value>, at: &str, name: &str) -> Result<Option<String>, Wrong> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        other => Err(unexpected(&child(at, name), "a text, which is not empty", other)),
    }
}

fn object<'a>(value: &'a Value, at: &str, expected: &str) -> Result<&'a Map<String, Value>, Wrong> {
    value
        .as_object()
        .ok_or_else(|| unexpected(at, expected, Some(value)))
}

fn unexpected(pointer: &str, expected: &str, found: Option<&Value>) -> Wrong {
    wrong(
        pointer,
        expected,
        &found.map_or_else(|| "nothing".to_owned(), describe),
    )
}

fn wrong(pointer: &str, expected: &str, found: &str) -> Wrong {
    Wrong {
        pointer: pointer.to_owned(),
        message: format!("expected {expected}, found {found}"),
    }
}
