//! What the terms of a trust mean, before any cloud has said them in its own words.

use serde_json::Value;

use super::{Claims, Terms, Trust};

impl Trust {
    /// Whether one of the branches admits a token with these claims.
    pub fn admits(&self, claims: &Claims) -> bool {
        self.terms.iter().any(|terms| terms.admits(claims))
    }
}

impl Terms {
    /// Whether a token with these claims is one that the terms mean, as if it were signed and in time. On plain tokens (a
    /// non-empty string `sub`, one string `aud`, no `azp` or an equal one, tested claims of a type that the clouds can compare)
    /// every cloud decides the same; elsewhere a cloud may differ, and says so itself.
    ///
    /// A string is compared with the values, a boolean as `true` or `false`; a list needs one element that is among them. A
    /// number, an object, null and a claim that is missing are never admitted.
    pub fn admits(&self, claims: &Claims) -> bool {
        claims.text("iss") == Some(self.issuer.as_str())
            && any_text(claims.get("aud"), &|text| {
                self.audiences.iter().any(|audience| audience.as_str() == text)
            })
            && self.admits_subject(claims)
            && self.claim_names().into_iter().all(|name| {
                let exact = self.claims.get(name);
                let patterns = self.claim_patterns.get(name);
                any_text(named(claims, name.as_str()), &|text| {
                    exact.is_some_and(|values| values.contains(text))
                        || patterns
                            .is_some_and(|patterns| patterns.iter().any(|pattern| pattern.matches(text)))
                })
            })
    }

    fn admits_subject(&self, claims: &Claims) -> bool {
        if self.subjects.is_empty() && self.subject_patterns.is_empty() {
            return true;
        }
        claims.text("sub").is_some_and(|subject| {
            self.subjects.contains(subject)
                || self
                    .subject_patterns
                    .iter()
                    .any(|pattern| pattern.matches(subject))
        })
    }
}

/// The value of a claim by its name: a JSON pointer (RFC 6901) when it begins with a slash.
fn named<'a>(claims: &'a Claims, name: &str) -> Option<&'a Value> {
    let Some(pointer) = name.strip_prefix('/') else {
        return claims.get(name);
    };
    let (first, rest) = match pointer.split_once('/') {
        Some((first, rest)) => (first, format!("/{rest}")),
        None => (pointer, String::new()),
    };
    claims
        .get(&first.replace("~1", "/").replace("~0", "~"))?
        .pointer(&rest)
}

fn any_text(value: Option<&Value>, holds: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Some(Value::String(text)) => holds(text),
        Some(Value::Bool(known)) => holds(if *known { "true" } else { "false" }),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).any(holds),
        _ => false,
    }
}
