//! The key set in the one form that Google Cloud takes as `oidc.jwksJson`: RSA and EC keys, nine members, no others.

use serde_json::{Map, Value, json};

use crate::oidc::key_set::KeySet;
use crate::oidc::policy::Profile;

/// Members that Google accepts in a key; all of them text.
const MEMBERS: [&str; 9] = ["kty", "alg", "use", "kid", "n", "e", "x", "y", "crv"];

/// A key set as JSON text: the keys a verifier would use, with public members only.
pub(super) fn jwks_json(keys: &KeySet) -> String {
    let usable = keys
        .keys()
        .iter()
        .filter(|key| key.usable(&Profile::STRICT).is_ok());
    let reduced = usable.map(|key| {
        let kept = MEMBERS.iter().filter_map(|name| {
            let value = key.members().get(*name).filter(|value| value.is_string())?;
            Some(((*name).to_owned(), value.clone()))
        });
        Value::Object(kept.collect::<Map<_, _>>())
    });
    json!({ "keys": reduced.collect::<Vec<_>>() }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_accepted_members_of_usable_keys_are_left() {
        let key = json!({
            "kty": "EC", "crv": "P-256", "kid": "a", "x5c": ["AAAA"], "x5t": "b", "d": "secret",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
        });
        let set = json!({ "keys": [key, { "kty": "OKP", "kid": "b" }] });
        let text = jwks_json(&KeySet::parse(set.to_string().as_bytes()).unwrap());
        let found: Value = serde_json::from_str(&text).unwrap();
        let names: Vec<_> = found["keys"][0].as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["crv", "kid", "kty", "x", "y"]);
        assert_eq!(found["keys"].as_array().unwrap().len(), 1);
    }
}
