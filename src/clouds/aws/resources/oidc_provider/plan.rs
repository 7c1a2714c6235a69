//! Planning: what will be, and what making it would meet.

use std::collections::BTreeSet;

use super::aim::{Aim, Aimed, home};
use super::memory::Memory;
use super::model::OidcProviderModel;
use super::read::identity;
use super::recovery;
use super::tagging;
use crate::clouds::aws::client::Iam;
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::sharing::Ownership;
use crate::framework::{Attr, Context, Diagnostics, Path, PlanRequest, Planned, StringSet};

/// What can never be valid.
pub(super) fn validate(config: &OidcProviderModel, diagnostics: &mut Diagnostics) {
    let ownership = config
        .ownership
        .text()
        .and_then(|text| Ownership::parse(text).ok());
    if ownership == Some(Ownership::External) && config.thumbprints.known().is_some() {
        diagnostics.error(
            Path::of("thumbprints"),
            "Thumbprints of an external provider",
            "expected no `thumbprints` for an `external` provider, which is never written; leave them out",
        );
    }
    if ownership == Some(Ownership::External) && config.tags.known().is_some() {
        diagnostics.error(
            Path::of("tags"),
            "Tags of an external provider",
            "expected no `tags` for an `external` provider, which is never written; leave them out",
        );
    }
}

pub(super) async fn plan(
    aws: &Configured,
    context: &Context,
    request: PlanRequest<OidcProviderModel>,
    diagnostics: &mut Diagnostics,
) -> Planned<OidcProviderModel> {
    let mut planned = decide(aws, context, &request, diagnostics).await;
    recovery::plan(request.prior.as_ref(), &mut planned.planned);
    planned
}

async fn decide(
    aws: &Configured,
    context: &Context,
    request: &PlanRequest<OidcProviderModel>,
    diagnostics: &mut Diagnostics,
) -> Planned<OidcProviderModel> {
    let mut planned = Planned::unchanged(request.clone());
    let memory = Memory::of(&request.private);
    keep_unwritten(aws, request, &memory, &mut planned.planned, diagnostics);
    own_tags(aws, &request.config, &memory, &mut planned.planned);
    if aws.accounts.is_none() || request.config.account_id.is_unknown() || request.config.issuer.is_unknown()
    {
        return planned;
    }
    let prior = request.prior.clone().unwrap_or_default();
    let account = if request.config.account_id.is_null() {
        &prior.account_id
    } else {
        &request.config.account_id
    };
    let home = match home(aws, account, &prior.arn).await {
        Ok(home) => home,
        Err(error) => {
            diagnosis::error(
                "Could not find out the AWS account",
                Path::root(),
                &error,
                diagnostics,
            );
            return planned;
        }
    };
    planned.planned.account_id = Attr::from_text(home.0.as_str());
    let kept = planned.planned.audiences.clone();
    let aimed = Aim::of(
        &request.config,
        &kept,
        home,
        aws.allow_loopback_issuers,
        diagnostics,
    );
    let Aimed::Known(aim) = aimed else { return planned };
    if aws.refuses_name(&aim.issuer, diagnostics).await {
        return planned;
    }
    planned.planned.arn = Attr::from_text(aim.arn.to_string());
    planned.planned.accepted_audiences = aim.accepted();
    if request.prior.is_none() {
        planned.identity = Some(identity(&planned.planned));
    }
    let replaces = request
        .prior
        .as_ref()
        .is_some_and(|prior| prior.arn != planned.planned.arn);
    if !replaces {
        look(
            aws,
            context,
            (request, &memory, &aim),
            &mut planned.planned,
            diagnostics,
        )
        .await;
    }
    planned
}

/// Null is "the default", but after an import it is "what is there".
fn keep_unwritten(
    aws: &Configured,
    request: &PlanRequest<OidcProviderModel>,
    memory: &Memory,
    planned: &mut OidcProviderModel,
    diagnostics: &mut Diagnostics,
) {
    let (config, prior) = (&request.config, request.prior.as_ref());
    if config.audiences.is_null() {
        let shown = prior.filter(|_| memory.shows_audiences);
        planned.audiences = shown.map_or(Attr::Null, |prior| prior.audiences.clone());
    }
    if config.thumbprints.is_null() {
        let shown = prior.filter(|_| memory.shows_thumbprints);
        planned.thumbprints = shown.map_or(Attr::Null, |prior| prior.thumbprints.clone());
    } else if let Some(prior) = prior
        && same_thumbprints(&prior.thumbprints, &config.thumbprints)
    {
        planned.thumbprints = prior.thumbprints.clone();
    }
    if config.ownership.is_null() {
        let shown = prior.filter(|_| memory.shows_ownership);
        planned.ownership = shown.map_or(Attr::Null, |prior| prior.ownership.clone());
    }
    let shown = prior.filter(|_| memory.shows_tags);
    let shown = shown.map_or(Attr::Null, |prior| prior.tags.clone());
    if config.tags.is_null() {
        planned.tags = shown;
        if owns(config, memory) {
            tagging::give_way(&mut planned.tags, &aws.default_tags);
        }
    } else if tagging::holds(&shown, &config.tags) {
        planned.tags = shown;
    } else {
        tagging::forgotten(&shown, &config.tags, diagnostics);
    }
}

/// Hexadecimal digits mean the same in either case.
fn same_thumbprints(shown: &StringSet, written: &StringSet) -> bool {
    let lower = |set: &StringSet| -> Option<BTreeSet<String>> {
        let texts = set.strings().flatten()?;
        Some(texts.iter().map(|text| text.to_ascii_lowercase()).collect())
    };
    lower(shown).is_some_and(|shown| lower(written) == Some(shown))
}

fn owns(config: &OidcProviderModel, memory: &Memory) -> bool {
    ownership(config).is_some_and(|held| tagging::owns(held, memory.membership.as_ref()))
}

/// `tags_all` where it can be said without a look at the provider.
fn own_tags(aws: &Configured, config: &OidcProviderModel, memory: &Memory, planned: &mut OidcProviderModel) {
    let wanted = tagging::wanted(aws, planned);
    let none = wanted.known().is_some_and(|wanted| wanted.is_empty());
    if none || owns(config, memory) {
        planned.tags_all = wanted;
    }
}

/// `None` while unknown.
fn ownership(config: &OidcProviderModel) -> Option<Ownership> {
    let written = config.ownership.settled()?;
    let written = written.and_then(|text| Ownership::parse(text).ok());
    Some(written.unwrap_or_default())
}

fn joins_anew(prior: &OidcProviderModel, planned: &OidcProviderModel) -> bool {
    prior.accepted_audiences != planned.accepted_audiences
        || prior.thumbprints != planned.thumbprints
        || prior.ownership != planned.ownership
}

/// What the account's provider has to say to the plan. Nothing is written.
async fn look(
    aws: &Configured,
    context: &Context,
    (request, memory, aim): (&PlanRequest<OidcProviderModel>, &Memory, &Aim),
    planned: &mut OidcProviderModel,
    diagnostics: &mut Diagnostics,
) {
    let joins = request
        .prior
        .as_ref()
        .is_none_or(|prior| joins_anew(prior, planned));
    let tags_unclear = !tagging::owns(aim.ownership, memory.membership.as_ref())
        && tagging::wanted(aws, planned)
            .known()
            .is_none_or(|wanted| !wanted.is_empty());
    let tags_stay = request
        .prior
        .as_ref()
        .is_some_and(|prior| prior.tags_all == planned.tags_all);
    let fits = tags_stay && tagging::surely_fit(aws, planned);
    if !joins && !tags_unclear && fits {
        return;
    }
    let iam = match aws.iam(context, Some(aim.arn.account())).await {
        Ok(iam) => iam,
        Err(error) => {
            return diagnosis::error(
                "Could not enter the account",
                Path::of("account_id"),
                &error,
                diagnostics,
            );
        }
    };
    tagging::fit(aws, &iam, (aim, memory, planned), diagnostics).await;
    if joins {
        preview(aws, &iam, aim, memory, diagnostics).await;
    }
    // Why a provider cannot be read is said by whoever needs it; the tags are only not known then.
    if tags_unclear && let Ok(found) = iam.provider_cached(&aim.arn.to_string()).await {
        let wanted = tagging::wanted(aws, planned);
        planned.tags_all = match &found {
            Some(provider) => tagging::there(&wanted, &provider.tags),
            None => wanted,
        };
        if let Some(provider) = found {
            tagging::left_out(&request.config, &provider, diagnostics);
        }
    }
}

async fn preview(aws: &Configured, iam: &Iam, aim: &Aim, memory: &Memory, diagnostics: &mut Diagnostics) {
    let ours = memory
        .membership
        .as_ref()
        .is_some_and(|membership| membership.made);
    // Thumbprints of a provider of our own are changed, which the look would call a difference.
    let aim = Aim {
        thumbprints: aim.thumbprints.clone().filter(|_| !ours),
        ..aim.clone()
    };
    aim.join(aws, iam, memory, false, &mut None, diagnostics).await;
}
