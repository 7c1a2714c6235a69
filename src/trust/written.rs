//! Reading a trust from its arguments as somebody wrote them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Audience, AudienceError, ClaimName, ClaimNameError, IssuerError, IssuerUrl, Pattern, PatternError, Terms,
    Trust,
};

/// The trust arguments as written: `None` is "not given", and a given set may still be empty, which is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub issuer: Option<String>,
    pub audiences: Option<Vec<String>>,
    pub subjects: Option<Vec<String>>,
    pub subject_patterns: Option<Vec<String>>,
    pub claims: Option<BTreeMap<String, Vec<String>>>,
    pub claim_patterns: Option<BTreeMap<String, Vec<String>>>,
}

/// What is wrong with the arguments of a trust; `argument` is the path of the argument as one writes it, for example
/// `also["x"].claims["y"]`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{argument}: {reason}")]
pub struct TrustError {
    pub argument: String,
    pub reason: TrustMistake,
}

/// The mistakes one can make.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustMistake {
    #[error("expected an issuer URL, found nothing")]
    NoIssuer,
    #[error("expected at least one value, found an empty set; leave the argument out to not test it")]
    EmptySet,
    #[error(
        "expected at least one claim, found an empty map; leave the argument out to test no further claim"
    )]
    EmptyMap,
    #[error("expected a text, found an empty string")]
    EmptyText,
    #[error(
        "expected a text without control characters, found `{0}`; a heredoc ends in a line break, `trimspace()` takes it away"
    )]
    ControlCharacter(String),
    #[error("expected an accepted audience, found none")]
    NoAudience,
    #[error(
        "expected a subject, a subject pattern or a claim, found none; to trust everything that the issuer signs, write `subject_patterns = [\"*\"]`"
    )]
    TestsNothing,
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    #[error(transparent)]
    Audience(#[from] AudienceError),
    #[error(transparent)]
    Pattern(#[from] PatternError),
    #[error(transparent)]
    ClaimName(#[from] ClaimNameError),
}

impl Trust {
    /// Reads a trust. Members that an `also` leaves out inherit from the top; audiences given nowhere are
    /// `default_audiences`, the cloud's own.
    ///
    /// # Errors
    /// The first mistake with the path of its argument: an empty set, map or string, a part that cannot be read, a branch
    /// that tests no subject, pattern or claim.
    pub fn new(
        top: &Written,
        also: &BTreeMap<String, Written>,
        default_audiences: &BTreeSet<Audience>,
    ) -> Result<Self, TrustError> {
        let mut terms = vec![read(top, &Written::default(), "", default_audiences)?];
        for (key, branch) in also {
            terms.push(read(
                branch,
                top,
                &format!("also[\"{key}\"]."),
                default_audiences,
            )?);
        }
        Ok(Self { terms })
    }
}

fn read(
    own: &Written,
    top: &Written,
    at: &str,
    default_audiences: &BTreeSet<Audience>,
) -> Result<Terms, TrustError> {
    let path = |argument: &str| format!("{at}{argument}");
    let issuer_at = path("issuer");
    let issuer = match own.issuer.as_ref().or(top.issuer.as_ref()) {
        Some(text) => IssuerUrl::parse(text).map_err(|e| mistake(&issuer_at, e))?,
        None => return Err(mistake(&issuer_at, TrustMistake::NoIssuer)),
    };
    let audiences = match own.audiences.as_ref().or(top.audiences.as_ref()) {
        Some(texts) => set(texts, &path("audiences"), Audience::parse)?,
        None => default_audiences.clone(),
    };
    if audiences.is_empty() {
        return Err(mistake(&path("audiences"), TrustMistake::NoAudience));
    }
    let terms = Terms {
        issuer,
        audiences,
        subjects: optional_set(&own.subjects, &top.subjects, &path("subjects"), text)?,
        subject_patterns: optional_set(
            &own.subject_patterns,
            &top.subject_patterns,
            &path("subject_patterns"),
            Pattern::parse,
        )?,
        claims: optional_map(&own.claims, &top.claims, &path("claims"), text)?,
        claim_patterns: optional_map(
            &own.claim_patterns,
            &top.claim_patterns,
            &path("claim_patterns"),
            Pattern::parse,
        )?,
    };
    if !terms.tests_something() {
        return Err(mistake(&path("subjects"), TrustMistake::TestsNothing));
    }
    Ok(terms)
}

fn mistake(argument: &str, reason: impl Into<TrustMistake>) -> TrustError {
    TrustError {
        argument: argument.to_owned(),
        reason: reason.into(),
    }
}

fn text(value: &str) -> Result<String, TrustMistake> {
    if value.is_empty() {
        return Err(TrustMistake::EmptyText);
    }
    // no platform signs one, and nobody sees it in a plan
    if value.chars().any(char::is_control) {
        return Err(TrustMistake::ControlCharacter(value.escape_debug().to_string()));
    }
    Ok(value.to_owned())
}

fn set<T: Ord, E: Into<TrustMistake>>(
    texts: &[String],
    argument: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<BTreeSet<T>, TrustError> {
    if texts.is_empty() {
        return Err(mistake(argument, TrustMistake::EmptySet));
    }
    texts
        .iter()
        .map(|value| parse(value).map_err(|e| mistake(argument, e)))
        .collect()
}

fn optional_set<T: Ord, E: Into<TrustMistake>>(
    own: &Option<Vec<String>>,
    top: &Option<Vec<String>>,
    argument: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<BTreeSet<T>, TrustError> {
    own.as_ref()
        .or(top.as_ref())
        .map_or_else(|| Ok(BTreeSet::new()), |texts| set(texts, argument, parse))
}

type ClaimValues<T> = BTreeMap<ClaimName, BTreeSet<T>>;

fn optional_map<T: Ord, E: Into<TrustMistake>>(
    own: &Option<BTreeMap<String, Vec<String>>>,
    top: &Option<BTreeMap<String, Vec<String>>>,
    argument: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<ClaimValues<T>, TrustError> {
    let Some(map) = own.as_ref().or(top.as_ref()) else {
        return Ok(BTreeMap::new());
    };
    if map.is_empty() {
        return Err(mistake(argument, TrustMistake::EmptyMap));
    }
    let mut claims = BTreeMap::new();
    for (name, values) in map {
        let at = format!("{argument}[\"{name}\"]");
        let name = ClaimName::parse(name).map_err(|e| mistake(&at, e))?;
        claims.insert(name, set(values, &at, &parse)?);
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(texts: &[&str]) -> Option<Vec<String>> {
        Some(texts.iter().map(|&t| t.to_owned()).collect())
    }

    fn valid() -> Written {
        Written {
            issuer: Some("https://issuer.example".to_owned()),
            subjects: words(&["repo:acme/api:ref:refs/heads/main"]),
            ..Written::default()
        }
    }

    fn defaults() -> BTreeSet<Audience> {
        BTreeSet::from([Audience::parse("sts.example").unwrap()])
    }

    fn error(top: &Written, also: &[(&str, Written)]) -> String {
        let also = also.iter().map(|(k, w)| ((*k).to_owned(), w.clone())).collect();
        Trust::new(top, &also, &defaults()).unwrap_err().to_string()
    }

    fn claims(name: &str, values: &[&str]) -> Option<BTreeMap<String, Vec<String>>> {
        Some(BTreeMap::from([(name.to_owned(), words(values).unwrap())]))
    }

    #[test]
    fn empty_is_an_error_that_names_its_argument() {
        let base = valid();
        let cases: Vec<(Written, &str)> = vec![
            (
                Written {
                    issuer: None,
                    ..base.clone()
                },
                "issuer: ",
            ),
            (
                Written {
                    issuer: Some("http://x.example".into()),
                    ..base.clone()
                },
                "issuer: ",
            ),
            (
                Written {
                    audiences: words(&[]),
                    ..base.clone()
                },
                "audiences: expected at least one value",
            ),
            (
                Written {
                    audiences: words(&[""]),
                    ..base.clone()
                },
                "audiences: ",
            ),
            (
                Written {
                    subjects: words(&[]),
                    ..base.clone()
                },
                "subjects: expected at least one value",
            ),
            (
                Written {
                    subjects: words(&["a", ""]),
                    ..base.clone()
                },
                "subjects: expected a text",
            ),
            (
                Written {
                    subject_patterns: words(&[]),
                    ..base.clone()
                },
                "subject_patterns: ",
            ),
            (
                Written {
                    subject_patterns: words(&[""]),
                    ..base.clone()
                },
                "subject_patterns: ",
            ),
            (
                Written {
                    subject_patterns: words(&["\\x"]),
                    ..base.clone()
                },
                "subject_patterns: ",
            ),
            (
                Written {
                    claims: Some(BTreeMap::new()),
                    ..base.clone()
                },
                "claims: ",
            ),
            (
                Written {
                    claims: claims("y", &[]),
                    ..base.clone()
                },
                "claims[\"y\"]: ",
            ),
            (
                Written {
                    claims: claims("y", &[""]),
                    ..base.clone()
                },
                "claims[\"y\"]: ",
            ),
            (
                Written {
                    claims: claims("sub", &["x"]),
                    ..base.clone()
                },
                "claims[\"sub\"]: ",
            ),
            (
                Written {
                    claim_patterns: claims("y", &[]),
                    ..base.clone()
                },
                "claim_patterns[\"y\"]: ",
            ),
            (
                Written {
                    subjects: None,
                    ..base.clone()
                },
                "subjects: expected a subject, a subject pattern or a claim",
            ),
        ];
        for (written, start) in cases {
            let found = error(&written, &[]);
            assert!(found.starts_with(start), "{found}");
        }
        let branch = Written {
            claims: claims("y", &[]),
            ..Written::default()
        };
        assert!(
            error(&base, &[("x", branch)]).starts_with("also[\"x\"].claims[\"y\"]: expected at least one")
        );
    }

    #[test]
    fn also_inherits_and_keeps_key_order() {
        let also = BTreeMap::from([
            (
                "b".to_owned(),
                Written {
                    subjects: words(&["two"]),
                    ..Written::default()
                },
            ),
            (
                "a".to_owned(),
                Written {
                    audiences: words(&["other"]),
                    ..Written::default()
                },
            ),
        ]);
        let trust = Trust::new(&valid(), &also, &defaults()).unwrap();
        assert_eq!(trust.terms.len(), 3);
        assert_eq!(
            trust.terms[1].audiences,
            BTreeSet::from([Audience::parse("other").unwrap()])
        );
        assert_eq!(trust.terms[1].subjects, trust.terms[0].subjects);
        assert_eq!(trust.terms[2].subjects, BTreeSet::from(["two".to_owned()]));
        assert_eq!(trust.terms[2].audiences, defaults());
        assert_eq!(trust.issuers().len(), 1);
    }
}
