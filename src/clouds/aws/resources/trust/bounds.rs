//! What IAM would refuse of the role as a whole, though each argument alone is fine: the tags of two places and our mark
//! together, policies of a partition that is not the role's.

use std::collections::BTreeSet;

use super::memory::Memory;
use super::model::TrustModel;
use super::names::MARK;
use super::unmade::is_unmade;
use crate::clouds::aws::client::Role;
use crate::clouds::aws::dialect::limits::TaggedObject;
use crate::clouds::aws::dialect::{Partition, limits};
use crate::clouds::aws::tags;
use crate::framework::{Diagnostics, Path};

/// How many tags of the role stay though nobody here wrote them: as the role was last seen. None of a role to be made.
pub fn other_tags(prior: Option<&TrustModel>, planned: &TrustModel, memory: &Memory) -> usize {
    let Some(prior) = prior.filter(|prior| !is_unmade(prior, memory)) else {
        return 0;
    };
    let shown = tags::known(&prior.tags_all).into_keys();
    let there: BTreeSet<String> = shown.chain(memory.foreign_tags.iter().cloned()).collect();
    others(&there, (prior, planned), memory)
}

/// The same of a role that was read just now.
pub fn other_tags_of(role: &Role, states: (&TrustModel, &TrustModel), memory: &Memory) -> usize {
    others(role.tags.keys(), states, memory)
}

fn others<'a>(
    there: impl IntoIterator<Item = &'a String>,
    (prior, planned): (&TrustModel, &TrustModel),
    memory: &Memory,
) -> usize {
    let written = memory.shown.own_tags(&prior.tags_all).into_keys().collect();
    tags::others(TaggedObject::Role, there, &written, &planned.tags_all)
}

/// Checks what will be, as far as it is known: at plan, and before an apply writes anything. `other_tags`: how many the role
/// keeps that are not written from here.
pub fn check(config: &TrustModel, planned: &TrustModel, other_tags: usize, diagnostics: &mut Diagnostics) {
    let own = if config.tags.is_null() {
        &planned.tags
    } else {
        &config.tags
    };
    // a role whose name is generated carries the mark until it is complete
    let generated = planned.role_name.text().is_none() && planned.role_name_prefix.text().is_some();
    let beside = tags::Beside {
        mark: generated.then_some(MARK),
        others: other_tags,
    };
    tags::fit(&planned.tags_all, own, beside, diagnostics);
    if let Some(partition) = planned.partition.text().and_then(Partition::from_id) {
        policies(config, partition, diagnostics);
    }
}

fn policies(config: &TrustModel, partition: Partition, diagnostics: &mut Diagnostics) {
    let managed = config.managed_policy_arns.known().into_iter().flatten();
    let texts = managed
        .filter_map(|arn| arn.text())
        .map(|arn| ("managed_policy_arns", arn))
        .chain(
            config
                .permissions_boundary
                .text()
                .map(|arn| ("permissions_boundary", arn)),
        );
    for (attribute, arn) in texts {
        if let Err(error) = limits::policy_partition(arn, partition) {
            diagnostics.error(
                Path::of(attribute),
                "Policy of another partition",
                error.to_string(),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::{Attr, StringSet};

    fn said(config: &TrustModel, planned: &TrustModel) -> Vec<String> {
        let mut diagnostics = Diagnostics::new();
        check(config, planned, 0, &mut diagnostics);
        diagnostics.iter().map(|d| d.path.to_string()).collect()
    }

    #[test]
    fn only_a_name_still_to_be_generated_takes_the_place_of_a_tag() {
        let full = (0..50).map(|n| (format!("k{n}"), "v".to_owned())).collect();
        let mut planned = TrustModel {
            role_name: Attr::Unknown,
            role_name_prefix: Attr::from_text("ci-"),
            tags_all: tags::map(&full),
            ..TrustModel::default()
        };
        let config = TrustModel::default();
        assert_eq!(said(&config, &planned), ["tags"]);
        planned.role_name = Attr::from_text("ci-x");
        assert!(said(&config, &planned).is_empty(), "the mark was taken off");
    }

    #[test]
    fn what_the_role_has_besides_counts() {
        let some = |letter: &str, n: usize| -> crate::clouds::aws::client::Tags {
            (0..n).map(|n| (format!("{letter}{n}"), "v".to_owned())).collect()
        };
        let state = |shown: &crate::clouds::aws::client::Tags| TrustModel {
            tags_all: tags::map(shown),
            role_unique_id: Attr::from_text("AROA"),
            ..TrustModel::default()
        };
        let mut memory = Memory::default();
        memory.foreign_tags = some("f", 5).into_keys().collect();
        let (prior, planned) = (state(&some("k", 10)), state(&some("n", 20)));
        assert_eq!(other_tags(Some(&prior), &planned, &memory), 5);
        assert_eq!(other_tags(Some(&prior), &state(&some("F", 2)), &memory), 3);
        assert_eq!(other_tags(None, &planned, &memory), 0);
        // what an import shows was not written from here, and stays
        memory.shown = super::super::shown::Shown::found();
        assert_eq!(other_tags(Some(&prior), &planned, &memory), 15);
    }

    #[test]
    fn policies_are_of_the_partition_that_is_known() {
        let config = TrustModel {
            managed_policy_arns: StringSet::of(["arn:aws-cn:iam::aws:policy/A", "B"]),
            permissions_boundary: Attr::from_text("arn:aws-cn:iam::111122223333:policy/C"),
            ..TrustModel::default()
        };
        let of = |partition: Attr<String>| TrustModel {
            partition,
            ..TrustModel::default()
        };
        assert_eq!(
            said(&config, &of(Attr::from_text("aws"))),
            ["managed_policy_arns", "permissions_boundary"]
        );
        assert!(said(&config, &of(Attr::from_text("aws-cn"))).is_empty());
        assert!(said(&config, &of(Attr::Unknown)).is_empty());
    }
}
