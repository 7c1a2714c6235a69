//! What of a role besides its trust policy the linter judges: how long its credentials live, and whether it may do anything.

use super::model::TrustModel;
use super::permissions::Permissions;
use crate::clouds::aws::dialect::{Partition, PolicyDocument, is_of_administrator, lint_rights};
use crate::trust::Finding;

/// How long the credentials of a role live and what it may do, as far as arguments or a state say so. Policies that are not
/// managed are not seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rights {
    /// Seconds; `None`: not known yet, or not written.
    max_session_duration: Option<u64>,
    is_administrator: bool,
    duration_is_unknown: bool,
    policies_are_unknown: bool,
}

impl Rights {
    pub fn of(model: &TrustModel, partition: Partition) -> Self {
        let seconds = model.max_session_duration.known();
        let permissions = Permissions::of(model, partition);
        let inline = permissions.inline.iter().flat_map(|policies| policies.values());
        let mut inline = inline.filter_map(|text| PolicyDocument::parse(text).ok());
        let mut managed = permissions.managed.iter().flatten();
        let is_known =
            model.managed_policy_arns.strings().is_some() && model.inline_policies.members().is_some();
        Self {
            max_session_duration: seconds.and_then(|seconds| u64::try_from(*seconds).ok()),
            is_administrator: managed.any(|arn| is_of_administrator(arn))
                || inline.any(|policy| policy.allows_everything()),
            duration_is_unknown: model.max_session_duration.is_unknown(),
            policies_are_unknown: !is_known,
        }
    }

    /// What they add to the findings about a trust policy.
    pub fn findings(&self, policy: &PolicyDocument) -> Vec<Finding> {
        lint_rights(policy, self.max_session_duration, self.is_administrator)
    }

    /// Whether something that is not known yet decides what there is to say of a trust policy: policies only where the policy
    /// admits several workloads by a wildcard.
    pub fn are_open(&self, policy: &PolicyDocument) -> bool {
        let with = |is_administrator| lint_rights(policy, None, is_administrator);
        // Of a policy that trusts no issuer there is nothing to say, however long its credentials live.
        let duration_matters = lint_rights(policy, Some(u64::MAX), false) != with(false);
        let policies_matter = !self.is_administrator && with(true) != with(false);
        (self.duration_is_unknown && duration_matters) || (self.policies_are_unknown && policies_matter)
    }
}
