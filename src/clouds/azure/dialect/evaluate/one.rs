//! One credential against a token.

use serde_json::Value;

use super::super::credential::{Credential, Holder, Matching};
use super::super::expression::{Clause, Comparand, Expression, Operator, Undecided, matches};
use super::super::issuers::{self, IssuerRules};
use super::claim::{Answer, compared, shown};
use crate::trust::{Claims, Step, Verdict};

/// The comparison that refused, in the order in which they are made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Token,
    Issuer,
    Audience,
    Subject,
    SubjectCase,
    Expression,
    Nowhere,
}

impl Place {
    /// What Entra says, where that is known. For expressions nothing is documented.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Issuer => " (AADSTS700211: no credential with this issuer)",
            Self::Audience => " (AADSTS700212: no credential with this audience)",
            Self::Subject => " (AADSTS700213: no credential with this subject)",
            Self::SubjectCase => " (AADSTS7002138: the subjects are equal only when letter case is ignored)",
            Self::Token | Self::Expression | Self::Nowhere => "",
        }
    }
}

/// The steps of one credential.
pub(super) struct Trail {
    /// Put before the name of each step.
    prefix: String,
    pub(super) steps: Vec<Step>,
}

impl Trail {
    pub(super) fn new(prefix: String) -> Self {
        Self {
            prefix,
            steps: Vec::new(),
        }
    }

    /// Stops at the first refusal; goes on after what is not known, since a later comparison may still refuse.
    pub(super) fn credential(&mut self, credential: &Credential, claims: &Claims) -> (Verdict, Place) {
        let issuer = self.issuer(credential, claims);
        if issuer.0 == Verdict::Deny {
            return issuer;
        }
        let audience = self.exact("audience", "aud", &credential.audience, claims, Place::Audience);
        if audience == Verdict::Deny {
            return (audience, Place::Audience);
        }
        let (matched, place) = match &credential.matching {
            Matching::Subject(subject) => {
                let place = subject_place(subject, claims);
                (self.exact("subject", "sub", subject, claims, place), place)
            }
            Matching::Expression(expression) => {
                (self.expression(credential, expression, claims), Place::Expression)
            }
        };
        match Verdict::all([audience, matched]) {
            Verdict::Deny => (Verdict::Deny, place),
            other => (other, Place::Nowhere),
        }
    }

    /// Outer white space in `iss` is refused before anything is compared.
    fn issuer(&mut self, credential: &Credential, claims: &Claims) -> (Verdict, Place) {
        let expected = credential.issuer.as_str();
        let value = claims.get("iss");
        let (holds, place, note) = match value.and_then(Value::as_str) {
            None => (false, Place::Token, String::new()),
            Some(found) if found.trim() != found => {
                let note = " with outer white space, which Entra refuses whatever the credential says";
                (false, Place::Token, note.to_owned())
            }
            Some(found) if found == expected => (true, Place::Nowhere, String::new()),
            Some(found) => (
                false,
                Place::Issuer,
                near_miss(expected, found) + Place::Issuer.code(),
            ),
        };
        self.step("issuer", expected, shown(value) + &note, holds.into());
        (holds.into(), place)
    }

    fn exact(&mut self, name: &str, claim: &str, expected: &str, claims: &Claims, place: Place) -> Verdict {
        let value = claims.get(claim);
        let answer = compared(value, |text| Ok(text == expected));
        let mut found = shown(value);
        match answer.verdict {
            Verdict::Deny => found += place.code(),
            Verdict::Unknown => found += answer.note,
            Verdict::Allow => {}
        }
        let wildcards = name == "subject" && expected.contains(['*', '?']);
        let note = if wildcards && answer.verdict != Verdict::Allow {
            ", where `*` and `?` are literal"
        } else {
            ""
        };
        self.step(name, &format!("{expected}{note}"), found, answer.verdict);
        answer.verdict
    }

    fn expression(&mut self, credential: &Credential, expression: &Expression, claims: &Claims) -> Verdict {
        let mut verdicts = Vec::new();
        if credential.holder == Holder::ManagedIdentity {
            let expected = "an application, which is where Entra documents expressions";
            let found = "a managed identity: whether its expressions are honoured is not known";
            verdicts.push(self.step(
                "holder of the expression",
                expected,
                found.to_owned(),
                Verdict::Unknown,
            ));
        }
        let rules = issuers::rules(&credential.issuer);
        if rules.is_none() {
            let expected = format!("one for which Entra takes expressions: {}", issuers::LISTED);
            let found = format!(
                "{}: what Entra makes of an expression for it is not known",
                credential.issuer
            );
            verdicts.push(self.step("issuer of the expression", &expected, found, Verdict::Unknown));
        }
        for clause in expression.clauses() {
            let verdict = self.clause(clause, rules, claims);
            verdicts.push(verdict);
            if verdict == Verdict::Deny {
                break;
            }
        }
        Verdict::all(verdicts)
    }

    fn clause(&mut self, clause: &Clause, rules: Option<&IssuerRules>, claims: &Claims) -> Verdict {
        let value = claims.get(&clause.claim);
        let name = format!("claim {}", clause.claim);
        let expected = format!("{} {}", clause.operator.as_str(), clause.comparand.written());
        let mut found = shown(value);
        let verdict = match undocumented(clause, rules) {
            Some(note) => {
                found += note;
                Verdict::Unknown
            }
            None => {
                let answer = match (&clause.comparand, clause.glob()) {
                    (Comparand::Text(text), None) => compared(value, |found| Ok(found == text)),
                    (_, Some(glob)) => compared(value, |found| matches(&glob, found)),
                    (Comparand::Contested(_), None) => Answer::of(Err(Undecided::EscapedQuote)),
                };
                if answer.verdict == Verdict::Unknown {
                    found += answer.note;
                }
                answer.verdict
            }
        };
        self.step(&name, &expected, found, verdict)
    }

    fn step(&mut self, name: &str, expected: &str, found: String, verdict: Verdict) -> Verdict {
        self.steps.push(Step {
            name: format!("{}{name}", self.prefix),
            expected: expected.to_owned(),
            found,
            verdict,
        });
        verdict
    }
}

/// What Entra refuses to store today, so that nobody can say what it would do with it.
fn undocumented(clause: &Clause, rules: Option<&IssuerRules>) -> Option<&'static str> {
    let Some(rules) = rules else {
        let other = clause.claim != "sub";
        return other.then_some(": Entra takes no expression on this claim, what it would do is not known");
    };
    match rules.claim(&clause.claim) {
        None => {
            Some(": Entra takes no expression on this claim for this issuer, what it would do is not known")
        }
        Some(rule) if clause.operator == Operator::Matches && !rule.wildcards => {
            Some(": Entra takes only `eq` on this claim, what it would do is not known")
        }
        Some(_) => None,
    }
}

fn subject_place(expected: &str, claims: &Claims) -> Place {
    let same = claims
        .text("sub")
        .is_some_and(|found| found.to_lowercase() == expected.to_lowercase());
    if same { Place::SubjectCase } else { Place::Subject }
}

/// Why two issuers that look the same are not.
fn near_miss(expected: &str, found: &str) -> String {
    let bare = |text: &str| text.trim().trim_end_matches('/').to_lowercase();
    if bare(expected) != bare(found) {
        return String::new();
    }
    let what = if expected.trim() != expected {
        "the white space around the credential's"
    } else if expected.trim_end_matches('/') == found.trim_end_matches('/') {
        "the slash at the end"
    } else {
        "letter case"
    };
    format!(", which differs in {what}")
}
