//! The keys of `also`: they are the user's own, no policy holds them, so that Read numbers the branches it finds.

use std::collections::BTreeSet;

use super::implied::Knowledge;
use super::memory::Memory;
use super::model::TrustModel;
use crate::clouds::aws::dialect::Partition;
use crate::clouds::trust_arguments::{Reading, platforms};
use crate::framework::{Diagnostics, PlanRequest};
use crate::platforms::{by_id, infer};
use crate::trust::{Audience, Terms};

/// Whether the configuration has the branches of the state under other keys.
pub fn same_but_for_keys(request: &PlanRequest<TrustModel>, prior: &TrustModel, memory: &Memory) -> bool {
    let config = &request.config;
    if config.also.known().is_none() || prior.also.known().is_none() {
        return false;
    }
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

/// What each branch tests, with what it inherits, and the platform that is written for it or inferred. `None`: not known, or
/// invalid.
fn branches(model: &TrustModel, defaults: &BTreeSet<Audience>) -> Option<Vec<(Terms, String)>> {
    let Reading::Known(trust) = model.arguments().read(defaults, &mut Diagnostics::new()) else {
        return None;
    };
    let platforms = platforms(&model.platform, &model.also)?
        .into_iter()
        .map(|(_, platform)| platform);
    let with_platform = |(terms, platform): (Terms, Option<&str>)| {
        let platform = match platform {
            Some(text) => by_id(text.trim()).map_or_else(|| text.to_owned(), |known| known.id.clone()),
            None => infer(&terms.issuer).id(),
        };
        (terms, platform)
    };
    Some(
        trust
            .terms
            .into_iter()
            .zip(platforms)
            .map(with_platform)
            .collect(),
    )
}
