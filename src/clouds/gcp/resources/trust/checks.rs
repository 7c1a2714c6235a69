//! What Google would refuse of a provider, and what can never work in an expression that somebody wrote.

use std::collections::{BTreeMap, BTreeSet};

use super::meaning::{Asked, lint};
use crate::clouds::gcp::dialect::limits::{self, LimitError, Loopback};
use crate::clouds::gcp::dialect::{
    GcpTrust, Principal, ProviderName, ProviderSettings, default_mapping, platform_claims, render,
};
use crate::framework::{Diagnostics, Path};
use crate::trust::{Finding, IssuerUrl};

/// What Google would refuse of the provider.
pub fn usable(
    asked: &Asked,
    issuer: &IssuerUrl,
    settings: &ProviderSettings,
    allow_loopback: bool,
    diagnostics: &mut Diagnostics,
) {
    let loopback = if allow_loopback {
        Loopback::Allowed
    } else {
        Loopback::Refused
    };
    match limits::issuer(issuer, loopback) {
        Ok(remarks) => {
            for remark in remarks {
                diagnostics.warning(Path::of("issuer"), "Unusual issuer", remark.to_string());
            }
        }
        Err(error) => refuse("issuer", "Google does not take this issuer", &error, diagnostics),
    }
    let audiences = asked
        .trust
        .terms
        .iter()
        .flat_map(|terms| terms.audiences.iter().cloned())
        .collect();
    if let Err(error) = limits::allowed_audiences(&audiences) {
        refuse(
            "audiences",
            "Google does not take these audiences",
            &error,
            diagnostics,
        );
    }
    if let Err(error) = limits::attribute_mapping(&settings.attribute_mapping) {
        refuse(
            "attribute_mapping",
            "Google does not take this mapping",
            &error,
            diagnostics,
        );
    }
    if let Err(error) = limits::attribute_condition(&settings.attribute_condition, issuer) {
        refuse(
            "attribute_condition",
            "Google does not take this condition",
            &error,
            diagnostics,
        );
    }
    if !asked.discovery_uri.is_empty()
        && let Err(error) = limits::discovery_uri(&asked.discovery_uri, issuer)
    {
        refuse(
            "discovery_uri",
            "Google does not take this address",
            &error,
            diagnostics,
        );
    }
    let subjects = asked.trust.terms.iter().flat_map(|terms| &terms.subjects);
    for subject in subjects {
        if let Err(error) = limits::subject_length(&settings.attribute_mapping, subject) {
            refuse(
                "subjects",
                "The subject is too long for Google",
                &error,
                diagnostics,
            );
        }
    }
}

fn refuse(argument: &str, summary: &str, error: &LimitError, diagnostics: &mut Diagnostics) {
    diagnostics.error(Path::of(argument), summary, error.to_string());
}

/// Rules that find what can never work in an expression that somebody wrote.
const MISTAKES: [&str; 3] = ["expression-syntax", "type-mismatch", "unknown-claim"];

/// What is wrong with expressions that are written by hand is an error on them, not only a finding.
pub fn own_expressions(
    asked: &Asked,
    (name, settings, principals): (&ProviderName, &ProviderSettings, &BTreeSet<Principal>),
    findings: &[Finding],
    diagnostics: &mut Diagnostics,
) {
    if asked.own_mapping.is_none() && asked.attribute_condition.is_none() {
        return;
    }
    let is_mistake = |finding: &&Finding| MISTAKES.contains(&finding.rule);
    let mut of_mapping = BTreeSet::new();
    if let Some(own) = &asked.own_mapping {
        let alone = ProviderSettings {
            attribute_condition: "assertion.sub == 'x'".to_owned(),
            ..settings.clone()
        };
        for finding in lint(&alone, principals, &asked.signer).iter().filter(is_mistake) {
            let key = finding.value.clone().filter(|value| own.contains_key(value));
            let path = key.map_or_else(
                || Path::of("attribute_mapping"),
                |key| Path::of("attribute_mapping").key(key),
            );
            of_mapping.insert((finding.rule, finding.value.clone()));
            mistaken(path, finding, diagnostics);
        }
    }
    if asked.attribute_condition.is_none() {
        return;
    }
    let without = ProviderSettings {
        attribute_mapping: default_mapping(name.id(), asked.pool_use, &BTreeMap::new()),
        attribute_condition: without_own(asked),
        ..settings.clone()
    };
    let known: BTreeSet<_> = lint(&without, principals, &asked.signer)
        .iter()
        .filter(is_mistake)
        .map(|finding| (finding.rule, finding.value.clone()))
        .chain(of_mapping)
        .collect();
    for finding in findings.iter().filter(is_mistake) {
        if !known.contains(&(finding.rule, finding.value.clone())) {
            mistaken(Path::of("attribute_condition"), finding, diagnostics);
        }
    }
}

fn without_own(asked: &Asked) -> String {
    let mut claims = BTreeMap::new();
    for terms in &asked.trust.terms {
        for name in terms.claim_names() {
            claims.extend(
                platform_claims::kind_of(&asked.signer.platforms, name).map(|kind| (name.clone(), kind)),
            );
        }
    }
    let trust = GcpTrust {
        trust: asked.trust.clone(),
        kinds: claims,
        attribute_condition: None,
    };
    render(&trust).map_or_else(
        |_| "assertion.sub == 'x'".to_owned(),
        |rendered| rendered.attribute_condition,
    )
}

fn mistaken(path: Path, finding: &Finding, diagnostics: &mut Diagnostics) {
    diagnostics.error(
        path,
        "Expression that cannot work",
        format!("{}\n\nTo mend it: {}", finding.message, finding.fix),
    );
}
