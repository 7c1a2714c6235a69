//! A trust policy back into the arguments, when somebody changed it or a role is imported.

use std::collections::BTreeSet;

use super::implied::{Implied, Knowledge};
use super::meaning::{Home, Meaning, Understanding};
use super::model::TrustModel;
use crate::clouds::aws::dialect::{AwsTrust, PolicyDocument, Statement, means_same, read_back};
use crate::clouds::trust_arguments::set;
use crate::framework::{Attr, Diagnostics};
use crate::trust::Audience;

/// Puts what the policy says into the arguments; false, and nothing changed, when they cannot express it. Where nothing was
/// written down as `implied`, as at an import, it becomes what the policy shows.
pub fn write_back(
    state: &mut TrustModel,
    policy: &PolicyDocument,
    home: &Home,
    implied: &mut Implied,
) -> bool {
    let Ok(found) = read_back(policy, home.partition, &home.account) else {
        return false;
    };
    let knowledge = if *implied == Implied::default() {
        Knowledge::Shown(&found.azp_always)
    } else {
        Knowledge::Kept(implied)
    };
    let mut written = state.clone();
    if !write(&mut written, &found, &knowledge.audiences(state, home.partition)) {
        return false;
    }
    // An argument that a branch of `also` does not test would inherit from the top: then the arguments say something else.
    let Some(decided) = decided_for(&written, policy, home, knowledge) else {
        return false;
    };
    if let Knowledge::Shown(_) = knowledge {
        *implied = decided;
    }
    *state = written;
    true
}

/// What must have been implied for the arguments to have become this policy: after a crash wiped what was written down.
pub fn shown_by(state: &TrustModel, policy: &PolicyDocument, home: &Home) -> Option<Implied> {
    let found = read_back(policy, home.partition, &home.account).ok()?;
    decided_for(state, policy, home, Knowledge::Shown(&found.azp_always))
}

/// `None`: the arguments do not mean this policy.
fn decided_for(
    state: &TrustModel,
    policy: &PolicyDocument,
    home: &Home,
    knowledge: Knowledge<'_>,
) -> Option<Implied> {
    match Meaning::of(state, home, knowledge, true, &mut Diagnostics::new()) {
        Understanding::Known(meaning) if means_same(&meaning.policy, policy) => Some(meaning.implied),
        Understanding::Known(_) | Understanding::Unknown | Understanding::Refused => None,
    }
}

fn write(state: &mut TrustModel, found: &AwsTrust, defaults: &BTreeSet<Audience>) -> bool {
    if !state.arguments_mut().write(&found.trust, defaults) {
        return false;
    }
    write_statement(state, found);
    true
}

fn write_statement(state: &mut TrustModel, found: &AwsTrust) {
    state.session_tag_keys = match &found.session_tag_keys {
        Some(keys) => set(keys.iter()),
        None => Attr::Null,
    };
    state.source_identity = flag(&state.source_identity, found.source_identity);
    state.require_authorized_role = flag(&state.require_authorized_role, found.require_authorized_role);
    if found.additional_statements.is_empty() {
        if state
            .additional_statements
            .text()
            .is_some_and(|text| text.trim() != "[]")
        {
            state.additional_statements = Attr::Null;
        }
        return;
    }
    let statements: Vec<String> = found
        .additional_statements
        .iter()
        .map(Statement::to_json)
        .collect();
    state.additional_statements = Attr::from_text(format!("[{}]", statements.join(",")));
}

fn flag(written: &Attr<bool>, found: bool) -> Attr<bool> {
    if written.known().copied().unwrap_or_default() == found {
        written.clone()
    } else {
        Attr::Known(found)
    }
}
