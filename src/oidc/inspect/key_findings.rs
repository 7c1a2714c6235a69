//! What the clouds would say of a key set.

use crate::oidc::jwk::{Key, PublicKey};
use crate::oidc::key_set::{KeySet, is_sandbox_key_set};
use crate::oidc::policy::Profile;
use crate::trust::{Finding, Severity};

use super::acceptor::{ACCEPTORS, Acceptor, KeyLimit};
use super::report::finding;

/// Judges a key set.
pub(super) fn findings(keys: &KeySet) -> Vec<Finding> {
    let mut findings: Vec<_> = keys.keys().iter().filter_map(of_key).collect();
    findings.extend(of_set(keys));
    findings.extend(
        ACCEPTORS
            .iter()
            .filter_map(|acceptor| without_usable_key(keys, acceptor)),
    );
    findings.extend(ACCEPTORS.iter().filter_map(|acceptor| over_limit(keys, acceptor)));
    findings.extend(
        ACCEPTORS
            .iter()
            .filter_map(|acceptor| with_operations(keys, acceptor)),
    );
    findings
}

fn of_key(key: &Key) -> Option<Finding> {
    let name = key.kid().unwrap_or_default();
    if key.has_private_members() {
        let message = format!("the private part of the key `{name}` is published: anybody can sign");
        let fix = "replace the key at once, and every credential obtained with it";
        return Some(finding("private-key-published", Severity::Critical, message, fix));
    }
    match key.usable(&Profile::STRICT) {
        Err(fault) if fault.is_weak() => {
            let message = format!("the key `{name}` is weak: {fault}");
            Some(finding("weak-key", Severity::High, message, "replace the key"))
        }
        // a set may hold keys for other purposes
        Err(_) => None,
        Ok(_) if key.kid().is_none() => {
            let message = "a key has no `kid`; AWS does not use it, and no token can name it".to_owned();
            Some(finding(
                "key-without-kid",
                Severity::Medium,
                message,
                "publish every key with a `kid`",
            ))
        }
        Ok(_) => None,
    }
}

fn of_set(keys: &KeySet) -> Vec<Finding> {
    let mut findings = Vec::new();
    let private = keys.keys().iter().any(Key::has_private_members);
    if let Some(fault) = keys.fault(&Profile::STRICT).filter(|_| !private) {
        let fix = "publish every key under a `kid` of its own";
        findings.push(finding("duplicate-kid", Severity::Medium, fault, fix));
    }
    if is_sandbox_key_set(keys) {
        let message =
            "these are keys of a development issuer, for which anybody on its machine can mint tokens";
        let fix = "never let a real cloud trust this issuer";
        findings.push(finding(
            "sandbox-issuer",
            Severity::Critical,
            message.to_owned(),
            fix,
        ));
    }
    findings
}

fn without_usable_key(keys: &KeySet, acceptor: &Acceptor) -> Option<Finding> {
    let serves = |key: &Key| {
        let found = key.usable(&Profile::STRICT);
        let labelled = |name: &str| key.algorithm_label().is_none_or(|label| label == name);
        key.kid().is_some()
            && found.is_ok_and(|public| {
                let mut fitting = acceptor.algorithms.iter();
                fitting.any(|algorithm| public.fits(*algorithm) && labelled(algorithm.name()))
            })
    };
    if keys.keys().iter().any(serves) {
        return None;
    }
    let names: Vec<_> = acceptor
        .algorithms
        .iter()
        .map(|algorithm| algorithm.name())
        .collect();
    let message = format!(
        "{} would refuse every token: no key with a `kid` for {}",
        acceptor.name,
        names.join(", ")
    );
    let fix = "sign with RS256, which every cloud accepts";
    Some(finding("no-usable-key", Severity::High, message, fix))
}

fn over_limit(keys: &KeySet, acceptor: &Acceptor) -> Option<Finding> {
    let count = |is: fn(&PublicKey) -> bool| {
        let public_keys = keys.keys().iter().filter_map(|key| key.public_key().ok());
        public_keys.filter(|key| is(key)).count()
    };
    let (limit, found) = match acceptor.max_keys {
        KeyLimit::OfAType(limit) => {
            let rsa = count(|key| matches!(key, PublicKey::Rsa { .. }));
            let ec = count(|key| matches!(key, PublicKey::Ec { .. }));
            (limit, rsa.max(ec))
        }
        KeyLimit::InAll(limit) => (limit, keys.keys().len()),
        KeyLimit::Unknown => return None,
    };
    (found > limit).then(|| {
        let message = format!(
            "{} looks at {limit} keys at most, the set has {found}",
            acceptor.name
        );
        finding(
            "too-many-keys",
            Severity::Medium,
            message,
            "withdraw keys that no longer sign",
        )
    })
}

fn with_operations(keys: &KeySet, acceptor: &Acceptor) -> Option<Finding> {
    if acceptor.reads_key_ops {
        return None;
    }
    let mut marked = keys
        .keys()
        .iter()
        .filter(|key| key.members().contains_key("key_ops"));
    marked.next().map(|key| {
        let name = key.kid().unwrap_or_default();
        let message = format!(
            "{} does not use the key `{name}`, because it carries `key_ops`",
            acceptor.name
        );
        finding(
            "key-ops",
            Severity::Medium,
            message,
            "publish the key with `use` instead of `key_ops`",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn rules(keys: &Value) -> Vec<(&'static str, String)> {
        let keys = KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
        findings(&keys)
            .into_iter()
            .map(|one| (one.rule, one.message))
            .collect()
    }

    /// The public key of RFC 7515, appendix A.3.
    fn ec(kid: &str) -> Value {
        json!({
            "kty": "EC", "crv": "P-256", "kid": kid,
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
        })
    }

    #[test]
    fn each_rule_fires_for_its_own_mistake() {
        let only_azure = |found: Vec<(&str, String)>| {
            found
                .iter()
                .all(|(rule, text)| *rule == "no-usable-key" && text.starts_with("Azure"))
        };
        assert!(
            only_azure(rules(&json!([ec("a")]))),
            "ES256 alone is fine but on Azure"
        );
        let named = |keys: Value, rule: &str| rules(&keys).iter().any(|(found, _)| *found == rule);
        let with = |name: &str, value: Value| {
            let mut key = ec("a");
            key[name] = value;
            json!([key])
        };
        assert!(named(with("d", json!("AAAA")), "private-key-published"));
        assert!(named(
            with("x", json!("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEA")),
            "weak-key"
        ));
        assert!(named(with("kid", Value::Null), "key-without-kid"));
        assert!(named(with("key_ops", json!(["verify"])), "key-ops"));
        assert!(named(with("kid", json!("oidcfed-sandbox-1")), "sandbox-issuer"));
        assert!(named(json!([ec("a"), ec("a")]), "duplicate-kid"));
        assert!(named(json!([]), "no-usable-key"));
        let many: Vec<_> = (0..101).map(|n| ec(&n.to_string())).collect();
        assert_eq!(
            rules(&json!(many))
                .iter()
                .filter(|(rule, _)| *rule == "too-many-keys")
                .count(),
            2
        );
    }
}
