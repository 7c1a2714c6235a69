//! A request of the Query protocol: flat names and values.

use std::collections::BTreeMap;

use url::form_urlencoded;

/// The parameters of one call: form-encoded, lists as `Name.member.N`, structures as `Name.member.N.Field`.
#[derive(Clone, Default)]
pub struct Query(BTreeMap<String, String>);

/// Why a body is no request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    #[error("the parameter {0} is given twice")]
    Duplicate(String),
}

impl Query {
    /// Reads `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// A name that occurs twice: the signature would cover both, and readers differ in which one counts.
    pub fn parse(body: &[u8]) -> Result<Self, QueryError> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            if parameters
                .insert(name.clone().into_owned(), value.into_owned())
                .is_some()
            {
                return Err(QueryError::Duplicate(name.into_owned()));
            }
        }
        Ok(Self(parameters))
    }

    /// The value of a parameter by its exact name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The values of a list in the order of their numbers; `None` when the list is not in the request at all, an empty
    /// one when it is sent as the bare name with an empty value.
    pub fn list(&self, name: &str) -> Option<Vec<String>> {
        let members = self.members(name);
        if members.is_empty() && !self.0.contains_key(name) {
            return None;
        }
        Some(
            members
                .into_values()
                .map(|fields| fields.get("").cloned().unwrap_or_default())
                .collect(),
        )
    }

    /// The structures of a list in the order of their numbers, each as field name and value.
    pub fn structures(&self, name: &str) -> Option<Vec<BTreeMap<String, String>>> {
        let members = self.members(name);
        if members.is_empty() && !self.0.contains_key(name) {
            return None;
        }
        Some(members.into_values().collect())
    }

    fn members(&self, name: &str) -> BTreeMap<u32, BTreeMap<String, String>> {
        let prefix = format!("{name}.member.");
        let mut members: BTreeMap<u32, BTreeMap<String, String>> = BTreeMap::new();
        for (key, value) in self.0.range(prefix.clone()..) {
            let Some(rest) = key.strip_prefix(&prefix) else {
                break;
            };
            let (number, field) = rest.split_once('.').unwrap_or((rest, ""));
            if let Ok(number) = number.parse() {
                members
                    .entry(number)
                    .or_default()
                    .insert(field.to_owned(), value.clone());
            }
        }
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_in_the_order_of_their_numbers() {
        let body: String = (1..=12).rev().map(|n| format!("L.member.{n}=v{n}&")).collect();
        let query = Query::parse(body.as_bytes()).unwrap();
        let list = query.list("L").unwrap();
        assert_eq!(list.first().unwrap(), "v1");
        assert_eq!(list.get(1).unwrap(), "v2");
        assert_eq!(list.last().unwrap(), "v12");
    }

    #[test]
    fn an_absent_list_differs_from_an_empty_one() {
        let query = Query::parse(b"Empty=").unwrap();
        assert_eq!(query.list("Empty"), Some(vec![]));
        assert_eq!(query.list("Absent"), None);
    }

    #[test]
    fn structures_keep_their_fields_together() {
        let query =
            Query::parse(b"Tags.member.1.Key=a&Tags.member.1.Value=b%20c&Tags.member.2.Key=d").unwrap();
        let tags = query.structures("Tags").unwrap();
        assert_eq!(tags[0]["Key"], "a");
        assert_eq!(tags[0]["Value"], "b c");
        assert!(!tags[1].contains_key("Value"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, name in "[A-Z]{1,2}") {
            if let Ok(query) = Query::parse(&bytes) {
                let _ = (query.list(&name), query.structures(&name));
            }
        }
    }

    #[test]
    fn a_name_given_twice_is_refused() {
        assert!(matches!(Query::parse(b"A=1&A=2"), Err(QueryError::Duplicate(name)) if name == "A"));
    }
}
