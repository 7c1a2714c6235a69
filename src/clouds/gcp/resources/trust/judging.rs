//! What the guardrail says to a plan, and whom a change lets in.

use std::collections::BTreeSet;

use super::admission;
use super::meaning::{Meaning, accepted_risks, ownership, shown};
use super::memory::Memory;
use super::model::TrustModel;
use super::ownership::Ownership;
use super::settings::{same_settings, settings_of};
use super::sharing_key::sharing_key;
use super::work::{WantedPool, WantedProvider, same_json};
use crate::clouds::gcp::client::{GcpError, Google};
use crate::clouds::gcp::configuration::Configured;
use crate::clouds::gcp::dialect::ProviderSettings;
use crate::clouds::guardrail::{Situation, to_model};
use crate::framework::{Attr, Diagnostics, Path, PlanRequest};
use crate::trust::{Finding, Severity};

/// What the plan starts from, as far as it admits anybody.
pub struct Before {
    settings: Option<ProviderSettings>,
    /// The plan changes nothing of whom the trust admits.
    pub unchanged: bool,
    same_settings: bool,
}

impl Before {
    pub fn of(request: &PlanRequest<TrustModel>, meaning: &Meaning, planned: &TrustModel) -> Self {
        let prior = request.prior.as_ref();
        let settings = prior
            .filter(|prior| !prior.provider_name.is_null())
            .and_then(settings_of);
        let same_settings = settings
            .as_ref()
            .is_some_and(|before| same_settings(before, &meaning.settings));
        let same_keys = prior.is_some_and(|prior| {
            let text = |model: &TrustModel| model.jwks_json.text().unwrap_or_default().to_owned();
            let place = |model: &TrustModel| model.discovery_uri.text().unwrap_or_default().to_owned();
            same_json(&text(prior), &text(planned)) && place(prior) == place(planned)
        });
        // what was switched off admitted nobody
        let switched_on = prior.is_some_and(|prior| {
            let off =
                |model: &TrustModel| WantedPool::of(model).disabled || WantedProvider::of(model).disabled;
            off(prior) && !off(planned)
        });
        let same_principals = prior.is_some_and(|prior| prior.principals == planned.principals);
        Self {
            settings,
            unchanged: same_settings && same_principals && same_keys && !switched_on,
            same_settings,
        }
    }
}

/// Lets the guardrail speak.
pub fn settle(
    gcp: &Configured,
    request: &PlanRequest<TrustModel>,
    (memory, before): (&Memory, &Before),
    (meaning, strangers): (&Meaning, Vec<Finding>),
    planned: &mut TrustModel,
    diagnostics: &mut Diagnostics,
) {
    let prior = request.prior.as_ref();
    let unchanged = before.unchanged;
    if let (Some(settings), false) = (&before.settings, before.same_settings) {
        admission::warn_of_change(settings, meaning, &admitting(&request.config), diagnostics);
    }
    if request.config.accepted_risks.members().is_none() {
        // what is accepted is not known yet: judged at apply, before anything is written
        planned.findings = Attr::Unknown;
        return;
    }
    let mut known_before = match meaning.forgotten && unchanged {
        true => meaning.findings.iter().map(to_model).collect(),
        false => memory.known_findings(prior),
    };
    if unchanged {
        // Read found them, and no plan made them
        known_before.extend(strangers.iter().map(to_model));
    }
    let situation = Situation {
        changes_admission: !unchanged,
        known_before: &known_before,
        path: admitting(&request.config),
    };
    let risks = accepted_risks(&request.config);
    let all = meaning.findings.iter().cloned().chain(strangers).collect();
    let mut findings = gcp.guardrail.judge(all, &risks, &situation, diagnostics);
    // what others do in the pool is not this trust's own, and would come and go with them
    findings.retain(|finding| finding.rule != KEY_SHARED || meaning.findings.contains(&unaccepted(finding)));
    let same_risks = prior.is_some_and(|prior| prior.accepted_risks == request.config.accepted_risks);
    planned.findings = match prior {
        Some(prior) if unchanged && same_risks && !prior.findings.is_null() => prior.findings.clone(),
        _ => shown(&findings),
    };
}

const KEY_SHARED: &str = "binding-key-shared";

fn unaccepted(finding: &Finding) -> Finding {
    Finding {
        accepted: None,
        ..finding.clone()
    }
}

/// In a pool of several, another provider that could map our key lets its tokens in too.
pub async fn strangers(
    google: &Google,
    request: &PlanRequest<TrustModel>,
    memory: &Memory,
    (meaning, unchanged): (&Meaning, bool),
) -> Result<Vec<Finding>, GcpError> {
    let several = ownership(&request.config).unwrap_or_default() != Ownership::Exclusive;
    let names = if several && !unchanged {
        let others = google.list_pool_providers(meaning.name.pool(), false).await?;
        let principals: BTreeSet<String> = meaning.principals.iter().map(ToString::to_string).collect();
        sharing_key(
            &meaning.name,
            &meaning.settings,
            &principals,
            &others.unwrap_or_default(),
        )
    } else {
        memory.strangers.clone()
    };
    let finding = |stranger: String| Finding {
        rule: KEY_SHARED,
        severity: Severity::High,
        message: format!(
            "the provider `{stranger}` of the pool `{}` can give its tokens the value by which bindings know the tokens of this \
             trust: whoever it admits gets what this trust is granted",
            meaning.name.pool()
        ),
        fix: format!("give this trust a pool of its own, or take the mapping out of `{stranger}`"),
        witness: None,
        value: Some(stranger),
        accepted: None,
    };
    Ok(names.into_iter().map(finding).collect())
}

/// The argument that says who is admitted.
fn admitting(config: &TrustModel) -> Path {
    Path::of(if config.subject_patterns.is_null() {
        "subjects"
    } else {
        "subject_patterns"
    })
}
