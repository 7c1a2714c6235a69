//! From a trust that was read back to the arguments that say it.

use std::collections::{BTreeMap, BTreeSet};

use super::reading::AlsoModel;
use crate::framework::{Attr, StringSet, StringSetMap};
use crate::trust::{Audience, ClaimName, Pattern, Terms, Trust};

/// The trust arguments of some resource's model, to be written.
pub struct ArgumentsMut<'a> {
    pub issuer: &'a mut Attr<String>,
    pub audiences: &'a mut StringSet,
    pub subjects: &'a mut StringSet,
    pub subject_patterns: &'a mut StringSet,
    pub claims: &'a mut StringSetMap,
    pub claim_patterns: &'a mut StringSetMap,
    pub also: &'a mut Attr<BTreeMap<String, AlsoModel>>,
}

impl ArgumentsMut<'_> {
    /// Writes the trust. `audiences` stays null while the default ones are what is accepted. The caller checks that the arguments
    /// mean the trust: what a branch of `also` does not test it would inherit from the top.
    ///
    /// False: a trust of no branch; nothing is written.
    pub fn write(self, trust: &Trust, defaults: &BTreeSet<Audience>) -> bool {
        let mut terms = trust.terms.iter();
        let Some(top) = terms.next() else { return false };
        *self.issuer = Attr::from_text(top.issuer.as_str());
        *self.audiences = audiences(self.audiences, top, defaults);
        *self.subjects = set(top.subjects.iter());
        *self.subject_patterns = set(top.subject_patterns.iter().map(Pattern::as_str));
        *self.claims = claims(&top.claims, String::as_str);
        *self.claim_patterns = claims(&top.claim_patterns, Pattern::as_str);
        write_also(self.also, top, terms.collect());
        true
    }
}

/// What a branch shares with the top is left out where that says the same.
fn write_also(also: &mut Attr<BTreeMap<String, AlsoModel>>, top: &Terms, branches: Vec<&Terms>) {
    if branches.is_empty() {
        *also = Attr::Null;
        return;
    }
    let before = also.known().cloned().unwrap_or_default();
    // The keys are the user's own: kept while there are as many, numbered otherwise.
    let keys: Vec<String> = if before.len() == branches.len() {
        before.keys().cloned().collect()
    } else {
        (1..=branches.len()).map(|number| number.to_string()).collect()
    };
    let written = keys.into_iter().zip(branches).map(|(key, terms)| {
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
    *also = Attr::Known(written.collect());
}

/// Null stays while the default ones are what is accepted.
fn audiences(written: &StringSet, terms: &Terms, defaults: &BTreeSet<Audience>) -> StringSet {
    if written.is_null() && terms.audiences == *defaults {
        return Attr::Null;
    }
    StringSet::of(terms.audiences.iter().map(ToString::to_string))
}

/// A set of these texts; null for none, since an empty set means nothing.
pub fn set<S: Into<String>>(texts: impl Iterator<Item = S>) -> StringSet {
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
