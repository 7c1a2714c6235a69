//! The catalogue: one TOML file per platform, read when it is asked for.

use std::sync::OnceLock;

use super::entry::{Entry, Origin};
use super::platform::Platform;

/// A file of the catalogue, not parsed yet.
pub(super) struct Listed {
    pub id: &'static str,
    text: &'static str,
    /// Its issuers, variants included, as they stand in the text. They only serve to leave files unread that cannot match.
    pub issuers: &'static [&'static str],
    platform: OnceLock<Option<Platform>>,
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// The platform with this id.
pub fn by_id(id: &str) -> Option<&'static Platform> {
    CATALOGUE.iter().find(|listed| listed.id == id)?.platform()
}

/// The ids of all platforms, sorted.
pub fn ids() -> impl Iterator<Item = &'static str> {
    CATALOGUE.iter().map(|listed| listed.id)
}

pub(super) fn all() -> &'static [Listed] {
    &CATALOGUE
}

impl Listed {
    const fn new(id: &'static str, text: &'static str, issuers: &'static [&'static str]) -> Self {
        Self {
            id,
            text,
            issuers,
            platform: OnceLock::new(),
        }
    }

    /// Parses the file the first time. A file that is no platform is none; a test keeps that from happening.
    pub(super) fn platform(&'static self) -> Option<&'static Platform> {
        self.platform
            .get_or_init(|| self.entry(0)?.platform(Origin::Catalogue).ok())
            .as_ref()
    }

    fn entry(&self, depth: u8) -> Option<Entry> {
        let entry = Entry::parse(self.text).ok()?;
        let Some(from) = &entry.inherits else {
            return Some(entry);
        };
        let from = CATALOGUE
            .iter()
            .find(|listed| listed.id == *from)
            .filter(|_| depth < 4)?;
        let from = from.entry(depth + 1)?;
        Some(entry.inherit(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::Tenancy;

    #[test]
    fn every_file_is_a_platform() {
        assert!(CATALOGUE.len() >= 53);
        assert!(ids().is_sorted());
        for listed in all() {
            let platform = listed.platform().unwrap_or_else(|| panic!("{}", listed.id));
            assert_eq!(platform.id, listed.id);
            for (form, text) in platform.issuers.iter().zip(listed.issuers) {
                assert_eq!(form.template.as_str(), *text, "{}", listed.id);
            }
            let forms = platform.issuers.iter().map(|form| &form.template);
            let subjects = platform.subjects.iter().map(|subject| &subject.template);
            for template in forms.clone().chain(subjects) {
                if let Err(error) = template.language(&platform.variables, None) {
                    panic!("{} {template:?} {error}", listed.id);
                }
            }
            for name in forms.flat_map(|form| form.variables()) {
                assert!(platform.variables.contains_key(name), "{} {name}", listed.id);
            }
            for prefix in &platform.tenant_sub_prefixes {
                assert!(prefix.ends_with([':', '/']), "{} {prefix}", listed.id);
            }
        }
    }

    #[test]
    fn entries_inherit() {
        let enterprise = by_id("github-actions-enterprise").unwrap();
        let github = by_id("github-actions").unwrap();
        assert_eq!(enterprise.subjects, github.subjects);
        assert_eq!(
            (github.tenancy, enterprise.tenancy),
            (Tenancy::Shared, Tenancy::PerTenant)
        );
        assert!(enterprise.tenant_claims.is_empty());
        assert!(enterprise.variables.contains_key("enterprise_slug"));
        assert_eq!(
            github.tenant_sub_prefixes,
            ["repo:{owner}/", "repo:{owner}@{owner_id}/"]
        );
        assert!(by_id("nothing").is_none());
    }

    /// Platforms whose condition for Google Cloud is narrower here than in the facts, where the linter finds that one open: it
    /// leaves the branch, the phase of a run or the workload to the caller.
    const NARROWER: [&str; 5] = [
        "github-actions",
        "forgejo-actions",
        "hcp-terraform",
        "scalr",
        "upbound",
    ];

    #[test]
    fn the_catalogue_says_what_the_facts_say() {
        use crate::shared_files::shared_text;
        let Some(facts) = shared_text("facts/platforms.toml") else {
            return;
        };
        let facts: toml::Table = facts.parse().unwrap();
        for entry in facts["platform"].as_array().unwrap() {
            let id = entry["id"].as_str().unwrap();
            let listed = all()
                .iter()
                .find(|listed| listed.id == id)
                .unwrap_or_else(|| panic!("{id}"));
            let own: toml::Table = listed.text.parse().unwrap();
            for (name, value) in entry.as_table().unwrap() {
                let mut found = own.get(name).cloned();
                if let ("recommend", true, Some(toml::Value::Table(all))) =
                    (name.as_str(), NARROWER.contains(&id), &mut found)
                {
                    let facts = value["gcp_condition"].clone();
                    let own = all.insert("gcp_condition".to_owned(), facts.clone());
                    assert!(own.is_some() && own != Some(facts), "{id}");
                }
                assert_eq!(found.as_ref(), Some(value), "{id} {name}");
            }
        }
    }
}
