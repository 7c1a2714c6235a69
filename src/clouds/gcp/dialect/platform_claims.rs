//! What the platforms say of the claims that a trust tests and a provider maps.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::claim_path::ClaimPath;
use super::default_mapping;
use super::read_back::same_expression;
use crate::platforms::{ClaimKind as Written, Platform, Presence};
use crate::trust::{ClaimKind, ClaimName};

/// The kind of a claim; `None` when nobody says, or several platforms say different things. A claim that a platform lists
/// without more holds a text: where that is wrong nobody gets in.
pub fn kind_of(platforms: &[Cow<'_, Platform>], name: &ClaimName) -> Option<ClaimKind> {
    let joined = ClaimPath::of(name).ok()?.joined();
    let mut kinds = platforms.iter().map(|platform| of_platform(platform, &joined));
    let first = kinds.next()??;
    kinds.all(|kind| kind == Some(first)).then_some(first)
}

fn of_platform(platform: &Platform, name: &str) -> Option<ClaimKind> {
    match platform.claim_forms.get(name).map(|form| form.kind) {
        Some(Written::String) => Some(ClaimKind::Text),
        Some(Written::List) => Some(ClaimKind::List),
        Some(Written::Boolean) => Some(ClaimKind::Boolean),
        Some(Written::Number) => Some(ClaimKind::Number),
        Some(Written::Object) => None,
        None => is_listed(platform, name).then_some(ClaimKind::Text),
    }
}

fn is_listed(platform: &Platform, name: &str) -> bool {
    platform
        .claims
        .iter()
        .any(|listed| match listed.strip_suffix('*') {
            Some(head) => name.strip_prefix(head).is_some_and(|rest| !rest.is_empty()),
            None => listed == name,
        })
}

/// The claims that become attributes: those that name the tenant, those that never change, and those that are tested; as far
/// as they hold texts.
pub fn mapped(
    platforms: &[Cow<'_, Platform>],
    tested: &BTreeSet<ClaimName>,
) -> BTreeMap<ClaimName, Presence> {
    let mut names = tested.clone();
    for platform in platforms {
        let telling = platform.tenant_claims.iter().chain(&platform.immutable_id_claims);
        names.extend(telling.filter_map(|name| named(platform, name)));
    }
    names
        .into_iter()
        .filter(|name| !matches!(name.as_str(), "sub" | "aud" | "iss"))
        .filter(|name| kind_of(platforms, name) == Some(ClaimKind::Text))
        .map(|name| {
            let presence = presence(platforms, &name);
            (name, presence)
        })
        .collect()
}

/// The name under which the arguments know a claim of the catalogue.
fn named(platform: &Platform, name: &str) -> Option<ClaimName> {
    let is_nested = platform.claim_forms.get(name).is_some_and(|form| form.is_nested);
    let text = if is_nested && !name.starts_with('/') {
        format!("/{name}")
    } else {
        name.to_owned()
    };
    ClaimName::parse(&text).ok()
}

/// How often tokens have a claim: `Always` only when every platform says so.
fn presence(platforms: &[Cow<'_, Platform>], name: &ClaimName) -> Presence {
    let Ok(path) = ClaimPath::of(name) else {
        return Presence::Sometimes;
    };
    let joined = path.joined();
    let always = |platform: &Cow<'_, Platform>| {
        platform
            .claim_forms
            .get(&joined)
            .is_some_and(|form| form.presence == Presence::Always)
    };
    if !platforms.is_empty() && platforms.iter().all(always) {
        Presence::Always
    } else {
        Presence::Sometimes
    }
}

/// Whether an expression of a mapping gives this claim, where a token has it, and nothing else.
pub fn is_mapping_of(expression: &str, claim: &ClaimName) -> bool {
    let Ok(path) = ClaimPath::of(claim) else {
        return false;
    };
    let forms =
        [Presence::Always, Presence::Sometimes].map(|presence| default_mapping::expression(&path, presence));
    forms
        .into_iter()
        .flatten()
        .any(|form| same_expression(&form, expression))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::by_id;

    fn of(id: &str) -> Vec<Cow<'static, Platform>> {
        vec![Cow::Borrowed(by_id(id).unwrap())]
    }

    fn name(text: &str) -> ClaimName {
        ClaimName::parse(text).unwrap()
    }

    #[test]
    fn kinds() {
        let github = of("github-actions");
        assert_eq!(kind_of(&github, &name("repository_id")), Some(ClaimKind::Text));
        assert_eq!(kind_of(&github, &name("job_workflow_ref")), Some(ClaimKind::Text));
        assert_eq!(
            kind_of(&github, &name("repo_property_tier")),
            Some(ClaimKind::Text)
        );
        assert_eq!(kind_of(&github, &name("repo_property_")), None);
        assert_eq!(kind_of(&github, &name("no_such_claim")), None);
        let kubernetes = of("kubernetes");
        assert_eq!(
            kind_of(&kubernetes, &name("/kubernetes.io/namespace")),
            Some(ClaimKind::Text)
        );
        assert_eq!(kind_of(&[], &name("repository_id")), None, "nobody says");
    }

    #[test]
    fn plain_mappings() {
        let repository = name("repository_id");
        assert!(is_mapping_of("assertion.repository_id", &repository));
        assert!(is_mapping_of(" assertion['repository_id'] ", &repository));
        assert!(is_mapping_of(
            "'repository_id' in assertion ? assertion.repository_id : ''",
            &repository
        ));
        for other in [
            "assertion.repository_id + ''",
            "assertion.repository",
            "'repository_id' in assertion ? assertion.repository_id : 'x'",
            "repository_id",
            "'x'",
            "(",
        ] {
            assert!(!is_mapping_of(other, &repository), "{other}");
        }
    }

    #[test]
    fn what_is_mapped() {
        let claims = mapped(&of("github-actions"), &BTreeSet::from([name("environment")]));
        for wanted in ["repository_id", "repository_owner_id", "environment"] {
            assert!(claims.contains_key(&name(wanted)), "{wanted}: {claims:?}");
        }
        assert_eq!(claims[&name("environment")], Presence::Sometimes);
        assert!(mapped(&[], &BTreeSet::from([name("team")])).is_empty());
    }
}
