//! A trust policy back into the arguments, when somebody changed it or a role is imported.

use std::collections::{BTreeMap, BTreeSet};

use super::meaning::{Home, Meaning, Understanding, default_audiences};
use super::model::TrustModel;
use crate::clouds::aws::dialect::{AwsTrust, PolicyDocument, Statement, means_same, read_back};
use crate::clouds::trust_arguments::AlsoModel;
use crate::framework::{Attr, Diagnostics, StringSet, StringSetMap};
use crate::trust::{ClaimName, Pattern, Terms};

/// Puts what the policy says into the arguments; false, and nothing changed, when they cannot express it.
pub fn write_back(state: &mut TrustModel, policy: &PolicyDocument, home: &Home) -> bool {
    let mut written = state.clone();
    if !write(&mut written, policy, home) {
        return false;
    }
    // An argument that a branch of `also` does not test would inherit from the top: then the arguments say something else.
    let same = match Meaning::of(&written, home, true, &mut Diagnostics::new()) {
        Understanding::Known(meaning) => means_same(&meaning.policy, policy),
        Understanding::Unknown | Understanding::Refused => false,
    };
    if same {
        *state = written;
    }
    same
}

fn write(state: &mut TrustModel, policy: &PolicyDocument, home: &Home) -> bool {
    let Ok(found) = read_back(policy, home.partition, &home.account) else {
        return false;
    };
    let mut terms = found.trust.terms.iter();
    let Some(top) = terms.next() else { return false };
    write_top(state, top, home);
    write_also(state, terms.collect(), home);
    write_statement(state, &found);
    true
}

fn write_top(state: &mut TrustModel, top: &Terms, home: &Home) {
    state.issuer = Attr::from_text(top.issuer.as_str());
    state.audiences = audiences(&state.audiences, top, home);
    state.subjects = set(top.subjects.iter());
    state.subject_patterns = set(top.subject_patterns.iter().map(Pattern::as_str));
    state.claims = claims(&top.claims, String::as_str);
    state.claim_patterns = claims(&top.claim_patterns, Pattern::as_str);
}

fn write_also(state: &mut TrustModel, branches: Vec<&Terms>, home: &Home) {
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
            issuer: Attr::from_text(terms.issuer.as_str()),
            platform,
            audiences: audiences(&Attr::Null, terms, home),
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
fn audiences(written: &StringSet, terms: &Terms, home: &Home) -> StringSet {
    if written.is_null() && terms.audiences == default_audiences(home.partition) {
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
