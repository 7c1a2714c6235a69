//! What create and update have in hand.

use std::sync::Arc;

use super::implied::{Implied, Knowledge};
use super::meaning::{Home, Meaning, Understanding, accepted_risks, shown};
use super::model::TrustModel;
use super::names::MARK;
use super::permissions::Permissions;
use crate::clouds::aws::client::Tags;
use crate::clouds::aws::client::{AwsError, Iam, Limits, NewRole, Role};
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::{AccountId, Partition};
use crate::clouds::aws::sharing::fingerprint;
use crate::clouds::aws::tags;
use crate::clouds::guardrail::Situation;
use crate::framework::{Attr, Context, Diagnostics, Path, StringSet};

/// The account, the calls to it, and what the configuration means there.
pub struct Work<'a> {
    pub aws: &'a Configured,
    pub limits: &'a Limits,
    pub iam: &'a Iam,
    pub home: &'a Home,
    pub meaning: &'a Meaning,
    pub config: &'a TrustModel,
    pub planned: &'a TrustModel,
}

impl Work<'_> {
    /// What the role is to be allowed, where the configuration says it: what an import merely shows is not managed.
    pub fn permissions(&self) -> Permissions {
        let planned = Permissions::of(self.planned, self.home.partition);
        Permissions {
            managed: planned
                .managed
                .filter(|_| !self.config.managed_policy_arns.is_null()),
            inline: planned.inline.filter(|_| !self.config.inline_policies.is_null()),
        }
    }

    /// Tags that are written to the role, without marks: not those that an import merely shows.
    pub fn tags(&self) -> Tags {
        tags::known(&tags::all(&self.aws.default_tags, &self.config.tags))
    }

    /// Whether IAM may not know yet, everywhere, whom the trust policy names: a provider that this process made, or whom
    /// statements of the configuration's own name, which another resource of this run may have made. Those of `prior` are
    /// known for long.
    pub fn names_the_fresh(&self, prior: Option<&TrustModel>) -> bool {
        let own = &self.planned.additional_statements;
        let providers = self.meaning.providers.iter().filter_map(|need| need.arn.as_ref());
        let mut fresh = providers.filter(|arn| self.aws.sharing.was_made(&arn.to_string()));
        fresh.next().is_some()
            || (!own.is_null() && prior.is_none_or(|prior| prior.additional_statements != *own))
    }

    /// The role to be; the name is still empty when it is generated.
    pub fn new_role(&self) -> NewRole {
        let planned = self.planned;
        let mut role = NewRole {
            name: planned.role_name.text().unwrap_or_default().to_owned(),
            path: planned.role_path.text().unwrap_or("/").to_owned(),
            trust_policy: self.meaning.json.clone(),
            description: planned
                .description
                .text()
                .filter(|text| !text.is_empty())
                .map(str::to_owned),
            max_session_duration: planned
                .max_session_duration
                .known()
                .and_then(|seconds| i32::try_from(*seconds).ok()),
            permissions_boundary: planned.permissions_boundary.text().map(str::to_owned),
            tags: self.tags(),
        };
        if let Some(prefix) = planned.role_name_prefix.text()
            && role.name.is_empty()
        {
            let mark = fingerprint(&[prefix, &role.path, &role.trust_policy]);
            role.tags.insert(MARK.to_owned(), mark);
        }
        role
    }

    /// The planned object with everything in place that the configuration decides. What the plan promised stays.
    pub fn stated(&self) -> TrustModel {
        let mut decided = self.planned.clone();
        decided.account_id = Attr::from_text(self.home.account.as_str());
        decided.partition = Attr::from_text(self.home.partition.id());
        self.meaning.describe(&mut decided);
        decided.findings = shown(&self.aws.accepted(self.meaning, self.config));
        let mut state = self.planned.clone();
        settle(&mut state.account_id, decided.account_id);
        settle(&mut state.partition, decided.partition);
        settle(&mut state.audience, decided.audience);
        settle(&mut state.accepted_audiences, decided.accepted_audiences);
        settle(&mut state.effective_platform, decided.effective_platform);
        settle(&mut state.trust_policy, decided.trust_policy);
        settle(&mut state.oidc_provider_arn, decided.oidc_provider_arn);
        settle(&mut state.findings, decided.findings);
        let own = if self.config.tags.is_null() {
            &self.planned.tags
        } else {
            &self.config.tags
        };
        settle(&mut state.tags_all, tags::all(&self.aws.default_tags, own));
        state
    }
}

fn settle<T>(planned: &mut Attr<T>, decided: Attr<T>) {
    if planned.is_unknown() {
        *planned = decided;
    }
}

/// Enters the account of the plan and understands the configuration there.
pub async fn enter(
    aws: &Arc<Configured>,
    context: &Context,
    (config, planned): (&TrustModel, &TrustModel),
    implied: &Implied,
    diagnostics: &mut Diagnostics,
) -> Option<(Iam, Home, Meaning)> {
    let home = match home(aws, config, planned).await {
        Ok(home) => home,
        Err(error) => {
            diagnosis::error(
                "Could not find out the AWS account",
                Path::root(),
                &error,
                diagnostics,
            );
            return None;
        }
    };
    let iam = match aws.iam(context, Some(&home.account)).await {
        Ok(iam) => iam,
        Err(error) => {
            diagnosis::error("Could not enter the account", Path::root(), &error, diagnostics);
            return None;
        }
    };
    let knowledge = Knowledge::Kept(implied);
    match Meaning::of(config, &home, knowledge, aws.allow_loopback_issuers, diagnostics) {
        Understanding::Known(meaning) => {
            if planned.findings.is_unknown() {
                // could not be judged at plan: now it is, before anything is written
                judge_late(aws, config, &meaning, diagnostics);
            }
            (!diagnostics.has_errors()).then_some((iam, home, *meaning))
        }
        Understanding::Refused => None,
        Understanding::Unknown => {
            diagnostics.error(
                Path::root(),
                "Configuration is not known",
                "expected every argument of the trust to be known at apply, found an unknown one",
            );
            None
        }
    }
}

fn judge_late(aws: &Configured, config: &TrustModel, meaning: &Meaning, diagnostics: &mut Diagnostics) {
    let situation = Situation {
        changes_admission: true,
        known_before: &[],
        path: Path::of("subjects"),
    };
    aws.guardrail.judge(
        meaning.findings.clone(),
        &accepted_risks(config),
        &situation,
        diagnostics,
    );
}

async fn home(aws: &Configured, config: &TrustModel, planned: &TrustModel) -> Result<Home, AwsError> {
    let known = |attr: &Attr<String>| attr.text().and_then(|text| AccountId::parse(text).ok());
    let account = known(&planned.account_id).or_else(|| known(&config.account_id));
    let partition = planned.partition.text().and_then(Partition::from_id);
    if let (Some(account), Some(partition)) = (account.clone(), partition) {
        return Ok(Home { account, partition });
    }
    let own = aws.accounts()?.own_account().await?;
    Ok(Home {
        account: account.unwrap_or(own.account),
        partition: own.partition,
    })
}

/// Puts the role that exists into the state.
pub fn show_role(state: &mut TrustModel, role: &Role) {
    state.id = Attr::from_text(&role.arn);
    state.role_arn = Attr::from_text(&role.arn);
    state.role_name = Attr::from_text(&role.name);
    state.role_unique_id = Attr::from_text(&role.unique_id);
}

/// Puts the permissions that were really given into the state, where the plan promised others.
pub fn show_permissions(state: &mut TrustModel, had: &Permissions, home: &Home) {
    if let Some(managed) = &had.managed
        && !state.managed_policy_arns.is_null()
    {
        state.managed_policy_arns =
            Permissions::managed_as_written(&state.managed_policy_arns, managed, home.partition);
    } else if !state.managed_policy_arns.is_null() {
        state.managed_policy_arns = StringSet::of(Vec::<String>::new());
    }
    if !state.inline_policies.is_null() {
        let inline = had.inline.clone().unwrap_or_default();
        state.inline_policies = Permissions::inline_as_written(&state.inline_policies, &inline);
    }
}
