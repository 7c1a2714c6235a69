//! What stands in braces in the catalogue: `${NAME}` is an environment variable, `{audience}` what is asked for.

use zeroize::Zeroizing;

use super::miss::Miss;
use super::surroundings::Surroundings;

/// What braces are filled with.
pub(super) struct Filling<'a> {
    pub surroundings: &'a Surroundings,
    /// None: whoever wants the token did not say.
    pub audience: Option<&'a str>,
}

impl Filling<'_> {
    /// The text with its braces filled; erased when it is dropped, because a bearer may be in it. Braces around anything but
    /// a name are text.
    pub fn fill(&self, template: &str) -> Result<Zeroizing<String>, Miss> {
        let mut filled = Zeroizing::new(String::new());
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once('{') {
            let name = behind.split_once('}').filter(|(name, _)| is_name(name));
            let Some((name, after)) = name else {
                filled.push_str(before);
                filled.push('{');
                rest = behind;
                continue;
            };
            match before.strip_suffix('$') {
                Some(text) => {
                    let value = self.surroundings.variable(name);
                    let value = Zeroizing::new(value.ok_or_else(|| Miss::NotSet(name.to_owned()))?);
                    filled.push_str(text);
                    filled.push_str(&value);
                }
                None if name == "audience" => {
                    filled.push_str(before);
                    filled.push_str(self.audience.ok_or(Miss::NoAudience)?);
                }
                None => return Err(Miss::Untold(name.to_owned())),
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str) -> Result<String, Miss> {
        let surroundings =
            Surroundings::below(std::path::Path::new("/"), &[("URL", "https://a.example/{x}")]);
        let filling = Filling {
            surroundings: &surroundings,
            audience: Some("sts.example"),
        };
        filling.fill(template).map(|text| text.to_string())
    }

    #[test]
    fn names_are_filled_and_other_braces_stay() {
        for (template, filled) in [
            ("plain", Ok("plain")),
            ("a {audience} b", Ok("a sts.example b")),
            ("bearer ${URL}!", Ok("bearer https://a.example/{x}!")),
            (r#"{"aud": "{audience}"}"#, Ok(r#"{"aud": "sts.example"}"#)),
            ("a { b", Ok("a { b")),
            ("{}", Ok("{}")),
            ("${NONE}", Err(Miss::NotSet("NONE".to_owned()))),
            ("{project}", Err(Miss::Untold("project".to_owned()))),
        ] {
            assert_eq!(fill(template), filled.map(str::to_owned), "{template}");
        }
    }

    #[test]
    fn no_audience_is_not_an_empty_one() {
        let surroundings = Surroundings::below(std::path::Path::new("/"), &[]);
        let filling = Filling {
            surroundings: &surroundings,
            audience: None,
        };
        assert_eq!(filling.fill("a {audience} b").unwrap_err(), Miss::NoAudience);
        assert_eq!(filling.fill("plain").unwrap().as_str(), "plain");
    }
}
