//! Arguments of which a role does not tell whether they are written: one that is left out, and one that says what would be so
//! anyway, end in the same role.
//!
//! Until the first apply after an import the state shows what holds, so that the plan is empty whether the configuration
//! writes the argument or not. Everything else looks at the state as if nothing were written (`hide`).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::also;
use super::implied::Knowledge;
use super::meaning::{Home, Meaning};
use super::memory::Memory;
use super::model::{ProviderModel, TrustModel};
use super::names;
use super::permissions::same_statements;
use crate::clouds::aws::client::Provider;
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::dialect::{Partition, PolicyDocument, means_same};
use crate::clouds::aws::sharing::Ownership;
use crate::framework::{Attr, Context, PlanRequest, StringSet};
use crate::platforms::by_id;

/// The names of these arguments. The host lets a plan keep what an import shows only of what is computed as well.
pub const ARGUMENTS: [&str; 8] = [
    "role_name_prefix",
    "platform",
    "audiences",
    "description",
    "source_identity",
    "require_authorized_role",
    "additional_statements",
    "oidc_provider",
];

const NO_STATEMENTS: &str = "[]";

/// Shows what holds where nothing is written.
pub fn show(state: &mut TrustModel, memory: &Memory) {
    if !memory.imported {
        return;
    }
    if !state.issuer.is_null() {
        // `generic` is no platform that somebody could write
        let told = state.effective_platform.text().filter(|id| by_id(id).is_some());
        or(&mut state.platform, Attr::from_option(told.map(str::to_owned)));
        let audiences = default_audiences(state, memory);
        or(&mut state.audiences, audiences);
    }
    // that a name was generated no role tells, but by its form
    let prefix = state.role_name.text().and_then(names::prefix_of);
    let prefix = Attr::from_option(prefix.map(str::to_owned));
    or(&mut state.role_name_prefix, prefix);
    or(&mut state.description, Attr::from_text(""));
    or(&mut state.source_identity, Attr::Known(false));
    or(&mut state.require_authorized_role, Attr::Known(false));
    or(&mut state.additional_statements, Attr::from_text(NO_STATEMENTS));
    or(&mut state.oidc_provider, Attr::Known(ProviderModel::default()));
}

/// Takes away what `show` put there.
pub fn hide(state: &mut TrustModel, memory: &Memory) {
    if !(memory.imported || memory.lost && shows_all(state)) {
        return;
    }
    if memory.imported {
        // a memory that is lost knows no import, and a prefix that is not in the state would replace the role
        state.role_name_prefix = Attr::Null;
    }
    state.platform = Attr::Null;
    let audiences = default_audiences(state, memory);
    without(&mut state.audiences, audiences);
    without(&mut state.description, Attr::from_text(""));
    without(&mut state.source_identity, Attr::Known(false));
    without(&mut state.require_authorized_role, Attr::Known(false));
    without(&mut state.additional_statements, Attr::from_text(NO_STATEMENTS));
    without(&mut state.oidc_provider, Attr::Known(ProviderModel::default()));
}

/// What a state looks like whose memory a crash wiped in the first change after an import.
fn shows_all(state: &TrustModel) -> bool {
    !state.audiences.is_null()
        && !state.description.is_null()
        && !state.source_identity.is_null()
        && !state.require_authorized_role.is_null()
        && !state.additional_statements.is_null()
        && !state.oidc_provider.is_null()
}

fn or<T>(attr: &mut Attr<T>, shown: Attr<T>) {
    if attr.is_null() {
        *attr = shown;
    }
}

fn without<T: PartialEq>(attr: &mut Attr<T>, shown: Attr<T>) {
    if *attr == shown {
        *attr = Attr::Null;
    }
}

fn default_audiences(state: &TrustModel, memory: &Memory) -> StringSet {
    let partition = state.partition.text().and_then(Partition::from_id);
    let kept = TrustModel {
        platform: Attr::Null,
        ..state.clone()
    };
    let defaults = Knowledge::Kept(&memory.implied).audiences(&kept, partition.unwrap_or(Partition::Aws));
    StringSet::of(defaults.iter().map(ToString::to_string))
}

/// What nobody writes stays unwritten, whatever the host proposes of what an import shows.
pub fn as_written(config: &TrustModel, planned: &mut TrustModel) {
    planned.role_name_prefix = config.role_name_prefix.clone();
    planned.platform = config.platform.clone();
    planned.audiences = config.audiences.clone();
    planned.description = config.description.clone();
    planned.source_identity = config.source_identity.clone();
    planned.require_authorized_role = config.require_authorized_role.clone();
    planned.additional_statements = config.additional_statements.clone();
    planned.oidc_provider = config.oidc_provider.clone();
}

/// What the state of the host shows, beside the request in which it is hidden.
pub struct Unsaid {
    pub request: PlanRequest<TrustModel>,
    shown: Option<TrustModel>,
}

impl Unsaid {
    pub fn of(mut request: PlanRequest<TrustModel>) -> Self {
        let shown = request.prior.clone();
        let memory = Memory::of(&request.private);
        if let Some(prior) = &mut request.prior {
            hide(prior, &memory);
        }
        as_written(&request.config, &mut request.planned);
        Self { request, shown }
    }

    /// Plans no change where the configuration only writes what is so already, in its own words, and nothing else changes. The
    /// first change of anything else takes the words of the configuration.
    pub async fn keep(
        &self,
        (aws, context): (&Configured, &Context),
        (home, meaning, memory): (&Home, &Meaning, &Memory),
        planned: &mut TrustModel,
    ) {
        let (Some(prior), Some(shown)) = (&self.request.prior, &self.shown) else {
            return;
        };
        let mut kept = TrustModel {
            added_audiences: prior.added_audiences.clone(),
            ..planned.clone()
        };
        if also::same_but_for_keys(&self.request, prior, memory) {
            kept.also = prior.also.clone();
        }
        if memory.imported {
            said_already(&mut kept, prior, shown);
        }
        let held = TrustModel {
            oidc_provider: prior.oidc_provider.clone(),
            ..kept.clone()
        };
        // asked only where the answer decides
        if held == *prior
            && kept != held
            && memory.imported
            && !shown.oidc_provider.is_null()
            && held_already(planned, async || {
                let arn = meaning.top_provider()?.to_string();
                let iam = aws.iam(context, Some(&home.account)).await.ok()?;
                // why it cannot be read is said by whoever needs it
                iam.provider_cached(&arn).await.ok()?
            })
            .await
        {
            kept = held;
        }
        if kept == *prior {
            *planned = kept;
        }
    }

    /// A plan that changes nothing is what the host has.
    pub fn reveal(self, planned: &mut TrustModel) {
        if let (Some(shown), Some(prior)) = (self.shown, &self.request.prior)
            && planned == prior
        {
            *planned = shown;
        }
    }
}

fn said_already(kept: &mut TrustModel, prior: &TrustModel, shown: &TrustModel) {
    if kept.platform.text().map(str::trim) == shown.platform.text() {
        kept.platform = prior.platform.clone();
    }
    said(
        &mut kept.role_name_prefix,
        &prior.role_name_prefix,
        &shown.role_name_prefix,
    );
    said(&mut kept.audiences, &prior.audiences, &shown.audiences);
    said(&mut kept.description, &prior.description, &shown.description);
    said(
        &mut kept.source_identity,
        &prior.source_identity,
        &shown.source_identity,
    );
    said(
        &mut kept.require_authorized_role,
        &prior.require_authorized_role,
        &shown.require_authorized_role,
    );
    let (now, before) = (&kept.additional_statements, &shown.additional_statements);
    if let (Some(now), Some(before)) = (now.text(), before.text())
        && same_statements(now, before)
    {
        kept.additional_statements = prior.additional_statements.clone();
        if same_policy(&kept.trust_policy, &prior.trust_policy) {
            kept.trust_policy = prior.trust_policy.clone();
        }
    }
}

fn said<T: Clone + PartialEq>(kept: &mut Attr<T>, prior: &Attr<T>, shown: &Attr<T>) {
    if kept == shown {
        *kept = prior.clone();
    }
}

fn same_policy(one: &Attr<String>, other: &Attr<String>) -> bool {
    let read = |attr: &Attr<String>| attr.text().and_then(|text| PolicyDocument::parse(text).ok());
    read(one)
        .zip(read(other))
        .is_some_and(|(one, other)| means_same(&one, &other))
}

/// Whether a provider of which nothing is ours is held as written already: nobody asks for it alone, and it has the
/// thumbprints. That it has the audiences is Read's to see.
async fn held_already(planned: &TrustModel, provider: impl AsyncFnOnce() -> Option<Arc<Provider>>) -> bool {
    let Some(held) = planned.oidc_provider.known() else {
        return false;
    };
    let (Some(ownership), Some(_), Some(thumbprints)) = (
        held.ownership.settled(),
        held.arn.settled(),
        held.thumbprints.strings(),
    ) else {
        return false;
    };
    if ownership.is_some_and(|text| Ownership::parse(text) == Ok(Ownership::Exclusive)) {
        return false;
    }
    let Some(wanted) = thumbprints else { return true };
    let lower = |texts: Vec<String>| -> BTreeSet<String> {
        texts.iter().map(|text| text.to_ascii_lowercase()).collect()
    };
    provider()
        .await
        .is_some_and(|found| lower(wanted.into_iter().collect()) == lower(found.thumbprints.clone()))
}
