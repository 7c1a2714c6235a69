//! Planning: what will be, and what making it would meet.

use super::aim::{Aim, Aimed, home};
use super::memory::Memory;
use super::model::OidcProviderModel;
use super::read::identity;
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::sharing::Ownership;
use crate::clouds::aws::{diagnosis, tags};
use crate::framework::{Attr, Context, Diagnostics, Path, PlanRequest, Planned};

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
    let mut planned = Planned::unchanged(request.clone());
    let memory = Memory::of(&request.private);
    keep_unwritten(&request, &memory, &mut planned.planned);
    tags_all(aws, &request.config, &mut planned.planned);
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
    if !replaces
        && request
            .prior
            .as_ref()
            .is_none_or(|prior| joins_anew(prior, &planned.planned))
    {
        preview(aws, context, &aim, &memory, diagnostics).await;
    }
    planned
}

/// Null is "the default", but after an import it is "what is there".
fn keep_unwritten(
    request: &PlanRequest<OidcProviderModel>,
    memory: &Memory,
    planned: &mut OidcProviderModel,
) {
    let prior = request.prior.as_ref().filter(|_| memory.imported);
    if request.config.audiences.is_null() {
        planned.audiences = prior.map_or(Attr::Null, |prior| prior.audiences.clone());
    }
    if request.config.tags.is_null() {
        planned.tags = prior.map_or(Attr::Null, |prior| prior.tags.clone());
    }
}

fn tags_all(aws: &Configured, config: &OidcProviderModel, planned: &mut OidcProviderModel) {
    let external = config.ownership.text() == Some("external");
    planned.tags_all = if external {
        Attr::Known(Default::default())
    } else {
        tags::all(&aws.default_tags, &planned.tags)
    };
}

fn joins_anew(prior: &OidcProviderModel, planned: &OidcProviderModel) -> bool {
    prior.accepted_audiences != planned.accepted_audiences
        || prior.thumbprints != planned.thumbprints
        || prior.ownership != planned.ownership
}

async fn preview(
    aws: &Configured,
    context: &Context,
    aim: &Aim,
    memory: &Memory,
    diagnostics: &mut Diagnostics,
) {
    match aws.iam(context, Some(aim.arn.account())).await {
        Ok(iam) => {
            let ours = memory
                .membership
                .as_ref()
                .is_some_and(|membership| membership.made);
            // Thumbprints of a provider of our own are changed, which the look would call a difference.
            let aim = Aim {
                thumbprints: aim.thumbprints.clone().filter(|_| !ours),
                ..aim.clone()
            };
            aim.join(aws, &iam, memory, false, diagnostics).await;
        }
        Err(error) => diagnosis::error(
            "Could not enter the account",
            Path::of("account_id"),
            &error,
            diagnostics,
        ),
    }
}
