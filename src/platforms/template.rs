//! Texts with variables: `repo:{owner}/{repo}:pull_request`.

use std::collections::BTreeMap;

use super::variable::Variable;

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    Literal(String),
    Variable(String),
}

/// A text with variables in braces. Literal braces cannot be written; no platform has them outside of variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<TemplatePart>,
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("expected a template, found an empty string")]
    Empty,
    #[error("expected the name of a variable (`[a-z0-9_]`) and `}}` after each `{{` in `{0}`")]
    Braces(String),
}

impl Template {
    /// # Errors
    /// An empty text, or braces that do not hold the name of a variable.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.is_empty() {
            return Err(TemplateError::Empty);
        }
        let wrong = || TemplateError::Braces(text.to_owned());
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (literal, after) = match rest.split_once('{') {
                Some((literal, after)) => (literal, Some(after)),
                None => (rest, None),
            };
            if literal.contains('}') {
                return Err(wrong());
            }
            if !literal.is_empty() {
                parts.push(TemplatePart::Literal(literal.to_owned()));
            }
            let Some(after) = after else { break };
            let (name, after) = after.split_once('}').ok_or_else(wrong)?;
            let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if name.is_empty() || !name.chars().all(is_name) {
                return Err(wrong());
            }
            parts.push(TemplatePart::Variable(name.to_owned()));
            rest = after;
        }
        Ok(Self {
            text: text.to_owned(),
            parts,
        })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn parts(&self) -> &[TemplatePart] {
        &self.parts
    }

    /// The names of its variables, in order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Variable(name) => Some(name.as_str()),
            TemplatePart::Literal(_) => None,
        })
    }

    /// The start of the template up to the literal behind a variable, that literal's first character included: what names
    /// the variable's value in a subject. Nothing when the variable is not in it or nothing closes it.
    pub fn prefix_through(&self, variable: &str) -> Option<String> {
        let mut prefix = String::new();
        let mut parts = self.parts.iter();
        for part in parts.by_ref() {
            match part {
                TemplatePart::Literal(text) => prefix.push_str(text),
                TemplatePart::Variable(name) => {
                    prefix.push_str(&format!("{{{name}}}"));
                    if name == variable {
                        break;
                    }
                }
            }
        }
        match parts.next() {
            Some(TemplatePart::Literal(text)) => {
                prefix.extend(text.chars().next());
                Some(prefix)
            }
            _ => None,
        }
    }

    /// The literal text before the first variable.
    pub fn head(&self) -> &str {
        match self.parts.first() {
            Some(TemplatePart::Literal(text)) => text,
            _ => "",
        }
    }

    /// Whether a text starts with one that the template stands for.
    pub fn starts(&self, text: &str, variables: &BTreeMap<String, Variable>) -> bool {
        let whole = self.expression(variables);
        let start = whole.strip_suffix('$').unwrap_or(&whole);
        regex::Regex::new(start).is_ok_and(|expression| expression.is_match(text))
    }

    /// The regular expression of all texts it stands for, each variable as a group of its own pattern, anchored.
    pub(super) fn expression(&self, variables: &BTreeMap<String, Variable>) -> String {
        let mut expression = String::from("^");
        for part in &self.parts {
            match part {
                TemplatePart::Literal(text) => expression.push_str(&regex::escape(text)),
                TemplatePart::Variable(name) => {
                    let pattern = variables
                        .get(name)
                        .map_or("[^/]+", |variable| variable.pattern.as_str());
                    expression.push_str(&format!("(?:{pattern})"));
                }
            }
        }
        expression.push('$');
        expression
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates() {
        let template = Template::parse("repo:{owner}/{repo}:pull_request").unwrap();
        assert_eq!(template.variables().collect::<Vec<_>>(), ["owner", "repo"]);
        assert_eq!(template.prefix_through("owner").as_deref(), Some("repo:{owner}/"));
        assert_eq!(
            template.prefix_through("repo").as_deref(),
            Some("repo:{owner}/{repo}:")
        );
        assert_eq!(template.prefix_through("tag"), None);
        assert_eq!(Template::parse("{id}").unwrap().prefix_through("id"), None);
        for bad in ["", "a{", "a{}", "a{B}", "a}b", "{a{b}}"] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
    }
}
