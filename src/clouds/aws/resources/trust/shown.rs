//! What an import shows of permissions and tags, and what of it the configuration manages.
//!
//! The three arguments are computed as well, so that an import is clean whether the configuration writes them or not. The host
//! says only at an apply what the configuration writes: until then what was found counts as imported, after it as managed or
//! as somebody else's.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::memory::Memory;
use super::model::TrustModel;
use super::permissions::Permissions;
use crate::clouds::aws::client::Tags;
use crate::clouds::aws::dialect::Partition;
use crate::clouds::aws::tags;
use crate::framework::{Attr, Diagnostics, Path, StringMap};

/// Whose an argument's value in the state is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The configuration's; null is "not managed".
    #[default]
    Managed,
    /// Found by an import; no apply has said yet whether the configuration writes it.
    Found,
    /// Found by an import, and the configuration of an apply did not write it: somebody else's.
    Foreign,
}

impl Standing {
    /// Whether Read shows what there is, though the configuration may be silent.
    pub fn shows_all(self) -> bool {
        self != Self::Managed
    }

    /// Hears what the configuration of an apply says.
    pub fn decide(&mut self, written: bool) {
        *self = match (written, *self) {
            (true, _) | (false, Self::Managed) => Self::Managed,
            (false, _) => Self::Foreign,
        };
    }
}

/// The standing of the three arguments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shown {
    pub managed_policies: Standing,
    pub inline_policies: Standing,
    pub tags: Standing,
    /// Keys of tags that were written from here, while all that are found are shown.
    pub tag_keys: BTreeSet<String>,
}

impl Shown {
    /// Right after an import.
    pub fn found() -> Self {
        Self {
            managed_policies: Standing::Found,
            inline_policies: Standing::Found,
            tags: Standing::Found,
            tag_keys: BTreeSet::new(),
        }
    }

    /// An apply begins: what its configuration is silent about is somebody else's from now on.
    pub fn listen(&mut self, config: &TrustModel) {
        for (standing, silent) in [
            (&mut self.managed_policies, config.managed_policy_arns.is_null()),
            (&mut self.inline_policies, config.inline_policies.is_null()),
            (&mut self.tags, config.tags.is_null()),
        ] {
            if silent {
                standing.decide(false);
            }
        }
    }

    /// Tags were written: all of them are the configuration's, or only these among those that are shown.
    pub fn tags_written(&mut self, config: &TrustModel, wanted: &Tags) {
        self.tags.decide(!config.tags.is_null());
        self.tag_keys = match self.tags {
            Standing::Managed => BTreeSet::new(),
            Standing::Found | Standing::Foreign => wanted.keys().cloned().collect(),
        };
    }

    /// Of the tags in the state, those that were written from here.
    pub fn own_tags(&self, shown: &StringMap) -> Tags {
        let mut own = tags::known(shown);
        if self.tags.shows_all() {
            own.retain(|key, _| self.tag_keys.contains(key));
        }
        own
    }

    /// `tags` and `tags_all` of a role whose tags are all shown.
    pub fn show_tags(&self, state: &mut TrustModel, defaults: &Tags, found: &Tags) {
        let ours = |key: &String| self.tag_keys.contains(key) || defaults.contains_key(key);
        let mut own = tags::imported(defaults, found);
        own.retain(|key, _| !self.tag_keys.contains(key));
        let written = found.iter().filter(|(key, _)| ours(key));
        let all = written.chain(&own).map(|(k, v)| (k.clone(), v.clone()));
        state.tags_all = tags::map(&all.collect());
        let nothing = own.is_empty() && state.tags.is_null();
        state.tags = if nothing { Attr::Null } else { tags::map(&own) };
    }

    /// `tags` of a plan whose configuration does not write them: what is shown, without the keys that the provider's
    /// defaults decide.
    pub fn kept_tags(&self, prior: Option<&TrustModel>, defaults: &StringMap) -> StringMap {
        let Some(prior) = prior.filter(|_| self.tags.shows_all()) else {
            return Attr::Null;
        };
        let defaults = tags::known(defaults);
        let mut kept = prior.tags.clone();
        if let Attr::Known(members) = &mut kept {
            members.retain(|key, _| !defaults.keys().any(|default| tags::same_on_a_role(default, key)));
        }
        kept
    }

    /// Says which tags an import found, and the configuration neither keeps nor takes away.
    pub fn warn_of_tags(&self, prior: &TrustModel, planned: &TrustModel, diagnostics: &mut Diagnostics) {
        let Some(Some(wanted)) = planned.tags_all.members().filter(|_| self.tags.shows_all()) else {
            return;
        };
        let mut stays = tags::known(&prior.tags_all);
        stays.retain(|key, _| {
            !self.tag_keys.contains(key) && !wanted.keys().any(|other| tags::same_on_a_role(key, other))
        });
        if !stays.is_empty() {
            diagnostics.warning(
                Path::of("tags"),
                "Tags of the imported role stay",
                format!(
                    "the import found tags that were never written from here, so they count as somebody else's. They leave \
                     the state and stay at the role: {}. Remove them by hand if nobody needs them.",
                    stays.keys().cloned().collect::<Vec<_>>().join(", ")
                ),
            );
        }
    }

    /// The permissions that a destroy takes away without being asked: what the configuration manages, and what an import
    /// found while nothing has been applied since.
    pub fn removable(&self, state: &TrustModel, partition: Partition) -> Permissions {
        let mut all = Permissions::of(state, partition);
        if self.managed_policies == Standing::Foreign {
            all.managed = None;
        }
        if self.inline_policies == Standing::Foreign {
            all.inline = None;
        }
        all
    }
}

/// What a destroy of an imported role takes away that may be somebody else's.
pub fn warn_of_deletion(memory: &Memory, state: &TrustModel, diagnostics: &mut Diagnostics) {
    let shown = &memory.shown;
    let mut found: Vec<String> = Vec::new();
    if shown.managed_policies == Standing::Found {
        let arns = state.managed_policy_arns.strings().flatten();
        found.extend(
            arns.into_iter()
                .flatten()
                .map(|arn| format!("managed policy {arn}")),
        );
    }
    if shown.inline_policies == Standing::Found {
        let documents = state.inline_policies.members().flatten();
        let names = documents.into_iter().flatten();
        found.extend(names.map(|(name, _)| format!("inline policy {name}")));
    }
    if !found.is_empty() {
        diagnostics.warning(
            Path::root(),
            "An imported role goes with everything at it",
            format!(
                "the role `{}` was imported, and nothing has been applied since that says which of its policies are this \
                 configuration's. Destroying it takes all of them away: {}.",
                state.role_name.text().unwrap_or_default(),
                found.join(", ")
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(members: &[(&str, &str)]) -> Tags {
        members
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn keys(shown: &StringMap) -> Vec<String> {
        tags::known(shown).into_keys().collect()
    }

    #[test]
    fn an_apply_decides_once() {
        let mut standing = Standing::Found;
        standing.decide(false);
        assert_eq!(standing, Standing::Foreign);
        standing.decide(true);
        assert_eq!(standing, Standing::Managed);
        standing.decide(false);
        assert_eq!(standing, Standing::Managed, "null from now on is `not managed`");
    }

    #[test]
    fn what_is_shown_is_what_is_there() {
        let mut state = TrustModel::default();
        let found = tags(&[("env", "z"), ("foreign", "f"), ("team", "t")]);
        let defaults = tags(&[("env", "a"), ("missing", "m"), ("team", "t")]);
        let mut shown = Shown::found();
        shown.show_tags(&mut state, &defaults, &found);
        assert_eq!(keys(&state.tags), ["env", "foreign"]);
        assert_eq!(keys(&state.tags_all), ["env", "foreign", "team"], "not `missing`");
        // what nobody writes gives way to the default
        let kept = shown.kept_tags(Some(&state), &tags::map(&defaults));
        assert_eq!(keys(&kept), ["foreign"]);
        assert!(
            shown.own_tags(&state.tags_all).is_empty(),
            "nothing was written yet"
        );
        // after an apply of the defaults
        shown.tag_keys = defaults.keys().cloned().collect();
        shown.tags = Standing::Foreign;
        let found = tags(&[("env", "b"), ("foreign", "f"), ("missing", "m"), ("team", "t")]);
        shown.show_tags(&mut state, &defaults, &found);
        assert_eq!(
            keys(&state.tags),
            ["foreign"],
            "drift of a default is no tag of its own"
        );
        assert_eq!(shown.own_tags(&state.tags_all).len(), 3);
    }
}
