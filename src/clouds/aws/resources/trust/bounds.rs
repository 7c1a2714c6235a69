//! What IAM would refuse of the role as a whole, though each argument alone is fine: the tags of two places and our mark
//! together, policies of a partition that is not the role's.

use super::model::TrustModel;
use super::names::MARK;
use crate::clouds::aws::dialect::{Partition, limits};
use crate::clouds::aws::tags;
use crate::framework::{Diagnostics, Path};

/// Checks what will be, as far as it is known: at plan, and before an apply writes anything.
pub fn check(config: &TrustModel, planned: &TrustModel, diagnostics: &mut Diagnostics) {
    let own = if config.tags.is_null() {
        &planned.tags
    } else {
        &config.tags
    };
    // a role whose name is generated carries the mark until it is complete
    let generated = planned.role_name.text().is_none() && planned.role_name_prefix.text().is_some();
    tags::fit(&planned.tags_all, own, generated.then_some(MARK), diagnostics);
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
        check(config, planned, &mut diagnostics);
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
