//! A provider's settings back into the arguments, when somebody changed them or a trust is imported.

use std::collections::{BTreeMap, BTreeSet};

use super::meaning::{Meaning, Understanding, default_audiences};
use super::memory::Memory;
use super::model::TrustModel;
use super::settings::same_settings;
use crate::clouds::gcp::dialect::{ProviderName, ProviderSettings, Rendered, TRUST_ATTRIBUTE, read_back};
use crate::framework::{Attr, Diagnostics, StringMap, StringSet};
use crate::trust::{Audience, IssuerUrl};

/// Puts what the provider says into the arguments; false, and nothing changed, when they cannot express it.
pub fn write_back(
    state: &mut TrustModel,
    name: &ProviderName,
    settings: &ProviderSettings,
    memory: &Memory,
) -> bool {
    let defaults = default_audiences(name);
    let Some(rendered) = rendered(settings, &defaults) else {
        return false;
    };
    let Ok(found) = read_back(&rendered) else {
        return false;
    };
    let mut written = state.clone();
    if !written.arguments_mut().write(&found.trust, &defaults) {
        return false;
    }
    written.attribute_condition = match &found.attribute_condition {
        Some(own) if written.attribute_condition.text() != Some(own) => Attr::from_text(own),
        Some(_) => written.attribute_condition.clone(),
        None => Attr::Null,
    };
    written.accepted_audiences = StringSet::of(rendered.allowed_audiences.iter().map(ToString::to_string));
    for own_mapping in [
        state.attribute_mapping.clone(),
        Attr::Null,
        own(&settings.attribute_mapping),
    ] {
        written.attribute_mapping = own_mapping;
        if means(&written, name, settings, memory) {
            *state = written;
            return true;
        }
    }
    false
}

/// Whether the arguments mean these settings.
fn means(model: &TrustModel, name: &ProviderName, settings: &ProviderSettings, memory: &Memory) -> bool {
    let number = name.pool().project();
    match Meaning::of(model, number, &memory.implied, true, &mut Diagnostics::new()) {
        Understanding::Known(meaning) => same_settings(&meaning.settings, settings),
        Understanding::Unknown | Understanding::Refused => false,
    }
}

/// The mapping as somebody would write it: without the constant that is always there.
fn own(mapping: &BTreeMap<String, String>) -> StringMap {
    let constant = format!("attribute.{TRUST_ATTRIBUTE}");
    let members = mapping.iter().filter(|(key, _)| **key != constant);
    Attr::Known(
        members
            .map(|(key, text)| (key.clone(), Attr::from_text(text)))
            .collect(),
    )
}

fn rendered(settings: &ProviderSettings, defaults: &BTreeSet<Audience>) -> Option<Rendered> {
    let audiences = if settings.allowed_audiences.is_empty() {
        defaults.clone()
    } else {
        settings
            .allowed_audiences
            .iter()
            .map(|text| Audience::parse(text).ok())
            .collect::<Option<_>>()?
    };
    Some(Rendered {
        issuer_uri: IssuerUrl::parse(&settings.issuer_uri).ok()?,
        allowed_audiences: audiences,
        attribute_condition: settings.attribute_condition.clone(),
    })
}
