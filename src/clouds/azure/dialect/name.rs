//! The name of a credential that we make.

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};

use super::credential::Matching;

/// What of the subject is readable in the name.
const READABLE: usize = 80;
/// Bytes of the digest in the name.
const UNIQUE: usize = 8;

/// The same name for the same issuer and the same subject or expression, so that another audience is a change in place, and
/// two credentials of one identity differ in their names also where letter case is ignored: something readable, then the
/// beginning of a digest. Within Entra's rule, 3 to 120 of letters, digits, `-` and `_`.
pub fn credential_name(issuer: &str, matching: &Matching) -> String {
    let (kind, text) = match matching {
        Matching::Subject(subject) => ("subject", subject.as_str()),
        Matching::Expression(expression) => ("expression", expression.as_str()),
    };
    let readable = match matching {
        Matching::Subject(subject) => readable(subject),
        Matching::Expression(expression) => {
            let of_clause = |clause: &super::Clause| clause.comparand.written().to_owned();
            readable(
                &expression
                    .clauses()
                    .iter()
                    .map(of_clause)
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        }
    };
    // The length before the issuer keeps issuer and text apart.
    let told = format!("{kind}:{}:{issuer}{text}", issuer.len());
    let digest = digest(&SHA256, told.as_bytes());
    let unique: Vec<u8> = digest.as_ref().iter().take(UNIQUE).copied().collect();
    format!("{readable}-{}", HEXLOWER.encode(&unique))
        .trim_start_matches('-')
        .to_owned()
}

/// Lower case, a single `-` for everything between letters and digits.
fn readable(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        if name.len() >= READABLE {
            break;
        }
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Expression, limits};
    use super::*;

    fn of(issuer: &str, subject: &str) -> String {
        credential_name(issuer, &Matching::Subject(subject.to_owned()))
    }

    #[test]
    fn names() {
        let issuer = "https://token.actions.githubusercontent.com";
        let name = of(issuer, "repo:Acme/api:ref:refs/heads/main");
        assert_eq!(name, "repo-acme-api-ref-refs-heads-main-d97e3b871a1c0a61");
        assert_ne!(of("https://x.example", "repo:Acme/api:ref:refs/heads/main"), name);
        assert_ne!(
            of(issuer, "repo:acme/api:ref:refs/heads/main").to_lowercase(),
            name
        );
        assert_ne!(of("https://x.example/a", "b"), of("https://x.example/", "ab"));
        let expression =
            Expression::parse("claims['sub'] matches 'repo:acme/*' and claims['repository_id'] eq '7'")
                .unwrap();
        let flexible = credential_name(issuer, &Matching::Expression(expression));
        assert!(flexible.starts_with("repo-acme-7-"), "{flexible}");
    }

    proptest! {
        #[test]
        fn every_name_is_within_the_limits(issuer in any::<String>(), subject in any::<String>()) {
            prop_assert!(limits::name(&of(&issuer, &subject)).is_ok());
        }
    }
}
