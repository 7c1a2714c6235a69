//! What findings about mappings show: tokens that become one identity, and tokens that are refused for their length.

use std::collections::BTreeMap;

use super::*;
use crate::clouds::gcp::dialect::MappedValue;
use crate::clouds::gcp::dialect::evaluate;
use crate::trust::{Claims, Severity, Verdict};

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const POOL: &str = "projects/1/locations/global/workloadIdentityPools/ci";

fn provider(id: &str, issuer: &str, subject: &str, condition: &str) -> ProviderSettings {
    ProviderSettings {
        name: format!("{POOL}/providers/{id}"),
        issuer_uri: issuer.to_owned(),
        attribute_mapping: BTreeMap::from([("google.subject".to_owned(), subject.to_owned())]),
        attribute_condition: condition.to_owned(),
        ..ProviderSettings::default()
    }
}

/// The identity of a token that the provider accepts.
fn identity(settings: &ProviderSettings, token: &Claims) -> Option<String> {
    let exchange = evaluate(&Provider::parse(settings).unwrap(), token, None);
    match exchange.mapped.subject {
        Some(MappedValue::Known(text)) if exchange.decision.verdict == Verdict::Allow => Some(text),
        _ => None,
    }
}

fn of_rule<'f>(findings: &'f [Finding], rule: &str) -> &'f Finding {
    let found = findings.iter().find(|finding| finding.rule == rule);
    found.unwrap_or_else(|| panic!("no {rule}: {findings:#?}"))
}

/// The token that stands in a message.
fn token_in(message: &str) -> Claims {
    let start = message
        .find("the token {")
        .unwrap_or_else(|| panic!("no token: {message}"))
        + "the token ".len();
    let mut values = serde_json::Deserializer::from_str(&message[start..]).into_iter();
    Claims::new(values.next().unwrap().unwrap())
}

fn witness(finding: &Finding) -> Claims {
    let text = finding
        .witness
        .as_ref()
        .unwrap_or_else(|| panic!("nothing is shown: {finding:#?}"));
    Claims::new(serde_json::from_str(text).unwrap())
}

#[test]
fn joined_claims_are_shown_by_two_tokens_of_one_identity() {
    for (subject, condition) in [
        (
            "assertion.actor + assertion.repository",
            "assertion.repository_owner_id == '1'",
        ),
        (
            "assertion.workflow + ':' + assertion.actor",
            "assertion.repository_owner_id == '1'",
        ),
        (
            "assertion.workflow + ':' + assertion.ref",
            "assertion.repository_owner_id == '1'",
        ),
        (
            "assertion.sub + ':' + assertion.job_workflow_ref",
            "assertion.repository_owner_id == '1'",
        ),
        (
            "'ci/' + assertion.actor + assertion.workflow",
            "assertion.repository.startsWith('acme/')",
        ),
        (
            "assertion.actor + assertion.repository",
            "assertion.repository.startsWith('acme')",
        ),
        (
            "assertion.workflow + assertion.actor",
            "assertion.workflow.startsWith('deploy-') && assertion.repository_id == '2'",
        ),
    ] {
        let settings = provider("github", GITHUB, subject, condition);
        let found = lint(&settings, &[], &IssuerFacts::of);
        let finding = of_rule(&found, "ambiguous-concatenation");
        assert_eq!(finding.severity, Severity::High, "{subject}");
        let (meant, other) = (token_in(&finding.message), witness(finding));
        assert_ne!(meant, other);
        let same = identity(&settings, &meant).unwrap_or_else(|| panic!("{subject}: refused: {meant:?}"));
        assert_eq!(identity(&settings, &other).as_ref(), Some(&same), "{finding:#?}");
        assert!(finding.message.contains(&format!("`{same}`")), "{finding:#?}");
    }
    // Another attribute than the subject.
    let mut settings = provider(
        "github",
        GITHUB,
        "assertion.sub",
        "assertion.repository_owner_id == '1'",
    );
    settings.attribute_mapping.insert(
        "attribute.who".to_owned(),
        "assertion.actor + assertion.workflow".to_owned(),
    );
    let found = lint(&settings, &[], &IssuerFacts::of);
    let finding = of_rule(&found, "ambiguous-concatenation");
    let who = |token: &Claims| {
        evaluate(&Provider::parse(&settings).unwrap(), token, None)
            .mapped
            .attributes["who"]
            .clone()
    };
    assert_eq!(who(&token_in(&finding.message)), who(&witness(finding)));
    // The first colon always ends the owner: no two tokens are the same, and none is shown.
    let settings = provider(
        "github",
        GITHUB,
        "assertion.repository_owner + ':' + assertion.workflow",
        "assertion.repository_owner_id == '1'",
    );
    let found = lint(&settings, &[], &IssuerFacts::of);
    let finding = of_rule(&found, "ambiguous-concatenation");
    assert_eq!((finding.severity, &finding.witness), (Severity::Low, &None));
}

#[test]
fn claims_of_a_witness_agree_with_its_subject() {
    let settings = provider(
        "github",
        GITHUB,
        "assertion.actor + assertion.repository",
        "assertion.repository_owner_id == '1'",
    );
    let found = lint(&settings, &[], &IssuerFacts::of);
    let finding = of_rule(&found, "ambiguous-concatenation");
    for token in [token_in(&finding.message), witness(finding)] {
        let (subject, repository) = (token.text("sub").unwrap(), token.text("repository").unwrap());
        let names = subject.split(':').nth(1).unwrap();
        let plain: String = names
            .split('/')
            .map(|name| name.split('@').next().unwrap())
            .collect::<Vec<_>>()
            .join("/");
        assert_eq!(plain, repository, "{token:?}");
    }
}

#[test]
fn a_piece_that_is_cut_out_is_shown_where_somebody_put_it() {
    let condition = "assertion.repository_owner_id == '1'";
    for (subject, has_twin) in [
        ("assertion.sub.extract('environment:{e}')", true),
        // Nothing stands behind an environment, so that nobody but who put the text there gets this far.
        ("assertion.sub.extract('environment:{e}:')", false),
        ("'env-' + assertion.sub.extract('environment:{e}')", true),
        ("assertion.job_workflow_ref.extract('workflows/{file}@')", true),
    ] {
        let settings = provider("github", GITHUB, subject, condition);
        let found = lint(&settings, &[], &IssuerFacts::of);
        let finding = of_rule(&found, "template-extraction");
        let other = witness(finding);
        let own = identity(&settings, &other);
        assert!(own.is_some(), "{finding:#?}");
        if has_twin {
            let meant = token_in(&finding.message);
            assert_ne!(meant, other);
            assert_eq!(identity(&settings, &meant), own, "{finding:#?}");
        }
    }
}

#[test]
fn colliding_providers_are_shown_by_a_token_of_each() {
    let other = "https://issuer.example";
    for (a, b) in [
        ("assertion.sub", "assertion.sub"),
        ("'x:' + assertion.sub", "assertion.sub"),
        ("assertion.repository", "assertion.sub"),
    ] {
        let github = provider("github", GITHUB, a, "assertion.repository_owner_id == '1'");
        let second = provider("second", other, b, "");
        let found = lint_pool(&[github.clone(), second.clone()], &[], &IssuerFacts::of);
        let reversed = lint_pool(&[second.clone(), github.clone()], &[], &IssuerFacts::of);
        assert_eq!(found, reversed);
        let finding = of_rule(&found, "providers-collide");
        let by_issuer = |token: &Claims| match token.text("iss") {
            Some(GITHUB) => identity(&github, token),
            _ => identity(&second, token),
        };
        let (meant, shown) = (token_in(&finding.message), witness(finding));
        assert_ne!(meant.text("iss"), shown.text("iss"));
        assert!(by_issuer(&meant).is_some(), "{finding:#?}");
        assert_eq!(by_issuer(&meant), by_issuer(&shown), "{finding:#?}");
    }
    // What the conditions ask for holds in both tokens.
    let narrow = "assertion.sub.startsWith('repo:acme/api:')";
    let found = lint_pool(
        &[
            provider(
                "github",
                GITHUB,
                "assertion.sub",
                "assertion.repository_id == '2'",
            ),
            provider("second", other, "assertion.sub", narrow),
        ],
        &[],
        &IssuerFacts::of,
    );
    let shown = witness(of_rule(&found, "providers-collide"));
    assert!(
        shown.text("sub").unwrap().starts_with("repo:acme/api:"),
        "{shown:?}"
    );
}

/// An outage: the token stands in the message, and is refused for its length alone.
#[test]
fn a_subject_that_is_too_long_is_shown() {
    let long = format!("repo:acme/api:environment:{}", "x".repeat(120));
    for (subject, condition) in [
        (
            "assertion.sub + ':' + assertion.job_workflow_ref + ':' + assertion.job_workflow_sha",
            "assertion.repository_owner_id == '1'".to_owned(),
        ),
        ("assertion.sub", format!("assertion.sub == '{long}'")),
        (
            "assertion.sub",
            format!("assertion.sub == '{long}' && assertion.repository_id == '2'"),
        ),
    ] {
        let settings = provider("github", GITHUB, subject, &condition);
        let found = lint(&settings, &[], &IssuerFacts::of);
        let finding = of_rule(&found, "subject-length");
        assert_eq!(finding.witness, None);
        let token = token_in(&finding.message);
        let exchange = evaluate(&Provider::parse(&settings).unwrap(), &token, None);
        let last = exchange.decision.steps.last().unwrap();
        assert_eq!(
            (last.name.as_str(), last.verdict),
            ("length of google.subject", Verdict::Deny),
            "{finding:#?}"
        );
    }
}
