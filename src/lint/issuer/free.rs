//! Subjects that a tenant puts together itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::IssuerFacts;
use crate::lint::language::{Automaton, Builder, Label};
use crate::platforms::{Template, TemplatePart};

/// What subjects of no form an issuer's tokens can have.
#[derive(Clone, Debug)]
pub(crate) enum Free {
    /// None.
    No,
    /// `key:value`, repeated and joined with `:`.
    Pairs(Pairs),
    /// The catalogue cannot say.
    Anything,
}

/// Pairs of known keys.
#[derive(Clone, Debug)]
pub(crate) struct Pairs {
    keys: BTreeSet<String>,
    /// Keys whose value belongs to one tenant.
    naming: BTreeSet<String>,
    /// Parts without a value.
    words: BTreeSet<String>,
    /// Keys that one of the subjects of the platform's own begins with.
    heads: BTreeSet<String>,
    /// Whether one of the naming keys is always there, and first.
    is_always_named: bool,
}

impl Free {
    pub(crate) fn of(facts: &IssuerFacts) -> Self {
        let forms: Vec<&String> = facts.platforms.iter().flat_map(|p| &p.free_subjects).collect();
        if forms.is_empty() {
            return Self::No;
        }
        let in_pairs =
            |form: &&String| form.contains("{key}:{value}") || form.contains("{component}:{value}");
        if !forms.iter().all(in_pairs) {
            return Self::Anything;
        }
        let heads = || {
            let prefixes = facts.platforms.iter().flat_map(|p| &p.tenant_sub_prefixes);
            prefixes.filter_map(|prefix| {
                let template = Template::parse(prefix).ok()?;
                Some(template.head().strip_suffix(':')?.to_owned())
            })
        };
        let mut naming: BTreeSet<String> = heads().collect();
        naming.extend(facts.id_claims().into_iter().map(str::to_owned));
        naming.extend(facts.name_claims().into_iter().map(str::to_owned));
        naming.insert("repository".to_owned());
        let mut keys: BTreeSet<String> = facts
            .platforms
            .iter()
            .flat_map(|p| p.claims.iter().cloned())
            .collect();
        keys.extend(naming.iter().cloned());
        let ends = facts
            .platforms
            .iter()
            .flat_map(|p| &p.subjects)
            .filter_map(|form| {
                let Some(TemplatePart::Literal(text)) = form.template.parts().last() else {
                    return None;
                };
                text.rsplit(':').next().map(str::to_owned)
            });
        Self::Pairs(Pairs {
            keys,
            naming,
            words: ends.filter(|word| !word.is_empty()).collect(),
            heads: heads().collect(),
            is_always_named: forms
                .iter()
                .all(|form| heads().any(|head| form.starts_with(&head))),
        })
    }
}

impl Pairs {
    /// Whether a text is such a subject, and if so, whether one of its keys names the tenant.
    pub(crate) fn read(&self, text: &str) -> Option<bool> {
        let mut parts = text.split(':');
        let mut is_named = false;
        while let Some(part) = parts.next() {
            if self.words.contains(part) {
                continue;
            }
            let value = parts.next().filter(|value| !value.is_empty())?;
            let _ = value;
            is_named |= self.naming.contains(part);
            if !self.keys.contains(part) {
                return None;
            }
        }
        (is_named || !self.is_always_named).then_some(is_named)
    }

    /// All such subjects, or those whose keys do not name the tenant.
    pub(crate) fn automaton(&self, nameless_only: bool) -> Automaton {
        let mut builder = Builder::default();
        let (start, end) = (builder.state(), builder.state());
        if nameless_only && self.is_always_named {
            return builder.finish(start, end);
        }
        let not_colon = Label::Set(Arc::from([('\0', '9'), (';', char::MAX)]));
        let value = builder.state();
        let first = builder.then(value, not_colon.clone(), 1, false);
        let rest = builder.state();
        builder.silent(first, rest);
        builder.edge(
            rest,
            crate::lint::language::Edge {
                label: not_colon,
                target: rest,
                tag: 1,
                literal: false,
            },
        );
        builder.silent(rest, end);
        // Where the tenant is always named, it is named first.
        let first_start = match self.is_always_named {
            true => builder.state(),
            false => start,
        };
        for key in &self.keys {
            if nameless_only && self.naming.contains(key) {
                continue;
            }
            if self.is_always_named && self.heads.contains(key) {
                let at = builder.text(first_start, key, 0);
                let at = builder.text(at, ":", 0);
                builder.silent(at, value);
            }
            let (name, is_open) = key.strip_suffix('*').map_or((key.as_str(), false), |n| (n, true));
            let mut at = builder.text(start, name, 0);
            if is_open {
                at = builder.run(at, 0);
            }
            let at = builder.text(at, ":", 0);
            builder.silent(at, value);
        }
        for word in &self.words {
            let at = builder.text(start, word, 0);
            builder.silent(at, end);
        }
        let again = builder.text(end, ":", 0);
        builder.silent(again, start);
        builder.finish(first_start, end)
    }
}
