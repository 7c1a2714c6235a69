//! The keys of `also`: they are the user's own, no policy holds them, so that Read numbers the branches it finds.

use std::collections::BTreeSet;

use super::implied::Knowledge;
use super::memory::Memory;
use super::model::TrustModel;
use super::signing::platforms;
use crate::clouds::aws::dialect::Partition;
use crate::clouds::trust_arguments::Reading;
use crate::framework::{Diagnostics, PlanRequest};
use crate::trust::{Audience, Terms};

/// Keeps the branches of the state where the configuration has the same under other keys, and nothing else changes: right
/// after an import nothing is to be done. The first change of anything else takes the configuration's keys.
pub fn keep(request: &PlanRequest<TrustModel>, planned: &mut TrustModel) {
    let Some(prior) = &request.prior else { return };
    if planned.also.known().is_none() || prior.also.known().is_none() || planned.also == prior.also {
        return;
    }
    let kept = TrustModel {
        also: prior.also.clone(),
        ..planned.clone()
    };
    if kept == *prior && same_but_for_keys(&request.config, prior, &Memory::of(&request.private)) {
        *planned = kept;
    }
}

fn same_but_for_keys(config: &TrustModel, prior: &TrustModel, memory: &Memory) -> bool {
    let partition = prior.partition.text().and_then(Partition::from_id);
    let defaults = Knowledge::Kept(&memory.implied).audiences(config, partition.unwrap_or(Partition::Aws));
    let shown = TrustModel {
        also: prior.also.clone(),
        ..config.clone()
    };
    match (branches(config, &defaults), branches(&shown, &defaults)) {
        (Some(now), Some(mut before)) => {
            let mut all = now.into_iter();
            all.all(|branch| {
                before
                    .iter()
                    .position(|one| *one == branch)
                    .map(|at| before.remove(at))
                    .is_some()
            }) && before.is_empty()
        }
        _ => false,
    }
}

/// What each branch tests, with what it inherits, and the platform that is written for it. `None`: not known, or invalid.
fn branches(model: &TrustModel, defaults: &BTreeSet<Audience>) -> Option<Vec<(Terms, Option<String>)>> {
    let Reading::Known(trust) = model.arguments().read(defaults, &mut Diagnostics::new()) else {
        return None;
    };
    let platforms = platforms(model)?
        .into_iter()
        .map(|(_, platform)| platform.map(str::to_owned));
    Some(trust.terms.into_iter().zip(platforms).collect())
}
