//! Planning: what will be, what is wrong with it, what forces a new role.

use std::sync::Arc;

use super::admission;
use super::bounds;
use super::foresight;
use super::implied::Knowledge;
use super::meaning::{Home, Meaning, Understanding, accepted_risks, shown};
use super::memory::Memory;
use super::model::TrustModel;
use super::permissions::{Permissions, same_document, same_statements};
use super::unmade::{is_unmade, plan_anew};
use super::unsaid::Unsaid;
use crate::clouds::aws::client::{AwsError, Caller};
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::{AccountId, Partition, PolicyDocument, ProviderArn, means_same};
use crate::clouds::aws::tags;
use crate::clouds::guardrail::{Situation, to_model};
use crate::framework::{Attr, Context, Diagnostics, Path, PlanRequest, Planned, StringSet};

pub async fn plan(
    aws: &Arc<Configured>,
    context: &Context,
    request: PlanRequest<TrustModel>,
    diagnostics: &mut Diagnostics,
) -> Planned<TrustModel> {
    let unsaid = Unsaid::of(request);
    let mut planned = decide(aws, context, &unsaid, diagnostics).await;
    let request = &unsaid.request;
    let prior = request.prior.as_ref();
    let stays = prior.filter(|_| !replaces(&planned, prior));
    let others = bounds::other_tags(stays, &planned.planned, &Memory::of(&request.private));
    bounds::check(&request.config, &planned.planned, others, diagnostics);
    unsaid.reveal(&mut planned.planned);
    planned
}

async fn decide(
    aws: &Arc<Configured>,
    context: &Context,
    unsaid: &Unsaid,
    diagnostics: &mut Diagnostics,
) -> Planned<TrustModel> {
    let request = &unsaid.request;
    let mut planned = Planned::unchanged(request.clone());
    let memory = Memory::of(&request.private);
    name(request, memory.imported, &mut planned);
    if request
        .prior
        .as_ref()
        .is_some_and(|prior| is_unmade(prior, &memory))
    {
        plan_anew(&mut planned.planned);
    }
    keep_unmanaged(aws, request, &memory, &mut planned.planned, diagnostics);
    keep_meaning(request, &mut planned.planned);
    if aws.accounts.is_none() {
        return planned;
    }
    let Some(home) = home(aws, request, &mut planned.planned, diagnostics).await else {
        return planned;
    };
    let (config, knowledge) = (&request.config, Knowledge::Kept(&memory.implied));
    let understood = Meaning::of(config, &home, knowledge, aws.allow_loopback_issuers, diagnostics);
    let meaning = match understood {
        Understanding::Known(meaning) => meaning,
        Understanding::Refused => return planned,
        Understanding::Unknown => {
            undecided(&mut planned.planned);
            return planned;
        }
    };
    for need in &meaning.providers {
        if aws.refuses_name(&need.issuer, diagnostics).await {
            return planned;
        }
    }
    given_provider(&request.config, &meaning, diagnostics);
    settle(aws, request, &memory, &meaning, &mut planned.planned, diagnostics);
    let understood = (&home, &*meaning, &memory);
    unsaid
        .keep((aws, context), understood, &mut planned.planned)
        .await;
    foresight::additions(request, &mut planned.planned, understood);
    if !diagnostics.has_errors() && !replaces(&planned, request.prior.as_ref()) {
        foresight::preview(aws, context, request, &planned.planned, understood, diagnostics).await;
    }
    planned
}

/// A name that is written, kept, or still to be generated; a new role where it has to be another one.
fn name(request: &PlanRequest<TrustModel>, imported: bool, planned: &mut Planned<TrustModel>) {
    let Some(prior) = &request.prior else {
        if request.config.role_name.is_null() {
            planned.planned.role_name = Attr::Unknown;
        }
        return;
    };
    let config = &request.config;
    if !config.role_name.is_null() && config.role_name != prior.role_name {
        planned.requires_replace.push(Path::of("role_name"));
    }
    let fits = |prefix: &str| {
        prior
            .role_name
            .text()
            .is_some_and(|name| name.starts_with(prefix))
    };
    let prefix = &config.role_name_prefix;
    // An import cannot tell that a name was generated.
    let explained = imported && prior.role_name_prefix.is_null() && prefix.text().is_some_and(fits);
    if !prefix.is_null() && *prefix != prior.role_name_prefix && !explained {
        planned.requires_replace.push(Path::of("role_name_prefix"));
    }
}

fn replaces(planned: &Planned<TrustModel>, prior: Option<&TrustModel>) -> bool {
    prior.is_some_and(|prior| {
        !planned.requires_replace.is_empty()
            || prior.account_id != planned.planned.account_id
            || prior.role_path != planned.planned.role_path
    })
}

/// Null is "not managed": nothing is promised, nothing is taken away. What an import shows stays shown.
fn keep_unmanaged(
    aws: &Configured,
    request: &PlanRequest<TrustModel>,
    memory: &Memory,
    planned: &mut TrustModel,
    diagnostics: &mut Diagnostics,
) {
    let (config, shown) = (&request.config, &memory.shown);
    let prior = request.prior.as_ref();
    if config.managed_policy_arns.is_null() {
        let before = prior.map_or(Attr::Null, |prior| prior.managed_policy_arns.clone());
        let shows = shown.managed_policies.shows_all();
        let stays: Vec<String> = before.strings().flatten().into_iter().flatten().collect();
        planned.managed_policy_arns = if shows { before } else { Attr::Null };
        stay(!shows, "managed_policy_arns", &stays, diagnostics);
    }
    if config.inline_policies.is_null() {
        let before = prior.map_or(Attr::Null, |prior| prior.inline_policies.clone());
        let shows = shown.inline_policies.shows_all();
        let members = before.members().flatten().unwrap_or_default();
        planned.inline_policies = if shows { before } else { Attr::Null };
        stay(
            !shows,
            "inline_policies",
            &members.into_keys().collect::<Vec<_>>(),
            diagnostics,
        );
    }
    if config.tags.is_null() {
        planned.tags = shown.kept_tags(prior, &aws.default_tags);
    }
    planned.tags_all = tags::all(&aws.default_tags, &planned.tags);
    if let (Some(prior), false) = (prior, config.tags.is_null()) {
        shown.warn_of_tags(prior, planned, diagnostics);
    }
}

fn stay(says: bool, attribute: &str, what: &[String], diagnostics: &mut Diagnostics) {
    if says && !what.is_empty() {
        diagnostics.warning(
            Path::of(attribute),
            "No longer managed",
            format!(
                "`{attribute}` was set and is null now: what it named stays at the role and is not managed any more ({}). \
                 To take it away, apply once with an empty value.",
                what.join(", ")
            ),
        );
    }
}

/// A text that only spells the same differently is no change.
fn keep_meaning(request: &PlanRequest<TrustModel>, planned: &mut TrustModel) {
    let Some(prior) = &request.prior else { return };
    if let (Some(Some(now)), Some(Some(before))) = (
        request.config.inline_policies.members(),
        prior.inline_policies.members(),
    ) && now.keys().eq(before.keys())
        && now
            .iter()
            .all(|(name, text)| before.get(name).is_some_and(|old| same_document(old, text)))
    {
        planned.inline_policies = prior.inline_policies.clone();
    }
    let partition = prior
        .partition
        .text()
        .and_then(Partition::from_id)
        .unwrap_or(Partition::Aws);
    let (now, before) = (
        Permissions::of(&request.config, partition),
        Permissions::of(prior, partition),
    );
    if now.managed.is_some() && now.managed == before.managed {
        // names and ARNs of the same policies
        planned.managed_policy_arns = prior.managed_policy_arns.clone();
    }
    if let (Some(now), Some(before)) = (
        request.config.additional_statements.text(),
        prior.additional_statements.text(),
    ) && same_statements(now, before)
    {
        planned.additional_statements = prior.additional_statements.clone();
    }
}

/// Account and partition: written, kept, or those of the credentials.
async fn home(
    aws: &Configured,
    request: &PlanRequest<TrustModel>,
    planned: &mut TrustModel,
    diagnostics: &mut Diagnostics,
) -> Option<Home> {
    let prior = request.prior.as_ref();
    let kept = prior.and_then(|prior| Some((prior.account_id.text()?, prior.partition.text()?)));
    if let Some((account, partition)) = kept
        && (request.config.account_id.is_null() || request.config.account_id.text() == Some(account))
        && let (Ok(account), Some(partition)) = (AccountId::parse(account), Partition::from_id(partition))
    {
        return Some(Home { account, partition });
    }
    if request.config.account_id.is_unknown() {
        planned.account_id = Attr::Unknown;
        undecided(planned);
        return None;
    }
    let own = match own(aws).await {
        Ok(own) => own,
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
    let account = request
        .config
        .account_id
        .text()
        .and_then(|text| AccountId::parse(text).ok())
        .unwrap_or(own.account);
    planned.account_id = Attr::from_text(account.as_str());
    planned.partition = Attr::from_text(own.partition.id());
    Some(Home {
        account,
        partition: own.partition,
    })
}

async fn own(aws: &Configured) -> Result<Caller, AwsError> {
    aws.accounts()?.own_account().await
}

/// Everything that depends on an input which is not known yet.
fn undecided(planned: &mut TrustModel) {
    planned.trust_policy = Attr::Unknown;
    planned.findings = Attr::Unknown;
    planned.audience = Attr::Unknown;
    planned.accepted_audiences = Attr::Unknown;
    planned.effective_platform = Attr::Unknown;
    planned.oidc_provider_arn = Attr::Unknown;
}

fn given_provider(config: &TrustModel, meaning: &Meaning, diagnostics: &mut Diagnostics) {
    let Some(arn) = config.oidc_provider.known().and_then(|held| held.arn.text()) else {
        return;
    };
    if let (Ok(given), Some(own)) = (ProviderArn::parse(arn), meaning.top_provider())
        && given != *own
    {
        diagnostics.error(
            Path::of("oidc_provider").attribute("arn"),
            "Provider of another issuer",
            format!("expected `{own}`, the provider of this issuer in the role's account, found `{given}`"),
        );
    }
}

/// Fills in what is decided, and lets the guardrail speak.
fn settle(
    aws: &Configured,
    request: &PlanRequest<TrustModel>,
    memory: &Memory,
    meaning: &Meaning,
    planned: &mut TrustModel,
    diagnostics: &mut Diagnostics,
) {
    meaning.describe(planned);
    let prior = request.prior.as_ref();
    let unchanged = prior.is_some_and(|prior| {
        !is_unmade(prior, memory) && same_policy(prior.trust_policy.text(), &meaning.policy)
    });
    if let Some(prior) = prior {
        // A label says nothing to AWS, and yet is rewritten when somebody changes it.
        if unchanged && planned.additional_statements == prior.additional_statements {
            planned.trust_policy = prior.trust_policy.clone();
        }
        if prior.issuer == request.config.issuer && prior.platform == request.config.platform {
            planned.effective_platform = prior.effective_platform.clone();
        }
    }
    if let Some(prior) = prior.filter(|_| !unchanged) {
        let role = prior.role_name.text().unwrap_or_default();
        admission::warn_of_change(prior, meaning, (&admitting(&request.config), role), diagnostics);
    }
    if memory.incomplete && prior.is_some_and(|prior| prior.accepted_audiences == planned.accepted_audiences)
    {
        // Read found an issuer's provider without what this trust needs, hidden behind another issuer's.
        planned.accepted_audiences = StringSet::Unknown;
    }
    if request.config.accepted_risks.members().is_none() {
        // what is accepted is not known yet: judged at apply, before anything is written
        planned.findings = Attr::Unknown;
        return;
    }
    let known_before = if meaning.forgotten && unchanged {
        // what the platform said against them is not known any more, and nothing says that they are new
        meaning.findings.iter().map(to_model).collect()
    } else {
        memory.known_findings(prior)
    };
    let situation = Situation {
        changes_admission: !unchanged,
        known_before: &known_before,
        path: admitting(&request.config),
    };
    let findings = aws.guardrail.judge(
        meaning.findings.clone(),
        &accepted_risks(&request.config),
        &situation,
        diagnostics,
    );
    let same_risks = prior.is_some_and(|prior| prior.accepted_risks == request.config.accepted_risks);
    planned.findings = match prior {
        // what is not known yet of the role was judged as far as it is, and is judged again at apply
        _ if meaning.findings_are_open => Attr::Unknown,
        Some(prior)
            if unchanged && same_risks && same_rights(prior, planned) && !prior.findings.is_null() =>
        {
            prior.findings.clone()
        }
        _ => shown(&findings),
    };
}

fn same_rights(prior: &TrustModel, planned: &TrustModel) -> bool {
    let of = |model: &TrustModel| {
        (
            model.max_session_duration.clone(),
            model.managed_policy_arns.clone(),
            model.inline_policies.clone(),
        )
    };
    of(prior) == of(planned)
}

/// The argument that says who is admitted.
fn admitting(config: &TrustModel) -> Path {
    Path::of(if config.subject_patterns.is_null() {
        "subjects"
    } else {
        "subject_patterns"
    })
}

fn same_policy(prior: Option<&str>, wanted: &PolicyDocument) -> bool {
    prior
        .and_then(|text| PolicyDocument::parse(text).ok())
        .is_some_and(|prior| means_same(&prior, wanted))
}
