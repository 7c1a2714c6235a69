//! What a plan can say of the places at providers before they are taken. Nothing is written.

use std::sync::Arc;

use super::meaning::{Home, Meaning};
use super::memory::Memory;
use super::model::TrustModel;
use super::places::{self, places_change};
use super::recovery::will_change;
use super::unmade::is_unmade;
use super::work::Work;
use crate::clouds::aws::client::Limits;
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::framework::{Attr, Context, Convert, Diagnostics, Path, PlanRequest};

/// `added_audiences`: as they are, or known after the apply where that may add some to providers, or take some away.
pub fn additions(
    request: &PlanRequest<TrustModel>,
    planned: &mut TrustModel,
    (home, meaning, memory): (&Home, &Meaning, &Memory),
) {
    let stays = |prior: &&TrustModel| {
        !is_unmade(prior, memory)
            && !places_change(prior, planned, home, meaning, memory)
            && !will_change(meaning, memory)
    };
    planned.added_audiences = match request.prior.as_ref().filter(stays) {
        Some(prior) => prior.added_audiences.clone(),
        None => Attr::Unknown,
    };
    // a trust that stays as it is adds nothing, however much the memory lost
    if let Some(prior) = &request.prior {
        let kept = TrustModel {
            added_audiences: prior.added_audiences.clone(),
            ..planned.clone()
        };
        if kept == *prior {
            *planned = kept;
        }
    }
}

/// Whether the apply will have to touch a provider, and who else would be let in by that. Nothing is written.
pub async fn preview(
    aws: &Arc<Configured>,
    context: &Context,
    request: &PlanRequest<TrustModel>,
    planned: &TrustModel,
    (home, meaning, memory): (&Home, &Meaning, &Memory),
    diagnostics: &mut Diagnostics,
) {
    let held = &request.config.oidc_provider;
    let undecided = held.is_unknown()
        || held
            .known()
            .is_some_and(|held| !held.to_value().is_wholly_known());
    let joins = |prior| is_unmade(prior, memory) || places_change(prior, planned, home, meaning, memory);
    let touches = request.prior.as_ref().is_none_or(joins);
    if !touches || undecided || request.config.accepted_risks.members().is_none() {
        return;
    }
    let limits = Limits::from(context);
    let iam = match aws.iam(context, Some(&home.account)).await {
        Ok(iam) => iam,
        Err(error) => {
            return diagnosis::error("Could not enter the account", Path::root(), &error, diagnostics);
        }
    };
    let config = &request.config;
    let work = Work {
        aws,
        limits: &limits,
        iam: &iam,
        home,
        meaning,
        config,
        planned,
    };
    places::preview(&work, memory, diagnostics).await;
}
