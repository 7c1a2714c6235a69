//! The trust's places at the issuers' providers: one per issuer.

use std::collections::{BTreeMap, BTreeSet};

use super::delete::unchecked;
use super::meaning::{Home, Meaning, Need, needs_of};
use super::memory::Memory;
use super::model::TrustModel;
use super::names::made_for;
use super::work::Work;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::ProviderArn;
use crate::clouds::aws::sharing::{Holder, JoinError, Joining, Left, Ownership, names_provider};
use crate::clouds::guardrail::Situation;
use crate::framework::{Diagnostics, Path};
use crate::trust::Finding;

/// Takes every place the trust needs. True when something was written. Ends at the first error, with everything
/// that was taken in the memory.
pub async fn take(
    work: &Work<'_>,
    holder: Holder<'_>,
    made_for: &str,
    memory: &mut Memory,
    diagnostics: &mut Diagnostics,
) -> bool {
    visit(work, (holder, made_for, true), memory, diagnostics).await
}

/// Says what taking the places would meet, and writes nothing.
pub async fn preview(work: &Work<'_>, memory: &Memory, diagnostics: &mut Diagnostics) {
    visit(
        work,
        (holder(work.planned, None), &made_for(work.planned), false),
        &mut memory.clone(),
        diagnostics,
    )
    .await;
}

async fn visit(
    work: &Work<'_>,
    (holder, made_for, writes): (Holder<'_>, &str, bool),
    memory: &mut Memory,
    diagnostics: &mut Diagnostics,
) -> bool {
    let mut wrote = false;
    for need in &work.meaning.providers {
        let Some(provider) = &need.arn else { continue };
        let arn = provider.to_string();
        let held = work.config.oidc_provider.known().filter(|_| need.is_top);
        let thumbprints = held.and_then(|held| held.thumbprints.strings().flatten());
        let joining = Joining {
            sharing: &work.aws.sharing,
            iam: work.iam,
            provider,
            issuer: &need.issuer,
            audiences: &need.client_ids,
            ownership: ownership(work),
            thumbprints: thumbprints.as_ref(),
            holder,
            made_for: Some(made_for),
            before: memory.memberships.get(&arn),
            writes,
        };
        let mut judge = |findings: Vec<Finding>| judged(work, findings, diagnostics);
        let mut kept = None;
        match joining.join(&mut kept, &mut judge).await {
            Ok(taken) => {
                wrote |= taken.wrote;
                memory.memberships.insert(arn, taken.membership);
            }
            // Whether it exists, and takes the audiences, is only sure when everything before it was applied.
            Err(JoinError::Missing(_) | JoinError::AudienceMissing { .. }) if !writes => {}
            // A trust that is new may replace the one that holds it, and come after it.
            Err(error @ JoinError::Held(_)) if !writes && memory.memberships.is_empty() => {
                diagnostics.warning(
                    Path::of("oidc_provider").attribute("ownership"),
                    "The OIDC provider is held by another trust",
                    error.to_string(),
                );
            }
            Err(error) => {
                refuse(error, diagnostics);
                if let Some(membership) = kept {
                    memory.memberships.insert(arn, membership);
                    wrote = true;
                }
                return wrote;
            }
        }
    }
    wrote
}

/// Whether a change has to look at the providers: another one, other client ids, held in another way.
pub fn places_change(
    prior: &TrustModel,
    planned: &TrustModel,
    home: &Home,
    meaning: &Meaning,
    memory: &Memory,
) -> bool {
    let before = needs_of(prior, home, &memory.implied).unwrap_or_default();
    let known = |need: &Need| {
        before
            .iter()
            .any(|old| old.arn == need.arn && old.client_ids == need.client_ids)
    };
    memory.incomplete
        || memory.lost
        || before.len() != meaning.providers.len()
        || !meaning.providers.iter().all(known)
        || prior.oidc_provider != planned.oidc_provider
        || prior.oidc_provider_arn != planned.oidc_provider_arn
        || prior.accepted_audiences != planned.accepted_audiences
}

/// The trust at its providers: its role, and what that trusts from now on; else the role that it is about to make.
pub fn holder<'a>(state: &'a TrustModel, trust_policy: Option<&'a str>) -> Holder<'a> {
    let name = state.role_name.text().unwrap_or_default();
    match state.role_unique_id.text() {
        Some(unique_id) => Holder::Role {
            name,
            unique_id,
            trust_policy,
        },
        None => Holder::NewRole(name),
    }
}

/// Gives back what the trust needs no longer, once its role trusts what it should. A provider that the role still names, by
/// a statement that the configuration adds, stays in the memory, to be given back later; so does one with audiences that
/// this trust added and somebody else needs. False when that failed.
pub async fn give_back(
    work: &Work<'_>,
    prior: &TrustModel,
    memory: &mut Memory,
    diagnostics: &mut Diagnostics,
) -> bool {
    let holder = holder(prior, Some(&work.meaning.json));
    for (arn, membership) in memory.memberships.clone() {
        let Ok(provider) = ProviderArn::parse(&arn) else {
            continue;
        };
        let need = work
            .meaning
            .providers
            .iter()
            .find(|need| need.arn.as_ref() == Some(&provider));
        let keeps: BTreeSet<String> = need
            .iter()
            .flat_map(|need| need.client_ids.iter().map(ToString::to_string))
            .collect();
        let dropped: BTreeSet<String> = membership.added.difference(&keeps).cloned().collect();
        if need.is_some() && dropped.is_empty() {
            continue;
        }
        let sharing = &work.aws.sharing;
        let left = match sharing
            .leave(work.iam, &provider, &membership, holder, &keeps)
            .await
        {
            Ok(left) => left,
            Err(error) => {
                diagnosis::error(
                    "Could not release the OIDC provider",
                    Path::of("oidc_provider"),
                    &error,
                    diagnostics,
                );
                return false;
            }
        };
        unchecked(&left, &arn, diagnostics);
        let removed = match left {
            Left::Deleted => {
                memory.memberships.remove(&arn);
                continue;
            }
            Left::Stays { removed } => removed,
            Left::Unchecked(_) => BTreeSet::new(),
        };
        if let Some(kept) = memory.memberships.get_mut(&arn) {
            // What somebody still needs stays remembered as ours: a later change, or the destroy, looks again.
            kept.added.retain(|audience| !removed.contains(audience));
            if need.is_none() {
                kept.audiences.retain(|audience| !removed.contains(audience));
                kept.left = !names_provider(&work.meaning.json, &arn);
            }
            if kept.left && kept.added.is_empty() {
                memory.memberships.remove(&arn);
            }
        }
    }
    true
}

/// How the providers are held.
pub fn ownership(work: &Work<'_>) -> Ownership {
    let Some(held) = work.config.oidc_provider.known() else {
        return Ownership::Shared;
    };
    let written = held.ownership.text().and_then(|text| Ownership::parse(text).ok());
    written.unwrap_or(if held.arn.is_null() {
        Ownership::Shared
    } else {
        Ownership::External
    })
}

/// What the guardrail says to roles of the account that would newly admit tokens.
pub fn judged(work: &Work<'_>, findings: Vec<Finding>, diagnostics: &mut Diagnostics) -> bool {
    let risks: BTreeMap<String, String> = work.config.accepted_risks.members().flatten().unwrap_or_default();
    // Only the risks these findings could match: the others belong to the trust's own findings, judged at plan.
    let ours = |key: &String| {
        findings
            .iter()
            .any(|finding| key.split('@').next() == Some(finding.rule))
    };
    let risks = risks.into_iter().filter(|(key, _)| ours(key)).collect();
    let situation = Situation {
        changes_admission: true,
        known_before: &[],
        path: Path::of("audiences"),
    };
    let mut said = Diagnostics::new();
    work.aws.guardrail.judge(findings, &risks, &situation, &mut said);
    let refused = said.has_errors();
    diagnostics.extend(said);
    !refused
}

fn refuse(error: JoinError, diagnostics: &mut Diagnostics) {
    let path = match &error {
        JoinError::Refused => return,
        JoinError::AudienceMissing { .. } | JoinError::Full { .. } => Path::of("audiences"),
        JoinError::Thumbprints { .. } => Path::of("oidc_provider").attribute("thumbprints"),
        JoinError::Missing(_) | JoinError::Taken(_) | JoinError::Held(_) | JoinError::Trusted { .. } => {
            Path::of("oidc_provider").attribute("ownership")
        }
        JoinError::Aws(_) | JoinError::Blind { .. } => Path::of("issuer"),
    };
    let text = match &error {
        JoinError::Aws(error) => diagnosis::detail(error),
        other => other.to_string(),
    };
    diagnostics.error(path, "Could not make the OIDC provider ready", text);
}
