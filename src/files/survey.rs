//! What a file is, told by its content, and the trusts in it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::cloud::{CLOUDS, Cloud};
use super::found::Found;
use super::source::Source;
use super::{arm, cloudformation, terraform};
use crate::trust::document::{child, describe};

/// The trusts of one file.
#[derive(Clone, Debug)]
pub struct Survey {
    /// What the file is.
    pub form: &'static str,
    pub found: Vec<Found>,
    /// What cannot be looked into, and where it stands.
    pub notes: Vec<(String, String)>,
}

/// A file that is none of those that are read here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}expected {expected}; found {found}", at(.pointer))]
pub struct Unrecognised {
    pub pointer: String,
    pub expected: String,
    pub found: String,
}

fn at(pointer: &str) -> String {
    match pointer {
        "" => String::new(),
        pointer => format!("at `{pointer}`: "),
    }
}

impl Survey {
    pub(super) fn of(form: &'static str) -> Self {
        Self {
            form,
            found: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Looks for trusts. Roles that are not about tokens are left out where a file has many.
    ///
    /// # Errors
    /// A document that is none of those that are read here.
    pub fn take(source: &Source) -> Result<Self, Unrecognised> {
        let tree = &source.tree;
        if let Value::Object(members) = tree {
            if terraform::recognises(members) {
                return Ok(terraform::survey(members).without_strangers());
            }
            if cloudformation::recognises(members) {
                return Ok(cloudformation::survey(members).without_strangers());
            }
            if arm::recognises(members) {
                return Ok(arm::survey(members));
            }
            if terraform::is_state_file(members) {
                return Err(unrecognised(
                    "",
                    "the file in which Terraform keeps a state; print it with `terraform show -json`",
                ));
            }
            if let Some((name, Value::Array(items))) =
                LISTS.iter().find_map(|name| Some((*name, members.get(*name)?)))
            {
                return Ok(list(items, &child("", name))?.without_strangers());
            }
        }
        // what hangs on one identity is one trust, though it is a list
        if let Some(cloud) = cloud_of(tree) {
            let mut survey = Self::of(cloud.documents);
            survey.found = vec![Found::new(cloud, String::new(), "", tree.clone())];
            return Ok(survey);
        }
        match tree {
            Value::Array(items) if !items.is_empty() => list(items, ""),
            other => Err(unrecognised("", &said(other))),
        }
    }

    fn without_strangers(mut self) -> Self {
        let all = self.found.len();
        self.found.retain(|found| {
            let concerns = |document| (found.cloud.concerns)(document);
            !found.unknowns.is_empty() || found.document.as_ref().is_none_or(concerns)
        });
        let left = all - self.found.len();
        if left > 0 {
            let are = if left == 1 { "is" } else { "are" };
            self.notes.push((
                String::new(),
                format!("{left} of {all} {are} not about OIDC tokens"),
            ));
        }
        self
    }
}

/// Members that hold a list of documents: all roles of an account, roles, providers.
const LISTS: [&str; 3] = ["RoleDetailList", "Roles", "workloadIdentityPoolProviders"];

fn list(items: &[Value], pointer: &str) -> Result<Survey, Unrecognised> {
    let mut survey = Survey::of("a list of documents");
    for (at, item) in items.iter().enumerate() {
        let below = child(pointer, &at.to_string());
        let Some(cloud) = cloud_of(item) else {
            return Err(unrecognised(&below, &said(item)));
        };
        let name = (cloud.name)(item).unwrap_or_else(|| below.clone());
        survey.found.push(Found::new(cloud, name, &below, item.clone()));
    }
    survey.found.extend(groups(&survey.found, pointer));
    Ok(survey)
}

/// Documents of one thing, to be judged together besides.
fn groups(all: &[Found], pointer: &str) -> Vec<Found> {
    let mut groups: BTreeMap<String, Vec<&Found>> = BTreeMap::new();
    for found in all {
        let group = found
            .document
            .as_ref()
            .and_then(|document| (found.cloud.group)(document));
        if let Some(name) = group {
            groups.entry(name).or_default().push(found);
        }
    }
    let several = groups.into_iter().filter(|(_, members)| members.len() > 1);
    let joined = several.filter_map(|(name, members)| {
        let documents = members
            .iter()
            .filter_map(|found| found.document.clone())
            .collect();
        Some(Found::new(members.first()?.cloud, name, pointer, documents))
    });
    joined.collect()
}

/// The cloud whose document it is, if only one knows it.
fn cloud_of(value: &Value) -> Option<&'static Cloud> {
    let mut able = CLOUDS.into_iter().filter(|cloud| (cloud.recognises)(value));
    able.next().filter(|_| able.next().is_none())
}

fn unrecognised(pointer: &str, found: &str) -> Unrecognised {
    let documents = CLOUDS.map(|cloud| cloud.documents).join(", ");
    Unrecognised {
        pointer: pointer.to_owned(),
        expected: format!(
            "{documents}, a list of such, a template of CloudFormation or ARM, or a plan or state as `terraform show -json` prints it"
        ),
        found: found.to_owned(),
    }
}

/// What stands there instead, with the names of its members: they tell a person what file it was.
fn said(value: &Value) -> String {
    let names = |members: &Map<String, Value>| {
        let names: Vec<String> = members
            .keys()
            .take(6)
            .map(|name| format!("`{}`", short(name)))
            .collect();
        let more = if members.len() > names.len() { " …" } else { "" };
        format!("an object with {}{more}", names.join(", "))
    };
    match value {
        Value::Object(members) if !members.is_empty() => names(members),
        other => describe(other),
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
