//! Tokens of an issuer, with what a way in asks of them besides the subject.

use serde_json::{Map, Value as Json, json};

use super::super::claim_path::ClaimPath;
use super::branches::Setting;
use super::conjunction::{Conjunction, Kind};
use crate::trust::Claims;

/// Values for claims that nobody said anything about, the first that passes.
const FILLERS: [&str; 6] = [
    "evil",
    "other",
    "999999999999",
    "refs/heads/evil",
    "evil/evil",
    "x",
];

impl Setting<'_> {
    /// Adds issuer and audience, gives every claim its type and its place, and adds those that have to be there.
    pub(super) fn finish(&self, asked: &Conjunction, claims: Claims) -> Claims {
        let mut members = Map::new();
        for (name, value) in claims.members() {
            let kind = asked.kinds.get(name).copied().unwrap_or(Kind::Text);
            let typed = typed(value, kind, asked.more.get(name));
            match asked.paths.get(name) {
                Some(path) => set(&mut members, path.members(), typed),
                None => drop(members.insert(name.clone(), typed)),
            }
        }
        members.insert("iss".to_owned(), json!(self.provider.issuer_uri));
        if let Some(audience) = self.audience(asked) {
            let kind = asked.kinds.get("aud").copied().unwrap_or(Kind::Text);
            let audience = typed(&json!(audience), kind, asked.more.get("aud"));
            members.insert("aud".to_owned(), audience);
        }
        for (a, b) in &asked.same {
            let value = get(&members, a.members())
                .or_else(|| get(&members, b.members()))
                .cloned();
            let value = value.unwrap_or_else(|| json!(self.filler(asked, a)));
            for path in [a, b] {
                if get(&members, path.members()).is_none() {
                    set(&mut members, path.members(), value.clone());
                }
            }
        }
        let tested = asked.tests.iter().filter_map(|test| asked.paths.get(&test.claim));
        for path in asked.present.iter().chain(tested) {
            if get(&members, path.members()).is_none() && path.joined() != "sub" {
                let kind = asked.kinds.get(&path.joined()).copied().unwrap_or(Kind::Text);
                let filler = typed(&json!(self.filler(asked, path)), kind, None);
                set(&mut members, path.members(), filler);
            }
        }
        for path in &asked.absent {
            remove(&mut members, path.members());
        }
        Claims::new(members)
    }

    /// An audience that the provider and the tests accept.
    fn audience(&self, asked: &Conjunction) -> Option<String> {
        let tests = || asked.tests.iter().filter(|test| test.claim == "aud");
        let accepted = self.provider.accepted_audiences();
        // The one with the scheme is the one that tools ask for.
        let mut all = accepted.iter().rev();
        all.find(|audience| tests().all(|test| test.accepts(audience)))
            .cloned()
    }

    /// A value of somebody else's for a claim.
    fn filler(&self, asked: &Conjunction, path: &ClaimPath) -> String {
        let name = path.joined();
        let is_id = self.facts.id_claims().contains(name.as_str());
        let tests = || {
            asked
                .tests
                .iter()
                .filter(|test| test.claim == name && test.is_negated)
        };
        let mut fillers: Vec<&str> = FILLERS.to_vec();
        if is_id {
            fillers.insert(0, "999999999999");
        }
        let found = fillers
            .iter()
            .find(|value| tests().all(|test| test.accepts(value)));
        (*found.unwrap_or(&"x")).to_owned()
    }
}

fn typed(value: &Json, kind: Kind, more: Option<&std::collections::BTreeSet<String>>) -> Json {
    let Json::String(text) = value else {
        return value.clone();
    };
    match kind {
        Kind::Text => value.clone(),
        Kind::Number => text
            .parse::<i64>()
            .map_or_else(|_| json!(1), |number| json!(number)),
        Kind::Boolean => json!(text != "false"),
        Kind::List => {
            let items: Vec<&String> = std::iter::once(text).chain(more.into_iter().flatten()).collect();
            json!(items)
        }
    }
}

fn get<'m>(members: &'m Map<String, Json>, path: &[String]) -> Option<&'m Json> {
    let (first, rest) = path.split_first()?;
    let value = members.get(first)?;
    match rest {
        [] => Some(value),
        _ => get(value.as_object()?, rest),
    }
}

fn set(members: &mut Map<String, Json>, path: &[String], value: Json) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        members.insert(first.clone(), value);
        return;
    }
    let inner = members.entry(first.clone()).or_insert_with(|| json!({}));
    if let Some(inner) = inner.as_object_mut() {
        set(inner, rest, value);
    }
}

fn remove(members: &mut Map<String, Json>, path: &[String]) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    match rest {
        [] => drop(members.remove(first)),
        _ => {
            if let Some(inner) = members.get_mut(first).and_then(Json::as_object_mut) {
                remove(inner, rest);
            }
        }
    }
}
