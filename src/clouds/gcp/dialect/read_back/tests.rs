use super::*;
use crate::trust::IssuerUrl;

fn read(condition: &str) -> Result<GcpTrust, ReadBackError> {
    read_back(&Rendered {
        issuer_uri: IssuerUrl::parse("https://issuer.example").unwrap(),
        allowed_audiences: BTreeSet::from([Audience::parse("one").unwrap(), Audience::parse("two").unwrap()]),
        attribute_condition: condition.to_owned(),
    })
}

#[test]
fn written_by_hand_in_our_words() {
    let found = read("assertion[\"sub\"]\n  in [ \"s\" ] && (assertion.ref in ['main'])").unwrap();
    assert_eq!(found.trust.terms.len(), 1);
    assert_eq!(found.trust.terms[0].subjects, BTreeSet::from(["s".to_owned()]));
    assert_eq!(found.kinds.into_values().collect::<Vec<_>>(), [ClaimKind::Text]);
    let found = read("assertion.sub in ['s'] || assertion.aud in ['one'] && assertion.sub in ['t']").unwrap();
    assert_eq!(found.trust.terms.len(), 2);
    assert_eq!(found.trust.terms[0].audiences.len(), 2);
    assert_eq!(found.trust.terms[1].audiences.len(), 1);
    let found = read("(assertion.sub in ['s']) && (assertion.x == 1)").unwrap();
    assert_eq!(found.attribute_condition.as_deref(), Some("assertion.x == 1"));
}

#[test]
fn what_the_arguments_cannot_say() {
    for condition in [
        "true",
        "assertion.sub == 's'",
        "assertion.sub != 's'",
        "!(assertion.sub in ['s'])",
        "assertion.sub in []",
        "assertion.sub in ['']",
        "assertion.sub in ['s', 1]",
        "assertion.sub in ['s', assertion.ref]",
        "'s' in assertion.sub",
        "assertion.sub == true",
        "assertion.sub.matches('repo:acme/.*')",
        "assertion.sub.matches('^repo:acme/.*$')",
        "assertion.sub.matches('^(?s:a+)$')",
        "assertion.sub.matches('^(?s:)$')",
        "assertion.sub.matches(assertion.ref)",
        "assertion.sub.startsWith('repo:acme/')",
        "assertion.sub in ['s'] && true",
        "assertion.sub in ['s'] || true",
        "assertion.sub in ['s'] && assertion.sub in ['s', 't']",
        "assertion.sub in ['s'] || assertion.ref in ['r'] && assertion.x",
        "assertion.aud in ['one']",
        "assertion.aud in ['three'] && assertion.sub in ['s']",
        "(assertion.aud in ['one'] && assertion.sub in ['s']) || (assertion.aud in ['one'] && assertion.sub in ['t'])",
        "assertion.iss in ['https://issuer.example']",
        "attribute.ref in ['main']",
        "google.subject in ['s']",
        "assertion in ['s']",
        "sub in ['s']",
        "assertion.list[0] in ['s']",
        "assertion.x in ['a'] || 'a' in assertion.x",
        "(assertion.x in ['a']) || ('a' in assertion.x)",
        "assertion.x == false && assertion.x == true",
        "assertion.groups.all(x, x.matches('^(?s:a)$'))",
        "assertion.groups.exists(x, x.matches('^(?s:a)$') || true)",
        "assertion.groups.exists(x, assertion.sub.matches('^(?s:a)$'))",
        "has(assertion.sub)",
        "assertion.sub in ['s'] ? true : false",
        "assertion.sub in",
    ] {
        assert_eq!(read(condition), Err(ReadBackError::NotOurs), "{condition}");
    }
    assert_eq!(read(" "), Err(ReadBackError::NoCondition));
    let none = Rendered {
        issuer_uri: IssuerUrl::parse("https://issuer.example").unwrap(),
        allowed_audiences: BTreeSet::new(),
        attribute_condition: "assertion.sub in ['s']".to_owned(),
    };
    assert_eq!(read_back(&none), Err(ReadBackError::NoAudience));
}
