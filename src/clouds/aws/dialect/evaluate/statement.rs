//! All statements of policies against one action: explicit deny wins, then any allow, else deny.

use super::super::policy::{Actions, Condition, Effect, PolicyDocument, Statement};
use super::condition::condition_holds;
use super::context::{Context, ContextValue, Lookup};
use super::truth::Truth;
use super::variables::{Expanded, Wildcards, expand};
use crate::trust::{Step, Verdict};

/// What the statements that apply say.
pub(super) struct Ruling {
    pub verdict: Verdict,
    pub steps: Vec<Step>,
}

/// Rules on one action. `applies` says whether a statement is about this caller or resource at all.
pub(super) fn rule(
    documents: &[PolicyDocument],
    action: &str,
    context: &Context,
    applies: impl Fn(&PolicyDocument, &Statement) -> Truth,
) -> Ruling {
    let mut steps = Vec::new();
    let (mut allowed, mut denied) = (Truth::False, Truth::False);
    for document in documents {
        for (number, statement) in document.statements.iter().enumerate() {
            let mut holds = applies(document, statement).and(covers_action(statement, action).into());
            if holds == Truth::False {
                continue;
            }
            let name = statement
                .sid
                .clone()
                .unwrap_or_else(|| format!("statement {}", number + 1));
            for condition in &statement.conditions {
                let truth = condition_holds(condition, context, document.has_variables());
                steps.push(condition_step(&name, statement.effect, condition, truth, context));
                holds = holds.and(truth);
            }
            match statement.effect {
                Effect::Allow => allowed = allowed.or(holds),
                Effect::Deny => denied = denied.or(holds),
            }
        }
    }
    let verdict = allowed.and(denied.negate()).verdict();
    // A condition that failed explains more than the sum of all.
    let explained = denied != Truth::True && steps.iter().any(|step| step.verdict == verdict);
    if verdict == Verdict::Allow || !explained {
        steps.push(sum(action, allowed, denied, verdict));
    }
    Ruling { verdict, steps }
}

/// Whether the names of a statement cover an action. Letter case does not matter, wildcards do.
pub(in super::super) fn covers_action(statement: &Statement, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let covered = statement.actions.names().iter().any(|name| {
        match expand(&name.to_ascii_lowercase(), Wildcards::Yes, None) {
            Expanded::Text(glob) => glob.matches(&action),
            Expanded::Unresolved | Expanded::Unknown => false,
        }
    });
    match statement.actions {
        Actions::Action(_) => covered,
        Actions::NotAction(_) => !covered,
    }
}

fn condition_step(
    name: &str,
    effect: Effect,
    condition: &Condition,
    truth: Truth,
    context: &Context,
) -> Step {
    let verdict = match effect {
        Effect::Allow => truth.verdict(),
        // A condition of a deny that does not hold is what lets the request through.
        Effect::Deny => truth.negate().verdict(),
    };
    Step {
        name: format!(
            "{name} ({}): {} {}",
            effect.as_str(),
            condition.operator,
            condition.key
        ),
        expected: condition.values.join(", "),
        found: match context.lookup(condition.key.as_str()) {
            Lookup::Present(ContextValue::Single(value)) => value.clone(),
            Lookup::Present(ContextValue::Many(values)) => values.join(", "),
            Lookup::Absent => "absent".to_owned(),
            Lookup::Unknown => "not known".to_owned(),
        },
        verdict,
    }
}

fn sum(action: &str, allowed: Truth, denied: Truth, verdict: Verdict) -> Step {
    let found = match (allowed, denied) {
        (_, Truth::True) => "an explicit deny",
        (Truth::False, _) => "no statement that allows it",
        (Truth::True, Truth::False) => "a statement that allows it",
        (Truth::True, Truth::Unknown) => "a statement that may deny it",
        (Truth::Unknown, _) => "a statement that may allow it",
    };
    Step {
        name: action.to_owned(),
        expected: "an allow and no deny".to_owned(),
        found: found.to_owned(),
        verdict,
    }
}
