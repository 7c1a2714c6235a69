//! What is known about a claim beyond its name.

use serde::Deserialize;

use super::platform::Presence;
use super::template::Template;

/// The JSON type of a claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimKind {
    #[default]
    String,
    List,
    Boolean,
    Number,
    Object,
}

/// What is known about a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimForm {
    pub kind: ClaimKind,
    pub presence: Presence,
    /// Its text, made of the variables of the subject; the only element of a list.
    pub value: Option<Template>,
    /// Whether its value is one tenant's only.
    pub pins_tenant: bool,
    /// Whether the name is a way through objects, with a slash between the members.
    pub is_nested: bool,
}

/// As it stands in a file.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct WrittenClaim {
    #[serde(default, rename = "type")]
    pub kind: ClaimKind,
    pub presence: Option<Presence>,
    pub value: Option<String>,
    pub pins: Option<Pins>,
    #[serde(default)]
    pub nested: bool,
}

/// What the value of a claim belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Pins {
    Tenant,
}
