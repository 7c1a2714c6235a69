//! Whose the tags of a provider are: this resource's to write, or somebody else's to be left alone.

use std::collections::BTreeSet;

use super::aim::Aim;
use super::memory::Memory;
use super::model::OidcProviderModel;
use crate::clouds::aws::client::{Iam, Provider, Tags};
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::dialect::limits::TaggedObject;
use crate::clouds::aws::sharing::{MADE_BY, Membership, Ownership};
use crate::clouds::aws::tags;
use crate::framework::{Attr, Diagnostics, Path, StringMap};

/// Whether the tags are this resource's to write: it holds the provider exclusively, or made it.
pub(super) fn owns(ownership: Ownership, membership: Option<&Membership>) -> bool {
    match ownership {
        Ownership::Exclusive => true,
        Ownership::External => false,
        Ownership::Shared => membership.is_some_and(|membership| membership.made),
    }
}

/// `tags` and `default_tags` together: what a provider of one's own gets.
pub(super) fn wanted(aws: &Configured, model: &OidcProviderModel) -> StringMap {
    tags::all(&aws.default_tags, &model.tags)
}

/// Whether IAM takes the tags whoever makes the provider, our mark among them.
pub(super) fn surely_fit(aws: &Configured, model: &OidcProviderModel) -> bool {
    let none = &mut Diagnostics::new();
    let beside = tags::Beside {
        mark: Some(MADE_BY),
        others: 0,
    };
    tags::fit(&wanted(aws, model), &model.tags, beside, none)
}

/// Whether IAM takes the tags that this resource is going to write, with the mark of a provider that it makes, and with what
/// a provider of its own has besides. Looks at the provider only where their number needs it. False after an error.
pub(super) async fn fit(
    aws: &Configured,
    iam: &Iam,
    (aim, memory, model): (&Aim, &Memory, &OidcProviderModel),
    diagnostics: &mut Diagnostics,
) -> bool {
    let ours = owns(aim.ownership, memory.membership.as_ref());
    if (!ours && surely_fit(aws, model)) || aim.ownership == Ownership::External {
        return true;
    }
    let wanted = wanted(aws, model);
    let beside = match iam.provider_cached(&aim.arn.to_string()).await {
        Ok(None) => tags::Beside {
            mark: Some(MADE_BY),
            others: 0,
        },
        Ok(Some(provider)) if ours => {
            let unmarked = provider.tags.keys().filter(|key| *key != MADE_BY);
            tags::Beside {
                mark: provider.tags.contains_key(MADE_BY).then_some(MADE_BY),
                others: tags::others(TaggedObject::OidcProvider, unmarked, &memory.tag_keys, &wanted),
            }
        }
        Err(_) if ours => tags::Beside::default(),
        // Somebody else's is not tagged, and why one cannot be read is said by whoever needs it.
        Ok(Some(_)) | Err(_) => return true,
    };
    tags::fit(&wanted, &model.tags, beside, diagnostics)
}

/// Of the wanted tags, those that somebody else's provider has as wanted. Unknown while one of them decides that.
pub(super) fn there(wanted: &StringMap, found: &Tags) -> StringMap {
    let Some(members) = wanted.known() else {
        return wanted.clone();
    };
    let mut there = Tags::new();
    for (key, value) in members {
        match (value, found.get(key)) {
            (Attr::Unknown, Some(_)) => return Attr::Unknown,
            (Attr::Known(value), Some(found)) if value == found => {
                there.insert(key.clone(), value.clone());
            }
            _ => {}
        }
    }
    tags::map(&there)
}

/// Says which of the tags in the configuration somebody else's provider has not. Default tags are meant for many things,
/// and say nothing.
pub(super) fn left_out(config: &OidcProviderModel, provider: &Provider, diagnostics: &mut Diagnostics) {
    let members = config.tags.known().into_iter().flatten();
    let missing: Vec<String> = members
        .filter(|(key, value)| {
            !value.is_unknown() && provider.tags.get(*key).map(String::as_str) != value.text()
        })
        .map(|(key, _)| format!("`{key}`"))
        .collect();
    if missing.is_empty() {
        return;
    }
    diagnostics.warning(
        Path::of("tags"),
        "Tags are not written to a provider of somebody else",
        format!(
            "`{}` was not made by this resource, so that its tags are left alone; it does not have as written here: {}. Leave \
             them out, have them set where the provider is made, or hold it alone with `ownership = \"exclusive\"`.",
            provider.arn,
            missing.join(", ")
        ),
    );
}

/// Whether the tags that an import shows hold the written ones: then nothing is to be changed, whatever else is there.
pub(super) fn holds(shown: &StringMap, written: &StringMap) -> bool {
    match (shown.known(), written.known()) {
        (Some(shown), Some(written)) => written.iter().all(|(key, value)| shown.get(key) == Some(value)),
        _ => false,
    }
}

/// A tag that an import shows and nobody writes gives way to a default of the same key.
pub(super) fn give_way(shown: &mut StringMap, defaults: &StringMap) {
    let defaults = tags::known(defaults);
    if let Attr::Known(members) = shown {
        members.retain(|key, _| !defaults.contains_key(key));
    }
}

/// Says which tags an import found, and the configuration neither keeps nor takes away.
pub(super) fn forgotten(shown: &StringMap, written: &StringMap, diagnostics: &mut Diagnostics) {
    let Some(written) = written.known() else { return };
    let stays: Vec<String> = tags::known(shown)
        .into_keys()
        .filter(|key| !written.contains_key(key))
        .collect();
    if !stays.is_empty() {
        diagnostics.warning(
            Path::of("tags"),
            "Tags of the imported provider stay",
            format!(
                "the import found tags that were never written from here, so they count as somebody else's. They leave the \
                 state and stay at the provider: {}. Remove them by hand if nobody needs them.",
                stays.join(", ")
            ),
        );
    }
}

/// Puts `tags_all` in place at apply, and says what a plan could not: that the provider turned out to be somebody's.
/// What the plan promised stays, and the next refresh shows what is there.
pub(super) async fn settle(
    aws: &Configured,
    iam: &Iam,
    (aim, ours, config): (&Aim, bool, &OidcProviderModel),
    state: &mut OidcProviderModel,
    diagnostics: &mut Diagnostics,
) {
    let wanted = wanted(aws, state);
    let none = wanted.known().is_none_or(|wanted| wanted.is_empty());
    let found = if ours || none {
        None
    } else {
        iam.provider_cached(&aim.arn.to_string()).await.ok().flatten()
    };
    let settled = match &found {
        Some(provider) => there(&wanted, &provider.tags),
        None if ours => wanted,
        None => Attr::Known(Default::default()),
    };
    if let Some(provider) = found
        && state.tags_all != settled
    {
        left_out(config, &provider, diagnostics);
    }
    if state.tags_all.is_unknown() {
        state.tags_all = settled;
    }
}

/// The keys that this resource stands for: those of the configuration and of the defaults, as far as they are written.
pub(super) fn asserted(
    aws: &Configured,
    config: &OidcProviderModel,
    state: &OidcProviderModel,
) -> BTreeSet<String> {
    let written = tags::known(&state.tags_all);
    let keys = tags::known(&wanted(aws, config)).into_keys();
    keys.filter(|key| written.contains_key(key)).collect()
}

/// How a refresh looks at tags.
#[derive(Clone, Copy)]
pub(super) struct Look {
    /// The first one after an import: everything that is there is shown.
    pub imports: bool,
    /// `tags` shows what an import found.
    pub shown: bool,
    /// The tags are this resource's to write.
    pub ours: bool,
}

/// Puts the tags that were found into the state. What was only written down for somebody else's provider stays as written.
pub(super) fn show(aws: &Configured, state: &mut OidcProviderModel, look: Look, found: &Tags) {
    if look.imports {
        let own = tags::imported(&tags::known(&aws.default_tags), found);
        state.tags = if own.is_empty() {
            Attr::Null
        } else {
            tags::map(&own)
        };
    } else if (look.ours || look.shown)
        && let Some(own) = state.tags.members().flatten()
    {
        state.tags = tags::map(&tags::managed(&own, found));
    }
    if look.ours {
        state.tags_all = tags::map(&tags::managed(&tags::known(&state.tags_all), found));
        return;
    }
    // With default tags that are not known yet nothing can be said: what was said before stays.
    match there(&wanted(aws, state), found) {
        Attr::Known(there) => state.tags_all = Attr::Known(there),
        Attr::Null | Attr::Unknown => {}
    }
}
