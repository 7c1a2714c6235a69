//! Keys that are uploaded in place of discovery.

use serde_json::Value;

use super::error::{Limit, LimitError};
use crate::trust::quoted;

const MOST: usize = 8;
const MEMBERS: [&str; 9] = ["kty", "alg", "use", "kid", "n", "e", "x", "y", "crv"];

/// Checks a JSON Web Key Set (RFC 7517): at most eight keys, RSA and EC, and only members that Google takes.
///
/// # Errors
/// The first thing that Google would refuse.
pub fn jwks_json(text: &str) -> Result<(), LimitError> {
    let wrong = |expected: &str, found: String| LimitError::new(Limit::Jwks, expected, found);
    let set = r#"a JSON Web Key Set, `{"keys": […]}`"#;
    let json: Value = serde_json::from_str(text).map_err(|e| wrong(set, format!("no JSON: {e}")))?;
    let keys = json
        .get("keys")
        .and_then(Value::as_array)
        .ok_or_else(|| wrong(set, quoted(text)))?;
    if keys.is_empty() || keys.len() > MOST {
        let expected = format!("1 to {MOST} keys");
        return Err(LimitError::new(
            Limit::JwksCount,
            expected,
            keys.len().to_string(),
        ));
    }
    for (at, key) in keys.iter().enumerate() {
        let object = key
            .as_object()
            .ok_or_else(|| wrong("a key", quoted(&key.to_string())))?;
        let name = key.get("kid").and_then(Value::as_str);
        let of_key = name.map_or_else(|| format!("keys[{at}]"), |kid| format!("the key `{kid}`"));
        if let Some(member) = object.keys().find(|member| !MEMBERS.contains(&member.as_str())) {
            let expected = format!("only the members {} in {of_key}", MEMBERS.join(", "));
            return Err(wrong(&expected, quoted(member)).fix(format!("leave out `{member}`")));
        }
        let kind = key.get("kty").and_then(Value::as_str).unwrap_or("");
        if !matches!(kind, "RSA" | "EC") {
            return Err(wrong(
                &format!("`RSA` or `EC` as `kty` of {of_key}"),
                quoted(kind),
            ));
        }
        if name.is_none_or(str::is_empty) {
            return Err(wrong(
                &format!("a `kid` in {of_key}, by which tokens name it"),
                "none".to_owned(),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets() {
        let key = r#"{"kty":"RSA","kid":"1","alg":"RS256","use":"sig","n":"AQAB","e":"AQAB"}"#;
        let set = |keys: &[&str]| format!(r#"{{"keys":[{}]}}"#, keys.join(","));
        assert_eq!(jwks_json(&set(&[key])), Ok(()));
        assert_eq!(jwks_json(&set(&[key; 8])), Ok(()));
        for (text, says) in [
            (set(&[key; 9]), "expected 1 to 8 keys, found 9"),
            (set(&[]), "expected 1 to 8 keys, found 0"),
            (
                "{".to_owned(),
                "expected a JSON Web Key Set, `{\"keys\": […]}`, found no JSON: ",
            ),
            (
                "[]".to_owned(),
                "expected a JSON Web Key Set, `{\"keys\": […]}`, found `[]`",
            ),
            (set(&["3"]), "expected a key, found `3`"),
            (
                set(&[&key.replace("\"alg\"", "\"x5c\"")]),
                "expected only the members kty, alg, use, kid, n, e, x, y, crv in the key `1`, found `x5c`; leave out `x5c`",
            ),
            (
                set(&[&key.replace("RSA", "OKP")]),
                "expected `RSA` or `EC` as `kty` of the key `1`, found `OKP`",
            ),
            (
                set(&[&key.replace("\"kid\":\"1\",", "")]),
                "expected a `kid` in keys[0], by which tokens name it, found none",
            ),
        ] {
            let error = jwks_json(&text).unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }
}
