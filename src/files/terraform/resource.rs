//! One resource of a plan or state.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::files::found::{UNKNOWN, filled};

/// A resource with the values that it has or will have.
#[derive(Clone, Debug)]
pub struct Resource<'a> {
    /// With its modules: `module.ci.aws_iam_role.deploy["api"]`.
    pub address: &'a str,
    pub kind: &'a str,
    pub is_data: bool,
    /// With [`UNKNOWN`] in place of what is not known.
    pub values: Value,
    /// Pointers into the values.
    unknowns: Vec<String>,
}

impl<'a> Resource<'a> {
    /// `described` has address, type and mode; `unknown` marks what of the values is not known.
    pub fn of(described: &'a Value, values: &Value, unknown: &Value) -> Option<Self> {
        let text = |name: &str| described.get(name).and_then(Value::as_str);
        let (values, unknowns) = filled(values, unknown, "");
        Some(Self {
            address: text("address")?,
            kind: text("type")?,
            is_data: text("mode") == Some("data"),
            values,
            unknowns,
        })
    }

    /// Whether nothing at a place is known.
    pub fn is_unknown(&self, pointer: &str) -> bool {
        let covers = |unknown: &String| pointer == unknown || pointer.starts_with(&format!("{unknown}/"));
        self.unknowns.iter().any(covers)
    }

    /// What is not known of the attributes at these places.
    pub fn unknown_below<'b>(&'b self, places: &'b [&str]) -> impl Iterator<Item = String> + 'b {
        let own = self.unknowns.iter().filter(move |unknown| {
            unknown.is_empty()
                || places
                    .iter()
                    .any(|place| unknown == place || unknown.starts_with(&format!("{place}/")))
        });
        own.cloned()
    }

    /// The text of an attribute, where it is one and known.
    pub fn known_text(&self, name: &str) -> Option<&str> {
        let text = self.values.get(name)?.as_str()?;
        (!text.contains(UNKNOWN) && !text.is_empty()).then_some(text)
    }

    /// The entries of an attribute that is a map of texts.
    pub fn texts(&self, name: &str) -> BTreeMap<String, String> {
        let members = self.values.get(name).and_then(Value::as_object);
        let texts = members.into_iter().flatten();
        texts
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect()
    }

    /// The issuers of the trust arguments with the platform that is written for each. An `also` of another issuer does not
    /// inherit the platform of the top.
    pub fn platforms(&self) -> Vec<(String, String)> {
        let text = |value: &Value, name: &str| Some(value.get(name)?.as_str()?.to_owned());
        let (issuer, platform) = (text(&self.values, "issuer"), text(&self.values, "platform"));
        let also = self.values.get("also").and_then(Value::as_object);
        let further = also.into_iter().flatten().filter_map(|(_, branch)| {
            let own = text(branch, "issuer");
            Some((own.or_else(|| issuer.clone())?, text(branch, "platform")?))
        });
        let first = issuer.clone().zip(platform);
        first.into_iter().chain(further).collect()
    }
}
