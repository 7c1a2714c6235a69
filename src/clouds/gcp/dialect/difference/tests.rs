//! Whom changes let in and shut out.

use super::*;

fn provider(condition: &str) -> ProviderSettings {
    ProviderSettings {
        name: "projects/1/locations/global/workloadIdentityPools/ci/providers/github".to_owned(),
        issuer_uri: "https://issuer.example".to_owned(),
        attribute_mapping: [("google.subject".to_owned(), "assertion.sub".to_owned())].into(),
        attribute_condition: condition.to_owned(),
        ..ProviderSettings::default()
    }
}

fn changed(before: Option<&ProviderSettings>, after: &ProviderSettings) -> Difference {
    difference(before, after, &IssuerFacts::of).unwrap()
}

fn subject(claims: Option<&Claims>) -> Option<String> {
    Some(claims?.get("sub")?.as_str()?.to_owned())
}

const MAIN: &str = "assertion.sub in ['main']";
const BOTH: &str = "assertion.sub in ['dev', 'main']";

#[test]
fn another_subject() {
    let wider = changed(Some(&provider(MAIN)), &provider(BOTH));
    assert_eq!(subject(wider.admits.as_ref()).as_deref(), Some("dev"));
    assert_eq!((wider.refuses, wider.may_admit), (None, false));
    let narrower = changed(Some(&provider(BOTH)), &provider(MAIN));
    assert_eq!(subject(narrower.refuses.as_ref()).as_deref(), Some("dev"));
    assert_eq!((narrower.admits, narrower.may_admit), (None, false));
}

#[test]
fn the_same_in_other_words_is_no_change() {
    let other_words = provider("  assertion.sub in ['main']  ");
    assert_eq!(
        changed(Some(&provider(MAIN)), &other_words),
        Difference::default()
    );
}

/// What was not there refused everybody; what is switched off still does.
#[test]
fn a_new_provider() {
    let made = changed(None, &provider(MAIN));
    assert_eq!(subject(made.admits.as_ref()).as_deref(), Some("main"));
    let off = ProviderSettings {
        disabled: Some(true),
        ..provider(MAIN)
    };
    assert_eq!(changed(None, &off), Difference::default());
    assert_eq!(
        subject(changed(Some(&off), &provider(MAIN)).admits.as_ref()).as_deref(),
        Some("main")
    );
}

#[test]
fn what_the_arguments_cannot_say_stays_open() {
    let odd = provider("assertion.a + assertion.b == 'x'");
    let change = changed(Some(&provider(MAIN)), &odd);
    assert!(change.admits.is_none() && change.may_admit, "{change:?}");
}
