//! A provider of a pool, as far as it decides about tokens.

use std::collections::{BTreeMap, BTreeSet};

use super::cel::{CelError, Program};
use super::name::{NameError, ProviderName};

/// What a provider is set to, as Google has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderSettings {
    /// The full name, with the number of the project.
    pub name: String,
    /// Compared letter by letter with `iss`.
    pub issuer_uri: String,
    /// Accepted `aud`; empty: the two default audiences of the name.
    pub allowed_audiences: BTreeSet<String>,
    /// What is mapped, to expressions over `assertion`.
    pub attribute_mapping: BTreeMap<String, String>,
    /// An expression over `assertion`, `google` and `attribute`; empty: every valid token.
    pub attribute_condition: String,
    /// Whether provider or pool are disabled; not known: `None`.
    pub disabled: Option<bool>,
}

/// A provider whose expressions are read. Reading takes far longer than deciding: read once.
#[derive(Clone, Debug)]
pub struct Provider {
    pub(super) name: ProviderName,
    pub(super) issuer_uri: String,
    pub(super) allowed_audiences: BTreeSet<String>,
    /// `google.subject` first, if it is mapped.
    pub(super) mapping: Vec<(Target, Program)>,
    pub(super) condition: Option<Program>,
    pub(super) disabled: Option<bool>,
}

/// What a mapping sets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Subject,
    Groups,
    /// The name after `attribute.`.
    Attribute(String),
}

/// Why a provider cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    #[error("name: {0}")]
    Name(#[from] NameError),
    #[error(
        "attribute_mapping[\"{0}\"]: expected `google.subject`, `google.groups` or `attribute.NAME` with a name of `[a-z0-9_]`"
    )]
    Target(String),
    #[error("attribute_mapping[\"{target}\"]: {error}")]
    Mapping { target: String, error: CelError },
    #[error("attribute_condition: {0}")]
    Condition(CelError),
}

/// Characters of an expression that maps, and of a condition.
pub(super) const MOST_IN_MAPPING: usize = 2_048;
pub(super) const MOST_IN_CONDITION: usize = 4_096;

impl Provider {
    /// Reads the expressions.
    ///
    /// # Errors
    /// The first thing that cannot be read, with its place.
    pub fn parse(settings: &ProviderSettings) -> Result<Self, ProviderError> {
        let mut mapping = Vec::new();
        for (target, expression) in &settings.attribute_mapping {
            let read =
                Program::parse(expression, MOST_IN_MAPPING).map_err(|error| ProviderError::Mapping {
                    target: target.clone(),
                    error,
                })?;
            let target = Target::parse(target).ok_or_else(|| ProviderError::Target(target.clone()))?;
            mapping.push((target, read));
        }
        mapping.sort_by(|(a, _), (b, _)| a.cmp(b));
        let condition = match settings.attribute_condition.trim() {
            "" => None,
            _ => Some(
                Program::parse(&settings.attribute_condition, MOST_IN_CONDITION)
                    .map_err(ProviderError::Condition)?,
            ),
        };
        Ok(Self {
            name: ProviderName::parse(&settings.name)?,
            issuer_uri: settings.issuer_uri.clone(),
            allowed_audiences: settings.allowed_audiences.clone(),
            mapping,
            condition,
            disabled: settings.disabled,
        })
    }

    pub fn name(&self) -> &ProviderName {
        &self.name
    }

    /// The accepted `aud`, the default ones written out.
    pub fn accepted_audiences(&self) -> BTreeSet<String> {
        match self.allowed_audiences.is_empty() {
            true => self.name.default_audiences().into_iter().collect(),
            false => self.allowed_audiences.clone(),
        }
    }
}

impl Target {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "google.subject" => Some(Self::Subject),
            "google.groups" => Some(Self::Groups),
            _ => {
                let name = text.strip_prefix("attribute.")?;
                let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                let named = !name.is_empty() && name.chars().all(fits);
                named.then(|| Self::Attribute(name.to_owned()))
            }
        }
    }

    /// As the key of a mapping.
    pub fn key(&self) -> String {
        match self {
            Self::Subject => "google.subject".to_owned(),
            Self::Groups => "google.groups".to_owned(),
            Self::Attribute(name) => format!("attribute.{name}"),
        }
    }
}
