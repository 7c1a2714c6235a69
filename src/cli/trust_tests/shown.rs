//! What came of the cases, for a person and for a program.
//!
//! ```text
//! { files: [ { path, errors: [ text ], cases: [ { id, cloud, holds, expect, decision: { decision, refused_by, steps },
//!     expect_findings, expect_findings_include, findings: [ rule ], unexpected: [ rule ], missing: [ rule ] } ] } ],
//!   counts: { hold, fail, errors } }
//! ```

use serde_json::{Value, json};

use super::Tested;
use super::run::{Outcome, decided, word};
use crate::cli::inputs::name;
use crate::cli::printer::{Line, Style};

pub(super) fn lines(files: &[Tested]) -> Vec<Line> {
    let mut lines = Vec::new();
    for file in files {
        lines.push(Line::new(Style::Strong, name(&file.path)));
        for case in &file.cases {
            if case.holds() {
                lines.push(Line::plain(format!("  holds  {}", case.id)));
                continue;
            }
            lines.push(Line::new(Style::Alarm, format!("  FAILS  {}", case.id)));
            lines.extend(
                reasons(case)
                    .into_iter()
                    .map(|reason| Line::plain(format!("         {reason}"))),
            );
        }
    }
    lines.push(Line::plain(closing(files)));
    lines
}

/// Why a case does not hold: what was expected, what was decided, the step that decided.
pub(super) fn reasons(case: &Outcome) -> Vec<String> {
    let mut reasons = Vec::new();
    if let (false, Some(expect), Some(decision)) = (case.decision_holds(), case.expect, &case.decision) {
        reasons.push(format!("expected  {}", word(expect)));
        reasons.push(format!("decided   {}", word(decision.verdict)));
        match decision.refused_by() {
            Some(step) => {
                reasons.push(format!("by        `{}`", step.name));
                reasons.push(format!("          it expected {}", step.expected));
                reasons.push(format!("          and found   {}", step.found));
            }
            None => reasons.extend(
                decision
                    .steps
                    .iter()
                    .map(|step| format!("because   `{}` found {}", step.name, step.found)),
            ),
        }
    }
    for rule in case.unexpected() {
        reasons.push(format!("finding   `{rule}` is not expected"));
        let of_rule = case.findings.iter().filter(|finding| finding.rule == rule);
        reasons.extend(of_rule.map(|finding| format!("          {}", finding.message)));
    }
    reasons.extend(
        case.missing()
            .into_iter()
            .map(|rule| format!("finding   `{rule}` is expected and is not there")),
    );
    reasons
}

fn counts(files: &[Tested]) -> (usize, usize, usize) {
    let cases = || files.iter().flat_map(|file| &file.cases);
    let hold = cases().filter(|case| case.holds()).count();
    let errors = files.iter().map(|file| file.errors.len()).sum();
    (hold, cases().count() - hold, errors)
}

fn closing(files: &[Tested]) -> String {
    let (hold, fail, errors) = counts(files);
    let mut text = match hold {
        1 => "1 case holds".to_owned(),
        hold => format!("{hold} cases hold"),
    };
    match fail {
        0 => {}
        1 => text += ", 1 does not",
        fail => text += &format!(", {fail} do not"),
    }
    match errors {
        0 => {}
        1 => text += ", 1 error",
        errors => text += &format!(", {errors} errors"),
    }
    text
}

pub(super) fn json(files: &[Tested]) -> Value {
    let (hold, fail, errors) = counts(files);
    let of_file = |file: &Tested| {
        json!({
            "path": file.path.display().to_string(),
            "errors": file.errors,
            "cases": file.cases.iter().map(of_case).collect::<Vec<_>>(),
        })
    };
    json!({
        "files": files.iter().map(of_file).collect::<Vec<_>>(),
        "counts": { "hold": hold, "fail": fail, "errors": errors },
    })
}

fn of_case(case: &Outcome) -> Value {
    json!({
        "id": case.id,
        "cloud": case.cloud,
        "holds": case.holds(),
        "expect": case.expect,
        "decision": case.decision.as_ref().map(decided),
        "expect_findings": case.expect_findings,
        "expect_findings_include": case.expect_findings_include,
        "findings": case.findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(),
        "unexpected": case.unexpected(),
        "missing": case.missing(),
    })
}
