//! Resources of one plan that are about one thing: providers of a pool, credentials of an identity, a role and the document
//! that its policy is.

use std::collections::{BTreeMap, BTreeSet};

use super::configuration::Configuration;
use crate::files::found::{Found, Unknown};

/// What a resource hangs on: how that is called, as far as it is known and by every name, and the arguments that refer to it.
#[derive(Clone, Debug, Default)]
pub struct Belongs {
    pub known: BTreeSet<String>,
    pub by: &'static [&'static str],
}

/// A trust, and what it hangs on.
pub(super) struct Placed {
    pub found: Found,
    pub belongs: Option<Belongs>,
}

/// Trusts that hang on one thing, to be judged together besides.
pub(super) fn groups(
    all: &[Placed],
    configuration: Configuration<'_>,
    meant: &BTreeSet<String>,
) -> Vec<Found> {
    // each name of a thing, and the group that it is in
    let mut groups: Vec<(BTreeSet<String>, Vec<&Found>)> = Vec::new();
    for placed in all {
        let (found, Some(belongs)) = (&placed.found, &placed.belongs) else {
            continue;
        };
        if found.document.is_none() {
            continue;
        }
        let mut names: BTreeSet<String> = belongs
            .by
            .iter()
            .flat_map(|argument| configuration.mentioned(&found.name, argument))
            .collect();
        names.extend(belongs.known.iter().map(|known| format!("`{known}`")));
        let mut members = vec![found];
        let (same, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(known, of)| {
            let is_of_cloud = of.iter().all(|other| other.cloud.id == found.cloud.id);
            is_of_cloud && !known.is_disjoint(&names)
        });
        groups = others;
        for (known, of) in same {
            names.extend(known);
            members.splice(0..0, of);
        }
        groups.push((names, members));
    }
    let several = groups.into_iter().filter(|(_, members)| members.len() > 1);
    let joined = several.filter_map(|(names, members)| {
        let documents: Vec<_> = members
            .iter()
            .filter_map(|found| found.document.clone())
            .collect();
        let cloud = members.first()?.cloud;
        let called: Vec<String> = names.into_iter().collect();
        let mut whole = Found::new(cloud, called.join(", "), "", (cloud.in_one)(documents, meant));
        whole.is_group = true;
        let addresses: Vec<&str> = members.iter().map(|found| found.name.as_str()).collect();
        whole.notes = vec![format!("judged together: `{}`", addresses.join("`, `"))];
        Some(whole)
    });
    joined.collect()
}

/// A policy that is known after apply is judged as the document is that it refers to; that it may be more than that is said.
pub(super) fn linked(all: &mut Vec<Placed>, configuration: Configuration<'_>) {
    let data: BTreeMap<String, Found> = all
        .iter()
        .filter(|placed| placed.found.is_data)
        .map(|placed| (placed.found.name.clone(), placed.found.clone()))
        .collect();
    let mut used = BTreeSet::new();
    for placed in all.iter_mut().filter(|placed| !placed.found.is_data) {
        let role = &mut placed.found;
        let [unknown] = role.unknowns.as_slice() else {
            continue;
        };
        if role.document.is_some() || !unknown.is_decisive {
            continue;
        }
        let argument = unknown.pointer.rsplit('/').next().unwrap_or_default();
        let mentioned = configuration.mentioned(&role.name, argument);
        let mut documents = mentioned.iter().filter_map(|address| data.get(address));
        let (Some(document), None) = (documents.next(), documents.next()) else {
            continue;
        };
        if document.cloud.id != role.cloud.id || document.document.is_none() {
            continue;
        }
        let own = Unknown {
            pointer: unknown.pointer.clone(),
            reason: format!(
                "is known after apply; judged as `{}`, which it refers to, and it may be made of more than that",
                document.name
            ),
            is_decisive: false,
        };
        role.document = document.document.clone();
        role.wrapping = document.wrapping;
        role.pointer = document.pointer.clone();
        role.unknowns = document.unknowns.iter().cloned().chain([own]).collect();
        role.notes.extend(document.notes.iter().cloned());
        used.insert(document.name.clone());
    }
    all.retain(|placed| !(placed.found.is_data && used.contains(&placed.found.name)));
}
