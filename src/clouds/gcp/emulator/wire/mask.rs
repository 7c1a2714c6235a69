//! Field masks: which fields an update writes (`google.protobuf.FieldMask`).

use serde_json::Value;

use super::fields::{Field, Members, Set, Shape};
use super::{ApiError, object};

/// The paths of a mask, each as the fields that lead there.
#[derive(Clone, Debug)]
pub struct Mask(Vec<Vec<&'static Field>>);

impl Mask {
    /// Reads paths with commas between them; either case, nested or not.
    ///
    /// # Errors
    /// No mask, or a path that leads to no field that can be set.
    pub fn parse(text: Option<&str>, fields: &'static [Field]) -> Result<Self, ApiError> {
        let paths: Vec<&str> = text
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|path| !path.is_empty())
            .collect();
        if paths.is_empty() {
            return Err(ApiError::invalid(
                "The update mask is required and names no field.",
            ));
        }
        let read = paths.iter().map(|path| Self::path(path, fields));
        read.collect::<Result<_, _>>().map(Self)
    }

    fn path(path: &str, mut fields: &'static [Field]) -> Result<Vec<&'static Field>, ApiError> {
        let unknown = || ApiError::invalid(format!("Invalid field in the update mask: `{path}`."));
        let mut read = Vec::new();
        for name in path.split('.') {
            let field = fields
                .iter()
                .find(|field| field.is_called(name))
                .filter(|field| field.set != Set::Never)
                .ok_or_else(unknown)?;
            read.push(field);
            fields = match field.shape {
                Shape::Object(inner) => inner,
                _ => &[],
            };
        }
        Ok(read)
    }

    /// Writes what the mask names: what the update does not have is cleared.
    ///
    /// # Errors
    /// Another value for a field that is set once.
    pub fn apply(&self, current: &Members, update: &Members) -> Result<Members, ApiError> {
        let mut changed = current.clone();
        for path in &self.0 {
            put(&mut changed, update, path)?;
        }
        Ok(changed)
    }

    /// Whether a field, or something in it, is named.
    pub fn names(&self, name: &str) -> bool {
        let named = |path: &Vec<&'static Field>| path.first().is_some_and(|field| field.name == name);
        self.0.iter().any(named)
    }
}

fn put(current: &mut Members, update: &Members, path: &[&Field]) -> Result<(), ApiError> {
    let Some((field, rest)) = path.split_first() else {
        return Ok(());
    };
    let name = field.name;
    if rest.is_empty() {
        if field.set == Set::Once && current.get(name) != update.get(name) {
            return Err(ApiError::invalid(format!(
                "Cannot change immutable field `{name}`."
            )));
        }
        match update.get(name) {
            Some(value) => current.insert(name.to_owned(), value.clone()),
            None => current.remove(name),
        };
        return Ok(());
    }
    let mut inner = object(current, name);
    put(&mut inner, &object(update, name), rest)?;
    match inner.is_empty() && !current.contains_key(name) {
        true => None,
        false => current.insert(name.to_owned(), Value::Object(inner)),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fields::read;
    use super::*;

    const INNER: [Field; 2] = [
        Field::new("issuerUri", Shape::Text),
        Field::new("jwksJson", Shape::Text),
    ];
    const FIELDS: [Field; 4] = [
        Field::output("state"),
        Field::new("displayName", Shape::Text),
        Field::once("mode", Shape::Text),
        Field::new("oidc", Shape::Object(&INNER)),
    ];

    fn applied(mask: &str, update: &Value) -> Result<Value, ApiError> {
        let current = json!({"displayName": "a", "mode": "m", "oidc": {"issuerUri": "i", "jwksJson": "j"}});
        let current = read(&FIELDS, &current)?;
        let mask = Mask::parse(Some(mask), &FIELDS)?;
        mask.apply(&current, &read(&FIELDS, update)?).map(Value::Object)
    }

    #[test]
    fn only_what_is_named_is_written() {
        let update = json!({"displayName": "b", "oidc": {"issuerUri": "k"}});
        for (mask, expected) in [
            (
                "displayName",
                json!({"displayName": "b", "mode": "m", "oidc": {"issuerUri": "i", "jwksJson": "j"}}),
            ),
            (
                "oidc",
                json!({"displayName": "a", "mode": "m", "oidc": {"issuerUri": "k"}}),
            ),
            (
                "oidc.issuer_uri",
                json!({"displayName": "a", "mode": "m", "oidc": {"issuerUri": "k", "jwksJson": "j"}}),
            ),
            (
                "oidc.jwksJson, display_name",
                json!({"displayName": "b", "mode": "m", "oidc": {"issuerUri": "i"}}),
            ),
        ] {
            assert_eq!(applied(mask, &update).unwrap(), expected, "{mask}");
        }
        assert_eq!(
            applied("displayName", &json!({})).unwrap()["displayName"],
            Value::Null
        );
    }

    #[test]
    fn masks_that_lead_nowhere_are_refused() {
        for mask in [
            "",
            " , ",
            "displayname",
            "state",
            "oidc.issuer",
            "displayName.x",
            "*",
        ] {
            assert_eq!(applied(mask, &json!({})).unwrap_err().status, 400, "{mask}");
        }
        assert!(Mask::parse(None, &FIELDS).is_err());
        let changed = applied("mode", &json!({"mode": "n"})).unwrap_err();
        assert_eq!(changed.message, "Cannot change immutable field `mode`.");
        assert!(applied("mode", &json!({"mode": "m"})).is_ok());
    }
}
