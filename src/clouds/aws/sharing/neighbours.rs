//! The other roles of the account that trust the same provider.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Holder, Sharing};
use crate::clouds::aws::client::{AwsError, Iam, Role};
use crate::clouds::aws::dialect::{PolicyDocument, ProviderArn, lint, would_admit};
use crate::lint::{IssuerFacts, worst_opening};
use crate::trust::{Audience, Finding, Severity};

/// Ids of the rules about what sharing a provider does to other roles.
pub const SHARING_RULES: [&str; 2] = ["audience-widens", "revives-roles"];

/// A role whose trust policy names the provider.
#[derive(Clone, Debug)]
pub struct Neighbour {
    pub name: String,
    pub arn: String,
    unique_id: String,
    /// `None`: a policy that cannot be read, which may admit anything.
    policy: Option<PolicyDocument>,
}

impl Neighbour {
    /// Whether some token of this audience could be admitted; errs on the side of yes.
    pub fn may_admit(&self, provider: &ProviderArn, audience: &Audience) -> bool {
        self.policy
            .as_ref()
            .is_none_or(|policy| would_admit(policy, provider, audience).is_some())
    }
}

impl Sharing {
    /// Every role of the account that names the provider, as `holder` sees them, without what this process deleted.
    ///
    /// # Errors
    /// As IAM answers; `AccessDenied` without `iam:ListRoles`.
    pub async fn neighbours(
        &self,
        iam: &Iam,
        provider: &ProviderArn,
        holder: Holder<'_>,
    ) -> Result<Vec<Neighbour>, AwsError> {
        let roles = iam.list_roles("/").await?.into_iter();
        let arn = provider.to_string();
        Ok(roles
            .filter(|role| !self.is_deleted(&role.unique_id))
            .filter_map(|role| holder.sees(role))
            .filter(|role| names_provider(&role.trust_policy, &arn))
            .map(neighbour)
            .collect())
    }

    /// The same while nothing is written: asked once per provider, for all the trusts of a plan. The caller holds the
    /// provider's lock.
    ///
    /// # Errors
    /// As [`Sharing::neighbours`].
    pub async fn neighbours_at_plan(
        &self,
        iam: &Iam,
        provider: &ProviderArn,
        holder: Holder<'_>,
    ) -> Result<Vec<Neighbour>, AwsError> {
        let arn = provider.to_string();
        let all = match self.planned_with(&arn) {
            Some(all) => all,
            None => {
                let all = Arc::new(self.neighbours(iam, provider, Holder::NoRole).await?);
                self.plan_with(&arn, &all);
                all
            }
        };
        let others = all.iter().filter(|role| !holder.is(&role.name, &role.unique_id));
        Ok(others.cloned().collect())
    }
}

/// What happens to the neighbours when the provider gets these audiences: a finding for each role that would newly admit
/// tokens. `revived`: the provider does not exist yet, so every role that names it comes to life.
pub fn widened(
    neighbours: &[Neighbour],
    provider: &ProviderArn,
    audiences: &BTreeSet<Audience>,
    revived: bool,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = neighbours
        .iter()
        .filter_map(|role| newly_open(role, provider, audiences, revived))
        .collect();
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.value.cmp(&b.value)));
    findings
}

fn newly_open(
    role: &Neighbour,
    provider: &ProviderArn,
    audiences: &BTreeSet<Audience>,
    revived: bool,
) -> Option<Finding> {
    let admitted = audiences
        .iter()
        .find(|audience| role.may_admit(provider, audience))?;
    let witness = role
        .policy
        .as_ref()
        .and_then(|policy| would_admit(policy, provider, admitted));
    let [widens, revives] = SHARING_RULES;
    let (rule, how) = if revived {
        (revives, format!("creating the provider `{provider}`"))
    } else {
        (
            widens,
            format!("adding the audience `{admitted}` to the provider `{provider}`"),
        )
    };
    Some(Finding {
        rule,
        severity: severity(role),
        message: format!(
            "{how} lets the role `{}` of this account admit tokens again or anew",
            role.name
        ),
        fix: format!(
            "mend the trust policy of the role `{}` first, or delete the role; then this trust changes nothing for it",
            role.name
        ),
        witness: witness.map(|claims| serde_json::Value::Object(claims.members().clone()).to_string()),
        value: Some(role.name.clone()),
        accepted: None,
    })
}

/// That of the role concerned; at least medium, since somebody's door opens.
fn severity(role: &Neighbour) -> Severity {
    let worst = |policy: &PolicyDocument| worst_opening(&lint(policy, &IssuerFacts::of));
    role.policy
        .as_ref()
        .map_or(Severity::Critical, |policy| {
            worst(policy).unwrap_or(Severity::Medium)
        })
        .max(Severity::Medium)
}

fn neighbour(role: Role) -> Neighbour {
    Neighbour {
        arn: role.arn,
        policy: PolicyDocument::parse(&role.trust_policy).ok(),
        unique_id: role.unique_id,
        name: role.name,
    }
}

/// Whether a trust policy names the provider anywhere. One that cannot be read may mean anything: its text decides.
pub fn names_provider(trust_policy: &str, arn: &str) -> bool {
    match serde_json::from_str(trust_policy) {
        Ok(document) => holds(&document, arn),
        Err(_) => trust_policy.contains(arn),
    }
}

fn holds(value: &serde_json::Value, arn: &str) -> bool {
    match value {
        serde_json::Value::String(text) => text == arn,
        serde_json::Value::Array(items) => items.iter().any(|item| holds(item, arn)),
        serde_json::Value::Object(members) => members.values().any(|member| holds(member, arn)),
        _ => false,
    }
}
