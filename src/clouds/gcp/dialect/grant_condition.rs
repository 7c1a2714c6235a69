//! The condition of a role binding ("IAM Conditions"), decided as far as it can be here: what is constant, and comparisons of
//! `request.time` with a `timestamp("…")` that is written out. Everything else is not known.

use std::sync::Arc;

use super::cel::{CelError, Kind, Map, Node, Operator, Program, Stop, Unknown, Value, evaluate};
use crate::trust::Verdict;

/// Characters of a condition of a binding.
const MOST_CHARACTERS: usize = 12_000;
/// "IAM quotas and limits": logical operators in the condition expression of a role binding.
const MOST_OPERATORS: usize = 12;

/// A condition that is read.
#[derive(Clone, Debug)]
pub struct GrantCondition {
    program: Program,
}

/// Why a condition is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantConditionError {
    #[error(transparent)]
    Expression(#[from] CelError),
    #[error("expected at most {MOST_OPERATORS} logical operators in a condition, found {0}")]
    Operators(usize),
}

impl GrantCondition {
    /// # Errors
    /// An expression that is no CEL, or has too many logical operators.
    pub fn parse(expression: &str) -> Result<Self, GrantConditionError> {
        let program = Program::parse(expression, MOST_CHARACTERS)?;
        let operators = operators(program.root());
        if operators > MOST_OPERATORS {
            return Err(GrantConditionError::Operators(operators));
        }
        Ok(Self { program })
    }

    /// Whether the binding is in force at a time, in seconds since 1970. What looks at the resource is not known.
    pub fn holds(&self, now: i64) -> Verdict {
        let mut root = self.program.root().clone();
        decide_times(&mut root, now);
        let unknown = || {
            Value::Map(Arc::new(Map {
                unknown: Unknown::Rest,
                ..Map::default()
            }))
        };
        let variables = [("request", unknown()), ("resource", unknown())];
        match evaluate(&root, &variables) {
            Ok(Value::Bool(holds)) => Verdict::from(holds),
            Ok(_) | Err(Stop::Error(_)) => Verdict::Deny,
            Err(Stop::Unknown(_)) => Verdict::Unknown,
        }
    }
}

fn operators(node: &Node) -> usize {
    let own = usize::from(matches!(node.kind, Kind::And(..) | Kind::Or(..) | Kind::Not(_)));
    own + node.parts().into_iter().map(operators).sum::<usize>()
}

/// Puts truth in the place of every comparison of the request's time with a time that is written out.
fn decide_times(node: &mut Node, now: i64) {
    match &mut node.kind {
        Kind::And(a, b) | Kind::Or(a, b) => {
            decide_times(a, now);
            decide_times(b, now);
        }
        Kind::Not(of) => decide_times(of, now),
        Kind::Choice { test, yes, no } => [test, yes, no]
            .into_iter()
            .for_each(|part| decide_times(part, now)),
        Kind::Binary {
            operator,
            left,
            right,
        } => {
            let now = i128::from(now) * NANOSECONDS;
            let sides = match (is_request_time(left), is_request_time(right)) {
                (true, false) => written_time(right).map(|time| (now, time)),
                (false, true) => written_time(left).map(|time| (time, now)),
                _ => None,
            };
            let Some((left, right)) = sides else { return };
            let holds = match operator {
                Operator::Less => left < right,
                Operator::LessOrEqual => left <= right,
                Operator::Greater => left > right,
                Operator::GreaterOrEqual => left >= right,
                Operator::Equal => left == right,
                Operator::NotEqual => left != right,
                _ => return,
            };
            node.kind = Kind::Literal(Value::Bool(holds));
        }
        _ => {}
    }
}

fn is_request_time(node: &Node) -> bool {
    matches!(&node.kind, Kind::Field { of, name, .. }
        if name == "time" && matches!(&of.kind, Kind::Name(name) if name == "request"))
}

/// `timestamp("2026-09-21T12:00:00Z")`, in nanoseconds since 1970.
fn written_time(node: &Node) -> Option<i128> {
    let Kind::NotEvaluated { name, arguments } = &node.kind else {
        return None;
    };
    match arguments.as_slice() {
        [
            Node {
                kind: Kind::Literal(Value::Text(text)),
                ..
            },
        ] if name == "timestamp" => from_rfc3339(text),
        _ => None,
    }
}

const NANOSECONDS: i128 = 1_000_000_000;

/// A point in time (RFC 3339, section 5.6), in nanoseconds since 1970.
fn from_rfc3339(text: &str) -> Option<i128> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| digits.parse().ok())?
    };
    let marks = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")];
    if !marks
        .iter()
        .all(|(at, mark)| text.get(*at..at + 1) == Some(*mark))
    {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let in_range = (1..=12).contains(&month) && (1..=31).contains(&day);
    if !in_range || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let rest = text.get(19..)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("", rest),
    };
    if rest.starts_with('.') && !(1..=9).contains(&fraction.len()) {
        return None;
    }
    let nanoseconds: i128 = format!("{fraction:0<9}").parse().ok()?;
    let offset = match zone {
        "Z" => 0,
        _ => offset(zone)?,
    };
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    Some(i128::from(seconds) * NANOSECONDS + nanoseconds)
}

/// `+02:00`, in seconds.
fn offset(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, zone.strip_prefix('-')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two = |text: &str| -> Option<i64> {
        let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok())?
    };
    Some(sign * (two(hours)? * 3_600 + two(minutes)? * 60))
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; years are counted from March, so that the leap day is the last
/// day of a year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-09-21T14:13:20Z
    const NOW: i64 = 1_790_000_000;

    fn holds(expression: &str) -> Verdict {
        GrantCondition::parse(expression).unwrap().holds(NOW)
    }

    #[test]
    fn constants_and_times_are_decided_and_nothing_else() {
        for (expression, verdict) in [
            ("true", Verdict::Allow),
            ("false", Verdict::Deny),
            ("1 == 1", Verdict::Allow),
            ("'x'", Verdict::Deny),
            ("request.time < timestamp('2026-09-21T14:13:21Z')", Verdict::Allow),
            ("request.time < timestamp('2026-09-21T14:13:20Z')", Verdict::Deny),
            (
                "request.time < timestamp('2026-09-21T14:13:20.001Z')",
                Verdict::Allow,
            ),
            (
                "request.time <= timestamp('2026-09-21T16:13:20+02:00')",
                Verdict::Allow,
            ),
            (
                "request.time < timestamp('2026-09-21T16:13:20+02:00')",
                Verdict::Deny,
            ),
            (
                "timestamp('2026-09-21T14:13:20-00:01') > request.time",
                Verdict::Allow,
            ),
            (
                "request.time > timestamp('2026-01-01T00:00:00Z') && request.time < timestamp('2027-01-01T00:00:00Z')",
                Verdict::Allow,
            ),
            (
                "!(request.time > timestamp('2026-01-01T00:00:00Z'))",
                Verdict::Deny,
            ),
            ("request.time < timestamp('tomorrow')", Verdict::Unknown),
            (
                "request.time < timestamp('2026-13-01T00:00:00Z')",
                Verdict::Unknown,
            ),
            ("request.time < timestamp(1)", Verdict::Unknown),
            ("request.time.getHours() > 1", Verdict::Unknown),
            ("request.time > 5", Verdict::Unknown),
            ("resource.name == 'x'", Verdict::Unknown),
            ("false && resource.name == 'x'", Verdict::Deny),
            (
                "resource.name.startsWith('projects/_/buckets/a')",
                Verdict::Unknown,
            ),
            ("nobody == 1", Verdict::Deny),
        ] {
            assert_eq!(holds(expression), verdict, "{expression}");
        }
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        assert!(GrantCondition::parse("request.time <").is_err());
        let many = ["true"; 14].join(" && ");
        assert_eq!(
            GrantCondition::parse(&many).unwrap_err(),
            GrantConditionError::Operators(13)
        );
        assert!(GrantCondition::parse(&["true"; 13].join(" && ")).is_ok());
    }
}
