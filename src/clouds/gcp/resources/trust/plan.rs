//! Planning: what will be, what is wrong with it, what forces a new provider.

use super::credential;
use super::judging::{Before, settle, strangers};
use super::meaning::{Meaning, Understanding, ownership};
use super::memory::Memory;
use super::model::TrustModel;
use super::ownership::Ownership;
use super::permissions::{all, flat};
use super::settings::{same_settings, settings_of};
use super::together::Together;
use super::token_place;
use super::work::same_json;
use crate::clouds::gcp::client::{GcpError, Google, is_project_number};
use crate::clouds::gcp::configuration::Configured;
use crate::clouds::gcp::diagnosis;
use crate::framework::{Attr, Context, Diagnostics, Path, PlanRequest, Planned};

pub async fn plan(
    (gcp, together): (&Configured, &Together),
    context: &Context,
    request: PlanRequest<TrustModel>,
    diagnostics: &mut Diagnostics,
) -> Planned<TrustModel> {
    let mut planned = Planned::unchanged(request.clone());
    let memory = Memory::of(&request.private);
    ids(&request, &mut planned);
    let google = match gcp.google(context) {
        Ok(google) => google,
        Err(_) if gcp.waits() => {
            // a configuration that is not known yet: apply has everything
            undecided(&request, &mut planned.planned);
            return planned;
        }
        Err(error) => {
            diagnosis::error(
                "Google Cloud is not configured",
                Path::root(),
                &error,
                diagnostics,
            );
            return planned;
        }
    };
    let number = match project(&google, together, &request, &mut planned).await {
        Ok(Some(number)) => number,
        Ok(None) => {
            undecided(&request, &mut planned.planned);
            if request.prior.is_some() {
                // it may be another one, and an apply cannot begin to replace what the plan did not
                planned.requires_replace.push(Path::of("project"));
                planned.planned.project_number = Attr::Unknown;
            }
            return planned;
        }
        Err(error) => {
            let at = if request.config.project.is_null() {
                Path::root()
            } else {
                Path::of("project")
            };
            diagnosis::error("Could not look the project up", at, &error, diagnostics);
            return planned;
        }
    };
    planned.planned.project_number = Attr::from_text(&number);
    let config = &request.config;
    let understood = Meaning::of(
        config,
        &number,
        &memory.implied,
        gcp.allow_loopback_issuers,
        diagnostics,
    );
    let meaning = match understood {
        Understanding::Known(meaning) => *meaning,
        Understanding::Refused => return planned,
        Understanding::Unknown => {
            undecided(&request, &mut planned.planned);
            return planned;
        }
    };
    if gcp.refuses_name(meaning.trusted(), diagnostics) {
        return planned;
    }
    meaning.describe(&mut planned.planned);
    keep_meaning(&request, &mut planned.planned);
    account(&request, &mut planned.planned);
    let email = planned.planned.service_account_email.clone();
    planned.planned.credential_configuration = credential::configuration(&google, &meaning, (config, &email));
    no_source(&request, &planned.planned, &meaning, diagnostics);
    unfinished(&request, &memory, &mut planned.planned, diagnostics);
    if request.prior.is_some() && config.pool.known().is_some() {
        ownership_changes(&request, diagnostics);
    }
    let before = Before::of(&request, &meaning, &planned.planned);
    let strangers = match strangers(&google, &request, &memory, (&meaning, before.unchanged)).await {
        Ok(strangers) => strangers,
        Err(error) => {
            diagnosis::error(
                "Could not look at the pool",
                Path::of("pool"),
                &error,
                diagnostics,
            );
            return planned;
        }
    };
    settle(
        gcp,
        &request,
        (&memory, &before),
        (&meaning, strangers),
        &mut planned.planned,
        diagnostics,
    );
    planned
}

/// A pool or provider of another id is another one.
fn ids(request: &PlanRequest<TrustModel>, planned: &mut Planned<TrustModel>) {
    let Some(prior) = &request.prior else { return };
    if request
        .config
        .pool_id()
        .is_none_or(|id| Some(id) != prior.pool_id())
    {
        planned.requires_replace.push(Path::of("pool").attribute("id"));
    }
    if request
        .config
        .provider_id()
        .is_none_or(|id| Some(id) != prior.provider_id())
    {
        planned
            .requires_replace
            .push(Path::of("pool_provider").attribute("id"));
    }
}

/// The number of the project; `None` while the project is unknown. Id and number of one project are no difference.
async fn project(
    google: &Google,
    together: &Together,
    request: &PlanRequest<TrustModel>,
    planned: &mut Planned<TrustModel>,
) -> Result<Option<String>, GcpError> {
    let written = match &request.config.project {
        Attr::Unknown => return Ok(None),
        Attr::Known(text) => Some(text.as_str()),
        Attr::Null => None,
    };
    let prior = request.prior.as_ref();
    let kept = prior.and_then(|prior| Some((prior.project.text(), prior.project_number.text()?)));
    if let Some((project, number)) = kept {
        if written.is_none() || written == project || written == Some(number) {
            planned.planned.project = prior.map_or(Attr::Null, |prior| prior.project.clone());
            if planned.planned.project.is_null() {
                planned.planned.project = Attr::from_text(number);
            }
            return Ok(Some(number.to_owned()));
        }
        if let Some(written) = written {
            let found = together.number(google, written).await?;
            if found == number && project.is_some() {
                planned.planned.project = prior.map_or(Attr::Null, |prior| prior.project.clone());
            }
            if found != number {
                planned.requires_replace.push(Path::of("project"));
            }
            return Ok(Some(found));
        }
    }
    let Some(project) = written.or(google.project()) else {
        return Err(GcpError::configuration(
            "expected a project, in `project` here or in the provider's `gcp` block (or `GOOGLE_CLOUD_PROJECT`), found none",
        ));
    };
    planned.planned.project = Attr::from_text(project);
    if is_project_number(project) {
        return Ok(Some(project.to_owned()));
    }
    together.number(google, project).await.map(Some)
}

/// Everything that depends on an input which is not known yet.
fn undecided(request: &PlanRequest<TrustModel>, planned: &mut TrustModel) {
    account(request, planned);
    planned.findings = Attr::Unknown;
    planned.audience = Attr::Unknown;
    planned.accepted_audiences = Attr::Unknown;
    planned.effective_platform = Attr::Unknown;
    planned.effective_attribute_mapping = Attr::Unknown;
    planned.effective_attribute_condition = Attr::Unknown;
    planned.principals = Attr::Unknown;
    planned.principal_set = Attr::Unknown;
    planned.pool_name = Attr::Unknown;
    planned.provider_name = Attr::Unknown;
    planned.credential_configuration = Attr::Unknown;
    if planned.project_number.is_null() {
        planned.project_number = Attr::Unknown;
    }
}

/// The service account: written, made, still to be made, or none.
fn account(request: &PlanRequest<TrustModel>, planned: &mut TrustModel) {
    let config = &request.config;
    let written = config.service_account_email.clone();
    if !config.makes_account() {
        planned.service_account_email = written;
        planned.service_account_id = Attr::Null;
        return;
    }
    let kept = request.prior.as_ref().filter(|prior| {
        let same = same_account(prior, config);
        same && !prior.service_account_id.is_null() && !prior.service_account_email.is_null()
    });
    match kept {
        Some(prior) => {
            planned.service_account_email = prior.service_account_email.clone();
            planned.service_account_id = prior.service_account_id.clone();
        }
        None => {
            planned.service_account_email = Attr::Unknown;
            planned.service_account_id = Attr::Unknown;
        }
    }
}

/// Whether two models mean the same service account to be made.
pub fn same_account(one: &TrustModel, other: &TrustModel) -> bool {
    let named = |model: &TrustModel| {
        let account = model.service_account.known()?;
        Some((
            account.account_id.text()?.to_owned(),
            account.project.text().map(str::to_owned),
        ))
    };
    named(one).is_some() && named(one) == named(other)
}

/// A text that only spells the same differently is no change.
fn keep_meaning(request: &PlanRequest<TrustModel>, planned: &mut TrustModel) {
    let Some(prior) = &request.prior else { return };
    if let (Some(now), Some(before)) = (request.config.jwks_json.text(), prior.jwks_json.text())
        && same_json(now, before)
    {
        planned.jwks_json = prior.jwks_json.clone();
    }
    if let (Some(now), Some(before)) = (settings_of(planned), settings_of(prior))
        && same_settings(&now, &before)
    {
        planned.effective_attribute_mapping = prior.effective_attribute_mapping.clone();
        planned.effective_attribute_condition = prior.effective_attribute_condition.clone();
    }
    if prior.issuer == request.config.issuer
        && prior.platform == request.config.platform
        && !prior.effective_platform.is_null()
    {
        planned.effective_platform = prior.effective_platform.clone();
    }
}

/// Why there is no configuration file, said once, when the trust is made or the platform changes.
fn no_source(
    request: &PlanRequest<TrustModel>,
    planned: &TrustModel,
    meaning: &Meaning,
    diagnostics: &mut Diagnostics,
) {
    let is_new = request
        .prior
        .as_ref()
        .is_none_or(|prior| prior.effective_platform.text() != Some(&meaning.platform));
    if is_new
        && planned.credential_configuration.is_null()
        && let Err(reason) = token_place::of_platform(meaning)
    {
        diagnostics.warning(
            Path::of("credential_source"),
            "No configuration file for Google's libraries",
            format!(
                "{reason}: `credential_configuration` is null. Everything else works; to have it, say where the workload's \
                 token is: credential_source = {{ file = \"…\" }}."
            ),
        );
    }
}

/// A pool cannot become somebody else's by a word.
fn ownership_changes(request: &PlanRequest<TrustModel>, diagnostics: &mut Diagnostics) {
    let before = request.prior.as_ref().and_then(ownership);
    let now = ownership(&request.config);
    if let (Some(Ownership::External), Some(Ownership::Exclusive)) = (before, now) {
        diagnostics.warning(
            Path::of("pool").attribute("ownership"),
            "The pool becomes this trust's own",
            "the pool existed before this trust; from now on it is written, and deleted with the trust, with everything in it",
        );
    }
}

/// What an apply began and did not finish is no part of the state: it is said, and makes an update.
fn unfinished(
    request: &PlanRequest<TrustModel>,
    memory: &Memory,
    planned: &mut TrustModel,
    diagnostics: &mut Diagnostics,
) {
    let meant = flat(&all(planned));
    let begun = memory.begun.iter().filter(|begun| !meant.contains(begun));
    let grants =
        begun.map(|(target, grant)| format!("`{}` of `{}` at the {target}", grant.role, grant.member));
    let accounts = memory.leaving.iter();
    let accounts =
        accounts.map(|(project, id)| format!("the service account `{id}` of the project `{project}`"));
    let left: Vec<String> = grants.chain(accounts).collect();
    if request.prior.is_none() || left.is_empty() {
        return;
    }
    planned.credential_configuration = Attr::Unknown;
    diagnostics.warning(
        Path::root(),
        "An apply ended in the middle",
        format!(
            "expected nothing of this trust but what the state says; an apply that failed may have left: {}. The next apply takes it away.",
            left.join("; ")
        ),
    );
}
