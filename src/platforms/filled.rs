//! Tests only: values for the variables of the catalogue's recommendations.

use super::Platform;

/// A text of the catalogue's recommendations with a value for each of its variables; `{provider}` is the issuer.
pub(crate) fn filled(platform: &Platform, text: &str, issuer: &str) -> Option<String> {
    let mut text = text.replace("{provider}", issuer);
    while let Some(start) = text.find('{') {
        let end = start + text[start..].find('}')?;
        let name = text[start + 1..end].to_owned();
        let values = [
            "acme",
            "acme/api",
            "123456789012",
            "123456",
            "11111111-2222-3333-4444-555555555555",
            "main",
            "refs/heads/main",
            "job/x/",
            "auth0|0af1",
            "0123456789ABCDEF0123456789ABCDEF",
            "tea-abc",
            "evm-abc",
            "srv-abc",
            "ac-abc",
            "a1b2c3",
            "https://own.example/x",
            "own.example.com",
            "abcdef",
            "branch",
            "ta-abc",
            "123456789012345678",
            "apply",
            "update",
            "{11111111-2222-3333-4444-555555555555}",
        ];
        let value = match platform.variables.get(&name) {
            Some(_) if name.contains("host") || name.contains("domain") => "own.example.com".to_owned(),
            Some(variable) => {
                let whole = regex::Regex::new(&format!("^(?:{})$", variable.pattern)).ok()?;
                (*values.iter().find(|value| whole.is_match(value))?).to_owned()
            }
            // Something that the catalogue does not describe.
            None if name.ends_with("_id") => "11111111-2222-3333-4444-555555555555".to_owned(),
            None => "own-audience-1".to_owned(),
        };
        let value = value.replace('{', "\u{1}").replace('}', "\u{2}");
        text.replace_range(start..=end, &value);
    }
    Some(text.replace('\u{1}', "{").replace('\u{2}', "}"))
}
