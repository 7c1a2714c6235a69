//! Rules about condition keys, which only AWS has.

use std::collections::BTreeSet;

use super::super::condition_keys::claim_keys;
use super::super::evaluate::covers_action;
use super::super::policy::{Condition, Effect, PolicyDocument, Qualifier, Statement, Test as Operator};
use super::super::render::AUTHORIZED;
use super::branches::providers;
use super::token::Provider;
use crate::lint::{Class, IssuerFacts, Rule};
use crate::platforms::Presence;
use crate::trust::{Finding, Severity};

/// The rules of this file.
pub const RULES: &[Rule] = &[WITHOUT_KEY, KEY_MISMATCH, NOT_EMITTED];

const WITHOUT_KEY: Rule = Rule {
    id: "claim-without-condition-key",
    title: "AWS makes no condition key of the claim",
    class: Class::Outage,
    meaning: "AWS fills condition keys from some claims only. A test of another never holds, or never keeps anybody out.",
    fix: "test `sub`, or a claim that AWS makes a condition key of",
};

const KEY_MISMATCH: Rule = Rule {
    id: "issuer-key-mismatch",
    title: "The condition key is another issuer's",
    class: Class::Outage,
    meaning: "The condition key does not begin with an issuer of the statement, so that no token fills it.",
    fix: "begin the key with the provider's URL without `https://`, exactly as in its ARN",
};

const NOT_EMITTED: Rule = Rule {
    id: "authorized-role-not-emitted",
    title: "The platform never names roles",
    class: Class::Outage,
    meaning: "`sts:RoleAuthorizedByIdp` is demanded of a platform whose tokens never name roles: nobody gets in.",
    fix: "drop the demand (`require_authorized_role`)",
};

/// What these rules find.
pub(super) fn check(policy: &PolicyDocument, facts: &dyn Fn(&str) -> IssuerFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for statement in &policy.statements {
        let providers = providers(statement);
        if providers.is_empty() || !covers_action(statement, "sts:AssumeRoleWithWebIdentity") {
            continue;
        }
        for condition in &statement.conditions {
            findings.extend(key(statement, condition, &providers));
        }
        if statement.effect == Effect::Allow && demands_role(statement) {
            findings.extend(providers.iter().filter_map(|provider| {
                let platforms = facts(&provider.url).platforms;
                let never = platforms.iter().all(|p| p.aws_roles_claim == Presence::Never);
                (never && !platforms.is_empty()).then(|| {
                    let message = format!("tokens of `{}` never name the roles they are for", provider.url);
                    finding(&NOT_EMITTED, Severity::High, provider.url.clone(), message)
                })
            }));
        }
    }
    findings
}

fn demands_role(statement: &Statement) -> bool {
    statement.conditions.iter().any(|condition| {
        let says_true = condition
            .values
            .iter()
            .all(|value| value.eq_ignore_ascii_case("true"));
        condition.key.is(AUTHORIZED) && says_true && !condition.operator.if_exists
    })
}

/// A key that no token fills.
fn key(statement: &Statement, condition: &Condition, providers: &[Provider]) -> Option<Finding> {
    let name = condition.key.as_str();
    let (prefix, _) = name.split_once(':')?;
    // Keys of the request have a short prefix without a dot.
    if !prefix.contains('.') && !providers.iter().any(|p| condition.key.claim_of(&p.url).is_some()) {
        return None;
    }
    let own = providers
        .iter()
        .find(|p| condition.key.claim_of(&p.url).is_some());
    let without = passes_without(condition);
    let is_deny = statement.effect == Effect::Deny;
    let outcome = match (without, is_deny) {
        (false, false) => "the statement never holds",
        (false, true) => "the deny never applies",
        (true, false) => "the condition keeps nobody out",
        (true, true) => "the condition adds nothing to the deny",
    };
    let Some(provider) = own else {
        let urls: Vec<&str> = providers.iter().map(|p| p.url.as_str()).collect();
        let message = format!(
            "no token of `{}` fills the key `{name}`: {outcome}",
            urls.join("`, `")
        );
        return Some(finding(&KEY_MISMATCH, Severity::High, name.to_owned(), message));
    };
    let claim = condition.key.claim_of(&provider.url)?.to_ascii_lowercase();
    let common: BTreeSet<&str> = ["sub", "aud", "oaud"].into();
    let is_key = claim_keys(&provider.url).any(|key| key.claim.eq_ignore_ascii_case(&claim));
    if common.contains(claim.as_str()) || is_key {
        return None;
    }
    // What was meant to keep somebody out keeps out nobody.
    let severity = if without || is_deny {
        Severity::High
    } else {
        Severity::Medium
    };
    let message = format!(
        "AWS makes no condition key of the claim `{claim}` of `{}`: {outcome}",
        provider.url
    );
    Some(finding(&WITHOUT_KEY, severity, name.to_owned(), message))
}

/// Whether a condition holds for a request without its key.
fn passes_without(condition: &Condition) -> bool {
    let operator = condition.operator;
    operator.if_exists
        || operator.qualifier == Some(Qualifier::ForAllValues)
        || (operator.qualifier.is_none() && operator.test.is_negated())
        || condition.values.is_empty()
        || (operator.test == Operator::Null
            && condition.values.iter().any(|v| v.eq_ignore_ascii_case("true")))
}

fn finding(rule: &Rule, severity: Severity, value: String, message: String) -> Finding {
    Finding {
        rule: rule.id,
        severity,
        message,
        fix: rule.fix.to_owned(),
        witness: None,
        value: Some(value),
        accepted: None,
    }
}
