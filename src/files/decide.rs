//! Would a cloud accept a token for a trust in a file, at a certain time.

use serde_json::{Map, Value};

use super::cloud::BESIDE;
use super::found::Found;
use super::judge::Mistake;
use crate::trust::{Claims, Decision, Step, Verdict};

/// The token, and what the trust does not say.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub claims: &'a Claims,
    /// Seconds since 1970.
    pub now: i64,
    /// The cloud's own members of a test case: providers, role, binding.
    pub besides: &'a Map<String, Value>,
}

/// Clouds forgive clocks that are off by some minutes, five where it is written.
const TOLERANCE: i64 = 300;

/// The decision, with the time as its first step.
///
/// # Errors
/// A document or a member that cannot be read.
pub fn decide(found: &Found, asked: &Asked<'_>) -> Result<Decision, Mistake> {
    let time = in_time(asked.claims, asked.now, found.cloud.forgives);
    let Some(document) = &found.document else {
        let reasons: Vec<&str> = found
            .unknowns
            .iter()
            .map(|unknown| unknown.reason.as_str())
            .collect();
        return Ok(joined(
            time,
            vec![Step {
                name: "trust".to_owned(),
                expected: "one that is known".to_owned(),
                found: format!("one that {}", reasons.join(", and ")),
                verdict: Verdict::Unknown,
            }],
            Verdict::Unknown,
        ));
    };
    if time.as_ref().is_some_and(|step| step.verdict == Verdict::Deny) {
        return Ok(joined(time, Vec::new(), Verdict::Allow));
    }
    let decision = (found.cloud.decide)(document, asked).map_err(|error| Mistake {
        pointer: match error.pointer.strip_prefix(BESIDE) {
            Some(beside) => format!("{BESIDE}{beside}"),
            None => format!("{}{}", found.pointer, found.inner(&error.pointer)),
        },
        message: format!("expected {}, found {}", error.expected, error.found),
    })?;
    Ok(joined(time, decision.steps, decision.verdict))
}

fn joined(time: Option<Step>, steps: Vec<Step>, verdict: Verdict) -> Decision {
    let first = time.as_ref().map_or(Verdict::Allow, |step| step.verdict);
    Decision {
        verdict: Verdict::all([first, verdict]),
        steps: time.into_iter().chain(steps).collect(),
    }
}

/// What the times in a token say (RFC 7519, 4.1.4 to 4.1.6); nothing where it has none, and then it is taken to be in time.
/// `forgives`: whether the cloud is known to forgive clocks that are off.
fn in_time(claims: &Claims, now: i64, forgives: bool) -> Option<Step> {
    let mut expected = Vec::new();
    let mut found = Vec::new();
    let mut verdicts = Vec::new();
    for (name, is_end) in [("nbf", false), ("iat", false), ("exp", true)] {
        let Some(value) = claims.get(name) else { continue };
        expected.push(format!(
            "`{name}` {} {now}",
            if is_end { "after" } else { "not after" }
        ));
        found.push(format!("`{name}` {value}"));
        verdicts.push(match value.as_i64() {
            None => Verdict::Unknown,
            Some(time) => {
                let late = if is_end {
                    now.saturating_sub(time).saturating_add(1)
                } else {
                    time.saturating_sub(now)
                };
                match late {
                    ..=0 => Verdict::Allow,
                    1..=TOLERANCE if forgives => Verdict::Allow,
                    1..=TOLERANCE => Verdict::Unknown,
                    _ => Verdict::Deny,
                }
            }
        });
    }
    (!verdicts.is_empty()).then(|| Step {
        name: "time".to_owned(),
        expected: expected.join(", "),
        found: found.join(", "),
        verdict: Verdict::all(verdicts),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_compared_with_what_a_cloud_forgives() {
        use Verdict::{Allow, Deny, Unknown};
        for (exp, iat, known, unsaid) in [
            (1300, 1000, Allow, Allow),
            (1000, 900, Allow, Unknown),
            (701, 600, Allow, Unknown),
            (700, 600, Deny, Deny),
            (2000, 1300, Allow, Unknown),
            (2000, 1301, Deny, Deny),
        ] {
            let mut claims = Claims::default();
            claims.insert("exp", json!(exp));
            claims.insert("iat", json!(iat));
            let verdict = |forgives| in_time(&claims, 1000, forgives).unwrap().verdict;
            assert_eq!((verdict(true), verdict(false)), (known, unsaid), "{exp} {iat}");
        }
        assert_eq!(in_time(&Claims::default(), 1000, true), None);
        let mut text = Claims::default();
        text.insert("exp", json!("1300"));
        assert_eq!(in_time(&text, 1000, true).unwrap().verdict, Unknown);
    }
}
