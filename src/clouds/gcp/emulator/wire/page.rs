//! Lists in pages.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::{ApiError, Request};

/// Which part of a list is wanted.
#[derive(Clone, Debug)]
pub struct Page {
    size: usize,
    /// The key of the last entry of the page before.
    after: Option<String>,
}

impl Page {
    /// Reads `pageSize` and `pageToken`. A size of 0 is the usual one, a larger one than is allowed is the largest.
    ///
    /// # Errors
    /// A size that is no number or negative, or a token that no page gave.
    pub fn read(request: &Request, usual: usize, most: usize) -> Result<Self, ApiError> {
        let size = match request.parameter("pageSize").unwrap_or("0").parse::<i64>() {
            Ok(0) => usual,
            Ok(size) if size > 0 => usize::try_from(size).unwrap_or(most).min(most),
            _ => {
                return Err(ApiError::invalid(
                    "pageSize: expected a number that is not negative.",
                ));
            }
        };
        let after = match request.parameter("pageToken").filter(|token| !token.is_empty()) {
            None => None,
            Some(token) => {
                let key = BASE64URL_NOPAD.decode(token.as_bytes()).ok();
                let key = key.and_then(|key| String::from_utf8(key).ok());
                Some(key.ok_or_else(|| ApiError::invalid("pageToken: expected what the page before gave."))?)
            }
        };
        Ok(Self { size, after })
    }

    /// The page of a list of entries with their keys, in the order of the keys, under its name.
    pub fn of(&self, name: &str, mut entries: Vec<(String, Value)>) -> Value {
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        if let Some(after) = &self.after {
            entries.retain(|(key, _)| key > after);
        }
        let more = entries.len() > self.size;
        entries.truncate(self.size);
        let mut answer = json!({});
        if let Some(members) = answer.as_object_mut() {
            if let (true, Some((last, _))) = (more, entries.last()) {
                members.insert(
                    "nextPageToken".to_owned(),
                    json!(BASE64URL_NOPAD.encode(last.as_bytes())),
                );
            }
            let values: Vec<Value> = entries.into_iter().map(|(_, value)| value).collect();
            if !values.is_empty() {
                members.insert(name.to_owned(), Value::Array(values));
            }
        }
        answer
    }
}
