//! Texts with variables: `repo:{owner}/{repo}:pull_request`.

use std::collections::BTreeMap;

use super::grammar::{Language, Part, PatternError, Piece, split};
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

    /// Parts as they are, also such as cannot be written.
    pub(super) fn of_parts(parts: Vec<TemplatePart>) -> Self {
        Self {
            text: String::new(),
            parts,
        }
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
        self.language(variables, None)
            .is_ok_and(|language| language.has_start_of(text))
    }

    /// Whether a whole text is one that the template stands for.
    pub fn matches(&self, text: &str, variables: &BTreeMap<String, Variable>) -> bool {
        self.language(variables, None)
            .is_ok_and(|language| language.has(text))
    }

    /// All ways to read a text as one that the template stands for, the shortest first values first, at most 16.
    pub fn readings(
        &self,
        text: &str,
        variables: &BTreeMap<String, Variable>,
    ) -> Vec<BTreeMap<String, String>> {
        let parts = self.parts.iter().map(|part| {
            Some(match part {
                TemplatePart::Literal(literal) => Part::Literal(literal),
                TemplatePart::Variable(name) => {
                    Part::Variable(name, Language::of(pattern_of(name, variables)).ok()?)
                }
            })
        });
        let parts: Option<Vec<_>> = parts.collect();
        parts.map_or_else(Vec::new, |parts| split(&parts, text))
    }

    /// The text with these values in place of its variables, or the name of the first variable without one.
    pub fn fill<'a>(&'a self, value: &dyn Fn(&str) -> Option<String>) -> Result<String, &'a str> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                TemplatePart::Literal(literal) => text.push_str(literal),
                TemplatePart::Variable(name) => text.push_str(&value(name).ok_or(name.as_str())?),
            }
        }
        Ok(text)
    }

    /// All texts it stands for, with the tenant's variable marked.
    pub(super) fn language(
        &self,
        variables: &BTreeMap<String, Variable>,
        tenant: Option<&str>,
    ) -> Result<Language, PatternError> {
        Language::sequence(self.parts.iter().map(|part| match part {
            TemplatePart::Literal(literal) => (Piece::Literal(literal), false),
            TemplatePart::Variable(name) => {
                let is_tenant = Some(name.as_str()) == tenant;
                (Piece::Pattern(pattern_of(name, variables)), is_tenant)
            }
        }))
    }
}

/// Of a variable that nobody described, a segment of a path.
fn pattern_of<'a>(name: &str, variables: &'a BTreeMap<String, Variable>) -> &'a str {
    variables
        .get(name)
        .map_or("[^/]+", |variable| variable.pattern.as_str())
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
