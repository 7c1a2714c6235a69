//! A decision, shown.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::trust::{Decision, Step, Verdict};

/// `notes`: what the answer takes for granted, which a program has to know as much as a person.
pub(super) fn as_json(decision: &Decision, notes: &[String]) -> Value {
    json!({
        "notes": notes,
        "decision": decision.verdict,
        "steps": decision.steps,
        "refused_by": decision.refused_by(),
    })
}

/// The verdict, then every step; the one that refused is marked.
pub(super) fn as_text(decision: &Decision) -> String {
    let refusing = decision.refused_by();
    let named = refusing.map(|step| step.name.as_str()).unwrap_or_default();
    let mut text = match decision.verdict {
        Verdict::Allow => "allow: the token would be accepted\n".to_owned(),
        Verdict::Deny => format!("deny: the token would be refused, by `{named}`\n"),
        Verdict::Unknown => {
            format!("unknown: cannot tell whether the token would be accepted, because of `{named}`\n")
        }
    };
    for step in &decision.steps {
        let marked = refusing.is_some_and(|refusing| std::ptr::eq(refusing, step));
        line(&mut text, step, marked);
    }
    text
}

fn line(text: &mut String, step: &Step, marked: bool) {
    let mark = if marked { '>' } else { ' ' };
    let verdict = match step.verdict {
        Verdict::Allow => "ok",
        Verdict::Deny => "no",
        Verdict::Unknown => "??",
    };
    let Step {
        name,
        expected,
        found,
        ..
    } = step;
    let _ = writeln!(text, "\n{mark} {verdict}  {name}");
    let _ = writeln!(text, "      expected  {expected}");
    let _ = writeln!(text, "      found     {found}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(verdicts: &[Verdict]) -> Decision {
        let step = |(at, verdict): (usize, &Verdict)| Step {
            name: format!("step {at}"),
            expected: "a".to_owned(),
            found: "b".to_owned(),
            verdict: *verdict,
        };
        Decision {
            verdict: Verdict::all(verdicts.iter().copied()),
            steps: verdicts.iter().enumerate().map(step).collect(),
        }
    }

    #[test]
    fn the_verdict_comes_first_and_the_refusal_is_marked() {
        for (verdicts, first, marked) in [
            (vec![Verdict::Allow], "allow: the token would be accepted", None),
            (
                vec![Verdict::Allow, Verdict::Deny],
                "deny: the token would be refused, by `step 1`",
                Some("> no  step 1"),
            ),
            (
                vec![Verdict::Unknown, Verdict::Allow],
                "unknown: cannot tell whether the token would be accepted, because of `step 0`",
                Some("> ??  step 0"),
            ),
        ] {
            let text = as_text(&decision(&verdicts));
            assert_eq!(text.lines().next(), Some(first));
            assert_eq!(text.lines().find(|line| line.starts_with('>')), marked);
            assert_eq!(
                text.matches("      expected  a\n      found     b\n").count(),
                verdicts.len()
            );
        }
        let json = as_json(
            &decision(&[Verdict::Allow, Verdict::Deny]),
            &["signed".to_owned()],
        );
        assert_eq!(json["decision"], "deny");
        assert_eq!(json["refused_by"], json["steps"][1]);
        assert_eq!(json["notes"], json!(["signed"]));
        assert_eq!(as_json(&decision(&[]), &[])["refused_by"], Value::Null);
    }
}
