//! The parts of a provider by name.

use std::collections::BTreeMap;

use super::entry::{Entry, ResourceEntry};
use crate::framework::erased::{AnyDataSource, AnyEphemeralResource};
use crate::framework::{Diagnostics, Function, Parts, Path};

/// Everything a provider offers, by name.
pub struct Registry {
    pub resources: BTreeMap<&'static str, ResourceEntry>,
    pub data_sources: BTreeMap<&'static str, Entry<dyn AnyDataSource>>,
    pub ephemeral_resources: BTreeMap<&'static str, Entry<dyn AnyEphemeralResource>>,
    pub functions: BTreeMap<&'static str, Box<dyn Function>>,
}

impl Registry {
    pub fn new(parts: Parts) -> Self {
        Self {
            resources: parts
                .resources
                .into_iter()
                .map(|p| (p.type_name(), ResourceEntry::new(p)))
                .collect(),
            data_sources: parts
                .data_sources
                .into_iter()
                .map(|p| (p.type_name(), Entry::new(p)))
                .collect(),
            ephemeral_resources: parts
                .ephemeral_resources
                .into_iter()
                .map(|p| (p.type_name(), Entry::new(p)))
                .collect(),
            functions: parts.functions.into_iter().map(|p| (p.name(), p)).collect(),
        }
    }

    /// The resource type, or an error that there is none.
    pub fn resource(&self, name: &str, diagnostics: &mut Diagnostics) -> Option<&ResourceEntry> {
        found(self.resources.get(name), "resource", name, diagnostics)
    }

    pub fn data_source(
        &self,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<&Entry<dyn AnyDataSource>> {
        found(self.data_sources.get(name), "data source", name, diagnostics)
    }

    pub fn ephemeral_resource(
        &self,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<&Entry<dyn AnyEphemeralResource>> {
        found(
            self.ephemeral_resources.get(name),
            "ephemeral resource",
            name,
            diagnostics,
        )
    }
}

fn found<'a, T>(
    entry: Option<&'a T>,
    kind: &str,
    name: &str,
    diagnostics: &mut Diagnostics,
) -> Option<&'a T> {
    if entry.is_none() {
        diagnostics.error(
            Path::root(),
            format!("Unknown {kind}"),
            format!("This version of the provider has no {kind} `{name}`."),
        );
    }
    entry
}
