//! What is wrong with a trust in a file, and whom a change of it lets in.

use serde_json::Value;

use super::cloud::{CLOUDS, Change};
use super::found::{Before, Found, Unknown};
use super::knowledge::{Answers, Knowledge};
use crate::clouds::guardrail::matching;
use crate::lint::{Class, Rule};
use crate::trust::{Claims, Finding, Severity};

/// Rules about files rather than trusts.
pub const RULES: [&Rule; 3] = [&UNKNOWN_VALUE, &NEWLY_ADMITS, &CHANGE_UNKNOWN];

const UNKNOWN_VALUE: Rule = Rule {
    id: "unknown-value",
    title: "A part of the trust is not known",
    class: Class::Unanalysable,
    meaning: "A value is chosen after this file was written: by a parameter, or by what is made first. What it will be decides who gets in, and that was not judged.",
    fix: "write the value out, or look again when it is known: at the plan after the apply, at the role itself",
};

const NEWLY_ADMITS: Rule = Rule {
    id: "newly-admits",
    title: "The change lets in somebody who was refused",
    class: Class::Open,
    meaning: "The trust accepts a token that it refused before.",
    fix: "nothing, if the token is one that the change is for",
};

const CHANGE_UNKNOWN: Rule = Rule {
    id: "change-unknown",
    title: "Whom the change lets in cannot be told",
    class: Class::Unanalysable,
    meaning: "No token was found that the change lets in, but it is not certain that there is none.",
    fix: "compare the two trusts by hand",
};

/// Every rule that may be named in a report.
pub fn rules() -> Vec<&'static Rule> {
    let of_clouds = CLOUDS.into_iter().flat_map(|cloud| (cloud.rules)());
    let mut rules: Vec<&'static Rule> = crate::lint::rules().chain(of_clouds).chain(RULES).collect();
    rules.sort_by_key(|rule| rule.id);
    rules.dedup_by_key(|rule| rule.id);
    rules
}

/// A document that is no trust that its cloud would store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at `{pointer}`: {message}")]
pub struct Mistake {
    /// Into the file.
    pub pointer: String,
    pub message: String,
}

/// Something found, and the place it is about.
#[derive(Clone, Debug)]
pub struct Located {
    pub finding: Finding,
    /// Into the file; `None`: the trust as a whole, or a value of it.
    pub pointer: Option<String>,
}

/// What is wrong with a trust, the worst first.
///
/// # Errors
/// A document that cannot be read, or a platform that cannot be meant.
pub fn judge(found: &Found, knowledge: &Knowledge) -> Result<Vec<Located>, Mistake> {
    let mut all: Vec<Located> = found.unknowns.iter().map(not_known).collect();
    if let Some(document) = &found.document {
        let answers = Answers::new(knowledge, found);
        let facts = |url: &str| answers.of(url);
        match found.cloud.lint {
            Some(lint) => {
                let mut findings = lint(document, &facts)
                    .map_err(|error| mistake(found, &error.pointer, &expectation(&error)))?;
                if let Some(items) = document.as_array().filter(|_| found.is_group) {
                    // what is said of each alone is said there
                    let alone = items.iter().filter_map(|one| lint(one, &facts).ok()).flatten();
                    let said: Vec<_> = alone.map(|one| (one.rule, one.value)).collect();
                    findings.retain(|one| !said.contains(&(one.rule, one.value.clone())));
                }
                all.extend(findings.into_iter().map(|finding| Located {
                    finding,
                    pointer: None,
                }));
            }
            None => all.push(located(
                &UNKNOWN_VALUE,
                Severity::Medium,
                "no rules judge trusts of this cloud yet",
                None,
                &found.pointer,
            )),
        }
        if let Some(reason) = answers.refused() {
            return Err(mistake(found, "", &format!("`platform`: {reason}")));
        }
    }
    for located in &mut all {
        if let Some((_, reason)) = matching(&located.finding, &found.accepted_risks) {
            located.finding.accepted = Some(reason.clone());
        }
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.finding.severity));
    Ok(all)
}

/// Whom the change of a trust lets in, as findings: `severity` is that of an answer, and of none.
///
/// # Errors
/// A document that cannot be read.
pub fn judge_change(
    found: &Found,
    knowledge: &Knowledge,
    severity: Severity,
) -> Result<Option<Located>, Mistake> {
    let before = match &found.before {
        Before::Unsaid => return Ok(None),
        Before::Nothing => None,
        Before::Document(document) => Some(document),
        Before::Unreadable => {
            return Ok(Some(cannot_tell(
                found,
                severity,
                "how it was before cannot be read",
            )));
        }
    };
    let Some(after) = &found.document else {
        return Ok(Some(cannot_tell(found, severity, "too little of it is known")));
    };
    let change = changed(found, before, after, knowledge)?;
    Ok(match change {
        Change::Nobody if found.unknowns.is_empty() => None,
        Change::Nobody => Some(cannot_tell(found, severity, "a part of it is not known")),
        Change::CannotTell(reason) => Some(cannot_tell(found, severity, &reason)),
        Change::Admits(token) => {
            let message = match before {
                Some(_) => "a token that was refused is accepted",
                None => "the trust is new, and accepts a token",
            };
            Some(located(
                &NEWLY_ADMITS,
                severity,
                message,
                Some(&token),
                &found.pointer,
            ))
        }
    })
}

fn changed(
    found: &Found,
    before: Option<&Value>,
    after: &Value,
    knowledge: &Knowledge,
) -> Result<Change, Mistake> {
    let answers = Answers::new(knowledge, found);
    let facts = |url: &str| answers.of(url);
    match (found.cloud.change)(before, after, &facts) {
        Ok(change) => Ok(change),
        // what was there before may have been stored before anybody checked it
        Err(_) if (found.cloud.change)(None, after, &facts).is_ok() => {
            Ok(Change::CannotTell("how it was before cannot be read".to_owned()))
        }
        Err(error) => Err(mistake(found, &error.pointer, &expectation(&error))),
    }
}

fn cannot_tell(found: &Found, severity: Severity, reason: &str) -> Located {
    let message = format!("cannot tell whom the change lets in: {reason}");
    located(&CHANGE_UNKNOWN, severity, &message, None, &found.pointer)
}

fn not_known(unknown: &Unknown) -> Located {
    let (severity, rest) = match unknown.is_decisive {
        true => (Severity::High, "; who is trusted depends on it"),
        false => (Severity::Medium, ""),
    };
    let message = format!("`{}` {}{rest}", last(&unknown.pointer), unknown.reason);
    located(&UNKNOWN_VALUE, severity, &message, None, &unknown.pointer)
}

fn last(pointer: &str) -> &str {
    let mut parts = pointer.rsplit('/');
    let is_index = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    parts.find(|part| !is_index(part)).unwrap_or(pointer)
}

fn located(
    rule: &Rule,
    severity: Severity,
    message: &str,
    witness: Option<&Claims>,
    pointer: &str,
) -> Located {
    Located {
        finding: Finding {
            rule: rule.id,
            severity,
            message: message.to_owned(),
            fix: rule.fix.to_owned(),
            witness: witness.map(|token| Value::Object(token.members().clone()).to_string()),
            value: Some(pointer.to_owned()),
            accepted: None,
        },
        pointer: Some(pointer.to_owned()),
    }
}

fn expectation(error: &crate::trust::DocumentError) -> String {
    format!("expected {}, found {}", error.expected, error.found)
}

/// A pointer into a document as one into the file.
fn mistake(found: &Found, inner: &str, message: &str) -> Mistake {
    let inner = found.inner(inner);
    Mistake {
        pointer: format!("{}{inner}", found.pointer),
        message: message.to_owned(),
    }
}
