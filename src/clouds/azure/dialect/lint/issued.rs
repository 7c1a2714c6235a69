//! Values that the issuer certainly puts into no token, as far as the catalogue knows.

use super::super::credential::{Credential, Matching};
use super::super::expression::{Comparand, Operator};
use crate::lint::IssuerFacts;
use crate::platforms::{Chooser, Platform, Template, TemplatePart};

/// Claims of a credential with a value that no token has: the claim, the value, and the reason.
pub(super) fn never(credential: &Credential, facts: &IssuerFacts) -> Vec<(String, String, String)> {
    let platforms = &facts.platforms;
    if platforms.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut add = |claim: &str, value: &str, reason: String| {
        found.push((claim.to_owned(), value.to_owned(), reason));
    };
    let audience = &credential.audience;
    if platforms
        .iter()
        .all(|platform| !may_have_audience(platform, audience))
    {
        let reason = "the platform sets the audience of its tokens, and never to this".to_owned();
        add("aud", audience, reason);
    }
    match &credential.matching {
        Matching::Subject(subject) => {
            let all_elsewhere = platforms
                .iter()
                .all(|platform| is_of_another_issuer(platform, &credential.issuer, subject));
            if all_elsewhere {
                let reason = format!(
                    "with `{}` it would name another tenant than the issuer does",
                    credential.issuer
                );
                add("sub", subject, reason);
            }
        }
        Matching::Expression(expression) => {
            for clause in expression.clauses() {
                let (Comparand::Text(text), Operator::Eq) = (&clause.comparand, clause.operator) else {
                    continue;
                };
                if platforms
                    .iter()
                    .all(|platform| is_no_id(platform, &clause.claim, text))
                {
                    add(
                        &clause.claim,
                        text,
                        "the platform's ids look otherwise".to_owned(),
                    );
                }
            }
        }
    }
    found
}

/// Unless only the platform sets it, and each audience that the catalogue knows of it is another.
fn may_have_audience(platform: &Platform, audience: &str) -> bool {
    let known = &platform.default_audience;
    if platform.audience_set_by != Some(Chooser::Platform) || known.is_empty() {
        return true;
    }
    known.values().any(|text| match Template::parse(text) {
        Ok(template) if knows(platform, &template) => template.matches(audience, &platform.variables),
        // What stands in the place of a variable that nobody described may be anything.
        Ok(template) => audience.starts_with(template.head()),
        Err(_) => text == audience,
    })
}

fn knows(platform: &Platform, template: &Template) -> bool {
    template
        .variables()
        .all(|name| platform.variables.contains_key(name))
}

/// Whether issuer and subject both name something by the same variable, and never the same.
fn is_of_another_issuer(platform: &Platform, issuer: &str, subject: &str) -> bool {
    if !platform.free_subjects.is_empty() {
        return false;
    }
    let forms = platform
        .issuers
        .iter()
        .filter(|form| knows(platform, &form.template));
    let of_issuer: Vec<_> = forms
        .flat_map(|form| form.template.readings(issuer, &platform.variables))
        .collect();
    let of_subject: Vec<_> = platform
        .subjects
        .iter()
        .flat_map(|form| form.template.readings(subject, &platform.variables))
        .collect();
    let agree = |a: &std::collections::BTreeMap<String, String>,
                 b: &std::collections::BTreeMap<String, String>| {
        a.iter()
            .all(|(name, value)| b.get(name).is_none_or(|other| other == value))
    };
    !of_issuer.is_empty()
        && !of_subject.is_empty()
        && !of_issuer.iter().any(|a| of_subject.iter().any(|b| agree(a, b)))
}

/// Whether a claim is an id that the platform assigns, and the text is none.
fn is_no_id(platform: &Platform, claim: &str, text: &str) -> bool {
    let Some(template) = platform.claim_template(claim) else {
        return false;
    };
    let [TemplatePart::Variable(name)] = template.parts() else {
        return false;
    };
    let variable = platform.variables.get(name);
    variable.is_some_and(|variable| variable.chosen_by == Chooser::Platform)
        && !template.matches(text, &platform.variables)
}
