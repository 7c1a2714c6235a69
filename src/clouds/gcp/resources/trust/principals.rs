//! Whom bindings name: the members of IAM policies that mean the admitted identities.

use std::collections::BTreeSet;

use super::meaning::Asked;
use super::ownership::Bind;
use crate::clouds::gcp::dialect::{
    PoolUse, Principal, ProviderName, ProviderSettings, Whom, platform_claims, trust_binding,
};
use crate::framework::{Diagnostics, Path};
use crate::trust::Trust;

/// Whom bindings name.
pub fn principals(
    name: &ProviderName,
    asked: &Asked,
    settings: &ProviderSettings,
    diagnostics: &mut Diagnostics,
) -> Option<BTreeSet<Principal>> {
    let of = |whom: Whom| Principal {
        pool: name.pool().clone(),
        whom,
    };
    let wrong = |reason: String, diagnostics: &mut Diagnostics| {
        diagnostics.error(Path::of("bind"), "Binding that reaches nobody", reason);
        None
    };
    match &asked.bind {
        Bind::Trust => Some(BTreeSet::from([trust_binding(name)])),
        Bind::Subject => {
            let exact = asked
                .trust
                .terms
                .iter()
                .all(|terms| terms.subject_patterns.is_empty() && !terms.subjects.is_empty());
            let mapped = settings
                .attribute_mapping
                .get("google.subject")
                .map(String::as_str);
            let before = match mapped {
                Some("assertion.sub") => "",
                Some(_) if asked.pool_use == PoolUse::Shared => &format!("{}:", name.id()),
                _ => {
                    let reason = "expected `google.subject = \"assertion.sub\"` in `attribute_mapping` with `bind = \"subject\"`, \
                                  since a member of a policy is the mapped subject; found another expression";
                    return wrong(reason.to_owned(), diagnostics);
                }
            };
            if !exact {
                let reason = "expected exact `subjects` with `bind = \"subject\"`, since a policy names one subject at a time; found \
                              patterns or no subject. Use `bind = \"trust\"`, which means everybody this trust admits.";
                return wrong(reason.to_owned(), diagnostics);
            }
            let subjects = asked.trust.terms.iter().flat_map(|terms| &terms.subjects);
            Some(
                subjects
                    .map(|subject| of(Whom::Subject(format!("{before}{subject}"))))
                    .collect(),
            )
        }
        Bind::Attribute(attribute) => {
            let key = format!("attribute.{attribute}");
            let Some(expression) = settings.attribute_mapping.get(&key) else {
                let known: Vec<&str> = settings.attribute_mapping.keys().map(String::as_str).collect();
                return wrong(
                    format!(
                        "expected an attribute that is mapped ({}), found `{key}`",
                        known.join(", ")
                    ),
                    diagnostics,
                );
            };
            match values_of(&asked.trust, expression) {
                Some(values) => {
                    let member = |value: String| {
                        of(Whom::Attribute {
                            name: attribute.clone(),
                            value,
                        })
                    };
                    Some(values.into_iter().map(member).collect())
                }
                None => wrong(
                    format!(
                        "expected an attribute that is mapped from a claim which every branch tests exactly in `claims`, so that its \
                         values are known; found `{key}`, mapped from `{expression}`"
                    ),
                    diagnostics,
                ),
            }
        }
    }
}

/// The values that a mapped claim can have in tokens of the trust.
fn values_of(trust: &Trust, expression: &str) -> Option<BTreeSet<String>> {
    let mut values = BTreeSet::new();
    for terms in &trust.terms {
        let (_, exact) = terms
            .claims
            .iter()
            .find(|(claim, _)| platform_claims::is_mapping_of(expression, claim))?;
        let wild = terms
            .claim_patterns
            .keys()
            .any(|claim| platform_claims::is_mapping_of(expression, claim));
        if wild {
            return None;
        }
        values.extend(exact.iter().cloned());
    }
    Some(values)
}
