//! Tags in requests and replies.

use std::collections::BTreeMap;

use crate::clouds::aws::emulator::permission::Ask;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::store::{KeyCase, Tags};
use crate::clouds::aws::emulator::wire::{ApiError, Query, Xml};

/// The tags of a request, checked one by one and against each other.
#[derive(Debug)]
pub struct GivenTags(Vec<(String, String)>);

impl GivenTags {
    /// # Errors
    /// `ValidationError` for a shape, `InvalidInput` for the reserved prefix or a key given twice.
    pub fn read(query: &Query, case: KeyCase) -> Result<Self, ApiError> {
        let mut tags: Vec<(String, String)> = Vec::new();
        for (index, fields) in query
            .structures("Tags")
            .unwrap_or_default()
            .into_iter()
            .enumerate()
        {
            let number = index + 1;
            let key = fields.get("Key").cloned().unwrap_or_default();
            let value = fields.get("Value").cloned().unwrap_or_default();
            rule::TAG_KEY.check(&format!("tags.{number}.member.key"), &key)?;
            rule::TAG_VALUE.check(&format!("tags.{number}.member.value"), &value)?;
            if key.to_lowercase().starts_with("aws:") {
                return Err(ApiError::invalid_input(
                    "aws: prefixed tag key names are not allowed for external use.",
                ));
            }
            if tags.iter().any(|(present, _)| case.same(present, &key)) {
                return Err(ApiError::invalid_input(match case {
                    KeyCase::Ignored => {
                        "Duplicate tag keys found. Please note that Tag keys are case insensitive."
                    }
                    KeyCase::Significant => "Duplicate tag keys found.",
                }));
            }
            tags.push((key, value));
        }
        if tags.len() > Tags::LIMIT {
            return Err(ApiError::validation(format!(
                "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length \
                 less than or equal to {}",
                Tags::LIMIT
            )));
        }
        Ok(Self(tags))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tags by key.
    pub fn into_map(self) -> BTreeMap<String, String> {
        self.0.into_iter().collect()
    }

    /// Adds the condition keys of tags in a request.
    pub fn ask(&self, ask: Ask) -> Ask {
        if self.0.is_empty() {
            return ask;
        }
        let keys = self.0.iter().map(|(key, _)| key.clone()).collect();
        self.0
            .iter()
            .fold(ask.with("aws:TagKeys", keys), |ask, (key, value)| {
                ask.with(format!("aws:RequestTag/{key}"), vec![value.clone()])
            })
    }

    /// What `present` looks like with these tags added.
    ///
    /// # Errors
    /// `LimitExceeded` for more than fifty; nothing is changed then.
    pub fn added_to(&self, present: &Tags, quota: &str) -> Result<Tags, ApiError> {
        let mut tags = present.clone();
        for (key, value) in &self.0 {
            tags.set(key, value);
        }
        if tags.len() > Tags::LIMIT {
            return Err(ApiError::limit_exceeded(format!(
                "Cannot exceed quota for {quota}: {}",
                Tags::LIMIT
            )));
        }
        Ok(tags)
    }

    /// These tags on something new.
    pub fn fresh(&self, case: KeyCase) -> Tags {
        let mut tags = Tags::new(case);
        for (key, value) in &self.0 {
            tags.set(key, value);
        }
        tags
    }
}

/// The tag keys of an untag call.
///
/// # Errors
/// `ValidationError`.
pub fn keys(query: &Query) -> Result<Vec<String>, ApiError> {
    let keys = rule::TAG_KEY.list(query, "TagKeys")?.unwrap_or_default();
    if keys.len() > Tags::LIMIT {
        return Err(ApiError::validation(
            "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must have length \
             less than or equal to 50",
        ));
    }
    Ok(keys)
}

/// Writes `<Tags>`.
pub fn write<'t>(xml: &mut Xml, tags: impl IntoIterator<Item = (&'t str, &'t str)>) {
    xml.list("Tags", tags, |xml, (key, value)| {
        xml.text("Key", key).text("Value", value);
    });
}
