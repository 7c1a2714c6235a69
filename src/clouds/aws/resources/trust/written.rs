//! A trust policy back into the arguments, when somebody changed it or a role is imported.

use std::collections::{BTreeMap, BTreeSet};

use super::implied::{Implied, Knowledge};
use super::meaning::{Home, Meaning, Understanding};
use super::model::TrustModel;
use crate::clouds::aws::dialect::{AwsTrust, PolicyDocument, Statement, means_same, read_back};
use crate::clouds::trust_arguments::AlsoModel;
use crate::framework::{Attr, Diagnostics, StringSet, StringSetMap};
use crate::trust::{Audience, ClaimName, Pattern, Terms};

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
    let mut terms = found.trust.terms.iter();
    let Some(top) = terms.next() else { return false };
    write_top(state, top, defaults);
    write_also(state, top, terms.collect());
    write_statement(state, found);
    true
}

fn write_top(state: &mut TrustModel, top: &Terms, defaults: &BTreeSet<Audience>) {
    state.issuer = Attr::from_text(top.issuer.as_str());
    state.audiences = audiences(&state.audiences, top, defaults);
    state.subjects = set(top.subjects.iter());
    state.subject_patterns = set(top.subject_patterns.iter().map(Pattern::as_str));
    state.claims = claims(&top.claims, String::as_str);
    state.claim_patterns = claims(&top.claim_patterns, Pattern::as_str);
}

/// What a branch shares with the top is left out where that says the same.
fn write_also(state: &mut TrustModel, top: &Terms, branches: Vec<&Terms>) {
    if branches.is_empty() {
        state.also = Attr::Null;
        return;
    }
    let before = state.also.known().cloned().unwrap_or_default();
    // The keys are the user's own: kept while there are as many, numbered otherwise.
    let keys: Vec<String> = if before.len() == branches.len() {
        before.keys().cloned().collect()
    } else {
        (1..=branches.len()).map(|number| number.to_string()).collect()
    };
    let also = keys.into_iter().zip(branches).map(|(key, terms)| {
        let platform = before
            .get(&key)
            .map_or(Attr::Null, |branch| branch.platform.clone());
        let branch = AlsoModel {
            issuer: Attr::from_option((terms.issuer != top.issuer).then(|| terms.issuer.to_string())),
            platform,
            audiences: audiences(&Attr::Null, terms, &top.audiences),
            subjects: set(terms.subjects.iter()),
            subject_patterns: set(terms.subject_patterns.iter().map(Pattern::as_str)),
            claims: claims(&terms.claims, String::as_str),
            claim_patterns: claims(&terms.claim_patterns, Pattern::as_str),
        };
        (key, branch)
    });
    state.also = Attr::Known(also.collect());
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

/// Null stays while the cloud's own audience is what is accepted.
fn audiences(written: &StringSet, terms: &Terms, defaults: &BTreeSet<Audience>) -> StringSet {
    if written.is_null() && terms.audiences == *defaults {
        return Attr::Null;
    }
    StringSet::of(terms.audiences.iter().map(ToString::to_string))
}

fn flag(written: &Attr<bool>, found: bool) -> Attr<bool> {
    if written.known().copied().unwrap_or_default() == found {
        written.clone()
    } else {
        Attr::Known(found)
    }
}

fn set<S: Into<String>>(texts: impl Iterator<Item = S>) -> StringSet {
    let texts: BTreeSet<String> = texts.map(Into::into).collect();
    if texts.is_empty() {
        Attr::Null
    } else {
        StringSet::of(texts)
    }
}

fn claims<T>(claims: &BTreeMap<ClaimName, BTreeSet<T>>, text: impl Fn(&T) -> &str) -> StringSetMap {
    if claims.is_empty() {
        return Attr::Null;
    }
    let values = |found: &BTreeSet<T>| StringSet::of(found.iter().map(|value| text(value).to_owned()));
    Attr::Known(
        claims
            .iter()
            .map(|(name, found)| (name.to_string(), values(found)))
            .collect(),
    )
}
