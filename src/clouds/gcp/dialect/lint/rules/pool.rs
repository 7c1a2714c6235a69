//! Rules about bindings, and about providers that share a pool.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::super::branches::Setting;
use super::super::condition::Reader;
use super::super::twin::Twins;
use super::{Looked, finding};
use crate::clouds::gcp::dialect::principal::{Principal, Whom};
use crate::lint::{Class, Common, Rule, TextPart, common_text, examine};
use crate::trust::{Finding, Severity};

pub(super) const WHOLE_POOL: Rule = Rule {
    id: "whole-pool-binding",
    title: "Every identity of the pool is meant",
    class: Class::Open,
    meaning: "The binding means every identity of the pool, whichever provider it comes from, now and later.",
    fix: "bind a subject (`principal://…/subject/…`) or the value of an attribute (`principalSet://…/attribute.…`)",
};

pub(super) const COLLIDE: Rule = Rule {
    id: "providers-collide",
    title: "Two providers give the same identity",
    class: Class::Fragile,
    meaning: "Two providers of a pool can map tokens of different issuers to the same `google.subject`, which is then one identity.",
    fix: "use a pool for each provider, or begin `google.subject` with the provider's id",
};

pub(super) const KEY_SHARED: Rule = Rule {
    id: "binding-key-shared",
    title: "Another provider can be bound too",
    class: Class::Open,
    meaning: "A binding means identities by what they are mapped to, and another provider of the pool maps tokens to the same.",
    fix: "use a pool for each provider, or bind an attribute that only this provider maps",
};

impl Looked<'_> {
    pub(super) fn about_bindings(&self, all: &mut Vec<Finding>) {
        let own = |binding: &&Principal| binding.pool == *self.setting.provider.name().pool();
        for binding in self
            .setting
            .bindings
            .iter()
            .filter(own)
            .filter(|binding| binding.whom == Whom::Everyone)
        {
            let worst = self
                .examined
                .iter()
                .flat_map(|one| &one.findings)
                .filter(|f| f.rule == "missing-subject")
                .max_by_key(|f| f.severity);
            let severity = match worst {
                Some(worst) if self.setting.provider.condition.is_none() => {
                    worst.severity.max(Severity::Medium)
                }
                _ => Severity::Medium,
            };
            let token = self.examined.iter().find_map(|one| one.token.as_ref());
            let witness = worst.and_then(|worst| worst.witness.clone()).or_else(|| {
                token.map(|token| serde_json::Value::Object(token.members().clone()).to_string())
            });
            let message =
                format!("`{binding}` means every identity of the pool, of this provider and of any other");
            all.push(finding(
                &WHOLE_POOL,
                severity,
                &binding.to_string(),
                message,
                witness,
            ));
        }
    }
}

/// What the providers of a pool do to each other.
pub(in super::super) fn of_pool(settings: &[Setting<'_>]) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut rest = settings;
    while let Some((first, others)) = rest.split_first() {
        rest = others;
        for second in others
            .iter()
            .filter(|second| second.provider.name().pool() == first.provider.name().pool())
        {
            all.extend(collision(first, second));
        }
    }
    let bindings: BTreeSet<&Principal> = settings.iter().flat_map(|setting| setting.bindings).collect();
    all.extend(
        bindings
            .into_iter()
            .filter_map(|binding| shared_key(settings, binding)),
    );
    all
}

fn collision(first: &Setting<'_>, second: &Setting<'_>) -> Option<Finding> {
    let (a, b) = (subject(first), subject(second));
    let (one, other) = in_order(first, second);
    let value = format!("{one} {other}");
    let whose = format!("providers of `{one}` and `{other}` share a pool");
    let fixed = |parts: &[TextPart]| match parts.first() {
        Some(TextPart::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let (severity, message) = match common_text((&first.facts, &a), (&second.facts, &b)) {
        Common::Text(text) => (
            Severity::High,
            format!("{whose}, and both can map a token to the subject `{text}`"),
        ),
        Common::Unknown => (
            Severity::High,
            format!("{whose}, and both may map tokens to the same subject"),
        ),
        // The mappings themselves keep them apart, whatever the issuers sign.
        Common::Nothing if matches!((fixed(&a), fixed(&b)), (Some(a), Some(b)) if !a.starts_with(&b) && !b.starts_with(&a)) =>
        {
            return None;
        }
        Common::Nothing => (
            Severity::Medium,
            format!(
                "{whose}, and only the present forms of the issuers' subjects keep their identities apart: nothing in the mappings does"
            ),
        ),
    };
    // The tokens are shown in an order that does not depend on how the providers were written.
    let (meant, foreign) =
        match (&first.url, first.provider.name().id()) <= (&second.url, second.provider.name().id()) {
            true => (first, second),
            false => (second, first),
        };
    let twins = meant.subject_twins(foreign);
    let message = match &twins {
        Some(twins) => format!("{message}: {}", twins.said()),
        None => message,
    };
    let witness = twins.as_ref().and_then(Twins::witness);
    Some(finding(&COLLIDE, severity, &value, message, witness))
}

/// What a provider puts together as the subject; anything where that cannot be told.
fn subject(setting: &Setting<'_>) -> Vec<TextPart> {
    let known = setting.subject_parts();
    known.unwrap_or_else(|| vec![TextPart::Claim(String::new())])
}

/// Whether a binding means tokens of several issuers.
fn shared_key(settings: &[Setting<'_>], binding: &Principal) -> Option<Finding> {
    if binding.whom == Whom::Everyone {
        return None;
    }
    // By issuer: a token that shows it, where there is one.
    let mut meant: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for setting in settings {
        let alone = Setting {
            provider: setting.provider,
            bindings: std::slice::from_ref(binding),
            facts: setting.facts.clone(),
            url: setting.url.clone(),
            refused: RefCell::new(None),
        };
        let reader = Reader::new(alone.provider, &alone.facts);
        let ways = alone.ways(&reader);
        let examined: Vec<_> = ways.iter().map(|way| examine(&way.branch)).collect();
        let token = examined.iter().find_map(|one| one.token.as_ref());
        let shown = token.map(|token| serde_json::Value::Object(token.members().clone()).to_string());
        if shown.is_some() || examined.iter().any(|one| !one.admits_nobody) {
            let known = meant.entry(&setting.url).or_default();
            *known = known.take().max(shown);
        }
    }
    let urls: Vec<&str> = meant.keys().copied().collect();
    if urls.len() < 2 {
        return None;
    }
    let is_shown = meant.values().all(Option::is_some);
    let severity = if is_shown {
        Severity::Critical
    } else {
        Severity::High
    };
    let witness = meant.values().flatten().next_back().cloned();
    let message = format!(
        "`{binding}` means identities of providers of several issuers: `{}`",
        urls.join("`, `")
    );
    Some(finding(
        &KEY_SHARED,
        severity,
        &binding.to_string(),
        message,
        witness,
    ))
}

/// The issuers of two providers, whichever comes first.
fn in_order<'s>(a: &'s Setting<'_>, b: &'s Setting<'_>) -> (&'s str, &'s str) {
    (a.url.as_str().min(&b.url), a.url.as_str().max(&b.url))
}
