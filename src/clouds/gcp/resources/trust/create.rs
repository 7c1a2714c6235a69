//! Creating: pool, provider with its condition, service account, who may act as it, its roles. Least dangerous first: nobody is
//! granted anything before the provider refuses strangers.

use super::credential;
use super::memory::Memory;
use super::model::TrustModel;
use super::permissions::{Grants, all};
use super::pool::Taken;
use super::read::identity;
use super::together::Together;
use super::work::{Failure, Work, enter};
use crate::clouds::gcp::configuration::Configured;
use crate::framework::{Attr, Context, Diagnostics, Progress};

pub async fn create(
    (gcp, together): (&Configured, &Together),
    context: &Context,
    (config, planned): (&TrustModel, &TrustModel),
    progress: &mut Progress<TrustModel>,
    diagnostics: &mut Diagnostics,
) {
    let mut memory = Memory::default();
    let entered = enter((gcp, together), context, (config, planned), &memory, diagnostics).await;
    let Some((google, meaning)) = entered else {
        return;
    };
    if gcp.refuses_issuer(meaning.trusted(), diagnostics).await {
        return;
    }
    let work = Work {
        gcp,
        google: &google,
        together,
        meaning: &meaning,
        config,
        planned,
    };
    memory.implied = meaning.implied.clone();
    let mut state = work.stated();
    nothing_yet(&mut state);
    let made = make(&work, &mut memory, &mut state).await;
    complete(&work, &mut state);
    memory.judge(&state);
    memory.keep_in(&mut progress.private);
    if !state.pool_name.is_null() || !state.provider_name.is_null() {
        progress.identity = Some(identity(&state));
        progress.state = Some(state);
    }
    if let Err(failure) = made {
        failure.say(diagnostics);
    }
}

/// What the plan promises does not exist before it is made.
fn nothing_yet(state: &mut TrustModel) {
    state.id = Attr::Null;
    state.pool_name = Attr::Null;
    state.provider_name = Attr::Null;
    state.service_account_id = Attr::Null;
    state.grants = Attr::Null;
    if state.makes_account() {
        state.service_account_email = Attr::Null;
    }
}

async fn make(work: &Work<'_>, memory: &mut Memory, state: &mut TrustModel) -> Result<(), Failure> {
    let taken = hold(work, memory, state).await?;
    state.id = Attr::from_text(work.meaning.name.to_string());
    work.make_account(state).await?;
    state.grants = work.planned.grants.clone();
    let wanted = all(state);
    let fresh = (taken, work.planned.makes_account());
    work.change_grants((&Grants::new(), &wanted), memory, fresh).await
}

/// Takes pool and provider, while nobody else of this process changes the pool.
pub async fn hold(work: &Work<'_>, memory: &mut Memory, state: &mut TrustModel) -> Result<Taken, Failure> {
    let _turn = work.together.turn(&work.meaning.name.pool().to_string()).await;
    let taken = work.take_pool(memory, state).await?;
    work.take_provider(taken, state).await?;
    Ok(taken)
}

/// What follows from what exists now.
pub fn complete(work: &Work<'_>, state: &mut TrustModel) {
    let email = state.service_account_email.clone();
    let model = work.planned;
    let configuration = credential::configuration(work.google, work.meaning, (model, &email));
    let missing = model.makes_account() && email.is_null();
    state.credential_configuration = if missing { Attr::Null } else { configuration };
}
