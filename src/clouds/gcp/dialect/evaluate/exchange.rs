//! The exchange of a token at the Security Token Service, step by step.
//!
//! The signature is not looked at, and the token is taken to be in time: that is done before anybody asks here.

use serde_json::Value as Json;

use super::super::cel::{Stop, Value};
use super::super::principal::Principal;
use super::super::provider::{Provider, Target};
use super::MappedValue;
use super::binding::binding_step;
use super::explain::explain;
use super::mapping::{Mapped, Outcome, outcome};
use super::token::KnownClaims;
use crate::trust::{Claims, Decision, Step, Verdict};

/// The error code that the service answers with (RFC 6749, section 5.2, and Google's own).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StsError {
    /// `google.subject` is too long.
    InvalidRequest,
    /// The provider is disabled.
    InvalidTarget,
    /// Issuer, audience or subject of the token.
    InvalidGrant,
    /// A mapping or the condition.
    UnauthorizedClient,
}

impl StsError {
    /// The value of `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
        }
    }
}

/// The decision with the identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub decision: Decision,
    /// Of the step that refused; `None` when none did, or when it was the binding.
    pub error: Option<StsError>,
    /// As far as it came.
    pub mapped: Mapped,
}

/// Google's limits for what is mapped.
const MOST_IN_SUBJECT: usize = 127;
const MOST_IN_ALL: usize = 8 * 1024;

/// Would Google accept this token at the provider and, if asked, let the binding mean the identity.
pub fn evaluate(provider: &Provider, claims: &Claims, binding: Option<&Principal>) -> Exchange {
    exchange(provider, &KnownClaims::all(claims), binding)
}

/// The same for a token of which a part is known.
pub fn exchange(provider: &Provider, token: &KnownClaims<'_>, binding: Option<&Principal>) -> Exchange {
    let mut trail = Trail::default();
    let refused = trail.run(provider, token).err();
    if refused.is_none()
        && let Some(principal) = binding
    {
        trail
            .steps
            .push(binding_step(provider.name().pool(), &trail.mapped, principal));
    }
    let has = |verdict| trail.steps.iter().any(|step| step.verdict == verdict);
    let verdict = match (has(Verdict::Deny), has(Verdict::Unknown)) {
        (true, _) => Verdict::Deny,
        (false, true) => Verdict::Unknown,
        (false, false) => Verdict::Allow,
    };
    Exchange {
        decision: Decision {
            verdict,
            steps: trail.steps,
        },
        error: refused,
        mapped: trail.mapped,
    }
}

#[derive(Default)]
struct Trail {
    steps: Vec<Step>,
    mapped: Mapped,
}

type Checked = Result<(), StsError>;

impl Trail {
    fn run(&mut self, provider: &Provider, token: &KnownClaims<'_>) -> Checked {
        if let Some(disabled) = provider.disabled {
            let found = if disabled { "disabled" } else { "enabled" };
            self.check("provider", "enabled", found, !disabled, StsError::InvalidTarget)?;
        }
        self.issuer(provider, token)?;
        self.audience(provider, token)?;
        self.subject_claim(token)?;
        let assertion = token.assertion();
        self.mapping(provider, &assertion)?;
        self.condition(provider, assertion)
    }

    fn push(&mut self, name: &str, expected: &str, found: &str, verdict: Verdict) {
        self.steps.push(Step {
            name: name.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            verdict,
        });
    }

    fn check(&mut self, name: &str, expected: &str, found: &str, holds: bool, error: StsError) -> Checked {
        let verdict = if holds { Verdict::Allow } else { Verdict::Deny };
        self.push(name, expected, found, verdict);
        if holds { Ok(()) } else { Err(error) }
    }

    fn issuer(&mut self, provider: &Provider, token: &KnownClaims<'_>) -> Checked {
        let expected = &provider.issuer_uri;
        if token.is_unknown("iss") {
            self.push("issuer", expected, NOT_KNOWN, Verdict::Unknown);
            return Ok(());
        }
        let found = token.claims.get("iss");
        let same = found.and_then(Json::as_str) == Some(expected);
        self.check("issuer", expected, &shown(found), same, StsError::InvalidGrant)
    }

    fn audience(&mut self, provider: &Provider, token: &KnownClaims<'_>) -> Checked {
        let accepted = provider.accepted_audiences();
        let listed: Vec<&str> = accepted.iter().map(String::as_str).collect();
        let expected = listed.join(" or ");
        if token.is_unknown("aud") {
            self.push("audience", &expected, NOT_KNOWN, Verdict::Unknown);
            return Ok(());
        }
        let found = token.claims.get("aud");
        let is_accepted = |value: &Json| value.as_str().is_some_and(|text| accepted.contains(text));
        let holds = match found {
            Some(Json::Array(values)) => values.iter().any(is_accepted),
            Some(value) => is_accepted(value),
            None => false,
        };
        self.check(
            "audience",
            &expected,
            &shown(found),
            holds,
            StsError::InvalidGrant,
        )
    }

    /// The claim has to be there. Whether an empty one, or one that is no text, is taken is written nowhere; what is mapped
    /// from it says more.
    fn subject_claim(&mut self, token: &KnownClaims<'_>) -> Checked {
        let expected = "a text";
        if token.is_unknown("sub") {
            self.push("sub", expected, NOT_KNOWN, Verdict::Unknown);
            return Ok(());
        }
        match token.claims.get("sub") {
            None | Some(Json::Null) => self.check("sub", expected, "absent", false, StsError::InvalidGrant),
            Some(Json::String(text)) if !text.is_empty() => {
                self.push("sub", expected, text, Verdict::Allow);
                Ok(())
            }
            Some(other) => {
                self.push("sub", expected, &other.to_string(), Verdict::Unknown);
                Ok(())
            }
        }
    }

    fn mapping(&mut self, provider: &Provider, assertion: &Value) -> Checked {
        let variables = [("assertion", assertion.clone())];
        if !provider
            .mapping
            .iter()
            .any(|(target, _)| *target == Target::Subject)
        {
            let expected = "an expression for `google.subject`";
            self.check(
                "mapping google.subject",
                expected,
                "none",
                false,
                StsError::UnauthorizedClient,
            )?;
        }
        for (target, program) in &provider.mapping {
            let name = format!("mapping {}", target.key());
            match outcome(program, &variables) {
                Outcome::Error(error) => {
                    self.check(
                        &name,
                        program.source(),
                        &error,
                        false,
                        StsError::UnauthorizedClient,
                    )?;
                }
                Outcome::Unknown(reason) => {
                    self.push(
                        &name,
                        program.source(),
                        &format!("{NOT_KNOWN}: {reason}"),
                        Verdict::Unknown,
                    );
                    self.mapped.set_unknown(target, reason);
                }
                Outcome::Value(value) => {
                    let text = value.shown();
                    if let Err(wrong) = self.mapped.set(target, value) {
                        self.check(
                            &name,
                            program.source(),
                            &wrong,
                            false,
                            StsError::UnauthorizedClient,
                        )?;
                    }
                    self.push(&name, program.source(), &text, Verdict::Allow);
                }
            }
            if *target == Target::Subject {
                self.subject_length()?;
            }
        }
        let bytes = self.mapped.bytes();
        if bytes > MOST_IN_ALL {
            let expected = format!("at most {MOST_IN_ALL} bytes in all mapped values");
            self.check(
                "mapping",
                &expected,
                &format!("{bytes} bytes"),
                false,
                StsError::InvalidRequest,
            )?;
        }
        Ok(())
    }

    fn subject_length(&mut self) -> Checked {
        let Some(MappedValue::Known(subject)) = &self.mapped.subject else {
            return Ok(());
        };
        let bytes = subject.len();
        let expected = format!("1 to {MOST_IN_SUBJECT} bytes");
        let error = if bytes == 0 {
            StsError::UnauthorizedClient
        } else {
            StsError::InvalidRequest
        };
        let holds = (1..=MOST_IN_SUBJECT).contains(&bytes);
        self.check(
            "length of google.subject",
            &expected,
            &format!("{bytes} bytes"),
            holds,
            error,
        )
    }

    fn condition(&mut self, provider: &Provider, assertion: Value) -> Checked {
        let Some(condition) = &provider.condition else {
            self.push(
                "condition",
                "none",
                "every token that came here is accepted",
                Verdict::Allow,
            );
            return Ok(());
        };
        let [google, attribute] = self.mapped.variables();
        let variables = [("assertion", assertion), google, attribute];
        let expected = condition.source();
        match condition.evaluate(&variables) {
            Ok(Value::Bool(true)) => match condition.doubt(&variables) {
                None => self.push("condition", expected, "true", Verdict::Allow),
                Some(doubt) => {
                    let found = format!("true, but whether Google says so is not known: {doubt}");
                    self.push("condition", expected, &found, Verdict::Unknown);
                }
            },
            Err(Stop::Unknown(_)) => {
                self.push(
                    "condition",
                    expected,
                    &explain(condition, &variables),
                    Verdict::Unknown,
                );
            }
            Ok(_) | Err(Stop::Error(_)) => {
                let found = explain(condition, &variables);
                self.check("condition", expected, &found, false, StsError::UnauthorizedClient)?;
            }
        }
        Ok(())
    }
}

const NOT_KNOWN: &str = "not known";

fn shown(value: Option<&Json>) -> String {
    value.map_or_else(
        || "absent".to_owned(),
        |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    )
}
